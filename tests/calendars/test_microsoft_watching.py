"""Graph tells our door that something changed: over HTTP, from the stand-in to the door and back."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from bot.doors.microsoft import microsoft_door, path
from integrations.calendars.base import CalendarRefused, CalendarUnreachable, Watched
from integrations.calendars.microsoft.notices import Certificate, Kind, Notice, Notices
from integrations.calendars.microsoft.sender import Sender
from integrations.calendars.microsoft.set_up import calendar_from, notices_from
from tests.calendars.at_microsoft import IDA, MONDAY, RITA, Office, at, interview, office
from tests.loopback import serving

SECRET = "what only Graph and we know"


@dataclass
class Door:
    """Our door on loopback, and what came through it."""

    url: str = ""
    told: list[tuple[str, Notice]] = field(default_factory=list)
    fails: bool = False

    @property
    def here(self) -> str:
        return f"{self.url}{path('rita-1')}"

    def kinds(self) -> list[Kind]:
        return [notice.kind for _, notice in self.told]

    async def secret_of(self, connection_id: str) -> str | None:
        return SECRET if connection_id == "rita-1" else None

    async def tell(self, connection_id: str, notices: Sequence[Notice]) -> None:
        self.told += [(connection_id, each) for each in notices]
        if self.fails:
            raise RuntimeError("whoever was told stumbled")


@asynccontextmanager
async def door(notices: Notices | None = None) -> AsyncIterator[Door]:
    made = Door()
    app = FastAPI()
    app.include_router(microsoft_door(made.secret_of, made.tell, notices))
    async with serving(app) as url:
        made.url = url
        yield made


async def posted(url: str, **parts: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.post(url, **parts)


# The handshake


async def test_the_handshake_is_answered_with_the_token_as_plain_text_before_anything_else() -> None:
    """Still encoded, as JSON, or behind a sign-in, Graph would not believe us; a stranger gets it back just so."""
    async with door() as ours:
        token = "Validation: a+b/c=100% ü"
        for connection in ("rita-1", "nobody"):
            answer = await posted(f"{ours.url}{path(connection)}", params={"validationToken": token})
            assert (answer.status_code, answer.text) == (200, token)
            assert answer.headers["content-type"].startswith("text/plain")
        page = await posted(ours.here, params={"validationToken": "<script>alert(1)</script>"})
        assert "<" not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"
        assert (await posted(ours.here, params={"validationToken": "x" * 5_000})).status_code == 400
    assert ours.told == []


async def test_a_watch_is_made_for_changes_and_for_its_own_life() -> None:
    async with office() as desk, door() as ours:
        watch = await desk.calendar.watch(RITA, ours.here, SECRET)
        made = desk.microsoft.subscriptions.all[watch.id]
        assert made.told["notificationUrl"] == made.told["lifecycleNotificationUrl"] == ours.here
        assert made.told["clientState"] == SECRET
        assert watch.expires == made.expires
        assert timedelta(days=2) < watch.expires - MONDAY <= timedelta(minutes=4_230)


async def test_a_door_that_is_closed_gets_no_watch() -> None:
    async with office() as desk, door() as ours:
        for url in ("http://127.0.0.1:9/hooks", f"{ours.url}/elsewhere"):
            with pytest.raises(CalendarRefused):
                await desk.calendar.watch(RITA, url, SECRET)
        with pytest.raises(ValueError, match="128"):
            await desk.calendar.watch(RITA, ours.here, "x" * 129)
        assert desk.microsoft.subscriptions.all == {}


# What is told


async def test_what_changed_is_told_and_answered_with_accepted() -> None:
    async with office() as desk, door() as ours:
        watch = await desk.calendar.watch(RITA, ours.here, SECRET)
        await desk.calendar.put(interview())
        desk.rita.by_hand(desk.rita.ours()[0], at(4, 14))
        assert await desk.microsoft.subscriptions.deliver() == [202], "several in one POST"
        (stored,) = desk.rita.ours()
    wanted = Notice(Kind.CHANGED, watch.id, stored.id, stored.etag)
    assert ours.told == [("rita-1", wanted), ("rita-1", wanted)]


async def test_late_doubled_and_lost_notifications_lose_nothing() -> None:
    """A notice says only that it is time to look; what there is to see comes from the calendar."""
    async with office() as desk, door() as ours:
        await desk.calendar.watch(RITA, ours.here, SECRET)
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        await desk.calendar.put(interview())
        desk.rita.by_hand(desk.rita.ours()[0], at(4, 14))
        assert await desk.microsoft.subscriptions.deliver(times=2) == [202, 202]
        assert len(ours.told) == 4
        first = await desk.calendar.changes(RITA, cursor)
        assert first.uids == frozenset({interview().uid})
        assert (await desk.calendar.changes(RITA, first.cursor)).uids == frozenset()


@pytest.mark.parametrize(
    "told",
    [
        {"clientState": "guessed"},
        {"clientState": None},
        {"clientState": "ü" * 20},
        {"subscriptionId": 7},
    ],
)
async def test_what_does_not_carry_our_secret_is_accepted_and_ignored(told: dict[str, Any]) -> None:
    good = {"subscriptionId": "sub-1", "clientState": SECRET, "changeType": "updated", "resource": "x"}
    async with door() as ours:
        answer = await posted(ours.here, json={"value": [{**good, **told}, good, "nonsense"]})
        assert answer.status_code == 202
        assert ours.told == [("rita-1", Notice(Kind.CHANGED, "sub-1"))], "the one beside it is heard"


async def test_whatever_strangers_post_is_accepted_and_changes_nothing() -> None:
    async with door() as ours:
        bodies = [b"", b"{}", b"[]", b'{"value": 3}', b"\xff", b"{" * 5_000, b'{"value": []}', b"x" * 4_000_001]
        for body in bodies:
            assert (await posted(ours.here, content=body)).status_code == 202
        good = {"value": [{"subscriptionId": "s", "clientState": SECRET, "changeType": "updated"}]}
        assert (await posted(f"{ours.url}{path('nobody')}", json=good)).status_code == 202
    assert ours.told == []


async def test_a_stumble_of_ours_is_no_reason_for_graph_to_stop_telling() -> None:
    async with office() as desk, door() as ours:
        ours.fails = True
        await desk.calendar.watch(RITA, ours.here, SECRET)
        await desk.calendar.put(interview())
        assert await desk.microsoft.subscriptions.deliver() == [202]
        assert ours.kinds() == [Kind.CHANGED]


# The life of a watch


async def test_a_watch_is_renewed_before_it_ends_and_made_anew_when_it_has() -> None:
    async with office() as desk, door() as ours:
        watch = await desk.calendar.watch(RITA, ours.here, SECRET)
        desk.clock.passes(days=2)
        longer = await desk.calendar.renew(RITA, watch, ours.here, SECRET)
        assert (longer.id, longer.expires - watch.expires) == (watch.id, timedelta(days=2))
        desk.clock.passes(days=9)
        another = await desk.calendar.renew(RITA, longer, ours.here, SECRET)
        assert another.id != watch.id
        for _ in range(2):
            await desk.calendar.unwatch(another)
        assert desk.microsoft.subscriptions.all == {}


async def test_a_watch_that_ends_is_told_of_no_more() -> None:
    """Without renewal the calendar goes silent, which looks like nothing happening."""
    async with office() as desk, door() as ours:
        await desk.calendar.watch(RITA, ours.here, SECRET)
        desk.clock.passes(days=4)
        desk.rita.busy(at(7, 9).start, at(7, 9).end)
        assert await desk.microsoft.subscriptions.deliver() == []
    assert ours.told == []


async def test_graph_says_what_its_subscription_needs() -> None:
    async with office() as desk, door() as ours:
        watch = await desk.calendar.watch(RITA, ours.here, SECRET)
        subscriptions = desk.microsoft.subscriptions
        subscriptions.ask_to_reauthorize(watch.id)
        subscriptions.miss(watch.id)
        subscriptions.remove(watch.id)
        assert await subscriptions.deliver() == [202, 202, 202]
        assert ours.kinds() == [Kind.REAUTHORIZE, Kind.MISSED, Kind.REMOVED]
        anew = await desk.calendar.renew(RITA, watch, ours.here, SECRET)
        assert anew.id in subscriptions.all
        odd = {"subscriptionId": "s", "clientState": SECRET, "lifecycleEvent": "somethingNew"}
        await posted(ours.here, json={"value": [odd]})
        assert ours.kinds()[-1] is Kind.MISSED, "at least: look anew"


# What changed


async def test_the_first_look_says_to_look_at_everything() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        assert (await desk.calendar.changes(RITA, "")).uids is None


async def test_only_ours_are_named_and_nobody_elses_events_are_opened() -> None:
    async with office() as desk:
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        for day in range(3, 28):
            desk.rita.busy(at(day, 9).start, at(day, 9).end)
        await desk.calendar.put(interview(when=at(5, 14)))
        desk.microsoft.requests.clear()
        assert (await desk.calendar.changes(RITA, cursor)).uids == frozenset({interview().uid})
        assert len([each for each in desk.asked() if "/events/" in each]) == 1


async def test_where_something_was_deleted_only_a_whole_look_tells() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        desk.rita.by_hand(desk.rita.ours()[0], None)
        changed = await desk.calendar.changes(RITA, cursor)
        assert changed.uids is None
        assert (await desk.calendar.changes(RITA, changed.cursor)).uids == frozenset()


async def test_a_cursor_that_graph_forgot_begins_anew() -> None:
    async with office() as desk:
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        desk.microsoft.forget_changes(RITA)
        desk.rita.busy(at(3, 9).start, at(3, 9).end)
        anew = await desk.calendar.changes(RITA, cursor)
        assert anew.uids is None
        assert anew.cursor != cursor


async def test_a_cursor_of_another_calendar_begins_anew() -> None:
    async with office() as desk:
        for cursor in ("CPDAlvWDx70CEPDAlvWDx70CGAU=", "yesterday https://x", "2026-03-02 x"):
            assert (await desk.calendar.changes(RITA, cursor)).uids is None


async def test_the_window_moves_on_with_the_months() -> None:
    async with office() as desk:
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        desk.clock.passes(days=31)
        assert (await desk.calendar.changes(RITA, cursor)).uids is None


async def test_a_delta_without_an_end_is_no_answer() -> None:
    async with office() as desk:
        cursor = (await desk.calendar.changes(RITA, "")).cursor
        begun, _, link = cursor.partition(" ")
        with pytest.raises(CalendarUnreachable):
            await desk.calendar.changes(RITA, f"{begun} {link.replace('calendarView/delta()', 'events').split('?')[0]}")


# With what changed inside, encrypted


@lru_cache(maxsize=2)
def certificate(name: str = "ours") -> Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MONDAY)
        .not_valid_after(MONDAY + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    public = base64.b64encode(made.public_bytes(Encoding.DER)).decode()
    return Certificate("c1", public, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def pem(of: Certificate) -> bytes:
    """Certificate and key in one file."""
    return x509.load_der_x509_certificate(base64.b64decode(of.public)).public_bytes(Encoding.PEM) + of.private


@dataclass(frozen=True)
class Secretly:
    desk: Office
    ours: Door


@asynccontextmanager
async def secretly(reads_with: Certificate | None = None) -> AsyncIterator[Secretly]:
    """An office whose notifications carry what changed, and a door that can read it."""
    async with office(certificate=certificate()) as desk:
        sender = Sender(desk.microsoft.tenant, desk.microsoft.client_id, desk.clock, login_url=desk.url)
        async with door(Notices(sender, reads_with or certificate())) as ours:
            await desk.calendar.watch(RITA, ours.here, SECRET)
            yield Secretly(desk, ours)


async def test_encrypted_notices_tell_ours_from_others() -> None:
    async with secretly() as office:
        await office.desk.calendar.put(interview())
        office.desk.rita.busy(at(5, 9).start, at(5, 9).end)
        assert await office.desk.microsoft.subscriptions.deliver() == [202]
        assert [notice.ours for _, notice in office.ours.told] == [True, False]
        assert "Ana" not in str(office.ours.told)


FORGED: list[dict[str, Any]] = [
    {"aud": "another-app"},
    {"appid": "another-sender"},
    {"iss": "https://sts.windows.net/another-tenant/"},
    {"exp": int(MONDAY.timestamp()) - 3_600},
    {"nbf": int(MONDAY.timestamp()) + 3_600},
]


async def test_a_validation_token_that_is_not_graphs_word_to_us_is_not_believed() -> None:
    async with secretly() as office:
        subscriptions = office.desk.microsoft.subscriptions
        for forged in FORGED:
            subscriptions.forge = forged
            office.desk.rita.busy(at(5, 9).start, at(5, 9).end)
            assert await subscriptions.deliver() == [202]
            assert office.ours.told == [], forged
        subscriptions.forge = {}
        office.desk.rita.busy(at(5, 9).start, at(5, 9).end)
        await subscriptions.deliver()
        assert len(office.ours.told) == 1


async def test_content_that_was_tampered_with_is_not_even_decrypted() -> None:
    async with secretly() as office:
        subscriptions = office.desk.microsoft.subscriptions
        office.desk.rita.busy(at(5, 9).start, at(5, 9).end)
        subscriptions.gather()
        (delivery,) = subscriptions.waiting
        tampered: list[dict[str, Any]] = []
        for name in ("data", "dataSignature", "dataKey"):
            body = json.loads(json.dumps(delivery.body))
            content = body["value"][0]["encryptedContent"]
            raw = bytearray(base64.b64decode(content[name]))
            raw[-1] ^= 1
            content[name] = base64.b64encode(bytes(raw)).decode()
            tampered.append(body)
        unknown, unsigned = json.loads(json.dumps(delivery.body)), {"value": delivery.body["value"]}
        unknown["value"][0]["encryptedContent"]["encryptionCertificateId"] = "another"
        for body in (*tampered, unknown, unsigned, {**unsigned, "validationTokens": ["nonsense"]}):
            assert (await posted(office.ours.here, json=body)).status_code == 202
        assert office.ours.told == []
        await subscriptions.deliver()
        assert len(office.ours.told) == 1, "as it was sent, it is read"


async def test_what_was_encrypted_for_another_key_is_not_read() -> None:
    other = Certificate("c1", certificate("other").public, certificate("other").private)
    async with secretly(reads_with=other) as office:
        office.desk.rita.busy(at(5, 9).start, at(5, 9).end)
        assert await office.desk.microsoft.subscriptions.deliver() == [202]
        assert office.ours.told == []


async def test_the_settings_name_a_file_with_certificate_and_key(tmp_path: Path) -> None:
    async with office() as desk:
        microsoft = desk.microsoft
        settings = {
            "microsoft_tenant": microsoft.tenant,
            "microsoft_client_id": microsoft.client_id,
            "microsoft_client_secret": microsoft.client_secret,
            "microsoft_graph_url": f"{desk.url}/v1.0",
            "microsoft_login_url": desk.url,
            "microsoft_certificate_file": str(tmp_path / "both.pem"),
        }
        with pytest.raises(ValueError, match="No such file"):
            calendar_from(settings, desk.clock)
        (tmp_path / "both.pem").write_bytes(certificate().private)
        with pytest.raises(ValueError, match="no certificate with its key"):
            notices_from(settings, desk.clock)
        (tmp_path / "both.pem").write_bytes(pem(certificate()))
        calendar = calendar_from(settings, desk.clock)
        assert isinstance(calendar, Watched)
        async with door(notices_from(settings, desk.clock)) as ours:
            await calendar.watch(RITA, ours.here, SECRET)
            await calendar.put(interview())
            await microsoft.subscriptions.deliver()
            assert [notice.ours for _, notice in ours.told] == [True]
        await calendar.close()


async def test_with_data_inside_a_watch_is_renewed_daily() -> None:
    async with secretly() as office:
        (made,) = office.desk.microsoft.subscriptions.all.values()
        assert made.expires - MONDAY <= timedelta(minutes=1_440)
        assert made.told["includeResourceData"] is True
        assert IDA not in made.told["resource"]

"""SendGrid's two ways in: signed, untouched, of now – and read for what they say, however they are written."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integrations.channels import base
from integrations.channels.base import (
    BadMessage,
    BadSignature,
    ChannelError,
    Door,
    Inbound,
    Knock,
    Receipt,
    ReceiptStatus,
    Told,
    Unknown,
    Wish,
)
from integrations.channels.email.by_sendgrid import written
from integrations.channels.email.event_door import EventDoor
from integrations.channels.email.parse_door import ParseDoor, Proof
from integrations.channels.email.signed import SigningKey
from integrations.standins.sendgrid.account import BOUNDARY, SIGNATURE, TIMESTAMP, StandInSendGrid, form
from tests.channels.email.shapes import ANA, FIRM, NOON, OFFER, OUR_ID, TOKEN, answer
from tests.loopback import serving

SECRET = "a-secret-in-the-address"
ENVELOPE = {"to": [TOKEN], "from": ANA}
SENDGRID = StandInSendGrid(lambda: NOON)
KEY = SigningKey(SENDGRID.verification_key)


@dataclass
class House:
    """The web around a door: verified, read, kept, answered."""

    door: Door
    told: list[Told] = field(default_factory=list)
    broken: bool = False

    async def knocked(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        knock = Knock(str(request.url), headers, await request.body())
        try:
            await self.door.verify(knock)
            read = self.door.read(knock)
        except BadSignature:
            return Response(status_code=401)
        except BadMessage:
            return Response(status_code=200)
        if self.broken:
            return Response(status_code=503)
        self.told += read.told
        return Response(read.answer.body, read.answer.status)


@asynccontextmanager
async def behind(door: Door) -> AsyncIterator[tuple[House, str]]:
    house = House(door)
    app = Starlette(routes=[Route(f"/hooks/{door.name}", house.knocked, methods=["POST"])])
    async with serving(app) as url:
        yield house, f"{url}/hooks/{door.name}"


def events_door() -> EventDoor:
    return EventDoor(KEY, lambda: NOON)


def knock(body: bytes, headers: Mapping[str, str], url: str = "https://firm.example/hooks/x") -> Knock:
    return Knock(url, {name.lower(): value for name, value in headers.items()}, body)


def told_of(*events: object) -> tuple[Told, ...]:
    return events_door().read(knock(json.dumps(events).encode(), {})).told


# Events


async def test_what_became_of_a_mail_comes_back_under_our_id() -> None:
    sendgrid = StandInSendGrid(lambda: NOON)
    sendgrid.nobody.add("ben@people.example")
    first = sendgrid.take(written(OFFER, FIRM))
    sendgrid.take(written(replace(OFFER, key="say:18", to="ben@people.example"), FIRM))
    sendgrid.complain(first)
    async with behind(EventDoor(SigningKey(sendgrid.verification_key), lambda: NOON)) as (house, url):
        assert await sendgrid.post_events(url) == 200
        assert await sendgrid.post_events(url) == 200, "it doubles them"
    other = FIRM.message_id("say:18")
    once = [
        Receipt(OUR_ID, ReceiptStatus.QUEUED),
        Receipt(OUR_ID, ReceiptStatus.DELIVERED),
        Receipt(other, ReceiptStatus.QUEUED),
        Receipt(other, FAILED, "5.1.1", base.BadAddress),
        Inbound("event-5", "email", ANA, "", wish=Wish.OUT, at=NOON, automatic=True),
    ]
    assert house.told == [*once, *once]


FAILED = ReceiptStatus.FAILED
MAIL = {"email": ANA, "timestamp": 1772452800, "sg_event_id": "e1", "askarsan_mail": OUR_ID}


@pytest.mark.parametrize(
    ("event", "status", "error", "means"),
    [
        ({"event": "deferred", "response": "450 4.2.1 later"}, ReceiptStatus.QUEUED, "4.2.1", None),
        ({"event": "bounce", "type": "bounce", "reason": "550 unknown"}, FAILED, "550", base.BadAddress),
        ({"event": "bounce", "type": "blocked", "reason": "550 spam"}, FAILED, "550", base.Refused),
        ({"event": "bounce", "status": "5.2.2"}, FAILED, "5.2.2", base.Temporary),
        ({"event": "dropped", "reason": "Bounced Address"}, FAILED, "bounced address", base.BadAddress),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, FAILED, "unsubscribed address", base.OptedOut),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, FAILED, "spam reporting address", base.OptedOut),
        ({"event": "dropped"}, FAILED, "dropped", None),
    ],
    ids=str,
)
def test_an_event_means_one_thing(
    event: dict[str, str], status: ReceiptStatus, error: str | None, means: type[ChannelError] | None
) -> None:
    assert told_of(MAIL | event) == (Receipt(OUR_ID, status, error, means),)


@pytest.mark.parametrize("event", ["open", "click", "account_status_change", "", "something new"])
def test_events_we_never_asked_for_are_acted_on_by_nobody(event: str) -> None:
    assert told_of(MAIL | {"event": event}) == (Unknown("e1", f"event {event}"),)


def test_an_event_of_a_mail_without_our_mark_is_tied_by_what_sendgrid_knows() -> None:
    bare = {"event": "delivered", "sg_message_id": "abc.filter1.2"}
    assert told_of(bare, bare | {"smtp-id": OUR_ID}) == (
        Receipt("abc", ReceiptStatus.DELIVERED),
        Receipt(OUR_ID, ReceiptStatus.DELIVERED),
    )


def test_whoever_wants_mails_again_says_so() -> None:
    [told] = told_of(MAIL | {"event": "group_resubscribe"})
    assert isinstance(told, Inbound)
    assert told.wish is Wish.IN


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["event", "email", "timestamp", "reason", *MAIL]),
            st.none() | st.integers() | st.text() | st.lists(st.text()),
        )
    )
)
def test_any_list_of_anything_is_read_without_a_crash(events: list[object]) -> None:
    told_of(*events, 1, None, "x", [])


@pytest.mark.parametrize("body", [b"", b"{}", b"1", b"\xff", b"[" * 100_000])
def test_what_is_no_list_of_events_is_a_bad_message(body: bytes) -> None:
    with pytest.raises(BadMessage):
        events_door().read(knock(body, {}))


# Signatures


async def refused(body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        await events_door().verify(knock(body, headers))
    except BadSignature:
        return True
    return False


async def test_the_raw_body_is_what_is_signed() -> None:
    body = b'[{"a" :1}]\r\n'
    signed = SENDGRID.signed(body)
    assert not await refused(body, signed)
    assert await refused(json.dumps(json.loads(body)).encode(), signed), "parsed and written anew it is another"
    assert await refused(body + b" ", signed)


async def test_an_old_body_is_not_taken_again() -> None:
    assert await refused(b"[]", SENDGRID.signed(b"[]", NOON - timedelta(minutes=11)))
    assert await refused(b"[]", SENDGRID.signed(b"[]", NOON + timedelta(minutes=11)))
    assert not await refused(b"[]", SENDGRID.signed(b"[]", NOON - timedelta(minutes=9)))


async def test_another_key_signs_in_vain() -> None:
    assert await refused(b"[]", StandInSendGrid(lambda: NOON).signed(b"[]"))


GARBAGE = ["", "x", "12e3", "١٧٧٢", "-1", "9" * 400, "1772452800.5", "\x00", "////", "AAAA", "é" * 40]


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
async def test_garbage_is_a_bad_signature_and_never_a_crash(garbage: str, name: str) -> None:
    assert await refused(b"[]", SENDGRID.signed(b"[]") | {name: garbage})
    without = SENDGRID.signed(b"[]")
    del without[name]
    assert await refused(b"[]", without)


@given(st.binary(max_size=80), st.text(max_size=20))
async def test_no_bytes_pass_for_a_signature(signature: bytes, stamp: str) -> None:
    assert await refused(b"[]", {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: stamp})
    assert await refused(b"[]", SENDGRID.signed(b"[]") | {SIGNATURE: base64.b64encode(signature).decode()})


@pytest.mark.parametrize("shown", ["", "x", "AAAA", base64.b64encode(b"x" * 91).decode()])
def test_a_verification_key_that_is_none_is_told_at_once(shown: str) -> None:
    with pytest.raises(ValueError, match="verification key"):
        SigningKey(shown)


# Mails


def parse_door(proof: Proof | None = None) -> ParseDoor:
    return ParseDoor(proof or Proof(secret=SECRET), FIRM, lambda: NOON)


@pytest.mark.parametrize("raw", [True, False], ids=["whole", "taken apart"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
async def test_a_mail_passed_on_is_read_like_any_other(charset: str, *, raw: bool) -> None:
    mail = answer(
        "Terça às 10, se não for incómodo.\n\n> 1. Tuesday\n", charset=charset, cte="8bit", to="arsan@firm.example"
    )
    async with behind(parse_door()) as (house, url):
        status = await SENDGRID.pass_on(
            f"{url}?key={SECRET}", mail, envelope=ENVELOPE, raw=raw, SPF="pass", dkim="{@people.example : pass}"
        )
    assert status == 200
    [told] = house.told
    assert isinstance(told, Inbound)
    assert (told.text, told.thread, told.trusted) == ("Terça às 10, se não for incómodo.", "neg-17", True)
    assert (told.vendor_id, told.sender, told.to) == ("<answer-1@people.example>", ANA, FIRM.answers)


async def test_a_mail_that_cannot_be_kept_now_is_asked_for_again() -> None:
    async with behind(parse_door()) as (house, url):
        house.broken = True
        assert await SENDGRID.pass_on(f"{url}?key={SECRET}", answer("x"), envelope=ENVELOPE) == 503, (
            "and it comes again"
        )
        house.broken = False
        assert await SENDGRID.pass_on(f"{url}?key={SECRET}", answer("x"), envelope=ENVELOPE) == 200
    assert len(house.told) == 1


async def test_html_alone_and_a_calendar_answer_come_through_taken_apart() -> None:
    fields = {
        "headers": f"From: {ANA}\nTo: {TOKEN}\nMessage-ID: <1@people.example>\n".encode(),
        "html": "<p>Dienstag für mich</p>".encode("cp1252"),
        "charsets": b'{"html":"windows-1252"}',
    }
    file = b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment1"; filename="invite.ics"\r\n'
    body = part.encode() + b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + file + b"\r\n" + form(fields)
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    [told] = parse_door().read(knock(body, headers)).told
    assert isinstance(told, Inbound)
    assert told.text == "Dienstag für mich"
    assert told.reply
    assert b"METHOD:REPLY" in told.reply


async def test_a_bounce_passed_on_is_a_receipt() -> None:
    mail = (
        f"From: MAILER-DAEMON@x.example\r\nX-Failed-Recipients: {ANA}\r\n\r\n"
        f"550 5.1.1 nobody\r\nMessage-ID: {OUR_ID}\r\n"
    ).encode()
    async with behind(parse_door()) as (house, url):
        await SENDGRID.pass_on(f"{url}?key={SECRET}", mail, envelope={"to": [FIRM.answers], "from": ""})
    assert house.told == [Receipt(OUR_ID, FAILED, "5.1.1", base.BadAddress)]


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong", f"?key={SECRET}x", f"?KEY={SECRET}", "?key=%ff%00"])
async def test_an_address_that_somebody_guessed_opens_nothing(key: str) -> None:
    async with behind(parse_door()) as (house, url):
        assert await SENDGRID.pass_on(f"{url}{key}", answer("Friday"), envelope=ENVELOPE) == 401
    assert house.told == []


async def test_a_signed_mail_in_any_charset_is_verified_by_its_bytes() -> None:
    mail = answer("Terça", charset="iso-8859-1", cte="8bit")
    async with behind(parse_door(Proof(key=KEY))) as (house, url):
        assert await SENDGRID.pass_on(url, mail, envelope=ENVELOPE) == 200
        assert await StandInSendGrid(lambda: NOON).pass_on(url, mail, envelope=ENVELOPE) == 401
    assert len(house.told) == 1


async def test_with_both_proofs_both_have_to_hold() -> None:
    async with behind(parse_door(Proof(key=KEY, secret=SECRET))) as (_, url):
        assert await SENDGRID.pass_on(url, answer("x"), envelope=ENVELOPE) == 401
        assert await StandInSendGrid(lambda: NOON).pass_on(f"{url}?key={SECRET}", answer("x"), envelope=ENVELOPE) == 401
        assert await SENDGRID.pass_on(f"{url}?key={SECRET}", answer("x"), envelope=ENVELOPE) == 200


def test_a_door_without_a_proof_does_not_open() -> None:
    for secret in ("", "short"):
        with pytest.raises(ValueError, match="Inbound Parse"):
            Proof(secret=secret)
    assert SECRET not in repr(Proof(secret=SECRET))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        (f"multipart/form-data; boundary={BOUNDARY}", b"garbage"),
        (f"multipart/form-data; boundary={BOUNDARY}", form({"text": b"x"})),
        (f"multipart/form-data; boundary={BOUNDARY}", form({f"a{n}": b"" for n in range(400)})),
        ("multipart/form-data; boundary=", form({})),
    ],
)
def test_what_is_no_mail_is_a_bad_message(kind: str, body: bytes) -> None:
    with pytest.raises(BadMessage):
        parse_door().read(knock(body, {"content-type": kind}))


FORM = st.dictionaries(
    st.sampled_from(["headers", "text", "html", "envelope", "charsets", "dkim", "SPF", "attachment1", "email"]),
    st.binary(max_size=60)
    | st.sampled_from([b'{"to":1,"from":[]}', b'{"text":"idna","html":5}', b"From: a@b.c\n: x\n y"]),
)


@settings(deadline=None, max_examples=100)
@given(FORM)
def test_any_form_with_a_mail_is_read_without_a_crash(fields: dict[str, Any]) -> None:
    body = form({"headers": b"From: ana@people.example", **fields})
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert len(parse_door().read(knock(body, headers)).told) == 1

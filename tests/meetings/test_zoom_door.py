"""At Zoom's door only Zoom is heard, and it hears back in time that the door is ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI

from bot.doors.zoom import zoom_door
from integrations.meetings.zoom.told import SIGNATURE, SIGNED_AT, Happened, sign
from integrations.standins.zoom import Kept, StandInZoom
from tests.loopback import serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "a-secret-token"
MEETING = Kept(85_000_000_007, "/ab//c==", "rooms@firm.example", {"topic": "Technical / final"}, NOON)


@dataclass
class Door:
    url: str = ""
    told: list[tuple[str, Happened]] = field(default_factory=list)

    async def hear(self, connection: str, happened: Happened) -> None:
        self.told.append((connection, happened))


async def secret_of(connection: str) -> str | None:
    return {"con_1": SECRET, "con_empty": ""}.get(connection)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    heard = Door()
    app = FastAPI()
    app.include_router(zoom_door(secret_of, heard.hear, lambda: NOON))
    async with serving(app) as url:
        heard.url = f"{url}/hooks/zoom/con_1"
        yield heard


@pytest.fixture
def zoom() -> StandInZoom:
    return StandInZoom(lambda: NOON)


async def test_what_became_of_a_meeting_is_passed_on(door: Door, zoom: StandInZoom) -> None:
    # The body is written with \/ for /: parsed and written anew it would have another signature.
    assert await zoom.tell(door.url, SECRET, "meeting.deleted", MEETING) == 204
    ((connection, happened),) = door.told
    assert (connection, happened.event, happened.meeting) == ("con_1", "meeting.deleted", "85000000007")
    assert (happened.uuid, happened.at) == ("/ab//c==", NOON)


async def test_told_twice_it_is_passed_on_twice_for_whoever_looks_anew(door: Door, zoom: StandInZoom) -> None:
    for _ in range(2):
        await zoom.tell(door.url, SECRET, "meeting.updated", MEETING)
    assert door.told[0] == door.told[1]


async def test_what_is_about_no_meeting_is_taken_and_left(door: Door, zoom: StandInZoom) -> None:
    assert await zoom.tell(door.url, SECRET, "user.signed_in", MEETING) == 204
    assert door.told == []


async def test_zoom_may_ask_every_three_days_whether_the_door_is_ours(door: Door, zoom: StandInZoom) -> None:
    assert await zoom.validate(door.url, SECRET)
    assert await zoom.validate(door.url, SECRET)
    assert door.told == []


async def test_nobody_else_is_told_how_we_prove_it(door: Door, zoom: StandInZoom) -> None:
    told = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    answer = await zoom.post(door.url, "another-secret", told)
    assert answer.status_code == 401
    assert "encryptedToken" not in answer.text


async def test_a_notice_kept_and_sent_again_later_is_refused(door: Door, zoom: StandInZoom) -> None:
    for minutes, status in ((-4, 204), (-6, 401), (4, 204), (6, 401)):
        at = NOON + timedelta(minutes=minutes)
        assert await zoom.tell(door.url, SECRET, "meeting.ended", MEETING, at=at) == status
    assert len(door.told) == 2


async def test_nonsense_in_the_headers_is_refused_and_breaks_nothing(door: Door) -> None:
    raw = b'{"event": "meeting.deleted", "payload": {"object": {"id": 1}}}'
    good = sign(SECRET, raw, NOON)
    strange = [
        {},
        {SIGNED_AT: good[SIGNED_AT]},
        {SIGNATURE: good[SIGNATURE]},
        good | {SIGNED_AT: "yesterday"},
        good | {SIGNED_AT: "-5"},
        good | {SIGNED_AT: "9" * 400},
        good | {SIGNED_AT: "²"},
        good | {SIGNATURE: "v0="},
        good | {SIGNATURE: good[SIGNATURE].removeprefix("v0=")},
        good | {SIGNATURE: "v0=%%%é"},
    ]
    async with httpx2.AsyncClient() as client:
        for headers in strange:
            encoded = {name.encode(): value.encode() for name, value in headers.items()}
            answer = await client.post(door.url, content=raw, headers=encoded)
            assert answer.status_code == 401, headers
        assert (await client.post(door.url, content=raw, headers=good)).status_code == 204
        assert (await client.post(door.url, content=raw + b" ", headers=good)).status_code == 401
    assert len(door.told) == 1


async def test_a_connection_nobody_knows_or_without_a_secret_lets_nobody_in(door: Door, zoom: StandInZoom) -> None:
    for connection, secret in (("con_2", SECRET), ("con_2", ""), ("con_empty", ""), ("con_empty", SECRET)):
        url = door.url.replace("con_1", connection)
        assert await zoom.tell(url, secret, "meeting.deleted", MEETING) == 401
    assert door.told == []


async def test_a_signed_body_that_is_no_notice_is_told_apart_without_repeating_it(door: Door) -> None:
    async with httpx2.AsyncClient() as client:
        no_number = rb'{"event": "meeting.deleted", "payload": {"object": {"id": "85\u0000"}}}'
        for raw in (b"{", b"[]", b'{"event": 7}', b"\xff", no_number):
            answer = await client.post(door.url, content=raw, headers=sign(SECRET, raw, NOON))
            assert answer.status_code == 422
            assert "event" not in answer.text
        assert door.told == []
        raw = b" " * 1_000_001
        assert (await client.post(door.url, content=raw, headers=sign(SECRET, raw, NOON))).status_code == 413

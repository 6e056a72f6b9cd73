"""What Calendly tells is kept once and acted on once, in whatever order it comes; nobody else is believed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from bot.booked_elsewhere import act_on_notices, keep_notices
from bot.clock import JumpingClock
from bot.doors.calendly import calendly_door
from bot.house import Firm
from bot.records.base import Session
from bot.rehearsal.stage import Stage, World
from dialogs.negotiation.facts import Rules
from integrations.links.calendly.told import SIGNATURE, read, sign
from integrations.links.folding import Booked, CalledOff, Change, Moved
from integrations.standins.calendly import Hook, StandInCalendly
from tests.databases import reopened
from tests.loopback import serving

NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
DAY = timedelta(days=1)
KEY = "a-signing-key"


@dataclass
class Desk:
    stage: Stage
    calendly: StandInCalendly
    url: str
    acted: list[Change] = field(default_factory=list)

    async def act(self, _: Session, change: Change) -> None:
        self.acted.append(change)

    async def told(self, connection: str) -> None:
        """As the worker does it a moment later."""
        await act_on_notices(self.stage.house, connection, self.act)

    @property
    def kinds(self) -> list[str]:
        return [type(each).__name__ for each in self.acted]


async def key_of(connection: str) -> str | None:
    return {"con_1": KEY, "con_empty": ""}.get(connection)


@pytest.fixture
async def desk(with_tables: str) -> AsyncIterator[Desk]:
    stage = Stage(World(JumpingClock(NOON), with_tables, reopened), Rules(), Firm())
    app = FastAPI()
    desk = Desk(stage, StandInCalendly(stage.world.clock.now), "")
    app.include_router(calendly_door(stage.house, key_of, desk.told))
    async with serving(app) as url:
        desk.url = f"{url}/hooks/calendly/con_1"
        desk.calendly.hooks["h"] = Hook("h", desk.url, KEY, ["invitee.created", "invitee.canceled"])
        yield desk
    await stage.close()


@dataclass
class Porch:
    """The door alone, for what is to come no further."""

    url: str = ""
    looks: list[str] = field(default_factory=list)

    async def told(self, connection: str) -> None:
        self.looks.append(connection)


@pytest.fixture
async def porch(tmp_path: Path) -> AsyncIterator[Porch]:
    stage = Stage(World(JumpingClock(NOON), f"sqlite+aiosqlite:///{tmp_path / 'no-tables.db'}"), Rules(), Firm())
    app, porch = FastAPI(), Porch()
    app.include_router(calendly_door(stage.house, key_of, porch.told))
    async with serving(app) as url:
        porch.url = f"{url}/hooks/calendly/con_1"
        yield porch
    await stage.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (0, 2, 2, 1, 1, 0)])
async def test_a_reschedule_is_one_move_through_the_door_and_the_records(desk: Desk, order: tuple[int, ...]) -> None:
    moved = desk.calendly.reschedule(desk.calendly.book("ana@mail.example", NOON + DAY), NOON + 2 * DAY)
    for number in order:
        assert await desk.calendly.send(desk.calendly.outbox[number]) == [204]
    assert desk.kinds == ["Booked", "Moved"]
    booked, move = desk.acted
    assert isinstance(booked, Booked)
    assert isinstance(move, Moved)
    assert (booked.booking.email, booked.booking.start) == ("ana@mail.example", NOON + DAY)
    assert (move.booking.invitee, move.booking.start) == (moved.uri, NOON + 2 * DAY)


async def test_who_calls_off_is_called_off_and_whoever_books_next_is_somebody_else(desk: Desk) -> None:
    desk.calendly.cancel(desk.calendly.book("ana@mail.example", NOON + DAY))
    desk.calendly.book("ben@mail.example", NOON + DAY)
    await desk.calendly.send_all()
    assert desk.kinds == ["Booked", "CalledOff", "Booked"]
    assert isinstance(desk.acted[1], CalledOff)


async def test_what_could_not_be_done_is_done_when_it_is_told_again(desk: Desk) -> None:
    async def fail(_: Session, change: Change) -> None:
        raise RuntimeError("the process dies here")

    desk.calendly.book("ana@mail.example", NOON + DAY)
    house = desk.stage.house
    desk.acted.clear()

    async def broken(connection: str) -> None:
        await act_on_notices(house, connection, fail)

    app = FastAPI()
    app.include_router(calendly_door(house, key_of, broken))
    (hook,) = desk.calendly.hooks.values()
    async with serving(app) as url:
        hook.url = f"{url}/hooks/calendly/con_1"
        assert await desk.calendly.send(desk.calendly.outbox[0]) == [500]
    hook.url = desk.url
    assert await desk.calendly.send(desk.calendly.outbox[0]) == [204]
    assert desk.kinds == ["Booked"]


async def test_the_answer_waits_for_the_keeping_and_for_nothing_else(desk: Desk) -> None:
    asked: list[str] = []

    async def note(connection: str) -> None:
        asked.append(connection)

    app = FastAPI()
    app.include_router(calendly_door(desk.stage.house, key_of, note))
    (hook,) = desk.calendly.hooks.values()
    desk.calendly.book("ana@mail.example", NOON + DAY)
    async with serving(app) as url:
        hook.url = f"{url}/hooks/calendly/con_1"
        assert await desk.calendly.send(desk.calendly.outbox[0]) == [204]
    assert (asked, desk.acted) == (["con_1"], [])
    await desk.told("con_1")
    assert desk.kinds == ["Booked"]


async def test_what_was_missed_and_what_was_told_after_all_is_one(desk: Desk) -> None:
    desk.calendly.book("ana@mail.example", NOON + DAY)
    await desk.calendly.send_all()
    desk.calendly.reschedule(desk.calendly.guests[1], NOON + 2 * DAY)
    notices = [read(json.dumps(each).encode()) for each in desk.calendly.outbox]
    assert await keep_notices(desk.stage.house, "con_1", [each for each in notices if each]) == 2
    await desk.told("con_1")
    await desk.calendly.send_all()
    assert desk.kinds == ["Booked", "Moved"]


async def test_a_notice_kept_and_sent_again_later_is_refused(desk: Desk) -> None:
    desk.calendly.book("ana@mail.example", NOON + DAY)
    (notice,) = desk.calendly.outbox
    for seconds, status in ((-181, 401), (181, 401), (-179, 204), (179, 204)):
        assert await desk.calendly.send(notice, at=NOON + timedelta(seconds=seconds)) == [status], seconds
    assert desk.kinds == ["Booked"]


async def test_a_body_written_anew_has_another_signature(desk: Desk) -> None:
    """Calendly writes München as M\\u00fcnchen; parsed and written anew it would be another text."""
    desk.calendly.book("ana@mail.example", NOON + DAY)
    (notice,) = desk.calendly.outbox
    raw = json.dumps(notice).encode()
    written_anew = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    async with httpx2.AsyncClient() as client:
        headers = sign(KEY, raw, NOON)
        assert (await client.post(desk.url, content=written_anew, headers=headers)).status_code == 401
        assert (await client.post(desk.url, content=raw, headers=headers)).status_code == 204


async def test_nonsense_in_the_header_is_refused_and_breaks_nothing(porch: Porch) -> None:
    raw = b'{"event": "routing_form_submission.created"}'
    good = sign(KEY, raw, NOON)[SIGNATURE]
    strange = [
        "",
        "v1=abc",
        good.partition(",")[0],
        good.replace("t=", "t=x"),
        good.replace("t=", "t=-"),
        "t=" + "9" * 500 + ",v1=a",
        "t=²,v1=a",
        "t=1772452800,v1=é",
        "===,,,=",
        good.upper(),
    ]
    async with httpx2.AsyncClient() as client:
        for header in strange:
            answer = await client.post(porch.url, content=raw, headers={SIGNATURE.encode(): header.encode()})
            assert answer.status_code == 401, header
        assert (await client.post(porch.url, content=raw)).status_code == 401
        assert (await client.post(porch.url, content=raw, headers={SIGNATURE: f"{good},v1=older"})).status_code == 204
    assert porch.looks == ["con_1"]


async def test_a_connection_nobody_knows_or_without_a_key_lets_nobody_in(porch: Porch) -> None:
    raw = b'{"event": "routing_form_submission.created"}'
    async with httpx2.AsyncClient() as client:
        for connection, key in (("con_2", KEY), ("con_2", ""), ("con_empty", "")):
            url = porch.url.replace("con_1", connection)
            assert (await client.post(url, content=raw, headers=sign(key, raw, NOON))).status_code == 401
    assert porch.looks == []


async def test_a_notice_of_a_shape_we_do_not_know_does_not_cost_us_the_webhook(porch: Porch) -> None:
    strange = (b"{", b"[]", b'{"event": "invitee.created", "payload": {"uri": 7}}', b"\xff")
    async with httpx2.AsyncClient() as client:
        for raw in strange:
            answer = await client.post(porch.url, content=raw, headers=sign(KEY, raw, NOON))
            assert answer.status_code == 204
        raw = b" " * 1_000_001
        assert (await client.post(porch.url, content=raw, headers=sign(KEY, raw, NOON))).status_code == 413
    assert len(porch.looks) == len(strange), "whoever looks at the account itself misses nothing"

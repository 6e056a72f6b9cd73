"""What a guest's calendar answers to the invite: the last word counts, in whatever order the mails arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import JumpingClock
from bot.engine import InlineEngine
from bot.house import House
from bot.records import negotiations
from bot.worker import Assistant
from dialogs.negotiation.state import Negotiation
from tests.bookings.firm import MONDAY, a_house, hour, keep, presses, seed, slot
from tests.databases import reopened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def house(with_tables: str) -> AsyncIterator[House]:
    """The candidate has taken an hour, and has the invite."""
    made = a_house(reopened(with_tables), JumpingClock(MONDAY))
    await seed(made, 1, [hour(3, 10)])
    await hear(made, presses(0, hour(3, 10)))
    yield made
    await made.records.close()


async def hear(house: House, message: dict[str, object]) -> Negotiation:
    async with house.records.write() as session:
        await keep(session, message)
    await InlineEngine(Assistant(house)).settle()
    async with house.records.read() as session:
        return negotiations.state_of(await negotiations.get(session, "n0"))


def answers(said: str, stamp: datetime) -> dict[str, object]:
    """The candidate's calendar, by mail."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a calendar//EN", "METHOD:REPLY", "BEGIN:VEVENT"]
    lines += ["UID:i0@askarsan", "SEQUENCE:0", f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}", "DTSTART:20260303T090000Z"]
    lines += [f"ATTENDEE;PARTSTAT={said}:mailto:c0@mail.example", "END:VEVENT", "END:VCALENDAR", ""]
    reply = "\r\n".join(lines).encode()
    return {**presses(0, hour(3, 10)), "pressed": None, "text": "", "vendor_id": f"{said} {stamp}", "reply": reply}


async def test_a_no_that_a_later_yes_has_overtaken_undoes_nothing(house: House) -> None:
    before = await hear(house, answers("ACCEPTED", NOON))
    assert before.booked == slot(3, 10)
    assert await hear(house, answers("DECLINED", NOON - timedelta(minutes=5))) == before


async def test_a_no_after_the_yes_counts_and_a_yes_from_before_does_not_take_it_back(house: House) -> None:
    yes = await hear(house, answers("ACCEPTED", NOON))
    no = await hear(house, answers("DECLINED", NOON + timedelta(minutes=5)))
    assert no != yes
    assert await hear(house, answers("ACCEPTED", NOON + timedelta(minutes=1))) == no

"""The process dies at every step of a booking, and at every two of them: in the end there is one of everything."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.clock import JumpingClock
from bot.engine import InlineEngine
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import work
from bot.records.base import Records, Session
from bot.records.interviews import BookingCellRow, InterviewRow, cells
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.records.schema import migrate
from bot.worker import Assistant
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent, Standing
from integrations.meetings.base import Meeting
from integrations.standins.calendar import StandInCalendar
from integrations.standins.meeting import StandInMeetings
from tests.bookings.firm import MADRID, MINUTES, MONDAY, RITA, a_house, hour, keep, presses, seed, slot
from tests.conftest import Build, Database
from tests.databases import engines

HOURS = (hour(3, 10), hour(4, 12))
BOOKING = frozenset({"arrange", "hold", "release_hold"})


class Died(Exception):
    """The process is gone, in the middle of what it did."""


@dataclass
class Fate:
    """Counts the steps that reach the outside or the disk; at some of them the process dies."""

    deaths: frozenset[int] = frozenset()
    steps: Iterator[int] = field(default_factory=itertools.count)
    lived: int = 0
    counts: bool = False  # it is booking now, and not telling people of it

    def step(self) -> None:
        if not self.counts:
            return
        self.lived = next(self.steps)
        if self.lived in self.deaths:
            raise Died(self.lived)


class Calendar(StandInCalendar):
    fate = Fate()

    async def put(self, event: CalendarEvent) -> None:
        self.fate.step()
        await super().put(event)
        self.fate.step()

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        self.fate.step()
        await super().remove(uid, who, sequence)
        self.fate.step()

    async def find(self, uid: str, who: str) -> Standing | None:
        self.fate.step()
        return await super().find(uid, who)


class Meetings(StandInMeetings):
    fate = Fate()

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        self.fate.step()
        made = await super().create(key, topic, start, minutes)
        self.fate.step()
        return made

    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        self.fate.step()
        moved = await super().move(key, start, minutes)
        self.fate.step()
        return moved


class Disk(Records):
    fate = Fate()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Session]:
        async with super().write() as session:
            yield session
            self.fate.step()  # nothing of it was kept
        self.fate.step()  # all of it was kept, and nobody heard of it


class Worker(Assistant):
    """Knows which jobs are part of booking; what dying between messages does is another test's subject."""

    def __init__(self, house: House, fate: Fate) -> None:
        super().__init__(house)
        self.fate = fate

    async def run(self, job: Job) -> Sequence[Job]:
        async with self.house.records.read() as session:
            effect = await work.effect(session, job.id) if job.kind is JobKind.EFFECT else None
        self.fate.counts = effect.kind in BOOKING if effect else job.kind is JobKind.TURN
        return await super().run(job)


def offered(url: str) -> None:
    """One candidate who was offered two hours."""
    asyncio.run(_prepared(url, moving=False))


def booked(url: str) -> None:
    """One candidate whose first hour is booked, and who takes the second one instead."""
    asyncio.run(_prepared(url, moving=True))


async def _prepared(url: str, *, moving: bool) -> None:
    house = a_house(Records(url), JumpingClock(MONDAY))
    await migrate(house.records)
    await seed(house, 1, HOURS)
    async with house.records.write() as session:
        await keep(session, presses(0, HOURS[0]))
    if moving:
        await InlineEngine(Assistant(house)).settle()
        async with house.records.write() as session:
            # The vendor that sent what went before is not the one of the test, and counts from one again.
            await session.execute(update(MessageRow).values(vendor_id=None))
            await keep(session, {**presses(0, HOURS[1]), "vendor_id": "again"})
    await house.records.close()


@dataclass
class Life:
    """The assistant from start to start; the vendors and the clock outlive it."""

    disk: Disk
    fate: Fate
    house: House
    calendar: Calendar
    meetings: Meetings
    steps: int = 0  # that it took, without what came after

    @classmethod
    async def begin(cls, disk: Disk, fate: Fate, *, moving: bool) -> Life:
        clock = JumpingClock(MONDAY)
        calendar, meetings = Calendar(clock.now), Meetings(clock.now)
        calendar.connect(RITA, WorkingHours.parse("10:00-17:00", zone=MADRID))
        if moving:
            await calendar.put(CalendarEvent("i0@askarsan", 0, RITA, slot(3, 10), "First"))
            await meetings.create("i0@askarsan", "", HOURS[0], MINUTES)
        calendar.fate = meetings.fate = disk.fate = fate
        house = a_house(disk, clock)
        return cls(disk, fate, replace(house, calendar=calendar, meetings=meetings), calendar, meetings)

    async def to_the_end(self) -> None:
        """Dies where it must, starts again on the same disk, and is then left in peace for a while."""
        for _ in range(len(self.fate.deaths) + 1):
            try:
                await InlineEngine(Worker(self.house, self.fate)).settle()
            except Died:
                await self.disk.close()
        self.steps = self.fate.lived
        self.fate.counts = False
        clock = self.house.clock
        assert isinstance(clock, JumpingClock)
        clock.advance_to(clock.now() + timedelta(minutes=6))
        await InlineEngine(Assistant(self.house)).settle()

    async def found(self) -> dict[str, object]:
        """What there is in the end, inside and outside."""
        async with self.disk.read() as session:
            interview = (await session.scalars(select(InterviewRow))).one()
            taken = (await session.execute(select(BookingCellRow.person_id, BookingCellRow.cell))).all()
            invites = (await session.scalars(select(InviteRow).order_by(InviteRow.person_id, InviteRow.sequence))).all()
        await self.disk.close()
        return {
            "status": interview.status,
            "events": [(event.uid, event.when, event.tentative) for event in self.calendar.events(RITA)],
            "meetings": [(key, each.start) for key, each in self.meetings.planned.items()],
            "cells": sorted((person, cell) for person, cell in taken),
            "invites": [(each.person_id, each.method, each.sequence) for each in invites],
        }


def all_is_well(when: Interval, sequences: int) -> dict[str, object]:
    return {
        "status": "confirmed",
        "events": [("i0@askarsan", when, False)],
        "meetings": [("i0@askarsan", when.start)],
        "cells": sorted((person, cell) for person in ("c0", "rita") for cell in cells(when)),
        "invites": [(person, "REQUEST", number) for person in ("c0", "rita") for number in range(sequences)],
    }


async def lived(disk: Disk, deaths: frozenset[int], *, moving: bool) -> tuple[dict[str, object], int]:
    life = await Life.begin(disk, Fate(deaths), moving=moving)
    await life.to_the_end()
    return await life.found(), life.steps


CASES = [
    pytest.param(False, offered, all_is_well(slot(3, 10), 1), id="a booking"),
    pytest.param(True, booked, all_is_well(slot(4, 12), 2), id="a move"),
]


@pytest.mark.parametrize(("moving", "build", "well"), CASES)
def test_dying_at_any_step_leaves_one_event_and_one_booking(
    database: Database, moving: bool, build: Build, well: dict[str, object]
) -> None:
    with database(build) as url:
        found, steps = asyncio.run(lived(Disk(url, engines(url)), frozenset(), moving=moving))
    assert found == well
    assert steps >= 10, "the steps are counted at all"
    for step in range(steps + 1):
        with database(build) as url:
            found, _ = asyncio.run(lived(Disk(url, engines(url)), frozenset({step}), moving=moving))
        assert found == well, f"died at step {step}"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_dying_at_any_two_steps_leaves_one_event_and_one_booking(database: Database) -> None:
    with database(offered) as url:
        asyncio.run(_at_any_two_steps(url))


async def _at_any_two_steps(url: str) -> None:
    """On one file that is put back each time: most of the price of a start is what SQLAlchemy keeps between them."""
    disk, put_back, well = Disk(url), _as_it_was(url), all_is_well(slot(3, 10), 1)
    _, steps = await lived(disk, frozenset(), moving=False)
    for pair in itertools.combinations(range(steps + 2), 2):
        put_back()
        found, _ = await lived(disk, frozenset(pair), moving=False)
        assert found == well, f"died at steps {pair}"


def _as_it_was(url: str) -> Callable[[], None]:
    file = Path(url.removeprefix("sqlite+aiosqlite:///"))
    pristine = file.read_bytes()

    def put_back() -> None:
        for beside in file.parent.glob(f"{file.name}-*"):  # -wal and -shm
            beside.unlink()
        file.write_bytes(pristine)

    return put_back

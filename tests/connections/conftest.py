"""A firm whose people have calendars of paper, on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import JumpingClock
from bot.connections.connecting import Desks, Given, connect
from bot.connections.keys import GivenKeys
from bot.connections.switchboard import Switchboard
from bot.engine import InlineEngine
from bot.house import Counted, Firm, House
from bot.records import connections, people
from bot.records.base import Records
from bot.records.connections import ConnectionRow
from bot.records.schema import migrate_url
from bot.records.sealed import Key
from bot.seeding import NewPerson, add_person
from bot.worker import Assistant
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.wording import Phrasebook
from integrations.calendars.base import Block
from integrations.calendars.none import NoCalendar
from integrations.carriers import ABILITIES
from integrations.standins.channel import Delivery, StandInChannel
from integrations.standins.meeting import StandInMeetings
from tests.conftest import Database
from tests.connections.paper import Account, PaperMill
from tests.databases import reopened

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, nine in Lisbon
KEY = Key.new()
RITA, CARL, IDA, LOU = "rita@firm.example", "carl@acme.example", "ida@firm.example", "lou@firm.example"
PEOPLE = (
    ("rita", "recruiter", "Rita Lopes", "Europe/Lisbon", RITA),
    ("rob", "recruiter", "Rob Stone", "America/Los_Angeles", "rob@firm.example"),  # one in the morning there
    ("carl", "client", "Carl Olsen", "Europe/Berlin", CARL),
    ("ida", "interviewer", "Ida Moreau", "Europe/Paris", IDA),
    ("lou", "interviewer", "Lou Chen", "America/Los_Angeles", LOU),
)


@dataclass
class Office:
    """The assistant with its people, and how they fare."""

    house: House
    clock: JumpingClock
    mill: PaperMill
    mail: StandInChannel
    engine: InlineEngine

    async def connect(self, who: str, address: str, password: str = "hush", vendor: str = "paper") -> str:
        self.mill.accounts.setdefault(address, Account(password))
        given = Given(vendor, address, {"paper_user": address}, {"paper_password": password})
        assert self.house.desks
        async with self.house.records.write() as session:
            person = await people.get(session, who)
            row = await connect(session, self.house.ids, self.house.desks.keys, person, given, self.clock.now())
        return row.id

    async def row(self, connection_id: str) -> ConnectionRow:
        async with self.house.records.read() as session:
            found = await connections.get(session, connection_id)
        assert found
        return found

    async def wait(self, length: timedelta, step: timedelta = timedelta(seconds=10)) -> None:
        """Time passes, and the worker sweeps as it goes."""
        end = self.clock.now() + length
        while self.clock.now() < end:
            self.clock.advance_to(min(self.clock.now() + step, end))
            await self.engine.settle()

    def mails(self, to: str) -> list[Delivery]:
        return [each for each in self.mail.delivered if each.to == to]

    def texts(self, to: str) -> list[str]:
        return [each.text for each in self.mails(to)]


def with_people(url: str) -> None:
    """A database that has them; made once and copied."""
    migrate_url(url)

    async def fill() -> None:
        records = Records(url)
        async with records.write() as session:
            for key, role, name, zone, email in PEOPLE:
                company = "Acme" if role == "client" else None
                way = (("email",), ("email",), {"email": email})
                await add_person(
                    session, Counted(), NewPerson(key, role, name, zone, *way, company=company, email=email)
                )
        await records.close()

    asyncio.run(fill())


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database(with_people) as made:
        yield made


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    async with _open(url) as made:
        yield made


@pytest.fixture
def sqlite_url(sqlite: Database) -> Iterator[str]:
    with sqlite(with_people) as made:
        yield made


@pytest.fixture
async def here(sqlite_url: str) -> AsyncIterator[Office]:
    """On SQLite alone, where hours go by faster; test_calendars.py sees to it that PostgreSQL does the same."""
    async with _open(sqlite_url) as made:
        yield made


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Office]:
    clock = JumpingClock(NINE)
    mill = PaperMill(clock.now)
    mail = StandInChannel("email", ABILITIES["email"], clock.now)
    records = reopened(url)
    vendors = {"paper": mill.desk, "reading": mill.reading_desk}
    desks = Desks(GivenKeys(str(KEY)), clock.now, {}, records, vendors)
    house = House(
        records=records,
        clock=clock,
        channels={"email": mail},
        calendar=Switchboard(records, desks, NoCalendar(), clock.now, timedelta(seconds=0.2)),
        desks=desks,
        meetings=StandInMeetings(clock.now),
        phrasebook=Phrasebook.load(),
        firm=Firm(public_url="https://firm.example"),
        ids=Counted(),
    )
    yield Office(house, clock, mill, mail, InlineEngine(Assistant(house)))
    await house.calendar.close()
    await records.close()


def block(day: int, hour: int, hours: int = 1, uid: str = "") -> Block:
    """In March 2026, in UTC."""
    start = datetime(2026, 3, day, hour, tzinfo=UTC)
    return Block(Interval(start, start + timedelta(hours=hours)), uid=uid)


def nine_to_five(zone: str) -> WorkingHours:
    return WorkingHours(ZoneInfo(zone), start=time(9), end=time(17))

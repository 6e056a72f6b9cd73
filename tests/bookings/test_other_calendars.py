"""A calendar that is exchanged for another, and one that says no: everybody else's is right all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clock import JumpingClock
from bot.connections.connecting import Desks, Given, connect, disconnect
from bot.connections.keys import GivenKeys
from bot.connections.switchboard import Switchboard
from bot.engine import InlineEngine
from bot.records import connections, people
from bot.records.base import Records
from bot.records.interviews import InterviewRow
from bot.records.schema import migrate_url
from bot.records.sealed import Key
from bot.seeding import NewPerson, add_person
from bot.worker import Assistant
from dialogs.scheduling.intervals import Interval
from integrations.calendars.none import NoCalendar
from integrations.standins.channel import StandInChannel
from tests.bookings.firm import MONDAY, RITA, a_house, hour, keep, presses, seed, slot
from tests.conftest import Database
from tests.connections.paper import Account, PaperMill

AMY, ELSEWHERE = "amy@firm.example", "rita@elsewhere.example"


class Firm:
    """Rita's firm, where Amy interviews too, with calendars of paper; one candidate was offered two hours."""

    def __init__(self, records: Records) -> None:
        self.clock = JumpingClock(MONDAY)
        self.mill = PaperMill(self.clock.now)
        self.desks = Desks(GivenKeys(str(Key.new())), self.clock.now, {}, records, {"paper": self.mill.desk})
        calendar = Switchboard(records, self.desks, NoCalendar(), self.clock.now)
        self.house = replace(a_house(records, self.clock), calendar=calendar, desks=self.desks)

    async def connect(self, who: str, account: str) -> str:
        self.mill.accounts.setdefault(account, Account("hush"))
        given = Given("paper", account, {"paper_user": account}, {"paper_password": "hush"})
        async with self.house.records.write() as session:
            person = await people.get(session, who)
            row = await connect(session, self.house.ids, self.desks.keys, person, given, self.clock.now())
        return row.id

    async def disconnect(self, who: str, connection: str) -> None:
        async with self.house.records.write() as session:
            row = await connections.get(session, connection)
            assert row
            await disconnect(session, row, await people.get(session, who), self.clock.now())

    async def amy_comes_too(self, *, optional: bool = False) -> str:
        async with self.house.records.write() as session:
            way = (["email"], ["email"], {"email": AMY})
            amy = NewPerson("amy", "interviewer", "Amy Moreau", "Europe/Madrid", *way, email=AMY)
            await add_person(session, self.house.ids, amy)
            interview = await session.get_one(InterviewRow, "i0")
            interview.people, interview.optional = ([], ["amy"]) if optional else (["amy"], [])
        return await self.connect("amy", AMY)

    async def take(self, start: datetime, message: str) -> None:
        async with self.house.records.write() as session:
            await keep(session, {**presses(0, start), "vendor_id": message, "at": self.clock.now()})
        await self.wait(timedelta())

    async def withdraw(self) -> None:
        async with self.house.records.write() as session:
            await keep(session, {**presses(0, hour(3, 10)), "vendor_id": "off", "pressed": "n0@cancel"})
        await self.wait(timedelta())

    async def wait(self, length: timedelta) -> None:
        self.clock.advance_to(self.clock.now() + length)
        await InlineEngine(Assistant(self.house)).settle()

    def interviews(self, account: str) -> list[Interval]:
        return [each.when for each in self.mill.accounts[account].events.values() if not each.tentative]

    def told(self, who: str) -> list[str]:
        slack = self.house.channels["slack"]
        assert isinstance(slack, StandInChannel)
        return [each.text for each in slack.delivered if each.to == who]


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database(migrate_url) as made:
        yield made


@pytest.fixture
async def firm(url: str) -> AsyncIterator[Firm]:
    made = Firm(Records(url))
    await seed(made.house, 1, [hour(3, 10), hour(4, 12)])
    yield made
    await made.house.calendar.close()
    await made.house.records.close()


async def test_in_another_calendar_an_interview_is_not_gone_but_written(firm: Firm) -> None:
    first = await firm.connect("rita", RITA)
    await firm.take(hour(3, 10), "one")
    told = firm.told("rita")
    await firm.disconnect("rita", first)
    await firm.connect("rita", ELSEWHERE)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(ELSEWHERE) == [slot(3, 10)]
    assert firm.told("rita") == told, "nobody has deleted anything"


async def test_of_two_calendars_the_one_that_is_left_has_the_interview(firm: Firm) -> None:
    first = await firm.connect("rita", RITA)
    await firm.connect("rita", ELSEWHERE)
    await firm.take(hour(3, 10), "one")
    assert (firm.interviews(RITA), firm.interviews(ELSEWHERE)) == ([slot(3, 10)], [])
    told = firm.told("rita")
    await firm.disconnect("rita", first)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(ELSEWHERE) == [slot(3, 10)]
    assert firm.told("rita") == told


async def test_a_calendar_that_says_no_leaves_no_twin_in_another(firm: Firm) -> None:
    await firm.connect("rita", RITA)
    await firm.amy_comes_too()
    await firm.take(hour(3, 10), "one")
    assert firm.interviews(AMY) == firm.interviews(RITA) == [slot(3, 10)]
    firm.mill.accounts[AMY].locked = True
    await firm.take(hour(4, 12), "two")
    assert firm.interviews(RITA) == [slot(4, 12)]
    assert any("refused" in text for text in firm.told("rita")), "a human knows of Amy's"
    firm.mill.accounts[AMY].locked = False
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(AMY) == [slot(4, 12)]


async def test_nor_does_it_keep_what_is_off_in_another(firm: Firm) -> None:
    await firm.connect("rita", RITA)
    await firm.amy_comes_too()
    await firm.take(hour(3, 10), "one")
    assert firm.interviews(RITA) == [slot(3, 10)]
    firm.mill.accounts[AMY].locked = True
    await firm.withdraw()
    assert firm.interviews(RITA) == []


async def test_what_moved_while_a_calendar_was_disconnected_is_moved_there_when_it_is_back(firm: Firm) -> None:
    await firm.connect("rita", RITA)
    amys = await firm.amy_comes_too(optional=True)
    await firm.take(hour(3, 10), "one")
    assert firm.interviews(AMY) == [slot(3, 10)]
    await firm.disconnect("amy", amys)
    await firm.take(hour(4, 12), "two")
    await firm.wait(timedelta(minutes=6))
    await firm.connect("amy", AMY)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(AMY) == firm.interviews(RITA) == [slot(4, 12)]


async def test_what_was_called_off_meanwhile_is_taken_out_however_much_later_it_is_back(firm: Firm) -> None:
    await firm.connect("rita", RITA)
    amys = await firm.amy_comes_too(optional=True)
    await firm.take(hour(3, 10), "one")
    await firm.disconnect("amy", amys)
    await firm.withdraw()
    for _ in range(3):
        await firm.wait(timedelta(minutes=50))
    await firm.connect("amy", AMY)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(AMY) == []

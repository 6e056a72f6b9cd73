"""A calendar that is exchanged for another, and one that says no: everybody else's is right all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.clock import JumpingClock
from bot.connections.connecting import Given
from bot.records.base import Records
from bot.records.interviews import InterviewRow
from bot.records.schema import migrate_url
from bot.seeding import NewPerson, add_person
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Block
from tests.bookings.connected import Firm
from tests.bookings.firm import MONDAY, RITA, hour, seed, slot
from tests.conftest import Database
from tests.connections.paper import Account, PaperMill

AMY, ELSEWHERE = "amy@firm.example", "rita@elsewhere.example"


class OnPaper(Firm):
    """Amy interviews too, and both have calendars of paper; one candidate was offered two hours."""

    def __init__(self, records: Records) -> None:
        clock = JumpingClock(MONDAY)
        self.mill = PaperMill(clock.now)
        super().__init__(records, clock, vendors={"paper": self.mill.desk})

    async def open(self, who: str, account: str) -> str:
        self.mill.accounts.setdefault(account, Account("hush"))
        return await self.connect(who, Given("paper", account, {"paper_user": account}, {"paper_password": "hush"}))

    async def amy_comes_too(self, *, optional: bool = False) -> str:
        async with self.house.records.write() as session:
            way = (["email"], ["email"], {"email": AMY})
            amy = NewPerson("amy", "interviewer", "Amy Moreau", "Europe/Madrid", *way, email=AMY)
            await add_person(session, self.house.ids, amy)
            interview = await session.get_one(InterviewRow, "i0")
            interview.people, interview.optional = ([], ["amy"]) if optional else (["amy"], [])
        return await self.open("amy", AMY)

    def interviews(self, account: str) -> list[Interval]:
        return [each.when for each in self.mill.accounts[account].events.values() if not each.tentative]


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database(migrate_url) as made:
        yield made


@pytest.fixture
async def firm(url: str) -> AsyncIterator[OnPaper]:
    made = OnPaper(Records(url))
    await seed(made.house, 1, [hour(3, 10), hour(4, 12)])
    yield made
    await made.close()


async def test_in_another_calendar_an_interview_is_not_gone_but_written(firm: OnPaper) -> None:
    first = await firm.open("rita", RITA)
    await firm.take(hour(3, 10), "one")
    told = firm.told("rita")
    await firm.disconnect(first)
    await firm.open("rita", ELSEWHERE)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(ELSEWHERE) == [slot(3, 10)]
    assert firm.told("rita") == told, "nobody has deleted anything"


async def test_of_two_calendars_the_one_that_is_left_has_the_interview(firm: OnPaper) -> None:
    first = await firm.open("rita", RITA)
    await firm.open("rita", ELSEWHERE)
    await firm.take(hour(3, 10), "one")
    assert (firm.interviews(RITA), firm.interviews(ELSEWHERE)) == ([slot(3, 10)], [])
    told = firm.told("rita")
    await firm.disconnect(first)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(ELSEWHERE) == [slot(3, 10)]
    assert firm.told("rita") == told


async def test_a_calendar_that_says_no_leaves_no_twin_in_another(firm: OnPaper) -> None:
    await firm.open("rita", RITA)
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


async def test_nor_does_it_keep_what_is_off_in_another(firm: OnPaper) -> None:
    await firm.open("rita", RITA)
    await firm.amy_comes_too()
    await firm.take(hour(3, 10), "one")
    assert firm.interviews(RITA) == [slot(3, 10)]
    firm.mill.accounts[AMY].locked = True
    await firm.withdraw()
    assert firm.interviews(RITA) == []


async def test_what_moved_while_a_calendar_was_disconnected_is_moved_there_when_it_is_back(firm: OnPaper) -> None:
    await firm.open("rita", RITA)
    amys = await firm.amy_comes_too(optional=True)
    await firm.take(hour(3, 10), "one")
    assert firm.interviews(AMY) == [slot(3, 10)]
    await firm.disconnect(amys)
    await firm.take(hour(4, 12), "two")
    await firm.wait(timedelta(minutes=6))
    await firm.open("amy", AMY)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(AMY) == firm.interviews(RITA) == [slot(4, 12)]


async def test_what_was_called_off_meanwhile_is_taken_out_however_much_later_it_is_back(firm: OnPaper) -> None:
    await firm.open("rita", RITA)
    amys = await firm.amy_comes_too(optional=True)
    await firm.take(hour(3, 10), "one")
    await firm.disconnect(amys)
    await firm.withdraw()
    for _ in range(3):
        await firm.wait(timedelta(minutes=50))
    await firm.open("amy", AMY)
    await firm.wait(timedelta(minutes=6))
    assert firm.interviews(AMY) == []


async def test_what_is_only_held_goes_too_when_a_calendar_is_let_go_and_nobody_is_invited_to_it(firm: OnPaper) -> None:
    first = await firm.open("rita", RITA)
    firm.mill.accounts[RITA].blocks = (Block(slot(3, 10)), Block(slot(4, 12)))
    await firm.take(hour(3, 10), "one")
    assert [event.tentative for event in firm.mill.accounts[RITA].events.values()] == [True] * 3
    assert len((await firm.disconnect(first)).taken_out) == 3
    assert firm.mill.accounts[RITA].events == {}
    assert firm.sent(RITA, "email") == []

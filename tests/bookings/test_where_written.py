"""Where an event stands is never forgotten: however calendars come and go, there is one of it, at the right time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import JumpingClock
from bot.records.base import Records
from bot.records.schema import migrate_url
from integrations.calendars.base import CalendarEvent
from tests.bookings.at_vendors import AtVendor, at_vendor
from tests.bookings.connected import Firm
from tests.bookings.firm import MONDAY, RITA, hour, seed, slot
from tests.conftest import Database

VENDORS = ("google", "microsoft", "caldav")
OTHER = {"google": "caldav", "microsoft": "google", "caldav": "microsoft"}
ELSEWHERE = "rita@elsewhere.example"
A_FEW_MINUTES = timedelta(minutes=6)


@dataclass
class Office:
    """Rita and her two calendars, at two vendors."""

    firm: Firm
    first: AtVendor
    second: AtVendor

    @property
    def standing(self) -> tuple[list[object], list[object]]:
        return list(self.first.standing()), list(self.second.standing())


@pytest.fixture
def url(sqlite: Database) -> Iterator[str]:
    with sqlite(migrate_url) as made:
        yield made


@pytest.fixture(params=VENDORS)
async def office(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """The first calendar is at each vendor in turn."""
    clock = JumpingClock(MONDAY)
    async with AsyncExitStack() as open_now:
        first, second = [
            await open_now.enter_async_context(at_vendor(vendor, who, clock.now, tmp_path))
            for vendor, who in ((request.param, RITA), (OTHER[request.param], ELSEWHERE))
        ]
        firm = Firm(Records(url), clock, {**first.settings, **second.settings})
        open_now.push_async_callback(firm.close)
        await seed(firm.house, 1, [hour(3, 10), hour(4, 12)])
        yield Office(firm, first, second)


async def test_what_stands_in_the_second_calendar_is_moved_there_though_the_first_is_back(office: Office) -> None:
    firm = office.firm
    first = await firm.connect("rita", office.first.given)
    await firm.connect("rita", office.second.given)
    await firm.take(hour(3, 10), "one")
    assert office.standing == ([slot(3, 10)], [])
    gone = await firm.disconnect(first)
    assert (len(gone.taken_out), len(gone.left)) == (1, 0)
    await firm.wait(A_FEW_MINUTES)
    assert office.standing == ([], [slot(3, 10)])
    await firm.connect("rita", office.first.given)
    await firm.wait(A_FEW_MINUTES)
    assert office.standing == ([], [slot(3, 10)])
    await firm.take(hour(4, 12), "two")
    assert office.standing == ([], [slot(4, 12)])
    assert firm.sent(RITA, "email") == [], "she has it in a calendar all the time"
    await firm.withdraw()
    assert office.standing == ([], [])


async def test_what_could_not_be_taken_out_is_told_and_leaves_no_twin_when_the_calendar_is_back(office: Office) -> None:
    firm = office.firm
    first = await firm.connect("rita", office.first.given)
    await firm.connect("rita", office.second.given)
    await firm.take(hour(3, 10), "one")
    office.first.lose("removal")
    gone = await firm.disconnect(first)
    assert [entry.when for entry in gone.left] == [slot(3, 10)]
    await firm.wait(A_FEW_MINUTES)
    assert office.standing == ([slot(3, 10)], [slot(3, 10)]), "nobody gets in there any more"
    await firm.take(hour(4, 12), "two")
    for _ in range(3):
        await firm.wait(timedelta(minutes=50))
    await firm.connect("rita", office.first.given)
    await firm.wait(A_FEW_MINUTES)
    assert office.standing == ([], [slot(4, 12)])


async def test_called_off_while_a_calendar_was_let_go_it_is_gone_there_too_however_much_later(office: Office) -> None:
    firm = office.firm
    first = await firm.connect("rita", office.first.given)
    await firm.connect("rita", office.second.given)
    await firm.take(hour(3, 10), "one")
    office.first.lose("removal")
    await firm.disconnect(first)
    await firm.wait(A_FEW_MINUTES)
    await firm.withdraw()
    for _ in range(3):
        await firm.wait(timedelta(minutes=50))
    assert office.standing == ([slot(3, 10)], [])
    await firm.connect("rita", office.first.given)
    await firm.wait(A_FEW_MINUTES)
    assert office.standing == ([], [])


async def test_whoever_has_no_other_calendar_is_invited_by_mail_and_has_it_once_when_it_is_back(office: Office) -> None:
    firm = office.firm
    first = await firm.connect("rita", office.first.given)
    await firm.take(hour(3, 10), "one")
    assert firm.sent(RITA, "email") == []
    await firm.disconnect(first)
    assert office.first.standing() == []
    (mail,) = firm.sent(RITA, "email")
    assert mail.invite
    assert b"METHOD:REQUEST" in mail.invite
    await firm.wait(timedelta(minutes=30))
    assert len(firm.sent(RITA, "email")) == 1
    await firm.connect("rita", office.first.given)
    await firm.wait(A_FEW_MINUTES)
    assert office.first.standing() == [slot(3, 10)]


# Written late


def late(office: Office) -> CalendarEvent:
    return CalendarEvent("i0@askarsan", 0, office.first.given.account, slot(3, 10), "First")


async def test_what_is_written_late_after_it_was_taken_out_does_not_stay(office: Office) -> None:
    firm = office.firm
    await firm.connect("rita", office.first.given)
    await firm.take(hour(3, 10), "one")
    await firm.withdraw()
    assert office.first.standing() == []
    await office.first.write_late(late(office), firm.clock.now)
    if office.first.given.vendor != "caldav":
        assert office.first.standing() == [], "the vendor remembers that it was there, and is no more"
    await firm.wait(A_FEW_MINUTES)
    assert office.first.standing() == []


async def test_what_was_called_off_before_it_ever_arrived_does_not_stay_when_it_does(office: Office) -> None:
    firm = office.firm
    await firm.connect("rita", office.first.given)
    office.first.lose("writing")
    await firm.take(hour(3, 10), "one")
    await firm.withdraw()
    await firm.wait(timedelta(minutes=20))
    await office.first.write_late(late(office), firm.clock.now)
    assert office.first.standing() == [slot(3, 10)], "no vendor can know"
    await firm.wait(A_FEW_MINUTES)
    assert office.first.standing() == []


# Written while others write


async def test_where_somebody_else_writes_too_it_is_read_again_and_nobody_is_called(office: Office) -> None:
    firm = office.firm
    await firm.connect("rita", office.first.given)
    await firm.take(hour(3, 10), "one")
    office.first.refuse_changes(5)
    told = firm.told("rita")
    await firm.take(hour(4, 12), "two")
    await firm.wait(timedelta(minutes=1))
    assert office.first.standing() == [slot(4, 12)]
    assert not [text for text in firm.told("rita")[len(told) :] if "changes" in text]


async def test_a_human_is_called_where_that_never_ends(office: Office) -> None:
    firm = office.firm
    await firm.connect("rita", office.first.given)
    await firm.take(hour(3, 10), "one")
    office.first.refuse_changes(60)
    await firm.take(hour(4, 12), "two")
    for _ in range(4):
        await firm.wait(timedelta(seconds=20))
    assert [text for text in firm.told("rita") if "chang" in text.casefold()]

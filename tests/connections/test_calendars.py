"""Whose calendar is asked for is found; whoever's cannot be read is not free."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.records import connections
from bot.records.base import Records
from bot.records.connections import ConnectionState
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    CalendarDisconnected,
    CalendarError,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
)
from tests.connections.conftest import CARL, IDA, NINE, RITA, Office, block, nine_to_five

DAYS = Interval(NINE, NINE + timedelta(days=7))


async def test_each_person_is_busy_when_their_own_calendar_says_so(office: Office) -> None:
    await office.connect("rita", RITA)
    await office.connect("ida", IDA)
    office.mill.accounts[RITA].blocks = (block(3, 10),)
    office.mill.accounts[IDA].blocks = (block(4, 15),)
    assert (await office.house.calendar.busy(RITA, DAYS)).intervals == (block(3, 10).when,)
    assert (await office.house.calendar.busy(IDA, DAYS)).intervals == (block(4, 15).when,)


async def test_of_two_calendars_either_makes_busy(office: Office) -> None:
    await office.connect("rita", RITA)
    await office.connect("rita", "rita@home.example", vendor="reading")
    office.mill.accounts[RITA].blocks = (block(3, 10),)
    office.mill.accounts["rita@home.example"].blocks = (block(3, 11),)
    seen = await office.house.calendar.busy(RITA, DAYS)
    assert seen.intervals == (Interval(block(3, 10).when.start, block(3, 11).when.end),)
    assert len(seen.blocks) == 2
    office.mill.accounts["rita@home.example"].hides = True
    assert (await office.house.calendar.busy(RITA, DAYS)).within(DAYS) == (DAYS,), "what is unknown is busy"


async def test_whoever_has_none_is_asked_for_elsewhere(office: Office) -> None:
    assert not (await office.house.calendar.busy(CARL, DAYS)).readable
    with pytest.raises(CalendarRefused):
        await office.house.calendar.put(event(CARL))


async def test_one_vendor_s_object_serves_a_connection_until_that_changes(office: Office) -> None:
    await office.connect("rita", RITA)
    for _ in range(3):
        await office.house.calendar.busy(RITA, DAYS)
    assert office.mill.made == 1
    office.mill.accounts[RITA].password = "new"
    office.clock.advance_to(NINE + timedelta(seconds=1))
    await office.connect("rita", RITA, password="new")
    await office.house.calendar.busy(RITA, DAYS)
    assert office.mill.made == 2
    await office.house.calendar.close()
    assert office.mill.closed == 2, "the old one too"


async def test_an_event_goes_into_the_calendar_that_takes_it(office: Office) -> None:
    await office.connect("rita", "rita@home.example", vendor="reading")
    await office.connect("rita", RITA)
    assert await office.house.calendar.writes_to(RITA)
    await office.house.calendar.put(event(RITA))
    assert office.mill.accounts["rita@home.example"].events == {}
    standing = await office.house.calendar.find("1@askarsan", RITA)
    assert standing
    assert (standing.who, standing.when) == (RITA, event(RITA).when)
    await office.house.calendar.remove("1@askarsan", RITA, 0)
    assert await office.house.calendar.find("1@askarsan", RITA) is None


async def test_an_account_of_another_name_is_still_theirs(office: Office) -> None:
    await office.connect("rita", "r.lopes@firm.onmicrosoft.example")
    await office.house.calendar.put(event(RITA))
    assert office.mill.accounts["r.lopes@firm.onmicrosoft.example"].events["1@askarsan"].summary == "Ana Silva"
    standing = await office.house.calendar.find("1@askarsan", RITA)
    assert standing
    assert standing.who == RITA


async def test_what_can_only_be_read_is_told_before_anybody_writes(office: Office) -> None:
    await office.connect("rita", RITA, vendor="reading")
    assert not await office.house.calendar.writes_to(RITA)
    with pytest.raises(CalendarRefused, match="only be read"):
        await office.house.calendar.put(event(RITA))


async def test_the_vendor_s_own_hours_go_before_the_usual_ones(office: Office) -> None:
    await office.connect("rita", RITA)
    usual = await office.house.calendar.hours(RITA)
    assert usual
    assert usual.zone == ZoneInfo("Europe/Lisbon")
    monday = Interval(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert usual.open(monday) == (Interval(monday.start + timedelta(hours=9), monday.start + timedelta(hours=18)),)
    office.mill.accounts[RITA].hours = nine_to_five("Europe/Madrid")
    assert await office.house.calendar.hours(RITA) == nine_to_five("Europe/Madrid")


async def test_a_slow_calendar_is_no_answer_and_holds_nobody_up(office: Office) -> None:
    await office.connect("rita", RITA)
    office.mill.slow = 30
    began = time.monotonic()
    with pytest.raises(CalendarUnreachable):
        await office.house.calendar.busy(RITA, DAYS)
    assert time.monotonic() - began < 15


async def test_a_fault_in_a_vendor_s_desk_is_a_refusal_and_not_a_lost_turn(office: Office) -> None:
    await office.connect("rita", RITA)
    office.mill.accounts[RITA].blocks = ("nonsense",)  # type: ignore[assignment]
    with pytest.raises(CalendarRefused, match="desk failed"):
        await office.house.calendar.busy(RITA, DAYS)


async def test_what_is_known_not_to_work_is_not_waited_for(office: Office) -> None:
    connection = await office.connect("rita", RITA)
    await office.house.calendar.busy(RITA, DAYS)
    for state, expected in (
        (ConnectionState.BROKEN, CalendarUnreachable),
        (ConnectionState.SET_UP_REQUIRED, CalendarDisconnected),
    ):
        await in_state(office.house.records, connection, state)
        before = office.mill.looks
        with pytest.raises(expected):
            await office.house.calendar.busy(RITA, DAYS)
        assert office.mill.looks == before


async def test_one_person_s_trouble_is_not_another_s(office: Office) -> None:
    await office.connect("rita", RITA)
    await office.connect("ida", IDA)
    office.mill.accounts[RITA].password = "changed"
    with pytest.raises(CalendarError):
        await office.house.calendar.busy(RITA, DAYS)
    assert (await office.house.calendar.busy(IDA, DAYS)).readable


async def test_a_break_is_told_once_and_so_is_its_end(office: Office) -> None:
    await office.connect("rita", RITA)
    office.mill.silent = True
    await office.wait(timedelta(minutes=1))
    await office.wait(timedelta(minutes=5), timedelta(minutes=1))
    assert len(office.mails(RITA)) == 1
    office.mill.silent = False
    await office.wait(timedelta(minutes=6), timedelta(minutes=1))
    assert len(office.mails(RITA)) == 2


async def in_state(records: Records, connection: str, state: ConnectionState) -> None:
    async with records.write() as session:
        row = await connections.lock(session, connection)
        assert row
        row.state = state.value


def event(who: str) -> CalendarEvent:
    return CalendarEvent("1@askarsan", 0, who, block(3, 10).when, "Ana Silva")

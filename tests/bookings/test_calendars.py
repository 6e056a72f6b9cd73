"""What stands in a calendar: holds for as long as an offer stands, the interview as it is booked, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clock import JumpingClock
from bot.effects.kinds import carry_out
from bot.engine import InlineEngine
from bot.house import House
from bot.records import negotiations
from bot.turn import Turn
from bot.watching.reconciling import reconcile
from bot.worker import Assistant
from dialogs.negotiation.events import CalledOff
from dialogs.scheduling.intervals import Interval
from integrations.meetings.base import Meeting
from integrations.standins.meeting import StandInMeetings
from tests.bookings.firm import MONDAY, RITA, a_house, calendar_of, hour, keep, presses, seed, slot
from tests.databases import reopened


@pytest.fixture
async def house(with_tables: str) -> AsyncIterator[House]:
    made = a_house(reopened(with_tables), JumpingClock(MONDAY))
    await seed(made, 1, [hour(3, 10)])
    yield made
    await made.records.close()


async def settle(house: House) -> None:
    await InlineEngine(Assistant(house)).settle()


async def later(house: House, length: timedelta) -> None:
    assert isinstance(house.clock, JumpingClock)
    house.clock.advance_to(house.clock.now() + length)
    await settle(house)


async def book(house: House) -> None:
    async with house.records.write() as session:
        await keep(session, presses(0, hour(3, 10)))
    await settle(house)


async def offer_others(house: House) -> None:
    """She takes an hour that went meanwhile, and is offered others."""
    calendar_of(house).replace_busy(RITA, [slot(3, 10)])
    await book(house)


def holds(house: House) -> list[Interval]:
    return [event.when for event in calendar_of(house).events(RITA) if event.tentative]


def interviews(house: House) -> list[Interval]:
    return [event.when for event in calendar_of(house).events(RITA) if not event.tentative]


async def test_what_is_offered_is_held_in_the_calendar_and_goes_when_the_offer_runs_out(house: House) -> None:
    await offer_others(house)
    assert len(holds(house)) == 3
    summaries = {event.summary for event in calendar_of(house).events(RITA)}
    assert all(summary.startswith("[Hold] ") for summary in summaries)
    await later(house, holds(house)[0].start - house.clock.now())
    assert holds(house) == [], "its first time begins now"


async def test_our_own_hold_is_not_in_our_way_and_somebody_elses_meeting_over_it_is(house: House) -> None:
    await offer_others(house)
    kept = holds(house)[0]
    async with house.records.write() as session:
        await keep(session, {**presses(0, kept.start), "vendor_id": "then"})
    await settle(house)
    assert interviews(house) == [kept]
    assert holds(house) == []


async def test_a_meeting_that_lands_on_a_hold_before_she_answers_is_never_booked_over(house: House) -> None:
    await offer_others(house)
    kept = holds(house)[0]
    calendar_of(house).replace_busy(RITA, [slot(3, 10), Interval(kept.start, kept.end + timedelta(hours=1))])
    async with house.records.write() as session:
        await keep(session, {**presses(0, kept.start), "vendor_id": "then"})
    await settle(house)
    assert interviews(house) == []
    assert kept not in holds(house)


async def test_a_calendar_that_is_away_stops_no_offer(house: House) -> None:
    calendar_of(house).replace_busy(RITA, [slot(3, 10)])
    async with house.records.write() as session:
        await keep(session, presses(0, hour(3, 10)))

    calendar_of(house).refuse_writing()
    await settle(house)
    async with house.records.read() as session:
        state = negotiations.state_of(await negotiations.get(session, "n0"))
    assert state.offer
    assert state.offer.number == 2
    assert holds(house) == []


async def test_a_calendar_that_keeps_something_else_is_written_once_more(house: House) -> None:
    calendar_of(house).misplace_next(slot(5, 12))
    await book(house)
    assert [each.event.sequence for each in calendar_of(house).received] == [0, 1]
    assert interviews(house) == [slot(3, 10)]


async def test_what_was_left_in_a_calendar_is_taken_out_by_the_next_comparison(house: House) -> None:
    """Written late, by a process that died after the interview was called off."""
    await book(house)
    event = calendar_of(house).events(RITA)[0]
    async with house.records.write() as session:
        await Turn(house, session).happen(await negotiations.get(session, "n0"), CalledOff())
    await settle(house)
    assert interviews(house) == []
    calendar_of(house).put_back(event)
    await later(house, timedelta(minutes=6))
    assert interviews(house) == []


class Meanwhile(StandInMeetings):
    """Something happens just as a room was made."""

    def __init__(self, house: House, happens: Callable[[House], Awaitable[None]]) -> None:
        super().__init__(house.clock.now)
        self._house = house
        self._happens = happens

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        made = await super().create(key, topic, start, minutes)
        await self._happens(self._house)
        return made


async def call_off(house: House) -> None:
    async with house.records.write() as session:
        turn = Turn(house, session)
        await turn.happen(await negotiations.get(session, "n0"), CalledOff())
    for effect in turn.begun:
        await carry_out(house, effect)


async def test_called_off_while_it_is_arranged_no_room_is_left(house: House) -> None:
    meetings = Meanwhile(house, call_off)
    house = replace(house, meetings=meetings)
    await book(house)
    await settle(house)
    assert meetings.planned == {}
    assert interviews(house) == []


async def test_called_off_while_a_calendar_is_away_no_room_is_left(house: House) -> None:
    async def calendars_go(_: House) -> None:
        calendar_of(house).fail(house.clock.now() + timedelta(minutes=2))

    meetings = Meanwhile(house, calendars_go)
    house = replace(house, meetings=meetings)
    await book(house)
    assert len(meetings.planned) == 1
    await call_off(house)
    await later(house, timedelta(minutes=10))
    assert meetings.planned == {}
    assert interviews(house) == []


async def test_half_done_is_finished_once_the_calendar_is_back(house: House) -> None:
    """It was away for longer than anybody waits: agreed and told all the same, and written when it can be."""
    async with house.records.write() as session:
        await keep(session, presses(0, hour(3, 10)))
    calendar_of(house).refuse_writing()
    await settle(house)
    assert interviews(house) == []
    calendar_of(house).refuse_writing(False)
    await later(house, timedelta(minutes=6))
    assert interviews(house) == [slot(3, 10)]


async def test_what_is_weeks_away_is_looked_after_too(house: House) -> None:
    async with house.records.write() as session:
        await keep(session, presses(0, hour(27, 10)))
    await settle(house)
    assert interviews(house) == [slot(27, 10)]
    calendar_of(house).by_hand(RITA, "i0@askarsan", None)
    await later(house, timedelta(minutes=6))
    async with house.records.read() as session:
        assert negotiations.state_of(await negotiations.get(session, "n0")).by_hand


async def test_what_was_noticed_once_is_not_told_again(house: House) -> None:
    await book(house)
    calendar_of(house).by_hand(RITA, "i0@askarsan", slot(5, 12))
    assert await reconcile(house, "rita")
    assert not await reconcile(house, "rita")
    await later(house, timedelta(minutes=6))
    async with house.records.read() as session:
        state = negotiations.state_of(await negotiations.get(session, "n0"))
    assert state.offers_made == 2

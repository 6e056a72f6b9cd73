"""The people of the host's side as the slot engine takes them: their hours, what fills their days, the firm's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.facts.case import Case
from bot.facts.diaries import OWN_PEOPLE, lunch_of, travel_of, week_of
from bot.facts.looking import Look
from bot.house import House
from bot.records import entries, interviews
from bot.records import hours as own_hours
from bot.records.base import Session
from bot.records.entries import EntryRow
from bot.records.hours import NOTHING_SAID, Exceptions
from bot.records.people import PersonRow
from dialogs.negotiation.facts import Mode, Rules
from dialogs.negotiation.state import Hosting
from dialogs.scheduling.blocks import TAKES, Block, Show
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.intervals import Interval, difference
from dialogs.scheduling.loop_plan import LoopPlan
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Week
from integrations.calendars.base import Busy

A_WEEK = timedelta(days=7)
FREE = Busy()  # of whom no calendar is known


@dataclass(frozen=True)
class Taken:
    """What fills the days of everybody in a case, besides the case itself."""

    between: Interval
    booked: Mapping[str, tuple[Interval, ...]]  # their other interviews
    shown: Mapping[str, tuple[Block, ...]]  # what their calendars show, without what we ourselves put there
    said: Mapping[str, Exceptions]  # what they told us of their hours
    unreadable: frozenset[str]
    on_the_way: Mapping[str, tuple[Interval, ...]]  # their other interviews on site, with the way there and back

    def of(self, person: str) -> tuple[Interval, ...]:
        if person in self.unreadable:
            return (*self.booked[person], self.between)
        shown = (block.when for block in self.shown.get(person, ()) if block.show in TAKES)
        return (*self.booked[person], *shown)


async def taken_time(session: Session, house: House, case: Case, seen: Look) -> Taken:
    now, rules = house.clock.now(), house.rules
    between = Interval(now, now + rules.notice + rules.horizon)
    people = [person.id for person in (case.candidate, *case.panel)]
    # What is over still counts where somebody takes only so many a week, or has the least to do.
    since = now - A_WEEK if case.pools or _capped(rules) else now
    booked = await interviews.booked(session, people, since, besides=case.interview.id)
    on_the_way = await _on_the_way(session, rules, case, since)
    connected = [person.id for person in case.panel if person.id in seen.busy]
    # The firm's own people tell us of their hours whether or not they have a calendar.
    telling = [person.id for person in case.panel if person.id in seen.busy or person.role in OWN_PEOPLE]
    said = await own_hours.exceptions_of(session, telling) if telling else {}
    planned = [person for person in telling if person in seen.busy or said[person] is not NOTHING_SAID]
    if not planned:
        return Taken(between, booked, {}, {}, frozenset(), on_the_way)
    # Where every block says whose it is, ours are known by that; else by what we have written.
    unnamed = [person for person in connected if not all(block.uid for block in seen.busy[person].blocks)]
    unnamed += [person for person in connected if seen.busy[person].intervals and not seen.busy[person].blocks]
    ours = await entries.standing(session, unnamed, now) if unnamed else ()
    shown = {
        person: (
            *_foreign(seen.busy.get(person, FREE), [each for each in ours if each.person_id == person], case, seen.at),
            *(Block(when, Show.AWAY) for when in said[person].blocked(between)),
        )
        for person in planned
    }
    unreadable = frozenset(person for person in connected if not seen.busy[person].readable)
    return Taken(between, booked, shown, said, unreadable, on_the_way)


async def _on_the_way(session: Session, rules: Rules, case: Case, since: datetime) -> dict[str, tuple[Interval, ...]]:
    """Who comes back from an interview on site cannot be on the screen at once. Two on site are at one place."""
    ways = {person.id: timedelta(minutes=travel_of(rules, person)) for person in case.panel}
    if case.interview.mode == Mode.ONSITE or not any(ways.values()):
        return {}
    held = await interviews.booked(session, list(ways), since, case.interview.id, Mode.ONSITE)
    return {
        person: tuple(Interval(each.start - way, each.end + way) for each in held[person])
        for person, way in ways.items()
        if way
    }


def _foreign(busy: Busy, ours: Sequence[EntryRow], case: Case, at: datetime | None) -> Iterator[Block]:
    """What a calendar shows, without this very interview, its holds, and the holds of others.

    Those of others are counted from the records: they keep a time from being offered twice, not from being taken.
    """
    own = [each for each in ours if each.negotiation_id == case.row.id or each.offer is not None]
    # Not every vendor says whose event it is. Then ours is the one of exactly that length, if it was there already.
    unnamed = [each.when for each in own if at and each.written_at and each.written_at <= at]
    if not busy.blocks:
        yield from map(Block, difference(busy.intervals, unnamed))
    for block in busy.blocks:
        if block.uid == case.interview.uid or entries.is_hold(block.uid):
            continue
        if not block.uid and block.when in unnamed:
            unnamed.remove(block.when)
            continue
        yield block


def plan_of(house: House, case: Case, taken: Taken, seen: Look) -> Plan | None:
    """The search for a time among the host's people; None where nothing but their own words limits it."""
    rules = house.rules
    lunches = {person.id: lunch_of(rules, person) for person in case.panel}
    limited = case.loop or case.pools or case.rooms or taken.shown or rules.gap or rules.travel or _capped(rules)
    if not (limited or taken.on_the_way or any(lunches.values())):
        return None
    panel = Panel(
        required=tuple(person.id for person in case.fixed),
        optional=tuple(person.id for person in case.optional),
        one_of=tuple(tuple(person.id for person in pool) for pool in case.pools),
        # The one it has comes first: nobody changes rooms without need.
        rooms=tuple(sorted((room.id for room in case.rooms), key=lambda room: room != case.interview.room_id)),
    )
    by_calendar = case.state.hosting is Hosting.CALENDAR
    diaries = {
        person.id: replace(_diary(rules, person, taken, seen, by_calendar=by_calendar), soft=lunches[person.id])
        for person in case.panel
    }
    diaries |= {room.id: _diary_of_room(room, taken) for room in case.rooms}
    buffer = _minutes(rules.buffer)
    meeting = Meeting(
        case.interview.minutes,
        _minutes(rules.grid),
        before=buffer,
        after=buffer,
        gap=_minutes(rules.gap),
        on_site=case.interview.mode == Mode.ONSITE,
    )
    zone = ZoneInfo(case.candidate.zone)
    coming = tuple(person.id for person in case.hosts) if case.state.booked else ()
    plan = Plan(panel, diaries, meeting, taken.between, zone, coming)
    return LoopPlan(**vars(plan), loop=case.loop, stands=case.itinerary) if case.loop else plan


def _diary(rules: Rules, person: PersonRow, taken: Taken, seen: Look, *, by_calendar: bool) -> Diary:
    """Who is asked in words says the hours in words; where calendars decide, hours are kept."""
    return Diary(
        id=person.id,
        zone=ZoneInfo(person.zone),
        hours=_week(rules, person, taken, seen) if by_calendar else None,
        blocks=(*taken.shown.get(person.id, ()), *map(Block, taken.on_the_way.get(person.id, ()))),
        booked=tuple(map(Block, taken.booked[person.id])),
        readable=person.id not in taken.unreadable,
        per_day=rules.a_day_at_most or None,
        per_week=rules.a_week_at_most or None,
        travel=travel_of(rules, person),
    )


def _diary_of_room(room: PersonRow, taken: Taken) -> Diary:
    """It has no hours and never has too much to do: it is free unless somebody is in it."""
    held = (*taken.shown.get(room.id, ()), *map(Block, taken.booked[room.id]))
    return Diary(room.id, ZoneInfo(room.zone), blocks=held, readable=room.id not in taken.unreadable)


def _week(rules: Rules, person: PersonRow, taken: Taken, seen: Look) -> Week:
    return week_of(rules, person, seen.hours.get(person.id), taken.said.get(person.id, NOTHING_SAID), taken.between)


def _capped(rules: Rules) -> bool:
    return bool(rules.a_day_at_most or rules.a_week_at_most)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60

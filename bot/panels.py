"""The people of the host's side as the slot engine takes them: their hours, what fills their days, the firm's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.facts import Case
from bot.house import House
from bot.looking import Look
from bot.records import entries, interviews
from bot.records import hours as own_hours
from bot.records.base import Session
from bot.records.entries import EntryRow
from bot.records.hours import NOTHING_SAID, Exceptions
from bot.records.people import PersonRow
from dialogs.negotiation.facts import Rules
from dialogs.negotiation.state import Hosting
from dialogs.scheduling.blocks import TAKES, Block, Show
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import MIDNIGHT, country_of, day_of, holidays_of
from dialogs.scheduling.intervals import Interval, difference, intersection
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Change, Exceptional, Week
from integrations.calendars.base import Busy

A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)
OWN_PEOPLE = frozenset({"recruiter", "interviewer"})
FREE = Busy()  # of whom no calendar is known


@dataclass(frozen=True)
class Taken:
    """What fills the days of everybody in a case, besides the case itself."""

    between: Interval
    booked: Mapping[str, tuple[Interval, ...]]  # their other interviews
    shown: Mapping[str, tuple[Block, ...]]  # what their calendars show, without what we ourselves put there
    said: Mapping[str, Exceptions]  # what they told us of their hours
    unreadable: frozenset[str]

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
    connected = [person.id for person in case.panel if person.id in seen.busy]
    # The firm's own people tell us of their hours whether or not they have a calendar.
    telling = [person.id for person in case.panel if person.id in seen.busy or person.role in OWN_PEOPLE]
    said = await own_hours.exceptions_of(session, telling) if telling else {}
    planned = [person for person in telling if person in seen.busy or said[person] is not NOTHING_SAID]
    if not planned:
        return Taken(between, booked, {}, {}, frozenset())
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
    return Taken(between, booked, shown, said, unreadable)


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
    if not (case.pools or taken.shown or rules.gap or _capped(rules)):
        return None
    panel = Panel(
        required=tuple(person.id for person in case.fixed),
        optional=tuple(person.id for person in case.optional),
        one_of=tuple(tuple(person.id for person in pool) for pool in case.pools),
    )
    by_calendar = case.state.hosting is Hosting.CALENDAR
    diaries = {person.id: _diary(rules, person, taken, seen, by_calendar=by_calendar) for person in case.panel}
    buffer = _minutes(rules.buffer)
    meeting = Meeting(case.interview.minutes, before=buffer, after=buffer, gap=_minutes(rules.gap))
    return Plan(panel, diaries, meeting, taken.between, ZoneInfo(case.candidate.zone))


def _diary(rules: Rules, person: PersonRow, taken: Taken, seen: Look, *, by_calendar: bool) -> Diary:
    """Who is asked in words says the hours in words; where calendars decide, hours are kept."""
    return Diary(
        id=person.id,
        zone=ZoneInfo(person.zone),
        hours=_week(person, taken, seen) if by_calendar else None,
        blocks=taken.shown.get(person.id, ()),
        booked=tuple(map(Block, taken.booked[person.id])),
        readable=person.id not in taken.unreadable,
        per_day=rules.a_day_at_most or None,
        per_week=rules.a_week_at_most or None,
    )


def _week(person: PersonRow, taken: Taken, seen: Look) -> Week:
    """Without hours from a calendar, none: nobody is booked into a week we know nothing of."""
    hours = seen.hours.get(person.id)
    zone = ZoneInfo(person.zone)
    extra = tuple(_besides(taken.said.get(person.id, NOTHING_SAID).opened(taken.between), zone))
    if hours is None:
        return Week(zone, exceptions=extra)
    years = {taken.between.start.year, taken.between.end.year}
    return Week.of(hours, holidays_of(person.country or country_of(person.zone), years), extra)


def _besides(opened: Sequence[Interval], zone: ZoneInfo) -> Iterator[Exceptional]:
    """Time somebody works besides the usual week, as hours of single days."""
    for stretch in opened:
        day, last = stretch.start.astimezone(zone).date(), stretch.end.astimezone(zone).date()
        while day <= last:
            whole = day_of(day, zone)
            for piece in intersection([stretch], [whole]):
                end = MIDNIGHT if piece.end == whole.end else piece.end.astimezone(zone).time()
                yield Exceptional(Change.ALSO, day, day, ((piece.start.astimezone(zone).time(), end),))
            day += A_DAY


def _capped(rules: Rules) -> bool:
    return bool(rules.a_day_at_most or rules.a_week_at_most)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60

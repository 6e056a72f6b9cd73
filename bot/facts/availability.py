"""What somebody's time looks like: their hours, what fills them, and which starts are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.connections.switchboard import USUAL_DAYS, USUAL_HOURS
from bot.facts.diaries import lunch_of, week_of
from bot.facts.looking import calendar_address
from bot.house import House
from bot.records import hours as own_hours
from bot.records import interviews
from bot.records.people import PersonRow
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, difference, intersection
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Week
from integrations.calendars.base import Block, Busy, CalendarError, Show

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class PersonsTime:
    """Of one person, within `between`."""

    person: PersonRow
    between: Interval
    week: Week  # the hours they work, holidays taken out
    blocks: tuple[Block, ...]  # as their calendar shows it
    booked: tuple[Interval, ...]  # interviews of ours
    away: tuple[Interval, ...]  # what they told us themselves
    connected: bool
    readable: bool  # else nobody knows what their calendar holds, and they count as busy

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.person.zone)

    @cached_property
    def open(self) -> tuple[Interval, ...]:
        """The hours they work, holidays and days away taken out."""
        return difference(self.week.open(self.between), self.away)

    def plan(self, minutes: int, rules: Rules) -> Plan:
        """A meeting with nobody else, by the same rules by which interviews are offered."""
        diary = Diary(
            id=self.person.id,
            zone=self.zone,
            hours=self.week,
            blocks=(*self.blocks, *(Block(when, Show.AWAY) for when in self.away)),
            booked=tuple(map(Block, self.booked)),
            readable=self.readable,
            soft=lunch_of(rules, self.person),
            per_day=rules.a_day_at_most or None,
            per_week=rules.a_week_at_most or None,
        )
        buffer, grid, gap = (int(each / MINUTE) for each in (rules.buffer, rules.grid, rules.gap))
        meeting = Meeting(minutes, grid, before=buffer, after=buffer, gap=gap)
        return Plan(Panel(required=(diary.id,)), {diary.id: diary}, meeting, self.between, self.zone)

    def starts(self, minutes: int, rules: Rules) -> Sequence[datetime]:
        return list(self.plan(minutes, rules).starts())


async def time_of(house: House, person: PersonRow, between: Interval) -> PersonsTime:
    """Looked up now. A calendar that cannot be read is told as such, and its person as busy."""
    seen, hours = await _look(house, person, between)
    async with house.records.read() as session:
        said: Mapping[str, own_hours.Exceptions] = await own_hours.exceptions_of(session, [person.id])
        booked = await interviews.booked(session, [person.id], between.start, besides="")
    return PersonsTime(
        person=person,
        between=between,
        week=week_of(house.rules, person, hours, said[person.id], between),
        blocks=seen.blocks or tuple(map(Block, intersection(seen.intervals, [between]))),
        booked=tuple(each for each in booked[person.id] if each.meets(between)),
        away=said[person.id].blocked(between),
        connected=bool(person.calendar),
        readable=seen.readable,
    )


async def _look(house: House, person: PersonRow, between: Interval) -> tuple[Busy, WorkingHours]:
    usual = WorkingHours.parse(USUAL_HOURS, USUAL_DAYS, zone=ZoneInfo(person.zone))
    if not person.calendar:
        return Busy(), usual  # nobody knows more than we have booked ourselves
    address = calendar_address(person)
    try:
        return await house.calendar.busy(address, between), await house.calendar.hours(address) or usual
    except CalendarError:
        return Busy(readable=False), usual

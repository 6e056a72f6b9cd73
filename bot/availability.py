"""What somebody's time looks like: their hours, what fills them, and which starts are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendars import USUAL_DAYS, USUAL_HOURS
from bot.house import House
from bot.looking import calendar_address
from bot.records import hours as own_hours
from bot.records import interviews
from bot.records.people import PersonRow
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import WorkingHours, country_of, holidays_of
from dialogs.scheduling.intervals import Interval, covers, difference, intersection, union
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from integrations.calendars.base import TAKES, Block, Busy, CalendarError

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class PersonsTime:
    """Of one person, within `between`."""

    person: PersonRow
    between: Interval
    open: tuple[Interval, ...]  # the hours they work, holidays and days away taken out
    blocks: tuple[Block, ...]  # as their calendar shows it
    booked: tuple[Interval, ...]  # interviews of ours
    away: tuple[Interval, ...]  # what they told us themselves
    connected: bool
    readable: bool  # else nobody knows what their calendar holds, and they count as busy

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.person.zone)

    @property
    def busy(self) -> tuple[Interval, ...]:
        if not self.readable:
            return (self.between,)
        return union([*self.away, *(block.when for block in self.blocks if block.show in TAKES)])

    def starts(self, minutes: int, rules: Rules) -> Sequence[datetime]:
        """Every start, by the same rules by which interviews are offered."""
        buffer = int(rules.buffer / MINUTE)
        diary = Diary(
            id=self.person.id,
            zone=self.zone,
            blocks=tuple(map(Block, self.busy)),
            booked=tuple(map(Block, self.booked)),
            per_day=rules.a_day_at_most or None,
            per_week=rules.a_week_at_most or None,
        )
        grid, gap = int(rules.grid / MINUTE), int(rules.gap / MINUTE)
        meeting = Meeting(minutes, grid, before=buffer, after=buffer, gap=gap)
        plan = Plan(Panel(required=(diary.id,)), {diary.id: diary}, meeting, self.between, self.zone)
        return [start for start in plan.starts() if covers(self.open, Interval.lasting(start, minutes))]


async def time_of(house: House, person: PersonRow, between: Interval) -> PersonsTime:
    """Looked up now. A calendar that cannot be read is told as such, and its person as busy."""
    seen, hours = await _look(house, person, between)
    async with house.records.read() as session:
        said: Mapping[str, own_hours.Exceptions] = await own_hours.exceptions_of(session, [person.id])
        booked = await interviews.booked(session, [person.id], between.start, besides="")
    years = range(between.start.year, between.end.year + 1)
    off = holidays_of(person.country or country_of(person.zone), years)
    works = union([*hours.open(between, off), *said[person.id].opened(between)])
    away = said[person.id].blocked(between)
    return PersonsTime(
        person=person,
        between=between,
        open=difference(works, away),
        blocks=seen.blocks or tuple(map(Block, intersection(seen.intervals, [between]))),
        booked=tuple(each for each in booked[person.id] if each.meets(between)),
        away=away,
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

"""What holds for one person's days besides their calendar: holidays, lunch, and the way to where one meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.records.hours import Exceptions
from bot.records.people import PersonRow
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.firm_days import Lunch, Region
from dialogs.scheduling.hours import MIDNIGHT, WorkingHours, country_of, day_of, holidays_of
from dialogs.scheduling.intervals import Interval, intersection
from dialogs.scheduling.week import Change, Exceptional, Week

A_DAY = timedelta(days=1)
OWN_PEOPLE = frozenset({"recruiter", "interviewer"})


def days_off(rules: Rules, person: PersonRow, years: Iterable[int]) -> frozenset[date]:
    """Public holidays where they live, and the days the firm is closed.

    Of whom no region is known, the firm's counts if it lies in their country.
    """
    region = Region(*person.region.split("-", 1)) if person.region else rules.region
    country = person.country or country_of(person.zone)
    if person.region:
        country = region.country
    part = region.part if region.country == (country or "").upper() else None
    return holidays_of(country, years, part, own=rules.holidays.days())


def lunch_of(rules: Rules, person: PersonRow) -> Week | None:
    """Their own, else the firm's, on the clock where they live.

    A client without a calendar says in words when they can, and so keeps only a lunch of their own.
    """
    if not person.lunch and not person.calendar and person.role not in OWN_PEOPLE:
        return None
    lunch = Lunch.parse(person.lunch) if person.lunch else rules.lunch
    return lunch.week(ZoneInfo(person.zone))


def gives_up_lunch(rules: Rules, person: PersonRow, when: Interval) -> bool:
    lunch = lunch_of(rules, person)
    return lunch is not None and bool(lunch.open(when))


def travel_of(rules: Rules, person: PersonRow) -> int:
    """Minutes to where interviews on site are held, and back."""
    return int(rules.travel.total_seconds()) // 60 if person.travel is None else person.travel


def week_of(rules: Rules, person: PersonRow, hours: WorkingHours | None, said: Exceptions, between: Interval) -> Week:
    """The hours of their calendar, without days off, and what they said they work besides.

    Without hours, none: nobody is booked into a week we know nothing of.
    """
    zone = ZoneInfo(person.zone)
    extra = tuple(_besides(said.opened(between), zone))
    if hours is None:
        return Week(zone, exceptions=extra)
    years = range(between.start.year, between.end.year + 1)
    return Week.of(hours, days_off(rules, person, years), extra)


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

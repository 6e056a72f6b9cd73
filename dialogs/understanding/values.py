"""What the words of a time mean before they are put together: clock times, hours of a day, days, lengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NOON = 12 * 60
MIDNIGHT = 24 * 60
EVERY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
HORIZON = 28  # days; how far ahead "Mondays" or "from Thursday on" reach when the text sets no limit


class Order(StrEnum):
    """Which comes first in 5/6."""

    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the writer stands: the local wall clock, and what settles doubtful words."""

    now: datetime  # naive, the writer's wall clock
    order: Order = Order.UNKNOWN
    base: datetime | None = None  # the booked or offered start that "same time" and "an hour later" lean on
    starts: tuple[datetime, ...] = ()  # the offers to choose from, on the writer's wall clock

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def options(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes. `firm`: no doubt whether morning or evening. Up to 24:00, which is the day's end."""

    minutes: int
    firm: bool = True
    seconds: int = 0
    written: bool = True  # with minutes or a sign that makes it a time; a bare number is not
    halved: bool = False  # told by am or pm: it may tell the half of the time before it too, "9 to 10 pm"
    usual: bool = False  # as in a timetable, "8 Uhr": what it says, unless a part of the day says the other half

    def later_half(self) -> Clock:
        return replace(self, minutes=(self.minutes + NOON) % MIDNIGHT, firm=True)


class Shape(StrEnum):
    POINT = "point"
    RANGE = "range"
    PART = "part"  # a conventional part of the day, such as the morning
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a day whose date stands elsewhere."""

    shape: Shape
    start: Clock | None = None
    end: Clock | None = None
    part: str = ""
    zone: ZoneInfo | None = None
    weak: bool = False  # only bare numbers: hours when a day stands by or nothing else fits

    @property
    def firm(self) -> bool:
        return (self.start is None or self.start.firm) and (self.end is None or self.end.firm)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day and the hours it stands for, in minutes; `edges` are its early, middle and late stretch."""

    name: str
    start: int
    end: int
    edges: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def edge(self, which: str) -> tuple[int, int]:
        return self.edges.get(which, (self.start, self.end))


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    WEEKEND = "weekend"
    MONTH = "month"
    YEAR = "year"
    SPAN = "span"
    LOOSE = "loose"  # a conventional stretch whose edges nobody agrees on, such as the end of next week


@dataclass(frozen=True, slots=True)
class Days:
    """Dates from `first` to `last`, both included; `others` are further honest readings of the same words."""

    first: date
    last: date
    grain: Grain = Grain.DAY
    floating: bool = False  # a bare weekday: moves on a week when its time has passed
    running: bool = False  # "today"
    today: bool = False  # a bare weekday that is today's
    others: tuple[tuple[date, date], ...] = ()
    repeat: frozenset[int] = frozenset()  # weekdays within first..last, for "Mondays" and "weekdays"
    shape: Shape = Shape.RANGE  # AFTER: from `first` on; BEFORE: until before `first`… see `until`
    weekday: int | None = None
    dated: bool = False  # its year was said, so no weekday can move it
    until: bool = False  # "until Friday": to the end of it; "before Friday": up to it
    sure: bool = False  # "on the 2nd" is a date; "the 2nd" may be the second of some offers
    month_day: bool = False  # only a day of the month was named
    following: bool = False  # "the week after": after the one that was named

    @property
    def single(self) -> bool:
        return self.first == self.last and not self.repeat and self.shape is Shape.RANGE

    def moved(self, days: int) -> Days:
        return replace(self, first=self.first + timedelta(days=days), last=self.last + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant or stretch on the calendar that needs no day beside it: "in two hours", "now"."""

    start: datetime
    end: datetime | None = None
    shift: timedelta | None = None  # how far from what is on the table


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, in minutes or in calendar units."""

    minutes: int = 0
    days: int = 0
    months: int = 0

    @property
    def fine(self) -> bool:
        return bool(self.minutes) and not self.days and not self.months


def day(when: date, **more: object) -> Days:
    return replace(Days(when, when), **more)  # type: ignore[arg-type]


def at(when: date, clock: Clock) -> datetime:
    """The clock time on that day; 24:00 is the day's end."""
    return datetime.combine(when, time()) + timedelta(minutes=clock.minutes, seconds=clock.seconds)


def week_of(when: date) -> date:
    """Its Monday."""
    return when - timedelta(days=when.weekday())


def add_months(when: date, months: int) -> date:
    """The same day months away, or the last day that month has."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first + timedelta(days=min(when.day, month_length(first)) - 1)


def month_length(when: date) -> int:
    following = date(when.year + when.month // 12, when.month % 12 + 1, 1)
    return (following - when.replace(day=1)).days

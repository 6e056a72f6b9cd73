"""A week as a grid of half hours: what is painted in it becomes stretches of time, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import ONE_DAY, day_of, instant_of
from dialogs.scheduling.intervals import Interval, covers, difference, intersection, union

STEP = 30  # minutes
FIRST, LAST = 8, 20  # o'clock; further where somebody gave such times
DAYS = 7

Kind = Literal["open", "taken", "past"]


@dataclass(frozen=True, slots=True)
class Cell:
    start: datetime
    kind: Kind
    marked: bool

    @property
    def value(self) -> str:
        """As a form carries it: minutes since the epoch."""
        return str(int(self.start.timestamp()) // 60)


@dataclass(frozen=True, slots=True)
class Row:
    clock: time
    cells: tuple[Cell | None, ...]  # None: this day has no such time, the clocks jump over it


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    earlier: date | None
    later: date | None
    elsewhere: tuple[Interval, ...]  # what is marked outside this week

    @property
    def first(self) -> date:
        return self.days[0]


def week(first: date, zone: ZoneInfo, marked: Sequence[Interval], taken: Sequence[Interval], ahead: Interval) -> Week:
    """The week from `first` on. `ahead` is how far somebody may give times; all else is past."""
    days = tuple(first + ONE_DAY * number for number in range(DAYS))
    inside = Interval(day_of(days[0], zone).start, day_of(days[-1], zone).end)
    shown = intersection(marked, [inside])
    clocks = list(_clocks(shown, zone))
    rows = tuple(Row(clock, tuple(_cell(day, clock, zone, shown, taken, ahead) for day in days)) for clock in clocks)
    beginning, end = (monday(edge.astimezone(zone).date()) for edge in (ahead.start, ahead.end))
    return Week(
        days=days,
        rows=rows,
        earlier=first - ONE_DAY * DAYS if first > beginning else None,
        later=first + ONE_DAY * DAYS if first < end else None,
        elsewhere=difference(marked, _painted(rows)),
    )


def monday(day: date) -> date:
    return day - ONE_DAY * day.weekday()


def begins(asked: str, zone: ZoneInfo, ahead: Interval) -> date:
    """The Monday of the week somebody asked for, as far as times may be given; else of the first useful one."""
    earliest, latest = (monday(edge.astimezone(zone).date()) for edge in (ahead.start, ahead.end))
    try:
        return min(max(monday(date.fromisoformat(asked)), earliest), latest)
    except ValueError:
        local = ahead.start.astimezone(zone)
        # Nobody opens the page on a Friday night or a Saturday to see a week that is over.
        first = local.date() if local.hour < LAST else local.date() + ONE_DAY
        return monday(first + ONE_DAY * 2) if first.weekday() >= 5 else monday(first)


def stretches(cells: Iterable[str], kept: Iterable[str] = ()) -> tuple[Interval, ...]:
    """Half hours as a form carries them, and whole stretches of other weeks (`as_kept`), put together.

    Raises ValueError for what no form of ours sends.
    """
    edges = [[_minutes(edge) for edge in each.split("-")] for each in kept]
    whole = [Interval(_instant(start), _instant(end)) for start, end in edges]
    return union([*whole, *(Interval.lasting(_instant(_minutes(cell)), STEP) for cell in cells)])


def as_kept(stretch: Interval) -> str:
    return "-".join(str(int(edge.timestamp()) // 60) for edge in (stretch.start, stretch.end))


def _clocks(marked: Collection[Interval], zone: ZoneInfo) -> Iterator[time]:
    edges = [(each.start.astimezone(zone), (each.end - timedelta(minutes=1)).astimezone(zone)) for each in marked]
    first = min([FIRST, *(start.hour for start, _ in edges)])
    last = max([LAST, *(end.hour + 1 for _, end in edges)])
    if any(start.date() != end.date() for start, end in edges):
        first, last = 0, 24
    for minutes in range(first * 60, last * 60, STEP):
        yield time(*divmod(minutes, 60))


def _cell(
    day: date, clock: time, zone: ZoneInfo, marked: Sequence[Interval], taken: Sequence[Interval], ahead: Interval
) -> Cell | None:
    start = instant_of(day, clock, zone)
    if start.astimezone(zone).time() != clock:
        return None
    when = Interval.lasting(start, STEP)
    if not ahead.holds(when):
        return Cell(start, "past", marked=False)
    if any(when.meets(each) for each in taken):
        return Cell(start, "taken", marked=False)
    return Cell(start, "open", covers(marked, when))


def _painted(rows: Iterable[Row]) -> tuple[Interval, ...]:
    """The time this grid speaks for."""
    return union(Interval.lasting(cell.start, STEP) for row in rows for cell in row.cells if cell)


def _minutes(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise ValueError("a half hour is a number of minutes")
    return int(value)


def _instant(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)

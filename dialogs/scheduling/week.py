"""Somebody's working week: hours for each weekday, the dates on which they are others, and the days off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.hours import MIDNIGHT, ONE_DAY, Span, WorkingHours, seconds_of
from dialogs.scheduling.intervals import Interval, intersection

WHOLE_DAY: tuple[Span, ...] = ((MIDNIGHT, MIDNIGHT),)
MINUTE = 60


class Change(StrEnum):
    """What an exception does to the hours of its dates."""

    CLOSED = "closed"  # these hours are not worked
    ALSO = "also"  # these too, on a day off or a holiday as well
    ONLY = "only"  # these instead of the usual ones


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Dates on which the hours are others than in the usual week."""

    change: Change
    first: date
    last: date  # included
    spans: tuple[Span, ...] = WHOLE_DAY

    @classmethod
    def parse(cls, text: str) -> Exceptional:
        """Read "closed 2026-08-03..2026-08-14", "2026-12-24 until 12:00", "2026-12-28 from 13:00",
        "2026-11-21 also 10:00-14:00" or "2026-11-23 only 10:00-12:00"; a ValueError says plainly what is wrong.
        """
        match = _WRITTEN.fullmatch(text.strip())
        if not match or bool(match["closed"]) == bool(match["how"]):
            raise ValueError(
                f"{text.strip()!r} is not an exception: write closed 2026-08-03..2026-08-14, 2026-12-24 until 12:00, "
                "2026-11-21 also 10:00-14:00 or 2026-11-23 only 10:00-12:00"
            )
        first = date.fromisoformat(match["first"])
        last = date.fromisoformat(match["last"] or match["first"])
        if last < first:
            raise ValueError(f"{text.strip()!r} ends before it begins")
        if match["closed"]:
            return cls(Change.CLOSED, first, last)
        change, hours = _HOW[match["how"].lower()]
        return cls(change, first, last, _spans(hours.format(match["hours"])))

    def concerns(self, day: date) -> bool:
        return self.first <= day <= self.last


_WRITTEN = re.compile(
    r"(?P<closed>closed\s+)?(?P<first>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?"
    r"(?:\s+(?P<how>until|from|also|only)\s+(?P<hours>[\d:,\s–-]+))?",
    re.IGNORECASE,
)
# "Until noon" shuts the afternoon: it gives no hour that the usual week has not.
_HOW = {
    "until": (Change.CLOSED, "{}-24:00"),
    "from": (Change.CLOSED, "00:00-{}"),
    "also": (Change.ALSO, "{}"),
    "only": (Change.ONLY, "{}"),
}


@dataclass(frozen=True, slots=True)
class Week:
    """The hours somebody keeps: those of the weekday, none on a holiday; and of the exceptions, the last said wins."""

    zone: ZoneInfo
    days: tuple[tuple[Span, ...], ...] = ((),) * 7  # Monday first; each day's spans sorted and apart
    exceptions: tuple[Exceptional, ...] = ()
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls, hours: WorkingHours, holidays: frozenset[date] = frozenset(), exceptions: Sequence[Exceptional] = ()
    ) -> Week:
        """The same hours on each of its days."""
        days = tuple(hours.spans if day in hours.days else () for day in range(7))
        return cls(hours.zone, days, tuple(exceptions), holidays)

    @classmethod
    def parse(cls, text: str, *, zone: ZoneInfo) -> Week:
        """Read "Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-15:00"; a ValueError says plainly what is wrong."""
        days: list[tuple[Span, ...]] = [()] * 7
        for part in text.split(";"):
            match = _DAYS_AND_HOURS.fullmatch(part.strip())
            if not match:
                raise ValueError(f"{part.strip()!r} is not a day with its hours: write Mon-Fri 09:00-18:00")
            read = WorkingHours.parse(match["hours"], match["days"], zone=zone)
            for day in read.days:
                days[day] = read.spans
        return cls(zone, tuple(days))

    def spans(self, day: date) -> tuple[Span, ...]:
        """The stretches of that day, as its clocks show them."""
        worked = () if day in self.holidays else self.days[day.weekday()]
        for each in self.exceptions:
            if each.concerns(day):
                worked = _changed(worked, each)
        return worked

    def open(self, between: Interval) -> tuple[Interval, ...]:
        """The instants of `between` at which the clock shows these hours: none it skips, and twice what it repeats."""
        stretches = self._stretches(
            self._date(int(between.start.timestamp())), self._date(int(between.end.timestamp()))
        )
        opened = [Interval(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in stretches]
        return intersection(opened, [between])

    def minutes(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """The whole minutes of these hours, counted from 1970, sorted and apart; with some before and after."""
        stretches = self._stretches(self._date(first * MINUTE), self._date(last * MINUTE))
        return tuple((-(-start // MINUTE), end // MINUTE) for start, end in stretches)

    def _date(self, instant: int) -> date:
        return datetime.fromtimestamp(instant, UTC).astimezone(self.zone).date()

    def _stretches(self, first: date, last: date) -> list[tuple[int, int]]:
        """In seconds since 1970. With a day on either side: a clock set back over midnight shows a date again."""
        found: list[tuple[int, int]] = []
        for start, end in sorted(self._walk(first - ONE_DAY, last + ONE_DAY)):
            if found and found[-1][1] >= start:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return found

    def _walk(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        usual = [[seconds_of(span) for span in spans] for spans in self.days]
        changed = self._changed_days(first, last)
        weekday = first.weekday()
        for ordinal, (wall, offset) in enumerate(clocks.days(first, last, self.zone), first.toordinal()):
            spans = changed.get(ordinal)
            for opening, closing in usual[weekday] if spans is None else spans:
                if offset is None:
                    yield from clocks.shown(wall + opening, wall + closing, self.zone)
                else:
                    yield wall + opening - offset, wall + closing - offset
            weekday = (weekday + 1) % 7

    def _changed_days(self, first: date, last: date) -> dict[int, list[tuple[int, int]]]:
        """By ordinal: the days between that are not like their weekday."""
        odd = {day.toordinal() for day in self.holidays if first <= day <= last}
        for each in self.exceptions:
            odd.update(range(max(each.first, first).toordinal(), min(each.last, last).toordinal() + 1))
        return {day: [seconds_of(span) for span in self.spans(date.fromordinal(day))] for day in odd}

    def without(self, *, holidays: bool = False, exceptions: bool = False) -> Week:
        """As it would be without its holidays, or without its exceptions."""
        return replace(
            self,
            holidays=frozenset() if holidays else self.holidays,
            exceptions=() if exceptions else self.exceptions,
        )


_DAYS_AND_HOURS = re.compile(r"(?P<days>[^\d]+?)\s+(?P<hours>\d.*)")


def _spans(hours: str) -> tuple[Span, ...]:
    return WorkingHours.parse(hours, zone=ZoneInfo("UTC")).spans


def _changed(worked: tuple[Span, ...], exception: Exceptional) -> tuple[Span, ...]:
    if exception.change is Change.ONLY:
        return exception.spans
    named = [seconds_of(span) for span in exception.spans]
    usual = [seconds_of(span) for span in worked]
    if exception.change is Change.ALSO:
        return tuple(_clock_times(_joined(sorted([*usual, *named]))))
    for start, end in named:
        usual = [piece for a, b in usual for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return tuple(_clock_times(usual))


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = spans[0]
    for a, b in spans[1:]:
        if a > end:
            yield start, end
            start, end = a, b
        end = max(end, b)
    yield start, end


def _clock_times(spans: Iterator[tuple[int, int]] | Sequence[tuple[int, int]]) -> Iterator[Span]:
    for start, end in spans:
        yield _time(start), _time(end)


def _time(second: int) -> time:
    return time(second // 3600 % 24, second // MINUTE % 60, second % MINUTE)

"""Stretches of time and the algebra over them: half open, aware, always in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """From `start` up to, not including, `end`. Any aware instants are taken; both are kept in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"an interval needs aware instants: {self.start} – {self.end}")
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", self.start.astimezone(UTC))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"an interval ends after it starts: {self.start} – {self.end}")

    @classmethod
    def lasting(cls, start: datetime, minutes: int) -> Interval:
        # The length is counted in UTC: an hour stays an hour over a clock change.
        begin = start.astimezone(UTC)
        return cls(begin, begin + timedelta(minutes=minutes))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def holds(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Interval) -> bool:
        """Do the two share an instant? Touching ends do not."""
        return self.start < other.end and other.start < self.end


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time, sorted, nothing overlapping or touching."""
    merged: list[Interval] = []
    for each in sorted(intervals):
        if merged and each.start <= merged[-1].end:
            if each.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, each.end)
        else:
            merged.append(each)
    return tuple(merged)


def intersection(left: Sequence[Interval], right: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time that lies in both; either side may come unsorted."""
    a, b = union(left), union(right)
    common: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].start, b[j].start), min(a[i].end, b[j].end)
        if start < end:
            common.append(Interval(start, end))
        if a[i].end < b[j].end:
            i += 1
        else:
            j += 1
    return tuple(common)


def difference(left: Sequence[Interval], right: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time of `left` that does not lie in `right`."""
    rest: list[Interval] = []
    taken = union(right)
    j = 0
    for each in union(left):
        start = each.start
        while j < len(taken) and taken[j].end <= start:
            j += 1
        k = j
        while k < len(taken) and taken[k].start < each.end:
            if start < taken[k].start:
                rest.append(Interval(start, taken[k].start))
            start = max(start, taken[k].end)
            k += 1
        if start < each.end:
            rest.append(Interval(start, each.end))
    return tuple(rest)


def covers(intervals: Sequence[Interval], wanted: Interval) -> bool:
    """Does `wanted` lie wholly within the intervals taken together?"""
    return any(each.holds(wanted) for each in union(intervals))

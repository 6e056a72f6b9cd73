"""Sets of starts as one long number: a bit for each moment at which a meeting may start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.intervals import Interval

# Every offset from UTC is a multiple of this (minutes), so clocks everywhere agree on the quarters.
QUARTER = 15
YEAR = 31_556_952  # seconds

Range = tuple[int, int]  # starts from, up to; in minutes since 1970


def floor_minute(instant: float) -> int:
    """The minute a timestamp lies in."""
    return int(instant // 60)


def ceil_minute(instant: float) -> int:
    return int(-(-instant // 60))


@dataclass(frozen=True, slots=True)
class Frame:
    """The starts looked at: `count` of them, `cell` minutes apart, from the minute `first` on. Bit 0 is the first."""

    first: int
    cell: int
    count: int

    @classmethod
    def over(cls, between: Interval, grid: int) -> Frame:
        """So fine that every start on a grid of that many minutes has a bit, in whatever zone."""
        cell = gcd(grid, QUARTER)
        first = floor_minute(between.start.timestamp()) // cell * cell
        last = ceil_minute(between.end.timestamp())
        return cls(first, cell, max(0, -(-(last - first) // cell)))

    @property
    def all(self) -> int:
        return (1 << self.count) - 1

    @property
    def end(self) -> int:
        return self.first + self.count * self.cell

    def paint(self, ranges: Iterable[Range]) -> int:
        """The starts that lie in any of the ranges."""
        first, cell, count = self.first, self.cell, self.count
        mask = 0
        for low, high in ranges:
            begin = max(-((first - low) // cell), 0)
            end = min(-((first - high) // cell), count)
            if begin < end:
                mask |= ((1 << (end - begin)) - 1) << begin
        return mask

    def minutes(self, mask: int) -> Iterator[int]:
        """The starts of a mask, earliest first."""
        first, cell = self.first, self.cell
        while mask:
            lowest = mask & -mask
            yield first + (lowest.bit_length() - 1) * cell
            mask ^= lowest

    def has(self, mask: int, minute: int) -> bool:
        bit, off = divmod(minute - self.first, self.cell)
        return off == 0 and bit >= 0 and bool(mask >> bit & 1)


@lru_cache(maxsize=256)
def on_the_grid(frame: Frame, grid: int, zone: ZoneInfo) -> int:
    """The starts at which clocks in `zone` show a full `grid` of minutes: 10:00, 10:15 … for fifteen."""
    mask = 0
    for low, high, offset in _offsets(frame, zone):
        begin = max(-(-(low - frame.first) // frame.cell), 0)
        end = min(-(-(high - frame.first) // frame.cell), frame.count)
        # The first cell from `begin` on whose wall time is a multiple of the grid.
        late = (frame.first + begin * frame.cell + offset) % grid
        begin += -(-(grid - late) // frame.cell) if late else 0
        every = grid // frame.cell
        for bit in range(begin, end, every):
            mask |= 1 << bit
    return mask


def _offsets(frame: Frame, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """The offsets of `zone` in the frame, in minutes; where one holds may be told twice."""
    for year in range(1970 + frame.first * 60 // YEAR - 1, 1970 + frame.end * 60 // YEAR + 2):
        for begin, end, offset in clocks.segments(zone, year):
            if begin < frame.end * 60 and end > frame.first * 60:
                yield ceil_minute(begin), ceil_minute(end), offset // 60

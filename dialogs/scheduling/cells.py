"""Sets of starts as one long number: a bit for each moment at which a meeting may start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import gcd
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.intervals import Interval

# Every offset from UTC is a multiple of this (minutes), so clocks everywhere agree on the quarters.
QUARTER = 15
YEAR = 31_556_952  # seconds
SEASON = 64 * 1440  # minutes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Stretch = tuple[datetime, datetime]
Range = tuple[int, int]  # starts from, up to; in minutes since 1970


def floor_minute(instant: datetime) -> int:
    """The minute an instant lies in. Whole numbers throughout: a timestamp is rounded, and slower."""
    since = instant - _EPOCH
    return since.days * 1440 + since.seconds // 60


def ceil_minute(instant: datetime) -> int:
    """The first minute that does not begin before the instant."""
    until = _EPOCH - instant
    return -(until.days * 1440 + until.seconds // 60)


def outwards(stretches: Iterable[Stretch], before: int, after: int) -> list[Range]:
    """Each stretch in whole minutes, none of it left out, with so many minutes more on either side.

    One loop with nothing called in it: this is where most of the time goes.
    """
    found = []
    for start, end in stretches:
        since, until = start - _EPOCH, _EPOCH - end
        found.append(
            (since.days * 1440 + since.seconds // 60 - before, after - until.days * 1440 - until.seconds // 60)
        )
    return found


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
        first = floor_minute(between.start) // cell * cell
        last = ceil_minute(between.end)
        return cls(first, cell, max(0, -(-(last - first) // cell)))

    @property
    def season(self) -> Frame:
        """A longer one around it, the same for as long as a season: what is worked out for it keeps."""
        first = self.first // SEASON * SEASON
        return Frame(first, self.cell, -((first - self.end) // SEASON) * SEASON // self.cell)

    def cut(self, mask: int) -> int:
        """What lies in this frame of a mask of its season."""
        return mask >> (self.first - self.season.first) // self.cell & self.all

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
            begin, end = -((first - low) // cell), -((first - high) // cell)
            if begin < 0:
                begin = 0
            if end > begin:
                mask |= ((1 << (end - begin)) - 1) << begin
        return mask & ((1 << count) - 1)

    def minutes(self, mask: int) -> Iterator[int]:
        """The starts of a mask, earliest first."""
        first, cell = self.first, self.cell
        while mask:
            lowest = mask & -mask
            yield first + (lowest.bit_length() - 1) * cell
            mask ^= lowest

    def ranges(self, mask: int) -> Iterator[Range]:
        """The starts of a mask as stretches, each as long as it can be, earliest first."""
        low = 0
        while mask:
            skipped = (mask & -mask).bit_length() - 1
            mask >>= skipped
            count = (~mask & (mask + 1)).bit_length() - 1
            mask >>= count
            low += skipped
            yield self.first + low * self.cell, self.first + (low + count) * self.cell
            low += count

    def has(self, mask: int, minute: int) -> bool:
        bit, off = divmod(minute - self.first, self.cell)
        return off == 0 and bit >= 0 and bool(mask >> bit & 1)


def on_the_grid(frame: Frame, grid: int, zone: ZoneInfo) -> int:
    """The starts at which clocks in `zone` show a full `grid` of minutes: 10:00, 10:15 … for fifteen."""
    return frame.cut(_round_all_season(frame.season, grid, zone))


@lru_cache(maxsize=256)
def _round_all_season(frame: Frame, grid: int, zone: ZoneInfo) -> int:
    mask, every = 0, grid // frame.cell
    for low, high, offset in _offsets(frame, zone):
        begin = max(-(-(low - frame.first) // frame.cell), 0)
        end = min(-(-(high - frame.first) // frame.cell), frame.count)
        # The first cell from `begin` on whose wall time is a multiple of the grid.
        late = (frame.first + begin * frame.cell + offset) % grid
        begin += -(-(grid - late) // frame.cell) if late else 0
        if begin < end:
            times = -(-(end - begin) // every)
            mask |= (((1 << times * every) - 1) // ((1 << every) - 1)) << begin
    return mask


def _offsets(frame: Frame, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """The offsets of `zone` in the frame, in minutes; where one holds may be told twice."""
    for year in range(1970 + frame.first * 60 // YEAR - 1, 1970 + frame.end * 60 // YEAR + 2):
        for begin, end, offset in clocks.segments(zone, year):
            if begin < frame.end * 60 and end > frame.first * 60:
                yield -(-begin // 60), -(-end // 60), offset // 60

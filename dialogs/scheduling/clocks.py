"""What the clocks of a zone show: its offsets as plain numbers, right on the days they change, however often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

# Everything here counts seconds since 1970: in UTC for an instant, and as if it were UTC for what a clock shows.
DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
# No zone has ever changed its clocks and changed them back within so little.
_WALK = DAY // 4
# Offsets reach from -12 to +14 hours: a day of the calendar is over within two days of UTC.
_BEYOND = 2 * DAY
_FIRST, _LAST = (date.min.toordinal() - _EPOCH + 2) * DAY, (date.max.toordinal() - _EPOCH - 2) * DAY

Segment = tuple[int, int, int]  # from, up to (instants), and the offset that holds there


def wall_of(day: date) -> int:
    """What the clock shows as that day begins."""
    return (day.toordinal() - _EPOCH) * DAY


def shown(wall_from: int, wall_to: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """The instants at which the clock shows something from `wall_from` up to `wall_to`, at most a day apart.

    Nothing where it skips all of it; two stretches where it shows a part twice with something else in between.
    """
    found: list[tuple[int, int]] = []
    for start, stop, _ in _parts(wall_from, wall_to, zone):
        begin = found.pop()[0] if found and found[-1][1] == start else start
        found.append((begin, stop))
    return found


def _parts(wall_from: int, wall_to: int, zone: ZoneInfo) -> list[Segment]:
    """The same by the offset under which it is shown."""
    near = segments(zone, _year(wall_from))
    cut = ((max(begin, wall_from - offset), min(end, wall_to - offset), offset) for begin, end, offset in near)
    return [part for part in cut if part[0] < part[1]]


def reached(wall: int, zone: ZoneInfo) -> int:
    """The first instant of that time of year at which the clock has come as far as `wall`: if skipped, the jump.

    Raises OverflowError where the calendar ends before it gets there.
    """
    near = (max(begin, wall - offset) for begin, end, offset in segments(zone, _year(wall)) if wall - offset < end)
    for instant in near:
        return instant
    raise OverflowError("beyond the last day there is")


def days(first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[int, int | None]]:
    """For each day from first to last: what the clock shows as it begins, and the offset if one holds throughout."""
    for wall in range(wall_of(first), wall_of(last) + 1, DAY):
        yield wall, _throughout(wall, zone)


@lru_cache(maxsize=65_536)
def _throughout(wall: int, zone: ZoneInfo) -> int | None:
    # Clocks set back at midnight have shown the whole day before they show its last hour again.
    parts = _parts(wall, wall + DAY, zone)
    return parts[0][2] if len(parts) == 1 and parts[0][1] - parts[0][0] == DAY else None


def _year(wall: int) -> int:
    return date.fromordinal(wall // DAY + _EPOCH).year


@lru_cache(maxsize=4096)
def segments(zone: ZoneInfo, year: int) -> tuple[Segment, ...]:
    """The offsets of a year and of two days on either side of it, in order and without a gap."""
    first = max(wall_of(date(year, 1, 1)) - _BEYOND, _FIRST)
    last = min(wall_of(date(year, 12, 31)) + DAY + _BEYOND, _LAST)
    found: list[Segment] = []
    begin, before, offset = first, first, _offset(first, zone)
    for instant in [*range(first + _WALK, last, _WALK), last]:
        if (now := _offset(instant, zone)) != offset:
            change = _change(before, instant, now, zone)
            found.append((begin, change, offset))
            begin, offset = change, now
        before = instant
    return (*found, (begin, last, offset))


def _change(left: int, right: int, offset: int, zone: ZoneInfo) -> int:
    """The first second with the offset of `right`, which is not that of `left`."""
    while left + 1 < right:
        middle = (left + right) // 2
        if _offset(middle, zone) == offset:
            right = middle
        else:
            left = middle
    return right


def _offset(instant: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset.days * DAY + offset.seconds

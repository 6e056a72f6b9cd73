"""Starts that fit, and the few of them worth offering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import ONE_DAY, WEEKDAYS, day_of, instant_of
from dialogs.scheduling.intervals import Interval, covers, intersection, union

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUARTER = 15


def starts(
    free: Sequence[Interval], minutes: int, *, zone: ZoneInfo, step: int = 30, cut: datetime | None = None
) -> list[datetime]:
    """Every start, in UTC, of a meeting that fits into `free`: on the grid of the clocks in `zone`.

    A window that begins off the grid on a quarter hour gives its own start too, and so does any window in which
    nothing on the grid fits; not so where it begins at `cut`, which is where we cut it and nobody named.
    """
    found: list[datetime] = []
    for window in union(free):
        last = window.end - timedelta(minutes=minutes)
        first = _whole_minute(window.start)
        on_grid = list(_grid(first, last, zone, step))
        quarterly = first.astimezone(zone).minute % QUARTER == 0
        named = window.start != cut and (quarterly or not on_grid)
        if first <= last and first not in on_grid[:1] and named:
            found.append(first)
        found.extend(on_grid)
    return found


def fitting(free: Sequence[Interval], wanted: Sequence[Interval], minutes: int, *, zone: ZoneInfo) -> list[datetime]:
    """The starts that lie in both what is free and what somebody wants."""
    return starts(intersection(free, wanted), minutes, zone=zone)


def spread(
    candidates: Sequence[datetime],
    count: int,
    zone: ZoneInfo,
    *,
    minutes: int,
    preferred: Sequence[Interval] = (),
) -> tuple[datetime, ...]:
    """Up to `count` of the candidates, spread over the days of `zone`, in order of time.

    The earliest of each day first. Where there are fewer days than `count`, the last day gives more, then the day
    before it: an hour apart and on the hour if it can. Meetings that overlap are offered only where nothing else is
    left, and what is preferred comes before everything.
    """
    pool = sorted({each.astimezone(UTC) for each in candidates})
    local = {each: each.astimezone(zone) for each in pool}
    length = timedelta(minutes=minutes)
    liked = [each for each in pool if covers(preferred, Interval(each, each + length))] if preferred else []
    picked: list[datetime] = []
    for choices in (liked, pool):
        picked.extend(_earliest_of_new_days(choices, picked, count - len(picked), local, length))
        picked.extend(_more_from_the_last_day(choices, picked, count - len(picked), local, length))
    overlapping = sorted(set(pool) - set(picked), key=lambda each: (-local[each].toordinal(), each))
    return tuple(sorted(picked + overlapping[: count - len(picked)]))


def sensible(
    windows: Sequence[Interval],
    zone: ZoneInfo,
    *,
    earliest: time = time(8),
    latest: time = time(20),
    weekends: bool = True,
) -> tuple[Interval, ...]:
    """Open-ended words made civil: what runs from or to a midnight of the speaker keeps to sensible hours instead.

    "After 3 pm" ends at `latest`, "Tuesday" runs from `earliest` to `latest`; odd hours that somebody named stay.
    Without `weekends`, a window of several days leaves them out, unless it is nothing but a weekend.
    """
    kept: list[Interval] = []
    for window in windows:
        days = [(day, piece) for day, piece in _by_day(window, zone)]
        if not weekends and any(day.weekday() in WEEKDAYS for day, _ in days):
            days = [(day, piece) for day, piece in days if day.weekday() in WEEKDAYS]
        civil = [c for day, piece in days for c in _civil(day, piece, zone, earliest, latest)]
        kept.extend(civil or [window])
    return union(kept)


def _whole_minute(instant: datetime) -> datetime:
    """The instant itself, or the next full minute."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + MINUTE


def _grid(first: datetime, last: datetime, zone: ZoneInfo, step: int) -> Iterator[datetime]:
    # Aligned anew after each step: a clock change need not be a multiple of the step.
    cursor = first
    while cursor <= last:
        local = cursor.astimezone(zone)
        late = (local.hour * 60 + local.minute) % step
        if late == 0:
            yield cursor
        cursor += timedelta(minutes=step - late)


def _earliest_of_new_days(
    pool: Sequence[datetime],
    picked: Sequence[datetime],
    count: int,
    local: Mapping[datetime, datetime],
    length: timedelta,
) -> list[datetime]:
    more: list[datetime] = []
    days = {local[each].date() for each in picked}
    for each in pool:
        if len(more) < count and local[each].date() not in days and _apart(each, [*picked, *more], length):
            more.append(each)
            days.add(local[each].date())
    return more


def _more_from_the_last_day(
    pool: Sequence[datetime],
    picked: Sequence[datetime],
    count: int,
    local: Mapping[datetime, datetime],
    length: timedelta,
) -> list[datetime]:
    more: list[datetime] = []
    # Most wished for first: an hour apart and on the hour, then an hour apart, then only not overlapping.
    wishes = ((max(length, HOUR), True), (max(length, HOUR), False), (length, False))
    for _, of_day in groupby(reversed(pool), key=lambda each: local[each].date()):
        day = list(of_day)[::-1]
        for distance, on_the_hour in wishes:
            for each in day:
                if len(more) == count:
                    return more
                if (local[each].minute == 0 or not on_the_hour) and _apart(each, [*picked, *more], distance):
                    more.append(each)
    return more


def _apart(start: datetime, picked: Sequence[datetime], distance: timedelta) -> bool:
    return all(abs(start - other) >= distance for other in picked)


def _by_day(window: Interval, zone: ZoneInfo) -> Iterator[tuple[date, Interval]]:
    day = window.start.astimezone(zone).date()
    while instant_of(day, time(0), zone) < window.end:
        for piece in intersection([window], [day_of(day, zone)]):
            yield day, piece
        day += ONE_DAY


def _civil(day: date, piece: Interval, zone: ZoneInfo, earliest: time, latest: time) -> Iterator[Interval]:
    whole = day_of(day, zone)
    morning, evening = instant_of(day, earliest, zone), instant_of(day, latest, zone)
    if piece.end <= morning or piece.start >= evening:
        return
    start, end = piece.start, piece.end
    # "Before half past eight" and "after half past seven" leave an hour, else they would leave nothing to offer.
    if piece.start == whole.start:
        start = max(piece.start, min(morning, piece.end - HOUR))
    if piece.end == whole.end:
        end = min(piece.end, max(evening, piece.start + HOUR))
    yield Interval(start, end)

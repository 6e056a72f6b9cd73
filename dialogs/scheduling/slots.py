"""Starts that fit, and the few of them worth offering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import ONE_DAY, WEEKDAYS, day_of, instant_of
from dialogs.scheduling.intervals import Interval, covers, intersection, union

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUARTER = 15


def starts(free: Sequence[Interval], minutes: int, *, zone: ZoneInfo, step: int = 30) -> list[datetime]:
    """Every start, in UTC, of a meeting that fits into `free`: on the grid of the clocks in `zone`.

    A window that begins off the grid on a quarter hour gives its own start too, and so does any window in which
    nothing on the grid fits.
    """
    found: list[datetime] = []
    for window in union(free):
        last = window.end - timedelta(minutes=minutes)
        first = _whole_minute(window.start)
        on_grid = list(_grid(first, last, zone, step))
        quarterly = first.astimezone(zone).minute % QUARTER == 0
        if first <= last and first not in on_grid[:1] and (quarterly or not on_grid):
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
    liked = [each for each in pool if covers(preferred, Interval.lasting(each, minutes))]
    picked: list[datetime] = []
    for choices in (liked, pool):
        _earliest_of_new_days(choices, picked, count, zone, minutes)
        _more_from_the_last_day(choices, picked, count, zone, minutes)
    rest = sorted((each for each in pool if each not in picked), key=lambda each: (_backwards(each, zone), each))
    return tuple(sorted(picked + rest[: count - len(picked)]))


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
    pool: Iterable[datetime], picked: list[datetime], count: int, zone: ZoneInfo, minutes: int
) -> None:
    days = {each.astimezone(zone).date() for each in picked}
    for each in pool:
        day = each.astimezone(zone).date()
        if len(picked) < count and day not in days and _apart(each, picked, timedelta(minutes=minutes)):
            picked.append(each)
            days.add(day)


def _more_from_the_last_day(
    pool: Sequence[datetime], picked: list[datetime], count: int, zone: ZoneInfo, minutes: int
) -> None:
    length = timedelta(minutes=minutes)
    wishes: tuple[Callable[[datetime], bool], ...] = (
        lambda each: _apart(each, picked, max(length, HOUR)) and each.astimezone(zone).minute == 0,
        lambda each: _apart(each, picked, max(length, HOUR)),
        lambda each: _apart(each, picked, length),
    )
    for day in sorted({each.astimezone(zone).date() for each in pool}, reverse=True):
        of_day = [each for each in pool if each.astimezone(zone).date() == day]
        for wish in wishes:
            for each in of_day:
                if len(picked) < count and wish(each):
                    picked.append(each)


def _apart(start: datetime, picked: Iterable[datetime], distance: timedelta) -> bool:
    return all(abs(start - other) >= distance for other in picked)


def _backwards(instant: datetime, zone: ZoneInfo) -> int:
    return -instant.astimezone(zone).toordinal()


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

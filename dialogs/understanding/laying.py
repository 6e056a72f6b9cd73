"""Units laid on the calendar: stretches of the wall clock, or several honest readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.understanding import clocks
from dialogs.understanding.mentions import Mood
from dialogs.understanding.units import Unit
from dialogs.understanding.values import DAY, MIDNIGHT, Clock, Days, Frame, Grain, Hours, Shape, at


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch on the writer's wall clock. `end` None: an instant."""

    start: datetime
    end: datetime | None
    shape: Shape
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words with several honest readings."""

    start: int
    end: int
    readings: tuple[Span, ...]


def lay(unit: Unit, frame: Frame, standing: Sequence[date], repeat: bool = False) -> tuple[list[Span], list[Doubt]]:
    """The unit on the calendar. Hours without a day of their own stand on `standing`."""
    if unit.moment:
        return [Span(unit.moment.start, unit.moment.end, Shape.POINT if unit.moment.end is None else Shape.RANGE)], []
    doubts: list[Doubt] = []
    spans: list[Span] = []
    if unit.mood is Mood.NO:
        unit.days = [_back_on(day) for day in unit.days]
    days = unit.days or [Days(each, each, Grain.LOOSE) for each in standing]
    for day in days:
        for hours in unit.hours or (None,):
            readings = _readings(day, hours, frame)
            if len(readings) > 1:
                doubts.append(Doubt(unit.start, unit.end, tuple(span for reading in readings for span in reading[:1])))
            else:
                spans.extend(readings[0] if readings else [])
    return spans, doubts


def _back_on(day: Days) -> Days:
    """Away until the 12th: back on the 12th."""
    if not day.until or day.last <= day.first:
        return day
    return replace(day, last=day.last - DAY)


def _readings(day: Days, hours: Hours | None, frame: Frame) -> list[list[Span]]:
    """All honest readings, each a list of stretches; the likeliest first."""
    first = _on_days(day, hours, frame)
    readings = [first]
    for start, end in day.others:
        readings.append(_on_days(replace(day, first=start, last=end, others=(), floating=False), hours, frame))
    if hours is not None and _at_midnight(hours) and day.single and day.grain is Grain.DAY:
        readings.insert(0, _on_days(day, replace(hours, start=Clock(0)), frame))
    if hours is not None and (other := _other_half(hours)) is not None:
        readings.append(_on_days(day, other, frame))
    return [reading for at, reading in enumerate(readings) if reading and reading not in readings[:at]]


def _at_midnight(hours: Hours) -> bool:
    """Midnight on the 12th is where that day begins, or where it ends."""
    return hours.shape is Shape.POINT and hours.start is not None and hours.start.minutes == MIDNIGHT


def _other_half(hours: Hours) -> Hours | None:
    """Eight may be eight in the evening."""
    if hours.shape is Shape.RANGE:
        return None
    if hours.start and clocks.doubtful(hours.start):
        return replace(hours, start=hours.start.later_half())
    if hours.end and clocks.doubtful(hours.end):
        return replace(hours, end=hours.end.later_half())
    return None


def _on_days(day: Days, hours: Hours | None, frame: Frame) -> list[Span]:
    day = _floated(day, hours, frame)
    if hours is None:
        return _whole(day)
    if day.shape is not Shape.RANGE and hours.shape is Shape.POINT and hours.start:
        return [_open(day, at(day.last, clocks.settle(hours.start)), at(day.first, clocks.settle(hours.start)))]
    if day.shape is Shape.RANGE and not day.repeat and (day.last - day.first).days > 366:
        return []
    spans = [_on(each, hours) for each in dates(day)]
    return [span for span in spans if span is not None]


def _open(day: Days, last: datetime, first: datetime) -> Span:
    """By Friday at five, from Tuesday at three."""
    if day.shape is Shape.BEFORE:
        return Span(_start(day.first), last, Shape.BEFORE)
    return Span(first, _start(day.last + DAY), Shape.AFTER)


def _floated(day: Days, hours: Hours | None, frame: Frame) -> Days:
    """A bare weekday is today only while its time is still ahead."""
    if not day.floating or day.first != frame.today:
        return day
    if hours is None:
        return day
    edge = hours.end if hours.shape in (Shape.RANGE, Shape.PART, Shape.BEFORE) else hours.start
    passed = edge is not None and hours.shape is not Shape.AFTER and at(day.first, clocks.settle(edge)) <= frame.now
    return day.moved(7) if passed else day


def _whole(day: Days) -> list[Span]:
    if day.repeat:
        return [Span(_start(each), _start(each + DAY), Shape.RANGE) for each in dates(day)]
    return [Span(_start(day.first), _start(day.last + DAY), day.shape)]


def dates(day: Days) -> list[date]:
    count = (day.last - day.first).days + 1
    every = (day.first + timedelta(days=i) for i in range(min(count, 400)))
    return [each for each in every if not day.repeat or each.weekday() in day.repeat]


def _on(day: date, hours: Hours) -> Span | None:
    if hours.shape is Shape.RANGE and hours.start and hours.end:
        fitted = clocks.fit(hours.start, hours.end)
        hours = replace(hours, start=fitted[0], end=fitted[1]) if fitted else hours
    start = at(day, clocks.settle(hours.start)) if hours.start else _start(day)
    if hours.shape is Shape.POINT:
        return Span(start, None, Shape.POINT, hours.zone)
    end = at(day, clocks.settle(hours.end)) if hours.end else _start(day + DAY)
    if end <= start and hours.shape is Shape.RANGE:
        end += DAY
    return Span(start, end, hours.shape, hours.zone) if start < end else None


def _start(day: date) -> datetime:
    return datetime.combine(day, time())

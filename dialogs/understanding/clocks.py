"""Builders for clock times and hours of a day: what a pattern of the language file makes of its slots.

A builder gets the frame and the slots by name and returns a value, or None where the words make no sense together.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs.understanding.tokens import Number
from dialogs.understanding.values import MIDNIGHT, NOON, Clock, Frame, Hours, Length, Moment, Part, Shape

_EARLIEST, _LATEST = 8 * 60, 18 * 60  # an office day: it decides between two readings of a bare range
_SMALL_HOURS = 6 * 60


def clock(
    frame: Frame,
    *,
    hour: Number,
    minute: Number | None = None,
    second: Number | None = None,
    half: str = "",
    add: int = 0,
    least: int = 0,
    sure: int = 0,
    usual: int = 0,
) -> Clock | None:
    """3:15 pm, half past three, quarter to four (`add` in minutes); `sure`: written as in a timetable, 3h15; `usual`:
    so too, but "abends" may still turn it, as in 8 Uhr abends."""
    if hour.value > 24 or hour.value < least or (minute and minute.value > 59) or (second and second.value > 59):
        return None
    minutes = hour.value * 60 + (minute.value if minute else 0)
    if minutes > MIDNIGHT:
        return None
    if half and (1 <= hour.value <= 12):
        minutes = minutes % NOON + (NOON if half == "pm" else 0)
    firm = bool(half or sure) or hour.value > 12 or hour.value == 0 or (hour.digits == 2 and hour.value < 10)
    whole = minutes if minutes == MIDNIGHT and not add else (minutes + add) % MIDNIGHT
    return Clock(whole, firm, second.value if second else 0, halved=bool(half), usual=bool(usual))


def plain_clock(frame: Frame, *, at: int) -> Clock:
    """Noon, midnight."""
    return Clock(at)


def counted(frame: Frame, *, count: Number, time: Clock, sign: int) -> Clock | None:
    """Ten past three, twenty-five to four."""
    if not 0 < count.value < 60:
        return None
    return replace(time, minutes=(time.minutes + sign * count.value) % MIDNIGHT, written=True)


def digits(frame: Frame, *, hhmm: Clock, half: str = "") -> Clock | None:
    """1430, 730 pm."""
    if half and hhmm.minutes >= 13 * 60:
        return replace(hhmm, firm=True)
    if not half:
        return hhmm
    return replace(hhmm, minutes=hhmm.minutes % NOON + (NOON if half == "pm" else 0), firm=True, halved=True)


def point(frame: Frame, *, time: Clock) -> Hours:
    return Hours(Shape.POINT, replace(time, written=True))


def span(frame: Frame, *, start: Clock, end: Clock, sure: int = 0) -> Hours | None:
    """From `start` to `end`. Two bare numbers are hours only where something else says so (`sure`)."""
    weak = not sure and not start.written and not end.written
    if weak and start.minutes >= end.minutes and not _plausible(start, end):
        return None
    return Hours(Shape.RANGE, start, end, weak=weak) if fit(start, end) else None


def open_start(frame: Frame, *, time: Clock) -> Hours:
    return Hours(Shape.AFTER, start=replace(time, written=True))


def open_end(frame: Frame, *, time: Clock) -> Hours:
    return Hours(Shape.BEFORE, end=replace(time, written=True))


def lasting(frame: Frame, *, time: Clock, length: Length) -> Hours | None:
    """At four for half an hour."""
    if not length.fine or length.minutes >= MIDNIGHT:
        return None
    start = settle(time)
    end = Clock(min(start.minutes + length.minutes, MIDNIGHT))
    return Hours(Shape.RANGE, start, end)


def part(frame: Frame, *, part: Part, edge: str = "") -> Hours:
    """The morning; with an edge, its early, middle or late stretch."""
    start, end = part.edge(edge)
    return Hours(Shape.PART, Clock(start), Clock(end), part.name)


def part_hours(frame: Frame, *, hours: Hours, part: Part) -> Hours:
    return in_part(hours, part)


def in_part(hours: Hours, part: Part) -> Hours:
    """Seven in the evening, the morning from nine: the part says which half of the day the numbers mean."""
    start = _halved(hours.start, part) if hours.start else None
    end = _halved(hours.end, part) if hours.end else None
    if start and end and end.minutes <= start.minutes:
        twelve = NOON if start.minutes < NOON else MIDNIGHT  # from ten to twelve in the morning
        end = replace(end, minutes=twelve) if end.minutes % NOON == 0 else hours.end
    return replace(hours, start=start, end=end, part=part.name, weak=False)


def within_part(part: Hours, other: Hours) -> Hours | None:
    """Hours within a part of the day: "Tuesday afternoon after 3" ends with the afternoon."""
    if part.start is None or part.end is None:
        return None
    whole = Part(part.part, part.start.minutes, part.end.minutes)
    told = in_part(other, whole)
    if told.shape is Shape.AFTER and told.start and told.start.minutes < part.end.minutes:
        return Hours(Shape.RANGE, told.start, part.end)
    if told.shape is Shape.BEFORE and told.end and part.start.minutes < told.end.minutes:
        return Hours(Shape.RANGE, part.start, told.end)
    return told


def _halved(time: Clock, part: Part) -> Clock:
    if time.firm:
        return time
    early, late = time.minutes % NOON, time.minutes % NOON + NOON
    if part.end == MIDNIGHT and early < 5 * 60:  # one at night
        return Clock(early)
    if part.end <= NOON or (part.start < NOON and early >= part.start):
        return Clock(early)
    return Clock(late)


def part_after(frame: Frame, *, part: Part) -> Hours:
    """After lunch: from the end of it."""
    return Hours(Shape.AFTER, start=Clock(part.end))


def part_before(frame: Frame, *, part: Part) -> Hours:
    return Hours(Shape.BEFORE, end=Clock(part.start))


def from_part(frame: Frame, *, part: Part) -> Hours:
    """From the afternoon on."""
    return Hours(Shape.AFTER, start=Clock(part.start))


def parts(frame: Frame, *, first: Part, last: Part) -> Hours | None:
    """From morning to evening."""
    if first.start >= last.end:
        return None
    return Hours(Shape.RANGE, Clock(first.start), Clock(last.end))


def whole_day(frame: Frame) -> Hours:
    return Hours(Shape.RANGE, Clock(0), Clock(MIDNIGHT), "all")


def soon(frame: Frame, *, length: Length, sign: int = 1) -> Moment | None:
    """In two hours, half an hour ago."""
    if not length.minutes:
        return None
    return Moment(frame.now + timedelta(days=length.days, minutes=length.minutes) * sign)


def later(frame: Frame, *, length: Length, sign: int = 1) -> Moment | None:
    """Half an hour later: than what is on the table, else than now."""
    if not length.fine:
        return None
    shift = timedelta(minutes=length.minutes) * sign
    return Moment((frame.base or frame.now) + shift, shift=shift if frame.base else None)


def same_time(frame: Frame) -> Hours | None:
    """At the time of day of what is on the table."""
    if frame.base is None:
        return None
    return Hours(Shape.POINT, Clock(frame.base.hour * 60 + frame.base.minute), part="same")


def beyond_base(frame: Frame, *, sign: int) -> Hours | None:
    """Later that day: than what is on the table."""
    if frame.base is None:
        return None
    time = Clock(frame.base.hour * 60 + frame.base.minute + max(sign, 0) * 15)
    return Hours(Shape.AFTER, start=time, part="beyond") if sign > 0 else Hours(Shape.BEFORE, end=time, part="beyond")


def coming_hours(frame: Frame, *, length: Length, sign: int = 1) -> Moment | None:
    """The next three hours."""
    if not length.fine:
        return None
    there = frame.now + timedelta(minutes=length.minutes) * sign
    return Moment(min(frame.now, there), max(frame.now, there))


def now(frame: Frame) -> Moment:
    return Moment(frame.now, frame.now)


def length(frame: Frame, *, count: Number | None = None, unit: str, half: int = 0, halves: int = 0) -> Length | None:
    """Two weeks, an hour and a half (`half` adds one), half an hour (`halves` counts them)."""
    amount = count.value if count else (0 if halves else 1)
    if amount > 5000:
        return None
    minutes = {"minute": 1, "hour": 60, "second": 0}.get(unit)
    if minutes is not None:
        return Length(minutes=max(amount * minutes + (half + halves) * minutes // 2, 1))
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    if days is not None:
        return Length(days=amount * days + (half + halves) * days // 2) if amount or halves else None
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    return Length(months=amount * months + (half + halves) * months // 2) if amount or halves else None


def minutes_length(frame: Frame, *, minutes: int) -> Length:
    return Length(minutes=minutes)


def sum_length(frame: Frame, *, first: Length, second: Length) -> Length:
    return Length(first.minutes + second.minutes, first.days + second.days, first.months + second.months)


def settle(time: Clock) -> Clock:
    """A bare hour as people mean it when they meet: 12 and 1–7 after noon, 8–11 before it."""
    if time.firm or time.usual:
        return replace(time, firm=True)
    minutes = time.minutes % NOON
    return replace(time, minutes=minutes + NOON if minutes < 8 * 60 else minutes, firm=True)


def doubtful(time: Clock) -> bool:
    """Eight o'clock with nothing beside it may be the morning's or the evening's."""
    return not (time.firm or time.usual) and 8 * 60 <= time.minutes % NOON < 9 * 60


def fit(start: Clock, end: Clock) -> tuple[Clock, Clock] | None:
    """The halves of the day in which the two make the likeliest range."""
    choices = [(a, b) for a in _halves(start, 0) for b in _halves(end, MIDNIGHT) if a.minutes < b.minutes]
    if not choices:
        return _overnight(start, end)
    if start.firm:
        best = min(choices, key=lambda pair: pair[1].minutes)
    elif end.firm and not end.halved and settle(start).minutes < end.minutes:
        best = settle(start), end  # "10:30 to 23": who writes all 24 hours does not mean 22:30
    elif end.firm:
        best = max(choices, key=lambda pair: pair[0].minutes)
    else:
        best = max(choices, key=_likelihood)
    return best


def _overnight(start: Clock, end: Clock) -> tuple[Clock, Clock] | None:
    """From eleven at night to three: only where one of them says so."""
    if start.firm and end.firm:
        return (start, end) if start.minutes != end.minutes else None
    if start.firm and start.minutes >= _LATEST:
        return start, Clock(end.minutes % NOON)
    if end.firm and end.minutes <= _SMALL_HOURS:
        return Clock(start.minutes % NOON + NOON), end
    return None


def _halves(time: Clock, midnight: int) -> tuple[Clock, ...]:
    """Both halves of the day; twelve is noon or that midnight."""
    if time.firm or time.usual:
        return (settle(time),)
    early = Clock(time.minutes % NOON, seconds=time.seconds)
    late = Clock(early.minutes + NOON, seconds=time.seconds)
    return (late, Clock(midnight)) if time.minutes % NOON == 0 else (early, late)


def _likelihood(pair: tuple[Clock, Clock]) -> tuple[bool, int, int]:
    """Within the office day first, then the most of it in there, then the shortest."""
    start, end = pair[0].minutes, pair[1].minutes
    inside = min(end, _LATEST) - max(start, _EARLIEST)
    length = end - start
    return (start >= _EARLIEST - 60 and length <= 10 * 60, inside - length, -length)


def _plausible(start: Clock, end: Clock) -> bool:
    return end.minutes < NOON and start.minutes <= NOON

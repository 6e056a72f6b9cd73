"""Times in a text: days and hours found, brought together, and laid on the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.understanding import clocks
from dialogs.understanding.language import Language
from dialogs.understanding.patterns import apply
from dialogs.understanding.tokens import Piece, tokenize
from dialogs.understanding.values import (
    DAY,
    MIDNIGHT,
    Clock,
    Days,
    Frame,
    Grain,
    Hours,
    Moment,
    Part,
    Shape,
    at,
    week_of,
)

_LINK, _WORD, _SENTENCE = 3, 1, 8  # how far apart a comma, a word, an end of sentence put two times
_ENDS = frozenset(".!?;\n")


class Mood(StrEnum):
    """How the writer stands to a time."""

    YES = "yes"
    NO = "no"
    PREFER = "prefer"
    FALLBACK = "fallback"


@dataclass(slots=True)
class Mention:
    """A day or hours where they stand in the text, not yet brought together."""

    at: int  # index of the piece
    start: int
    end: int
    days: tuple[Days, ...] = ()
    hours: Hours | None = None
    moment: Moment | None = None
    shift: timedelta | None = None  # the moment is so far from what is on the table
    options: tuple[int, ...] = ()  # offers meant, as indexes
    generic: bool = False  # "both", "any": only where no offer is named
    zone: ZoneInfo | None = None
    mood: Mood = Mood.YES
    sign: str = ""  # the sign that set the mood
    shared: bool = False  # its part of the day goes for the days named just before: "Monday or Tuesday night"
    now: bool = False  # this very moment, often only a manner of speaking
    clause: int = 0
    gap: int = 0  # distance from the mention before


@dataclass(slots=True)
class Unit:
    """Days with their hours: one thing somebody said about time."""

    days: list[Days] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)
    moment: Moment | None = None
    mood: Mood = Mood.YES
    sign: str = ""
    start: int = 0
    end: int = 0
    borrowed: bool = False  # its days stand elsewhere in the text


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


def start(text: str, language: Language) -> list[Piece]:
    """The words of a plain text and what each may be."""
    pieces = tokenize(text)
    language.annotate(pieces)
    return pieces


def grow(pieces: list[Piece], language: Language, frame: Frame) -> list[Piece]:
    """The pieces with all days and hours found."""
    for layer in language.layers:
        pieces = apply(layer, pieces, frame)
    return pieces


def mentions(pieces: Sequence[Piece], options: int = 0) -> list[Mention]:
    """Days and hours in order of the text, with bare numbers in their company taken as hours; not if they may be
    the number of one of the `options`."""
    found: list[Mention] = []
    gap = _SENTENCE
    for at, piece in enumerate(pieces):
        mention = _mention(at, piece) or _company(at, pieces, found, options)
        if mention is None and "after_that" in piece.kinds:
            mention = _after_that(at, piece, found)
        if mention is None:
            zone = piece.kinds.get("zone")
            if zone and found and gap <= 2 and found[-1].hours:
                found[-1].zone = zone
                found[-1].end = piece.end
            gap += _distance(piece)
            continue
        mention.gap = gap
        found.append(mention)
        gap = 0
    return _absorbed(found)


def _mention(at: int, piece: Piece) -> Mention | None:
    kinds = piece.kinds
    if "moment" in kinds:
        shift = kinds.get("shift")
        return Mention(at, piece.start, piece.end, moment=kinds["moment"], shift=shift, now="now" in kinds)
    if "option" in kinds:
        return Mention(at, piece.start, piece.end, options=kinds["option"], generic=kinds.get("generic", False))
    days = (kinds["day"],) if "day" in kinds else kinds.get("days", ())
    hours = kinds.get("hours")
    if not days and hours is None:
        return None
    return Mention(at, piece.start, piece.end, days, hours, shared="shared" in kinds)


def _after_that(at: int, piece: Piece, found: list[Mention]) -> Mention | None:
    """"I finish at 4, any time after that" is after 4; behind a stretch it is what follows the stretch."""
    timed = [mention for mention in found[-2:] if mention.hours]
    hours = timed[-1].hours if timed else None
    if hours is None or (edge := hours.end or hours.start) is None:
        return None
    if hours.shape is Shape.POINT:
        timed[-1].hours = Hours(Shape.AFTER, start=edge)
        return None
    return Mention(at, piece.start, piece.end, hours=Hours(Shape.AFTER, start=edge))


def _company(at: int, pieces: Sequence[Piece], found: Sequence[Mention], options: int) -> Mention | None:
    """A bare number is an hour beside another hour ("at 3 or 4", "3 or 4 on Friday", "at 3, no wait, 4") or a day."""
    clock = pieces[at].kinds.get("bare")
    if clock is None or "length" in pieces[at].kinds:
        return None
    after_hour = any(mention.hours and mention.hours.shape is Shape.POINT for mention in found[-1:])
    beside = after_hour and (_only_links(pieces, found[-1].at, at) or _mends(pieces, at))
    led = at > 0 and bool(pieces[at - 1].kinds.keys() & {"lead", "about"})
    maybe = at > 0 and "weak_lead" in pieces[at - 1].kinds and _stands_alone(pieces, at)
    ahead = maybe or _before_time(pieces, at) or _dated(pieces, at)
    if not ((beside or led) and _stands_alone(pieces, at)) and not (ahead and clock.minutes > options * 60):
        return None
    piece = pieces[at]
    return Mention(at, piece.start, piece.end, hours=Hours(Shape.POINT, replace(clock, written=True)))


def _mends(pieces: Sequence[Piece], at: int) -> bool:
    return any("mend" in piece.kinds for piece in pieces[max(at - 2, 0) : at])


def _dated(pieces: Sequence[Piece], at: int) -> bool:
    """A day follows at once: "10 on Monday"."""
    if at > 0 and "counts" in pieces[at - 1].kinds:  # a table for 2 on Friday
        return False
    following = pieces[at + 1 : at + 3]
    if following and "on" in following[0].kinds:
        following = following[1:]
    return bool(following) and "near_day" in following[0].kinds and "hours" not in following[0].kinds


def _only_links(pieces: Sequence[Piece], left: int, right: int) -> bool:
    between = [piece for piece in pieces[left + 1 : right] if piece.word != "("]
    return 0 < len(between) <= 2 and all("link" in piece.kinds for piece in between)


def _stands_alone(pieces: Sequence[Piece], at: int) -> bool:
    """Nothing that it could be counting follows."""
    if at + 1 == len(pieces):
        return True
    following = pieces[at + 1]
    company = following.kinds.keys() & {"link", "day", "hours", "zone", "at", "beside"}
    return bool(company) or not (following.word.isalpha() or "n" in following.kinds)


def _before_time(pieces: Sequence[Piece], at: int) -> bool:
    if at + 2 >= len(pieces) or "link" not in pieces[at + 1].kinds or pieces[at + 1].word == ",":
        return False
    if "bare" in pieces[at + 2].kinds and _dated(pieces, at + 2):
        return True
    hours = pieces[at + 2].kinds.get("hours")
    return hours is not None and hours.shape is Shape.POINT and "day" not in pieces[at + 2].kinds


def _distance(piece: Piece) -> int:
    if piece.word in _ENDS:
        return _SENTENCE
    return _LINK if "link" in piece.kinds else _WORD


def anchored(found: Sequence[Mention], offered: Sequence[date]) -> list[Mention]:
    """Bare weekdays put where the text or the offers put them: into the week that was named, onto an offered day."""
    placed: list[Mention] = []
    week: Mention | None = None
    used: set[int] = set()
    listed = False  # another weekday was named before
    for index, mention in enumerate(found):
        if _is_stretch(mention):
            week = mention
        elif mention.days and any(day.floating for day in mention.days):
            mention, inside = _placed(found, index, mention, week, offered)
            if listed and not inside:
                mention = replace(mention, days=tuple(_not_today(day) for day in mention.days))
            listed = True
            if inside and week is not None and mention.mood is not Mood.NO:
                used.add(week.at)
        placed.append(mention)
    return [mention for mention in placed if mention.at not in used or mention.hours]


def _not_today(day: Days) -> Days:
    """In a list of weekdays nobody says the name of today for today."""
    return day.moved(7) if day.floating and day.today else day


def leaning(found: Sequence[Mention], frame: Frame) -> list[Mention]:
    """"Tuesday, half an hour later": later than the offer of that day, else at that day's hour of what is on the table."""
    kept = list(found)
    for mention in found:
        beside = [other for other in kept if other.days and other.hours is None and other.days[0].single]
        if mention.shift is None or not beside or frame.base is None:
            continue
        when = beside[-1].days[0].first
        starts = [start for start in frame.starts if start.date() == when]
        base = starts[0] if starts else datetime.combine(when, frame.base.time())
        kept = [other for other in kept if other is not beside[-1]]
        kept[kept.index(mention)] = replace(mention, moment=Moment(base + mention.shift))
    return kept


def _is_stretch(mention: Mention) -> bool:
    if len(mention.days) != 1 or mention.hours:
        return False
    day = mention.days[0]
    return day.shape is Shape.RANGE and 4 <= (day.last - day.first).days <= 31 and (not day.repeat or len(day.repeat) > 1)


def _placed(
    found: Sequence[Mention], index: int, mention: Mention, week: Mention | None, offered: Sequence[date]
) -> tuple[Mention, bool]:
    if week is not None:
        inside = tuple(_within(day, week.days[0]) for day in mention.days)
        return replace(mention, days=inside), inside != mention.days
    beside = _neighbour(found, index)
    if beside is not None:
        monday = week_of(beside)
        moved = tuple(replace(day, first=_of_week(monday, day), last=_of_week(monday, day)) for day in mention.days)
        if all(new.first >= old.first for new, old in zip(moved, mention.days, strict=True)):
            return replace(mention, days=moved), False
    days: list[Days] = []
    for day in mention.days:
        hits = [when for when in offered if when.weekday() == day.weekday and day.shape is Shape.RANGE]
        days.extend(Days(when, when, weekday=day.weekday) for when in hits)
        days.extend([] if hits else [day])
    return replace(mention, days=tuple(days)), False


def _within(day: Days, week: Days) -> Days:
    if not day.floating or day.weekday is None:
        return day
    if week.repeat:  # every day but Wednesday: no Wednesday
        return replace(week, repeat=frozenset({day.weekday}), floating=False, weekday=day.weekday)
    when = week.first + timedelta(days=(day.weekday - week.first.weekday()) % 7)
    return Days(when, when, weekday=day.weekday) if when <= week.last else day


def _of_week(monday: date, day: Days) -> date:
    return monday + timedelta(days=day.weekday or 0)


def _neighbour(found: Sequence[Mention], index: int) -> date | None:
    """A weekday of a named week right beside: "Monday or Tuesday next week"."""
    for other, gap in ((index + 1, 1), (index - 1, 0)):
        if not 0 <= other < len(found) or found[index + gap].gap >= _SENTENCE:
            continue
        days = found[other].days
        if days and days[0].weekday is not None and not days[0].floating and days[0].single and not days[0].others:
            return days[0].first
    return None


def units(found: Sequence[Mention]) -> list[Unit]:
    """Days and hours brought together: each run of hours goes to the nearer run of days, the one before if in doubt."""
    runs = _runs([mention for mention in found if not mention.options])
    partner = _partners(runs)
    made: list[Unit] = []
    for index, run in enumerate(runs):
        first = run[0]
        unit = Unit(mood=first.mood, sign=first.sign, start=first.start, end=run[-1].end, moment=first.moment)
        if first.hours is None:
            taken = any(partner.get(other) == index and runs[other][0].mood is first.mood for other in partner)
            taken = taken or any(partner.get(other) == index and _plain_day(run, runs[other]) for other in partner)
            if not taken:
                unit.days = [day for mention in run for day in mention.days]
                made.append(unit)
            continue
        unit.hours = _combined(run)
        own = [day for mention in run for day in mention.days]
        near = partner.get(index)
        if not own and near is not None:
            own = [day for mention in runs[near] for day in mention.days]
            unit.borrowed = runs[near][0].mood is not first.mood or abs(near - index) > 1
            unit.start, unit.end = min(unit.start, runs[near][0].start), max(unit.end, runs[near][-1].end)
        unit.days = own
        made.append(unit)
    return _merged(made)


def _plain_day(run: Sequence[Mention], hours: Sequence[Mention]) -> bool:
    """Only a place for the hours that follow: "Tuesday I'm busy until 3" says nothing of the rest of Tuesday."""
    neutral = run[0].mood is Mood.YES and not run[0].sign
    return neutral and hours[0].sign != "except" and hours[0].clause == run[0].clause


def _runs(found: Sequence[Mention]) -> list[list[Mention]]:
    runs: list[list[Mention]] = []
    for mention in found:
        last = runs[-1][-1] if runs else None
        if last is not None and _same_run(last, mention):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return runs


def _same_run(last: Mention, mention: Mention) -> bool:
    if last.moment or mention.moment or last.mood is not mention.mood:
        return False
    if bool(last.hours) != bool(mention.hours) or (mention.days and mention.hours) or (last.days and last.hours):
        return bool(last.days and last.hours and mention.hours and not mention.days)
    return mention.hours is not None or mention.gap < _SENTENCE


def _partners(runs: Sequence[Sequence[Mention]]) -> dict[int, int]:
    """For each run of hours, the run of days it belongs to."""
    partner: dict[int, int] = {}
    days = [i for i, run in enumerate(runs) if run[0].hours is None and run[0].days]
    for index, run in enumerate(runs):
        if run[0].hours is None or any(mention.days for mention in run):
            continue
        before = max((i for i in days if i < index), default=None)
        after = min((i for i in days if i > index), default=None)
        partner_index = _nearer(runs, index, before, after, partner)
        if partner_index is not None:
            partner[index] = partner_index
    return partner


def _nearer(
    runs: Sequence[Sequence[Mention]], index: int, before: int | None, after: int | None, partner: dict[int, int]
) -> int | None:
    if before is None and after is not None and _has_own_hours(runs, index, after):
        return None
    if before is None or after is None:
        return before if after is None else after
    near = sum(runs[i][0].gap for i in range(before + 1, index + 1))
    far = sum(runs[i][0].gap for i in range(index + 1, after + 1))
    taken = before in partner.values()
    next_is_free = after + 1 == len(runs) or runs[after + 1][0].hours is None or runs[after + 1][0].gap > far
    if taken and far <= near + 2 and next_is_free:
        return after
    return after if far < near and next_is_free else before


def _has_own_hours(runs: Sequence[Sequence[Mention]], index: int, days: int) -> bool:
    """In "mornings are best, but Tuesday afternoon is possible" the morning has no day."""
    far = sum(runs[i][0].gap for i in range(index + 1, days + 1))
    following = runs[days + 1][0] if days + 1 < len(runs) else None
    return far > _LINK and following is not None and following.hours is not None and following.gap < _LINK


def _combined(run: Sequence[Mention]) -> list[Hours]:
    """The hours of a run: "after 3 … before 6" is one range, "evening … at 8" one time, "all day" yields to others."""
    made: list[Hours] = []
    for mention in run:
        hours = mention.hours
        if hours is None:
            continue
        hours = replace(hours, zone=mention.zone) if mention.zone else hours
        joined = _joined(made[-1], hours, mention.gap) if made else None
        if joined is not None:
            made[-1] = joined
        else:
            made.append(hours)
    telling = [hours for hours in made if hours.part != "all"]
    return telling or made[:1]


def _absorbed(found: list[Mention]) -> list[Mention]:
    """"From 7 to 9 on Friday evening": the part of the day beside it belongs to the hours."""
    kept: list[Mention] = []
    for mention in found:
        last = kept[-1] if kept else None
        if last is not None and mention.gap < _LINK and (one := _one(last, mention) or _one(mention, last)):
            kept[-1] = replace(one, at=last.at, start=last.start, end=mention.end, gap=last.gap)
        else:
            kept.append(mention)
    for before, mention in zip(reversed(kept[:-1]), reversed(kept), strict=False):
        if mention.shared and before.days and before.hours is None and mention.gap <= _LINK:
            before.hours, before.shared = mention.hours, True
    return kept


def _one(hours: Mention, dated: Mention) -> Mention | None:
    if hours.days or hours.hours is None or not dated.days or dated.hours is None or dated.hours.shape is not Shape.PART:
        return None
    if hours.hours.shape not in (Shape.POINT, Shape.RANGE):
        return None
    together = _within_part(dated.hours, hours.hours)
    return replace(dated, hours=together) if together else None


def _joined(left: Hours, right: Hours, gap: int) -> Hours | None:
    if left.shape is Shape.AFTER and right.shape is Shape.BEFORE and left.start and right.end and gap < _SENTENCE:
        fitted = clocks.fit(left.start, right.end) if _in_order(left.start, right.end) else None
        return Hours(Shape.RANGE, *fitted) if fitted else None
    if right.shape is Shape.AFTER and left.shape is Shape.BEFORE and right.start and left.end and gap < _SENTENCE:
        fitted = clocks.fit(right.start, left.end) if _in_order(right.start, left.end) else None
        return Hours(Shape.RANGE, *fitted) if fitted else None
    if Shape.PART in (left.shape, right.shape) and left.shape is not right.shape and gap < _LINK + 1 and left.part != "all":
        part, other = (left, right) if left.shape is Shape.PART else (right, left)
        if other.part == "all":
            return part
        return _within_part(part, other) if gap < _LINK or other.shape is not Shape.POINT else None
    return None


def _in_order(start: Clock, end: Clock) -> bool:
    """"After 3 … before 6" is a stretch; "before 9 or after 5" are two."""
    first, last = clocks.settle(start).minutes, clocks.settle(end).minutes
    return first < last or (not end.firm and first < last + 12 * 60 and last >= 8 * 60 and first >= 17 * 60 and last < 9 * 60)


def _within_part(part: Hours, other: Hours) -> Hours | None:
    if part.start is None or part.end is None:
        return None
    whole = Part(part.part, part.start.minutes, part.end.minutes)
    told = clocks.part_hours(Frame(datetime(2000, 1, 1)), hours=other, part=whole)
    if told.shape is Shape.AFTER and told.start and told.start.minutes < part.end.minutes:
        return Hours(Shape.RANGE, told.start, part.end)
    if told.shape is Shape.BEFORE and told.end and part.start.minutes < told.end.minutes:
        return Hours(Shape.RANGE, part.start, told.end)
    return told


def _merged(made: list[Unit]) -> list[Unit]:
    """Weak hours that found no day are numbers after all."""
    return [unit for unit in made if unit.moment or unit.days or any(not hours.weak for hours in unit.hours)]


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
        readings.append(_on_days(replace(day, first=start, last=end, others=()), hours, frame))
    if hours is not None and _at_midnight(hours) and day.single and day.grain is Grain.DAY:
        readings.insert(0, _on_days(day, replace(hours, start=Clock(0)), frame))
    if hours is not None and (other := _other_half(hours)) is not None:
        readings.append(_on_days(day, other, frame))
    return [reading for reading in readings if reading]


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

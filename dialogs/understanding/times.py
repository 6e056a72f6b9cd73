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
from dialogs.understanding.values import DAY, MIDNIGHT, Clock, Days, Frame, Grain, Hours, Moment, Part, Shape, at

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
    options: tuple[int, ...] = ()  # offers meant, as indexes
    zone: ZoneInfo | None = None
    mood: Mood = Mood.YES
    sign: str = ""  # the sign that set the mood
    now: bool = False  # this very moment, often only a manner of speaking
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


def mentions(pieces: Sequence[Piece]) -> list[Mention]:
    """Days and hours in order of the text, with bare numbers in their company taken as hours."""
    found: list[Mention] = []
    gap = _SENTENCE
    for at, piece in enumerate(pieces):
        mention = _mention(at, piece) or _company(at, pieces, found, gap)
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
        return Mention(at, piece.start, piece.end, moment=kinds["moment"], now="now" in kinds)
    if "option" in kinds:
        return Mention(at, piece.start, piece.end, options=kinds["option"])
    days = (kinds["day"],) if "day" in kinds else kinds.get("days", ())
    hours = kinds.get("hours")
    if not days and hours is None:
        return None
    return Mention(at, piece.start, piece.end, days, hours)


def _company(at: int, pieces: Sequence[Piece], found: Sequence[Mention], gap: int) -> Mention | None:
    """A bare number is an hour right after another hour and a link ("at 3 or 4"), or before one ("3 or 4 on Friday")."""
    clock = pieces[at].kinds.get("bare")
    if clock is None or "length" in pieces[at].kinds:
        return None
    beside = found and found[-1].hours and found[-1].hours.shape is Shape.POINT and _only_links(pieces, found[-1].at, at)
    led = at > 0 and ("lead" in pieces[at - 1].kinds or "about" in pieces[at - 1].kinds)
    if not ((beside or led) and _stands_alone(pieces, at)) and not _before_time(pieces, at):
        return None
    piece = pieces[at]
    return Mention(at, piece.start, piece.end, hours=Hours(Shape.POINT, replace(clock, written=True)))


def _only_links(pieces: Sequence[Piece], left: int, right: int) -> bool:
    between = pieces[left + 1 : right]
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
    hours = pieces[at + 2].kinds.get("hours")
    return hours is not None and hours.shape is Shape.POINT and "day" not in pieces[at + 2].kinds


def _distance(piece: Piece) -> int:
    if piece.word in _ENDS:
        return _SENTENCE
    return _LINK if "link" in piece.kinds else _WORD


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
            taken = taken or any(partner.get(other) == index and _plain_day(run) for other in partner)
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


def _plain_day(run: Sequence[Mention]) -> bool:
    """Only a place for the hours that follow: "Tuesday I'm busy until 3" says nothing of the rest of Tuesday."""
    return run[0].mood is Mood.YES and not run[0].sign


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
    if before is None or after is None:
        return before if after is None else after
    near = sum(runs[i][0].gap for i in range(before + 1, index + 1))
    far = sum(runs[i][0].gap for i in range(index + 1, after + 1))
    taken = before in partner.values()
    next_is_free = after + 1 == len(runs) or runs[after + 1][0].hours is None or runs[after + 1][0].gap > far
    if taken and far <= near + 2 and next_is_free:
        return after
    return after if far < near and next_is_free else before


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
        fitted = clocks.fit(left.start, right.end)
        return Hours(Shape.RANGE, *fitted) if fitted else None
    if right.shape is Shape.AFTER and left.shape is Shape.BEFORE and right.start and left.end and gap < _SENTENCE:
        fitted = clocks.fit(right.start, left.end)
        return Hours(Shape.RANGE, *fitted) if fitted and fitted[0].minutes < fitted[1].minutes else None
    if Shape.PART in (left.shape, right.shape) and left.shape is not right.shape and gap < _LINK + 1 and left.part != "all":
        part, other = (left, right) if left.shape is Shape.PART else (right, left)
        if other.part == "all":
            return part
        return _within_part(part, other) if gap < _LINK or other.shape is not Shape.POINT else None
    return None


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
    days = unit.days or [Days(each, each, Grain.LOOSE) for each in standing]
    for day in days:
        for hours in unit.hours or (None,):
            readings = _readings(day, hours, frame)
            if len(readings) > 1:
                doubts.append(Doubt(unit.start, unit.end, tuple(span for reading in readings for span in reading[:1])))
            else:
                spans.extend(readings[0] if readings else [])
    return spans, doubts


def _readings(day: Days, hours: Hours | None, frame: Frame) -> list[list[Span]]:
    """All honest readings, each a list of stretches; the likeliest first."""
    first = _dated(day, hours, frame)
    readings = [first]
    for start, end in day.others:
        readings.append(_dated(replace(day, first=start, last=end, others=()), hours, frame))
    if hours is not None and _at_midnight(hours) and day.single and day.grain is Grain.DAY:
        readings.insert(0, _dated(day, replace(hours, start=Clock(0)), frame))
    if hours is not None and (other := _other_half(hours)) is not None:
        readings.append(_dated(day, other, frame))
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


def _dated(day: Days, hours: Hours | None, frame: Frame) -> list[Span]:
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

"""Days and hours brought together: each unit is one thing somebody said about time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from dialogs.understanding import clocks
from dialogs.understanding.clocks import within_part
from dialogs.understanding.mentions import LINK, SENTENCE, Mention, Mood
from dialogs.understanding.values import Clock, Days, Hours, Moment, Shape


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


def units(found: Sequence[Mention]) -> list[Unit]:
    """Days and hours brought together: each run of hours goes to the nearer run of days, the one before if in doubt."""
    runs = _runs([mention for mention in found if not mention.options])
    partner = _partners(runs)
    guests = _guests(partner)
    made: list[Unit] = []
    for index, run in enumerate(runs):
        first = run[0]
        unit = Unit(mood=first.mood, sign=first.sign, start=first.start, end=run[-1].end, moment=first.moment)
        if first.hours is None:
            hours = [runs[other] for other in guests.get(index, ())]
            if not any(other[0].mood is first.mood or _plain_day(run, other) for other in hours):
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
        if not own and index and _beside_a_day(runs[index - 1], run):
            own, unit.borrowed = [day for mention in runs[index - 1] for day in mention.days], True
        unit.days = own
        made.append(unit)
    return _merged(made)


def _guests(partner: Mapping[int, int]) -> dict[int, list[int]]:
    """For each run of days, the runs of hours that belong to it."""
    guests: dict[int, list[int]] = {}
    for hours, days in partner.items():
        guests.setdefault(days, []).append(hours)
    return guests


def _beside_a_day(before: Sequence[Mention], run: Sequence[Mention]) -> bool:
    """ "Wednesday at 10 I have a call, 11 would work": at 11 on Wednesday."""
    near = before[-1].clause == run[0].clause and before[0].mood is not run[0].mood and run[0].gap < SENTENCE
    told = run[0].hours is not None and run[0].hours.shape in (Shape.POINT, Shape.RANGE)
    return near and told and all(mention.days and mention.hours for mention in before)


def _plain_day(run: Sequence[Mention], hours: Sequence[Mention]) -> bool:
    """Only a place for the hours that follow: "Tuesday I'm busy until 3" says nothing of the rest of Tuesday."""
    if run[0].sign == "works" and hours[0].mood is Mood.PREFER and hours[0].clause == run[0].clause + 1:
        return hours[0].hours is not None and hours[0].hours.shape is Shape.POINT  # "Tuesday is fine, but better at 3"
    neutral = run[0].mood is Mood.YES and not run[0].sign
    narrows = hours[0].sign != "except" and hours[0].mood is not Mood.PREFER  # "Tuesday, ideally at 3"
    return neutral and narrows and hours[0].clause == run[0].clause


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
    return mention.hours is not None or mention.gap < SENTENCE


def _partners(runs: Sequence[Sequence[Mention]]) -> dict[int, int]:
    """For each run of hours, the run of days it belongs to."""
    partner: dict[int, int] = {}
    days = [i for i, run in enumerate(runs) if run[0].hours is None and run[0].days]
    taken: set[int] = set()
    for index, run in enumerate(runs):
        if run[0].hours is None or any(mention.days for mention in run):
            continue
        here = bisect_left(days, index)
        before, after = _beside(runs, run, days, here)
        partner_index = _nearer(runs, index, before, after, taken)
        if partner_index is not None:
            partner[index] = partner_index
            taken.add(partner_index)
    return partner


def _beside(
    runs: Sequence[Sequence[Mention]], hours: Sequence[Mention], days: Sequence[int], here: int
) -> tuple[int | None, int | None]:
    """The days before and behind the hours that they may belong to; days taken out by an "except" only to hours that
    are taken out too, where there are others."""

    def first(candidates: Iterable[int], fits: Callable[[Mention], bool]) -> int | None:
        together = (i for i in candidates if not _told_apart(hours[0], runs[i][0]))
        return next((i for i in together if fits(runs[i][0])), None)

    def kept(day: Mention) -> bool:
        return day.sign != "except" or hours[0].mood is day.mood

    before, after = first(reversed(days[:here]), kept), first(days[here:], kept)
    if before is None and after is None:
        return first(reversed(days[:here]), lambda _: True), first(days[here:], lambda _: True)
    return before, after


def _told_apart(hours: Mention, days: Mention) -> bool:
    """ "2 works, but Thursday would be better" is not about 2 on Thursday; "Thursday works, but better at 2" is."""
    if hours.sign == "busy" and days.sign == "works" and hours.hours is not None and hours.hours.part == "all":
        return True  # "Wednesday I'm away all day, Thursday works"
    if hours.at > days.at:
        return False
    both = bool(hours.sign and days.sign) and Mood.NO not in (hours.mood, days.mood)
    return both and hours.clause != days.clause and hours.mood is not days.mood


def _nearer(
    runs: Sequence[Sequence[Mention]], index: int, before: int | None, after: int | None, partners: AbstractSet[int]
) -> int | None:
    if before is None and after is not None and _has_own_hours(runs, index, after):
        return None
    if before is None or after is None:
        return before if after is None else after
    near = sum(runs[i][0].gap for i in range(before + 1, index + 1))
    far = sum(runs[i][0].gap for i in range(index + 1, after + 1))
    taken = before in partners
    next_is_free = after + 1 == len(runs) or runs[after + 1][0].hours is None or runs[after + 1][0].gap > far
    if taken and far <= near + 2 and next_is_free:
        return after
    return after if far < near and next_is_free else before


def _has_own_hours(runs: Sequence[Sequence[Mention]], index: int, days: int) -> bool:
    """In "mornings are best, but Tuesday afternoon is possible" the morning has no day."""
    far = sum(runs[i][0].gap for i in range(index + 1, days + 1))
    following = runs[days + 1][0] if days + 1 < len(runs) else None
    return far > LINK and following is not None and following.hours is not None and following.gap < LINK


def _combined(run: Sequence[Mention]) -> list[Hours]:
    """The hours of a run: "after 3 … before 6" is one range, "evening … at 8" one time, "all day" yields to others."""
    made: list[Hours] = []
    for mention in run:
        hours = mention.hours
        if hours is None:
            continue
        hours = _LAST_HOURS if hours.part == "eod" and mention.parted else hours
        hours = replace(hours, zone=mention.zone) if mention.zone else hours
        joined = _joined(made[-1], hours, mention) if made else None
        if joined is not None:
            made[-1] = joined
        else:
            made.append(hours)
    telling = [hours for hours in made if hours.part not in ("all", "beyond")]
    return telling or made[:1]


_LAST_HOURS = Hours(Shape.PART, Clock(16 * 60), Clock(18 * 60), "eod")  # "first thing, or end of day"


def _joined(left: Hours, right: Hours, mention: Mention) -> Hours | None:
    gap = mention.gap
    if left.shape is Shape.AFTER and right.shape is Shape.BEFORE and left.start and right.end and gap < SENTENCE:
        fitted = clocks.fit(left.start, right.end) if _in_order(left.start, right.end) else None
        return Hours(Shape.RANGE, *fitted) if fitted else None
    if right.shape is Shape.AFTER and left.shape is Shape.BEFORE and right.start and left.end and gap < SENTENCE:
        fitted = clocks.fit(right.start, left.end) if _in_order(right.start, left.end) else None
        return Hours(Shape.RANGE, *fitted) if fitted else None
    if (
        Shape.PART in (left.shape, right.shape)
        and left.shape is not right.shape
        and (gap < LINK + 1 or (gap < SENTENCE and not mention.parted))
        and left.part != "all"
    ):
        part, other = (left, right) if left.shape is Shape.PART else (right, left)
        if other.part == "all":
            return part
        if other.part == "eod":
            return None
        inside = _inside(part, other)
        if gap >= LINK and ((mention.parted and other.shape is Shape.POINT) or not inside):
            return None
        return within_part(part, other)
    return None


def _inside(part: Hours, other: Hours) -> bool:
    """ "Thursday morning then, at 10"; in "mornings, or at 3" it is not."""
    told = within_part(part, other)
    if told is None or told.start is None or part.start is None or part.end is None:
        return False
    return part.start.minutes <= told.start.minutes < part.end.minutes


def _in_order(start: Clock, end: Clock) -> bool:
    """ "After 3 … before 6" is a stretch; "before 9 or after 5" are two."""
    first, last = clocks.settle(start).minutes, clocks.settle(end).minutes
    return first < last or (
        not end.firm and first < last + 12 * 60 and last >= 8 * 60 and first >= 17 * 60 and last < 9 * 60
    )


def _merged(made: list[Unit]) -> list[Unit]:
    """Weak hours that found no day are numbers after all."""
    return [unit for unit in made if unit.moment or unit.days or any(map(_stands, unit.hours))]


def _stands(hours: Hours) -> bool:
    """ "Same time, different day" names no day: nothing to offer yet."""
    return not hours.weak and hours.part != "same"

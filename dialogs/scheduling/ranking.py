"""Which of the times that fit are best: spread over days, what is preferred first, then whoever has less to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from dialogs.scheduling.intervals import Interval, covers
from dialogs.scheduling.plan import Plan


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that fits, and who comes."""

    when: Interval
    people: tuple[str, ...]
    room: str = ""
    optional: tuple[str, ...] = ()  # who need not come and could


Rank = tuple[bool, int, int, datetime]  # the smallest is best


def best(
    plan: Plan, at_most: int, preferred: Sequence[Interval] = (), among: Iterable[datetime] | None = None
) -> tuple[Slot, ...]:
    """Up to `at_most` times, best first, of those `among` which to choose; asked again, they are the same.

    What is preferred comes before everything; then as many days as there are; on a day, a time at which more of those
    can come that need not, then one at which they have less to do, then the earlier. Two of one day never overlap.
    """
    slots = _slots(plan, plan.starts() if among is None else among)
    rated = sorted((_rank(plan, slot, preferred), slot) for slot in slots)
    liked = [slot for rank, slot in rated if not rank[0]]
    others = [slot for rank, slot in rated if rank[0]]
    picked: list[Slot] = []
    for choice in (liked, others):
        for slot in _over_the_days(choice, Counter(_day(each, plan) for each in picked), plan):
            if len(picked) == at_most:
                break
            if not any(slot.when.meets(each.when) for each in picked):
                picked.append(slot)
    return tuple(picked)


def slot_at(plan: Plan, start: datetime) -> Slot | None:
    """Who comes if it starts then; None if it cannot."""
    seated = plan.seat(start)
    if seated is None:
        return None
    return Slot(Interval.lasting(start, plan.meeting.minutes), seated.people, seated.room, plan.optional(start))


def _slots(plan: Plan, starts: Iterable[datetime]) -> Iterator[Slot]:
    for start in starts:
        if slot := slot_at(plan, start):
            yield slot


def _rank(plan: Plan, slot: Slot, preferred: Sequence[Interval]) -> Rank:
    start = slot.when.start
    this_week = sum(plan.load(who, start)[0] for who in slot.people)
    return not covers(preferred, slot.when), -len(slot.optional), this_week, start


def _over_the_days(ranked: Iterable[Slot], given: Counter[date], plan: Plan) -> Iterator[Slot]:
    """The best of each day that has given none yet, then a second of each day, and so on."""
    days: dict[date, list[Slot]] = defaultdict(list)
    for slot in ranked:
        days[_day(slot, plan)].append(slot)
    for turn in count():
        if not days:
            return
        for day in [each for each in days if given[each] <= turn]:
            slot = days[day][0]
            yield slot
            given[day] += 1
            days[day] = [each for each in days[day] if not each.when.meets(slot.when)]
            if not days[day]:
                del days[day]


def _day(slot: Slot, plan: Plan) -> date:
    return slot.when.start.astimezone(plan.zone).date()

"""Several meetings in a row: each with its own people and length, in order or not, on one day or over several."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.blocks import Block
from dialogs.scheduling.cells import floor_minute
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Appointment, Itinerary, Panel
from dialogs.scheduling.plan import Plan, instant_of

Left = tuple[int, ...]  # the stages that are still to come, by their number


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    panel: Panel
    minutes: int

    @property
    def is_break(self) -> bool:
        """Nobody is needed: lunch, say."""
        return not (self.panel.required or self.panel.one_of)

    def kept_by(self, people: Collection[str]) -> Stage:
        """Whoever of these was chosen of a group comes."""
        pools = (tuple(each for each in pool if each in people) or pool for pool in self.panel.one_of)
        return replace(self, panel=replace(self.panel, one_of=tuple(pools)))


@dataclass(frozen=True, slots=True)
class Loop:
    """The stages one candidate goes through."""

    stages: tuple[Stage, ...]
    ordered: bool = True  # False: in whatever order fits; a break keeps its place
    pause: int = 0  # minutes at least between two stages
    wait: int = 60  # minutes at most between two stages of one day
    days: int = 1  # from the first day to the last, at most
    candidate: str = ""  # whose pauses are those of the loop, where they have a diary and are in the panels

    def __post_init__(self) -> None:
        if not self.stages or self.days < 1 or min(self.pause, self.wait) < 0:
            raise ValueError(f"a loop has a stage and a day at least, and no negative pause: {self}")
        if len({stage.name for stage in self.stages}) < len(self.stages):
            raise ValueError(f"a loop has no two stages of one name: {self}")

    @property
    def all(self) -> Left:
        return tuple(range(len(self.stages)))

    @property
    def minutes(self) -> int:
        """From the first to the last, with nothing but the pauses between."""
        return self.lasts(self.all)

    @property
    def panel(self) -> Panel:
        """Everybody's part taken together."""
        panels = [stage.panel for stage in self.stages]
        required = dict.fromkeys(who for panel in panels for who in panel.required)
        return Panel(tuple(required), one_of=tuple(chain.from_iterable(panel.one_of for panel in panels)))

    def kept_for(self, who: str, whole: Interval) -> Interval:
        """What of the time of a whole loop is theirs, as far as that is known before it is settled who comes when."""
        mine = [number for number in self.all if who in self.stages[number].panel.required]
        if not mine or not self.ordered:
            return whole
        begins, ends = self.begins(self.all[mine[0] :]), self.lasts(self.all[: mine[-1] + 1])
        return Interval(whole.start + timedelta(minutes=begins), whole.start + timedelta(minutes=ends))

    def lasts(self, stages: Left) -> int:
        return sum(self.stages[each].minutes for each in stages) + self.pause * (len(stages) - 1)

    def begins(self, left: Left) -> int:
        """Minutes after the start of the whole at which the first of those left begins."""
        return self.minutes - self.lasts(left)

    def choices(self, left: Left) -> Left:
        """Which of those left can be the next one."""
        place = len(self.stages) - len(left)
        if self.ordered or self.stages[place].is_break:
            return (place,)
        return tuple(each for each in left if not self.stages[each].is_break)

    def without(self, who: str) -> Loop:
        stages = (replace(stage, panel=stage.panel.without(who)) for stage in self.stages)
        return replace(self, stages=tuple(stages))

    def as_booked(self, itinerary: Itinerary, gone: Collection[str] = ()) -> Loop:
        """In the order in which it is booked; who else was chosen of a group is no choice any more."""
        stages = {stage.name: stage for stage in self.stages}
        kept = (stages[each.stage].kept_by(set(each.people) - set(gone)) for each in itinerary)
        return replace(self, stages=tuple(kept), ordered=True)

    def called(self, ids: Mapping[str, str]) -> Loop:
        """The same people under other names."""
        stages = (replace(stage, panel=stage.panel.called(ids)) for stage in self.stages)
        return replace(self, stages=tuple(stages))


def itineraries(
    loop: Loop, like: Meeting, diaries: Mapping[str, Diary], between: Interval, zone: ZoneInfo, at_most: int = 3
) -> tuple[Itinerary, ...]:
    """Whole loops, as many days to begin on as there are, the earliest of each first; days are those of `zone`.

    Every stage is a meeting `like` this one, but for its length.

    Whoever comes to two stages needs between them what they need between any two interviews; the candidate has the
    pauses of the loop.
    """
    fresh: list[Itinerary] = []
    again: list[Itinerary] = []
    days: set[date] = set()
    for itinerary in _Search(loop, like, diaries, between, zone).itineraries():
        day = itinerary[0].when.start.astimezone(zone).date()
        (again if day in days else fresh).append(itinerary)
        days.add(day)
        if len(fresh) == at_most:
            break
    return tuple((fresh + again)[:at_most])


class _Search:
    """Tries the starts in order of time; what cannot end well even if nobody minded how close is not tried."""

    def __init__(
        self, loop: Loop, like: Meeting, diaries: Mapping[str, Diary], between: Interval, zone: ZoneInfo
    ) -> None:
        self._loop = loop
        self._zone = zone
        meetings = (replace(like, minutes=stage.minutes) for stage in loop.stages)
        self._plans = [
            Plan(stage.panel, diaries, meeting, between, zone)
            for stage, meeting in zip(loop.stages, meetings, strict=True)
        ]
        self._starts = [[floor_minute(start) for start in plan.starts()] for plan in self._plans]
        self._can_end: dict[tuple[tuple[int, ...], int, int], bool] = {}

    def itineraries(self) -> Iterator[Itinerary]:
        """At most one for each start of the first stage."""
        stages = self._loop.all
        firsts = sorted((start, stage) for stage in self._loop.choices(stages) for start in self._starts[stage])
        for start, tied in groupby(firsts, key=itemgetter(0)):
            last_day = self._day(start) + self._loop.days - 1
            for _, stage in tied:
                if found := self._onward((), stages, stage, start, last_day):
                    yield found
                    break

    def _onward(self, made: Itinerary, left: Left, stage: int, start: int, last_day: int) -> Itinerary | None:
        """The whole, if this stage can start then and the rest can follow."""
        rest, end = without(left, stage), start + self._loop.stages[stage].minutes
        if not self._possible(rest, end, last_day):
            return None
        seated, of = self._beside(made, stage).seat(instant_of(start)), self._loop.stages[stage]
        if seated is None:
            return None
        when = Interval.lasting(instant_of(start), of.minutes)
        made = (*made, Appointment(of.name, when, seated.people, seated.room))
        if not rest:
            return made
        for following in self._loop.choices(rest):
            for later in self._next(following, end, last_day):
                if found := self._onward(made, rest, following, later, last_day):
                    return found
        return None

    def _possible(self, left: Left, end: int, last_day: int) -> bool:
        """Can the stages that are left follow, as far as each by itself is concerned?"""
        key = left, end, last_day
        if key not in self._can_end:
            self._can_end[key] = not left or any(
                self._possible(without(left, stage), start + self._loop.stages[stage].minutes, last_day)
                for stage in self._loop.choices(left)
                for start in self._next(stage, end, last_day)
            )
        return self._can_end[key]

    def _next(self, stage: int, end: int, last_day: int) -> Iterator[int]:
        """The starts of a stage after one that ended: soon on the same day, or any on a later one."""
        starts, loop = self._starts[stage], self._loop
        midnight, over = self._midnight(self._day(end - 1) + 1), self._midnight(last_day + 1)
        soon = min(end + max(loop.wait, loop.pause) + 1, midnight, over)  # a stage may end in the night of the last day
        for low, high in ((end + loop.pause, soon), (max(midnight, end + loop.pause), over)):
            yield from starts[bisect_left(starts, low) : bisect_left(starts, high)]

    def _beside(self, made: Itinerary, stage: int) -> Plan:
        """The plan of a stage where whoever came to one before has that in the diary."""
        plan = self._plans[stage]
        busy = {who for each in made for who in (*each.people, each.room)} - {self._loop.candidate}
        if not busy & set(plan.panel.everyone):
            return plan
        diaries = dict(plan.diaries)
        for each in made:
            for who in {*each.people, each.room} & busy & diaries.keys():
                diaries[who] = replace(diaries[who], booked=(*diaries[who].booked, Block(each.when)))
        return replace(plan, diaries=diaries)

    def _day(self, minute: int) -> int:
        return instant_of(minute).astimezone(self._zone).toordinal()

    @cache  # noqa: B019 – lives as long as the search
    def _midnight(self, day: int) -> int:
        return -(-clocks.reached(clocks.wall_of(date.fromordinal(day)), self._zone) // 60)


def own_parts(itinerary: Itinerary) -> dict[str, Interval]:
    """Of everybody who comes, from their first stage to their last."""
    parts: dict[str, Interval] = {}
    for each in sorted(itinerary, key=lambda each: each.when):
        for who in each.people:
            first = parts.get(who, each.when)
            parts[who] = Interval(first.start, each.when.end)
    return parts


def without(left: Left, stage: int) -> Left:
    return tuple(each for each in left if each != stage)

"""A loop as one meeting: its stages follow one another with nothing but the pauses between, and it has one start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, product

from dialogs.scheduling.cells import QUARTER, Frame, Range, on_the_grid
from dialogs.scheduling.diary import Reason
from dialogs.scheduling.intervals import Interval, union
from dialogs.scheduling.loop import Left, Loop, Stage, without
from dialogs.scheduling.panel import Appointment, Itinerary, Seated
from dialogs.scheduling.plan import Plan, instant_of, minutes_of

# Who of those who came to a stage may come to another one, and since which minute of the loop they have been there.
Since = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """One stage done next: who comes, at which starts of the whole they can, and what is left then."""

    stage: int
    people: tuple[str, ...]
    starts: int  # a mask
    left: Left
    since: Since


@dataclass(frozen=True)
class LoopPlan(Plan):
    """As any plan: `meeting` is the whole, and so is every start.

    Whoever comes to several stages comes from the first of them to the last. `panel` is the panel of the loop, and the
    rooms and optional people of the whole.
    """

    _: KW_ONLY
    loop: Loop
    stands: Itinerary = ()  # as it is booked: kept in this order and with these people where that can be

    def __post_init__(self) -> None:
        if self.meeting.minutes != self.loop.minutes or self.loop.days > 1:
            raise ValueError(f"a loop is one meeting only on one day, with nothing but its pauses between: {self.loop}")

    def fits(self, start: datetime) -> bool:
        minutes = minutes_of(start)
        if len(minutes) > 1 or not self._within(minutes):
            return self.seat(start) is not None
        return self.frame.has(self._fitting, minutes[0])

    def seat(self, start: datetime) -> Seated | None:
        minutes = minutes_of(start)
        if not self._within(minutes):
            return None
        room = next((each for each in self.panel.rooms if self.free(each, minutes)), "")
        if self.panel.rooms and not room:
            return None
        at = 0
        for minute in minutes:
            at |= 1 << (minute - self.frame.first)
        itinerary = self._followed(start, self.loop.all, (), at, ())
        if itinerary is None:
            return None
        people = dict.fromkeys(chain.from_iterable(each.people for each in itinerary))
        return Seated(tuple(people), room, itinerary)

    def starts(self) -> Iterator[datetime]:
        return map(instant_of, self.frame.minutes(self.mask))

    def without(self, who: str) -> LoopPlan:
        return replace(self, panel=self.panel.without(who), loop=self.loop.without(who))

    def but_for(self, gone: Collection[str]) -> Plan:
        standing = replace(self, loop=self.loop.as_booked(self.stands, gone)) if self.stands else self
        return super(LoopPlan, standing).but_for(gone)

    @cached_property
    def frame(self) -> Frame:
        """Every minute at which the whole may start."""
        first, end = self._reach
        return Frame(first, 1, end - first)

    @cached_property
    def mask(self) -> int:
        return self._fitting & on_the_grid(self.frame, self.meeting.grid, self.zone)

    def open_time(self) -> tuple[Interval, ...]:
        """Every start that fits lies in it, and some that do not: `narrowed` tells them apart.

        Of one meeting the time between two starts that fit is free; of several, somebody else may be busy then.
        """
        length = self.meeting.minutes
        return union(Interval(instant_of(low), instant_of(high - 1 + length)) for low, high in self._fitting_ranges)

    def narrowed(
        self, starts: Sequence[datetime], windows: Sequence[Interval], by_name: Sequence[Interval] = ()
    ) -> list[datetime]:
        fitting = {start for start in starts if self.fits(start)}
        begins = (instant_of(low) for low, _ in self._fitting_ranges if low % QUARTER == 0)
        named = (start for start in starts if by_name and self.with_consent.fits(start))
        return sorted(fitting | self._within_windows(begins, windows) | self._within_windows(named, by_name))

    def _within_windows(self, starts: Iterable[datetime], windows: Sequence[Interval]) -> set[datetime]:
        stretches, length = union(windows), self.meeting.minutes
        return {start for start in starts if any(each.holds(Interval.lasting(start, length)) for each in stretches)}

    @cached_property
    def _fitting_ranges(self) -> tuple[Range, ...]:
        return tuple(self.frame.ranges(self._fitting))

    @cached_property
    def _fitting(self) -> int:
        """Every minute at which the whole fits, round or not."""
        rooms = 0 if self.panel.rooms else self.frame.all
        for room in self.panel.rooms:
            rooms |= self._can(room, 0, self.loop.minutes)
        return rooms and rooms & self._following(self.loop.all, ())

    def _following(self, left: Left, since: Since) -> int:
        """The starts of the whole at which these stages can follow."""
        if not left:
            return self.frame.all
        if (left, since) not in self._followable:
            found = 0
            for step in self._steps(left, since, self._unlike(left)):
                if step.starts:
                    found |= step.starts & self._following(step.left, step.since)
            self._followable[left, since] = found
        return self._followable[left, since]

    def _followed(self, start: datetime, left: Left, since: Since, at: int, made: Itinerary) -> Itinerary | None:
        """The itinerary that is liked best, if these stages can follow at all of the starts in `at`."""
        if not left:
            return made
        for step in sorted(
            self._steps(left, since, self.loop.choices(left)), key=lambda each: self._rank(each, made, start)
        ):
            if at & ~(step.starts & self._following(step.left, step.since)):
                continue
            stage = self.loop.stages[step.stage]
            begins = start + timedelta(minutes=self.loop.begins(left))
            next_one = Appointment(stage.name, Interval.lasting(begins, stage.minutes), step.people)
            if found := self._followed(start, step.left, step.since, at, (*made, next_one)):
                return found
        return None

    def _unlike(self, left: Left) -> Left:
        """Of stages that are alike only the first: it is the same which of them comes now."""
        stages = {number: self.loop.stages[number] for number in self.loop.choices(left)}
        return tuple({(each.panel, each.minutes): number for number, each in reversed(stages.items())}.values())

    def _steps(self, left: Left, since: Since, choices: Left) -> Iterator[_Step]:
        begins, been = self.loop.begins(left), dict(since)
        for number in choices:
            stage, rest = self.loop.stages[number], without(left, number)
            again = {who for each in rest for who in self.loop.stages[each].panel.everyone}
            for people in seatings(stage):
                there = {**been, **{who: been.get(who, begins) for who in people}}
                starts = self.frame.all
                for who in people:
                    starts &= self._can(who, there[who], begins + stage.minutes)
                yield _Step(number, people, starts, rest, tuple(sorted((w, s) for w, s in there.items() if w in again)))

    def _rank(self, step: _Step, made: Itinerary, start: datetime) -> tuple[object, ...]:
        """As it stands; else in the order it was written, with whoever has no part in it yet and least to do."""
        standing = [each.stage for each in self.stands]
        stage = self.loop.stages[step.stage]
        place = standing.index(stage.name) if stage.name in standing else step.stage
        stood = {who for each in self.stands if each.stage == stage.name for who in each.people}
        busy = {who for each in made for who in each.people}
        chosen = [who for who in step.people if who not in stage.panel.required]
        return place, [(who not in stood, who in busy, self.load(who, start), who) for who in chosen]

    def _can(self, who: str, begins: int, ends: int) -> int:
        """The starts of the whole at which somebody has time from one minute of it to another."""
        key = who, begins, ends
        if key not in self._masks:
            refused = chain.from_iterable(self._part(ends - begins).refusals(who).values())
            against = self.frame.paint((low - begins, high - begins) for low, high in refused)
            self._masks[key] = self.frame.all & ~against
        return self._masks[key]

    def _part(self, minutes: int) -> Plan:
        """A part of the loop, as a meeting by itself."""
        if minutes not in self._parts:
            meeting = replace(self.meeting, minutes=minutes)
            self._parts[minutes] = Plan(self.panel, self.diaries, meeting, self.between, self.zone)
        return self._parts[minutes]

    def _against(self, minutes: Sequence[int]) -> Counter[Reason]:
        """In the order in which it was written."""
        counted = self._rooms_against(minutes)
        parts: dict[str, tuple[int, int]] = {}
        for number, stage in enumerate(self.loop.stages):
            begins = self.loop.begins(self.loop.all[number:])
            ends = begins + stage.minutes
            parts |= {who: (parts.get(who, (begins, ends))[0], ends) for who in stage.panel.required}
            then, part = [minute + begins for minute in minutes], self._part(stage.minutes)
            for pool in stage.panel.one_of:
                if not any(part.free(who, then) for who in pool if who not in stage.panel.required):
                    counted[Reason.POOL] += len(pool)
        for who, (begins, ends) in parts.items():
            part = self._part(ends - begins)
            counted.update({reason for minute in minutes for reason in part.reasons(who, minute + begins)})
        return counted

    @cached_property
    def _followable(self) -> dict[tuple[Left, Since], int]:
        return {}

    @cached_property
    def _masks(self) -> dict[tuple[str, int, int], int]:
        return {}

    @cached_property
    def _parts(self) -> dict[int, Plan]:
        return {}


def seatings(stage: Stage) -> Iterator[tuple[str, ...]]:
    """Whoever must come, and one of each group, no one twice."""
    required = stage.panel.required
    for chosen in product(*(dict.fromkeys(pool) for pool in stage.panel.one_of)):
        people = (*required, *chosen)
        if len(set(people)) == len(people):
            yield people

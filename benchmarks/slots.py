"""What finding times costs: beside a scan of the grid, and beside interval algebra (`portion`), in one run.

Three calendars of six zones, two hundred events each over thirty days: the next five starts of 45 minutes on the
quarters. All three ways are given the same hours and events, and must find the same.

Cold means that nothing was worked out from the events before. What people's hours come to in a season is remembered, as
it is in service; a row of its own shows what it costs to work that out too.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import portion  # type: ignore[import-untyped]

from benchmarks.rows import Row, at_least, at_most, below, compared, step
from dialogs.scheduling.blocks import Block
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.kept import Kept
from dialogs.scheduling.panel import Panel, Seated
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Change, Exceptional, Week

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Lisbon",
        "Europe/London",
        "Europe/Berlin",
        "Europe/Athens",
        "America/New_York",
        "America/Sao_Paulo",
    )
]
# The clocks of Europe and of New York change within these thirty days, on different Sundays.
BETWEEN = Interval(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC))
MINUTES, GRID, EVENTS, COUNT = 45, 15, 200, 5
MEETING = Meeting(MINUTES, GRID)
LENGTH = timedelta(minutes=MINUTES)
ROUNDS = 5
_NEVER_SEEN = count()
WHILE = 0.3  # s

TIMES_THE_SCAN = 50.0
KEPT_AT_MOST = 20.0  # µs
POOL_AT_MOST = 1.0  # ms
GROWTH = 1.15  # times linear


@dataclass(frozen=True)
class Person:
    """The same somebody for all three ways: hours of the week, and events."""

    hours: WorkingHours
    week: Week
    blocks: tuple[Block, ...]

    def diary(self, name: str) -> Diary:
        return Diary(name, self.hours.zone, self.week, self.blocks)


async def measure() -> list[Row]:
    panels = [_people(3, EVENTS, ZONES[first:] + ZONES[:first]) for first in range(len(ZONES))]
    step(f"{len(panels)} panels of 3 calendars, {EVENTS} events each")
    found = [[way(panel) for way in (_engine, _scan, _algebra)] for panel in panels]
    assert all(ours == scan == algebra for ours, scan, algebra in found), "all three ways find the same"
    assert sum(len(ours) for ours, _, _ in found) >= 3 * len(panels), "there is something to find"
    engine, unseen, scan, algebra = (_cost(way, panels) for way in (_engine, _engine_anew, _scan, _algebra))
    rows = [
        at_least("next 5 of 3 calendars, cold", 1 / engine, "/s", "a scan of the grid", 1 / scan, TIMES_THE_SCAN),
        compared("next 5 of 3 calendars, cold, beside portion", 1 / engine, "/s", "portion", 1 / algebra),
        Row("next 5 of 3 calendars, cold, time", engine * 1000, "ms"),
        compared("… and by hours never seen before", 1 / unseen, "/s", "a scan of the grid", 1 / scan),
    ]
    step("kept calendars, and any of 50 people")
    rows += [*_kept(panels), *_any_of_fifty()]
    step("growth")
    return [*rows, *_growth()]


def _kept(panels: Sequence[Sequence[Person]]) -> list[Row]:
    asked, told = zip(*(_kept_panel(panel) for panel in panels), strict=True)
    return [
        below("next 5 of 3 kept calendars", max(asked) * 1e6, "µs", KEPT_AT_MOST),
        Row("an event comes or goes in a kept calendar", max(told) * 1e6, "µs"),
    ]


def _kept_panel(panel: Sequence[Person]) -> tuple[float, float]:
    diaries = _diaries(panel)
    kept, everyone = Kept(MEETING, BETWEEN, diaries.values(), ZONES[0]), Panel(tuple(diaries))
    assert kept.next(everyone, COUNT, BETWEEN.start) == _engine(panel), "kept is what a fresh look finds"
    event = Block(Interval.lasting(BETWEEN.start + timedelta(days=9, hours=10), 45))

    def comes_and_goes() -> None:
        kept.add("0", event)
        kept.remove("0", event)

    return _once(lambda: kept.next(everyone, COUNT, BETWEEN.start)), _once(comes_and_goes) / 2


def _any_of_fifty() -> list[Row]:
    diaries = _diaries(_people(50, EVENTS, ZONES))
    kept, panel = Kept(MEETING, BETWEEN, diaries.values(), ZONES[0]), Panel(one_of=(tuple(diaries),))

    def ask() -> list[Seated | None]:
        return [kept.seat(panel, start) for start in kept.next(panel, COUNT, BETWEEN.start)]

    assert all(seated and len(seated.people) == 1 for seated in ask()), "each time has somebody to come"
    return [below("next 5 for any of 50 people, and who", _once(ask) * 1000, "ms", POOL_AT_MOST)]


def _growth() -> list[Row]:
    """Twice the events, and twice those, over a longer time: so thinly that no two of them make one."""
    long = Interval(BETWEEN.start, BETWEEN.start + timedelta(days=240))
    cost = {}
    for times in (1, 2, 4, 8):
        apart = long.length / (times * EVENTS)
        events = tuple(Block(Interval.lasting(long.start + number * apart, 30)) for number in range(times * EVENTS))
        plan = Plan(Panel(("0",)), {"0": Diary("0", ZONES[0], blocks=events)}, MEETING, long)
        cost[times] = _once(lambda plan=plan: replace(plan).mask) * 1000  # type: ignore[misc]
    return [at_most(f"{times}× the events", cost[times], "ms", "once", cost[1], times * GROWTH) for times in (2, 4, 8)]


def _people(count: int, events: int, zones: Sequence[ZoneInfo]) -> tuple[Person, ...]:
    return tuple(_person(zones[each % len(zones)], events, chance=random.Random(each)) for each in range(count))


def _person(zone: ZoneInfo, events: int, chance: random.Random) -> Person:
    """Events on the quarters of working days, half an hour to an hour and a half, as they come."""
    hours = WorkingHours.parse("09:00-12:30,13:30-18:00", zone=zone)
    days = WorkingHours.parse("08:00-19:00", zone=zone).open(BETWEEN)
    found = []
    for _ in range(events):
        start = chance.choice(days).start + timedelta(minutes=15 * chance.randrange(44))
        found.append(Interval.lasting(start, chance.choice((30, 45, 60, 90))))
    return Person(hours, Week.of(hours), tuple(Block(each) for each in sorted(found)))


def _diaries(panel: Sequence[Person]) -> dict[str, Diary]:
    return {str(number): person.diary(str(number)) for number, person in enumerate(panel)}


def _engine(panel: Sequence[Person]) -> list[datetime]:
    diaries = _diaries(panel)
    return list(islice(Plan(Panel(tuple(diaries)), diaries, MEETING, BETWEEN).starts(), COUNT))


def _engine_anew(panel: Sequence[Person]) -> list[datetime]:
    """The same for people whose hours are like nobody's yet: what is remembered of hours is of no use."""
    day = date(1990, 1, 1) + timedelta(days=next(_NEVER_SEEN))
    odd = Exceptional(Change.CLOSED, day, day)
    return _engine([replace(person, week=replace(person.week, exceptions=(odd,))) for person in panel])


def _scan(panel: Sequence[Person]) -> list[datetime]:
    """Each start on the grid, one after another: is each of them at work, and not busy?"""
    found: list[datetime] = []
    start = BETWEEN.start
    while start + LENGTH <= BETWEEN.end and len(found) < COUNT:
        end = start + LENGTH
        if all(_free(person, start, end) for person in panel):
            found.append(start)
        start += timedelta(minutes=GRID)
    return found


def _free(person: Person, start: datetime, end: datetime) -> bool:
    return _at_work(person.hours, start, end) and not any(
        block.when.start < end and start < block.when.end for block in person.blocks
    )


def _at_work(hours: WorkingHours, start: datetime, end: datetime) -> bool:
    begins, ends = start.astimezone(hours.zone), end.astimezone(hours.zone)
    if begins.weekday() not in hours.days or begins.date() != ends.date():
        return False
    return any(opens <= begins.time() and ends.time() <= closes for opens, closes in hours.spans)


def _algebra(panel: Sequence[Person]) -> list[datetime]:
    """Free time as a set of intervals, then the grid within each."""
    free: Any = portion.closedopen(BETWEEN.start, BETWEEN.end)
    for person in panel:
        work = portion.Interval(*(portion.closedopen(each.start, each.end) for each in person.hours.open(BETWEEN)))
        busy = portion.Interval(*(portion.closedopen(each.when.start, each.when.end) for each in person.blocks))
        free &= work - busy
    found: list[datetime] = []
    for each in free:
        start = BETWEEN.start + -((BETWEEN.start - each.lower) // timedelta(minutes=GRID)) * timedelta(minutes=GRID)
        while start + LENGTH <= each.upper and len(found) < COUNT:
            found.append(start)
            start += timedelta(minutes=GRID)
    return found


def _cost(way: Callable[[Sequence[Person]], object], panels: Sequence[Sequence[Person]]) -> float:
    """Seconds of processor for one panel: the quickest of many times for each, and the mean of the panels."""
    return mean(_once(lambda each=panel: way(each)) for panel in panels)  # type: ignore[misc]


def _once(what: Callable[[], object]) -> float:
    """Seconds of processor, the quickest of as many times as fit into a while: others use this machine too."""
    took: list[float] = []
    while len(took) < ROUNDS or sum(took) < WHILE:
        begun = time.process_time()
        what()
        took.append(time.process_time() - begun)
    return min(took)

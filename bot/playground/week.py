"""Somebody's week as a picture: the hours they work, what fills them, what is offered, and what is booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.doors.pages.week import monday
from bot.facts.availability import time_of
from bot.facts.case import load
from bot.records import everything, people
from bot.records.base import Session
from bot.rehearsal.play import Rehearsal
from bot.terminal.moments import city, stretch
from dialogs.scheduling.hours import instant_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import TAKES

DAYS, FIRST, LAST = 7, 7, 21  # o'clock
WIDE, TALL, LEFT, TOP = 46, 15, 30, 22  # of a day, of an hour; where the first of them begins
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Box:
    """Part of the picture, in its own units."""

    look: str  # open, busy, offered, booked
    x: float
    y: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    city: str
    days: Sequence[tuple[float, str, bool]]  # where, the weekday and the day, whether it is today
    hours: Sequence[tuple[float, str]]
    boxes: Sequence[Box]
    now: tuple[float, float] | None
    told: Sequence[str]  # the same in words
    width: int = LEFT + DAYS * WIDE
    height: int = TOP + (LAST - FIRST) * TALL + 4


async def picture(rehearsal: Rehearsal, key: str) -> Picture:
    """From the Monday of this week on, or of the next one when this one is over."""
    house, now = rehearsal.stage.house, rehearsal.world.clock.now()
    async with house.records.read() as session:
        person = await people.get(session, key)
        offered, booked = await _ours(session, key)
    zone = ZoneInfo(person.zone)
    first = monday((now.astimezone(zone) + 2 * ONE_DAY).date()) if _weekend(now, zone) else monday(_today(now, zone))
    between = Interval(_midnight(first, zone), _midnight(first + DAYS * ONE_DAY, zone))
    seen = await time_of(house, person, between)
    ours = {each for each in booked if each.meets(between)}
    layers = {
        "open": seen.open if seen.connected else (),
        "busy": [each.when for each in seen.blocks if each.show in TAKES and each.when not in {*ours, *offered}],
        "offered": [each for each in offered if each.meets(between)],
        "booked": sorted(ours),
    }
    boxes = [box for look, times in layers.items() for box in _boxes(look, times, first, zone)]
    said = [f"{look}: {stretch(t.start, t.end, zone)}" for look in ("busy", "offered", "booked") for t in layers[look]]
    return Picture(
        name=person.name,
        city=city(zone),
        days=[_day(number, first + number * ONE_DAY, _today(now, zone)) for number in range(DAYS)],
        hours=[(_y(time(hour)), f"{hour:02}") for hour in range(FIRST + 1, LAST, 2)],
        boxes=boxes,
        now=_spot(now, first, zone),
        told=said,
    )


async def _ours(session: Session, key: str) -> tuple[set[Interval], set[Interval]]:
    """Of the interviews this person comes to: what is on the table, and what is booked."""
    offered, booked = set(), set()
    for row in await everything.negotiations(session):
        case = await load(session, row.id)
        if case.state.over or key not in {each.id for each in case.invited}:
            continue
        if case.state.booked:
            booked.add(case.state.booked)
        if case.state.offer:
            offered |= {Interval.lasting(each, case.interview.minutes) for each in case.state.offer.starts}
    return offered - booked, booked


def _boxes(look: str, times: Iterable[Interval], first: date, zone: ZoneInfo) -> Iterator[Box]:
    for when in times:
        told = f"{look}: {stretch(when.start, when.end, zone)}"
        for number in range(DAYS):
            day = first + number * ONE_DAY
            edges = Interval(instant_of(day, time(FIRST), zone), instant_of(day, time(LAST), zone))
            start, end = max(when.start, edges.start), min(when.end, edges.end)
            if start < end:
                top, bottom = _y(start.astimezone(zone).time()), _y(end.astimezone(zone).time())
                yield Box(look, _x(number), top, round(bottom - top, 1), told)


def _day(number: int, day: date, today: date) -> tuple[float, str, bool]:
    return _x(number), f"{day:%a} {day.day}", day == today


def _spot(now: datetime, first: date, zone: ZoneInfo) -> tuple[float, float] | None:
    local = now.astimezone(zone)
    number = (local.date() - first).days
    return (_x(number), _y(local.time())) if 0 <= number < DAYS and FIRST <= local.hour < LAST else None


def _x(number: int) -> float:
    return LEFT + number * WIDE


def _y(clock: time) -> float:
    return round(TOP + (clock.hour + clock.minute / 60 - FIRST) * TALL, 1)


def _weekend(now: datetime, zone: ZoneInfo) -> bool:
    return _today(now, zone).weekday() >= 5


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(day, time(), zone)

"""Somebody's week as a picture, and the starts that are left in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from bot.facts.availability import PersonsTime, time_of
from bot.house import House
from bot.settings.settings import Settings
from bot.terminal.firm import in_house, somebody
from bot.terminal.moments import city
from bot.terminal.screen import standard_error, standard_output
from bot.terminal.trouble import Trouble
from dialogs.scheduling.hours import instant_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import TAKES

WEEK = 7
_DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
FIRST, LAST = 7, 20  # the hours that are always drawn; earlier and later ones where something is then
# A letter beside each colour: a picture must also be read without colours.
MARKS = {
    "ours": ("A ", "bold green"),
    "busy": ("██", "red"),
    "tentative": ("▒▒", "yellow"),
    "away": ("××", "magenta"),
    "free": ("· ", "dim"),
    "closed": ("  ", ""),
}
LEGEND = "A ours  ██ busy  ▒▒ tentative  ×× away  ·  free to book"


def show_week(settings: Settings, said: str, start: str | None, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        zone = ZoneInfo(person.zone)
        first = _day(start) if start else house.clock.now().astimezone(zone).date()
        seen = await time_of(house, person, Interval(_midnight(first, zone), _midnight(first + WEEK * _DAY, zone)))
        if as_json:
            _print(_data(seen))
        else:
            _draw(standard_output(), seen, first, house.clock.now() + house.rules.notice)

    in_house(settings, work)


def show_availability(
    settings: Settings, said: str, start: str | None, end: str | None, minutes: int, *, as_json: bool
) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        zone, now = ZoneInfo(person.zone), house.clock.now()
        soonest = max(now + house.rules.notice, _instant(start, zone) if start else now)
        latest = _instant(end, zone, ends=True) if end else soonest + WEEK * _DAY
        if start and end and latest <= _instant(start, zone):
            raise Trouble(f"{end} is not after {start}: there is no time between them.")
        if latest <= soonest:
            raise Trouble("Nothing is offered so soon: it is over, or nearer than ASKARSAN_NOTICE allows.")
        seen = await time_of(house, person, Interval(soonest, latest))
        starts = seen.starts(minutes, house.rules) if seen.readable else ()
        if as_json:
            _print({**_about(seen), "minutes": minutes, "starts": [each.isoformat() for each in starts]})
        else:
            _list(standard_output(), seen, starts, minutes)

    in_house(settings, work)


def _list(console: Console, seen: PersonsTime, starts: Sequence[datetime], minutes: int) -> None:
    _warn(seen)
    if not starts:
        console.print(f"{seen.person.name} has no {minutes} minutes free then.", soft_wrap=True)
        return
    console.print(f"{seen.person.name} could meet for {minutes} minutes, {city(seen.zone)} time:", style="bold")
    days = dict[date, list[datetime]]()
    for each in starts:
        days.setdefault(each.astimezone(seen.zone).date(), []).append(each)
    for day, on_it in days.items():
        clocks = "  ".join(f"{each.astimezone(seen.zone):%H:%M}" for each in on_it)
        console.print(f"{day:%a} {day.day:>2} {day:%b}  {clocks}", soft_wrap=True)


def _warn(seen: PersonsTime) -> None:
    if not seen.readable:
        name = seen.person.name
        words = f"The calendar of {name} cannot be read, so they count as busy: `askarsan calendar test {name}`."
        standard_error().print(words, style="red", soft_wrap=True)
    elif not seen.connected:
        words = f"{seen.person.name} has no connected calendar: only our own bookings are known."
        standard_error().print(words, style="yellow", soft_wrap=True)


# The picture


def _draw(console: Console, seen: PersonsTime, first: date, soonest: datetime) -> None:
    """`soonest` is when the first interview could begin: what is free before is free to nobody."""
    _warn(seen)
    days = [first + number * _DAY for number in range(WEEK)]
    console.print(f"{seen.person.name}, {city(seen.zone)} time", style="bold")
    console.print("       " + "  ".join(f"{day:%a} {day.day:>2}" for day in days))
    for hour, minute in _clocks(seen, days, soonest):
        line = Text(f"{hour:02d}:{minute:02d}  ")
        for day in days:
            mark, style = MARKS[_at(seen, day, time(hour, minute), soonest)]
            line.append(f" {mark * 2}   "[:8], style)
        console.print(line)
    console.print(LEGEND, style="dim")


def _clocks(seen: PersonsTime, days: Sequence[date], soonest: datetime) -> Iterator[tuple[int, int]]:
    """Whole hours in two halves, from the first to the last that shows anything."""
    shown = [
        hour
        for hour in range(24)
        if FIRST <= hour < LAST
        or any(_at(seen, day, time(hour, half), soonest) in ("ours", "free") for day in days for half in (0, 30))
    ]
    for hour in range(min(shown), max(shown) + 1):
        yield hour, 0
        yield hour, 30


def _at(seen: PersonsTime, day: date, clock: time, soonest: datetime) -> str:
    start = instant_of(day, clock, seen.zone)
    cell = Interval(start, start + HALF_HOUR)
    if any(each.meets(cell) for each in seen.booked):
        return "ours"
    if any(each.meets(cell) for each in seen.away):
        return "away"
    if not seen.readable:
        return "busy"
    shown = {block.show.value for block in seen.blocks if block.show in TAKES and block.when.meets(cell)}
    for kind in ("busy", "away", "tentative"):
        if kind in shown:
            return kind
    return "free" if start >= soonest and any(each.meets(cell) for each in seen.open) else "closed"


def _data(seen: PersonsTime) -> dict[str, object]:
    return {
        **_about(seen),
        "open": _stretches(seen.open),
        "blocks": [{**_stretch(each.when), "show": each.show.value, "all_day": each.all_day} for each in seen.blocks],
        "ours": _stretches(seen.booked),
        "away": _stretches(seen.away),
    }


def _about(seen: PersonsTime) -> dict[str, object]:
    return {
        "person": seen.person.name,
        "timezone": seen.zone.key,
        "connected": seen.connected,
        "readable": seen.readable,
        "from": seen.between.start.isoformat(),
        "to": seen.between.end.isoformat(),
    }


def _stretches(found: Sequence[Interval]) -> list[dict[str, str]]:
    return [_stretch(each) for each in found]


def _stretch(when: Interval) -> dict[str, str]:
    return {"start": when.start.isoformat(), "end": when.end.isoformat()}


def _print(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


# Days and instants as they are typed


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise Trouble(f"{words!r} is no day; write it like 2026-03-02.") from error


def _instant(words: str, zone: ZoneInfo, *, ends: bool = False) -> datetime:
    """A day means all of it, on the person's own clock."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        try:
            found = datetime.fromisoformat(words)
        except ValueError as error:
            raise Trouble(f"{words!r} is no time; write 2026-03-02 or 2026-03-02T09:00.") from error
        return found if found.tzinfo else instant_of(found.date(), found.time(), zone)
    return _midnight(day + _DAY if ends else day, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(day, time(0), zone)

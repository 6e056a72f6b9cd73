"""Instants as people read them: on the reader's own clock, with the weekday."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo


def moment(at: datetime, zone: tzinfo) -> str:
    """`Mon 2 Mar 09:00`"""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def dated(at: datetime, zone: tzinfo) -> str:
    """`Monday 2 March 2026, 09:00`"""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def stretch(start: datetime, end: datetime, zone: tzinfo) -> str:
    """`Wed 4 Mar 15:00–15:45`; a whole day is only its date."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.date() == last.date():
        return f"{moment(start, zone)}–{last:%H:%M}"
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if last == midnight + timedelta(days=1):
        return f"{first:%a} {first.day} {first:%b}" if first == midnight else f"{moment(start, zone)}–24:00"
    return f"{moment(start, zone)} – {moment(end, zone)}"


def city(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")


def length(passed: timedelta) -> str:
    """`2 days`, `3 hours`, `40 minutes`: the largest unit, rounded."""
    minutes = round(passed.total_seconds() / 60)
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            return _counted(round(minutes / size), unit)
    return _counted(minutes, "minute")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

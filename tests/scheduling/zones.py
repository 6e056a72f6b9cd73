"""Our hours held against what clocks on the wall show: for a zone, from one day to another, in five ways to work."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import seconds_of
from dialogs.scheduling.week import Week
from tests.scheduling.walls import MINUTES, Stretch, Wall, minute_of

FIRST, LAST = date(2025, 1, 1), date(2037, 12, 31)
UTC = ZoneInfo("UTC")

# Office hours; all day long; a split day and a short Friday; nights, when clocks change; odd quarters.
TEMPLATES = (
    "Mon-Fri 09:00-18:00",
    "Mon-Sun 00:00-24:00",
    "Mon-Thu 09:00-12:00,13:00-18:00; Fri 08:30-14:00",
    "Mon-Sun 00:00-03:00,22:00-24:00",
    "Sat-Sun 00:15-01:45,02:30-23:30; Wed 01:15-02:45",
)
HOURS = tuple(
    tuple(
        tuple((start // 60, end // 60) for start, end in map(seconds_of, spans))
        for spans in Week.parse(template, zone=UTC).days
    )
    for template in TEMPLATES
)


def every_zone() -> list[str]:
    """All that IANA names; not the zone of the machine that happens to run this."""
    return sorted(zoneinfo.available_timezones() - {"localtime"})


def differences(name: str, wall: Wall, first: date, last: date) -> int:
    """On how many days, counted for each template, our hours are not what the wall shows."""
    days = [first + timedelta(days=each) for each in range(-1, (last - first).days + 2)]
    zone = ZoneInfo(name)
    begin, end = minute_of(first), minute_of(last) + MINUTES
    wrong = 0
    for template, expected in zip(TEMPLATES, wall.open(days, HOURS), strict=True):
        ours = Week.parse(template, zone=zone).minutes(begin, end)
        clipped = list(_clipped(expected, begin, end))
        if list(_clipped(ours, begin, end)) != clipped:
            wrong += len(_days_that_differ(list(_clipped(ours, begin, end)), clipped))
    return wrong


def _clipped(
    stretches: Iterator[Stretch] | list[Stretch] | tuple[Stretch, ...], begin: int, end: int
) -> Iterator[Stretch]:
    for low, high in stretches:
        if low < end and high > begin:
            yield max(low, begin), min(high, end)


def _days_that_differ(ours: list[Stretch], expected: list[Stretch]) -> set[int]:
    """The days (in UTC) of what is in the one and not in the other."""
    edges = {edge // MINUTES for stretch in set(ours) ^ set(expected) for edge in stretch}
    assert edges
    return edges

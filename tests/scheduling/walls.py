"""What clocks on the wall show, found another way: from the zone files themselves, and minute by minute over changes.

Nothing here goes through `zoneinfo` or through `dialogs`: it is what they are held against.
"""

from __future__ import annotations

import re
import struct
import zoneinfo
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib import resources
from pathlib import Path

MINUTES = 1440
EPOCH = date(1970, 1, 1)
# Offsets lie between: no clock shows a day outside of this, before it begins and after it ends in UTC.
EASTMOST, WESTMOST = 15 * 60, 13 * 60

Stretch = tuple[int, int]  # minutes since 1970 in UTC, or minutes of a day
Hours = Sequence[Sequence[Stretch]]  # for each weekday, Monday first


def minute_of(day: date) -> int:
    return (day - EPOCH).days * MINUTES


@dataclass(frozen=True)
class Wall:
    """The clocks of one zone from 2024 to 2038."""

    history: tuple[tuple[int, int], ...]  # from when (UTC), and by how much it is ahead; in minutes

    @classmethod
    def of(cls, name: str) -> Wall:
        transitions = sorted(_transitions(_zone_file(name)))
        start = minute_of(date(2024, 1, 1))
        before = [offset for instant, offset in transitions if instant <= start * 60]
        history = [(start, before[-1] // 60)]
        for instant, offset in transitions:
            if instant > start * 60 and offset // 60 != history[-1][1]:
                assert (instant % 60, offset % 60) == (0, 0), f"{name} is not on the minute"
                history.append((instant // 60, offset // 60))
        return cls(tuple(history))

    @cached_property
    def changes(self) -> list[int]:
        return [instant for instant, _ in self.history]

    def shows(self, instant: int) -> int:
        return instant + self.history[bisect_right(self.changes, instant) - 1][1]

    def change_days(self, first: date, last: date) -> list[date]:
        """Every day around which the clocks are changed."""
        near = {
            EPOCH + timedelta(days=self.shows(each) // MINUTES + step) for each in self.changes for step in (-1, 0, 1)
        }
        return sorted(day for day in near if first <= day <= last)

    def open(self, days: Iterable[date], templates: Sequence[Hours]) -> list[list[Stretch]]:
        """For each template when it is open on those days: sorted, nothing overlapping or touching."""
        found: list[list[Stretch]] = [[] for _ in templates]
        for day in days:
            midnight = minute_of(day)
            offset = self._offset_around(midnight)
            walked = self._walk(midnight) if offset is None else []
            for template, opened in zip(templates, found, strict=True):
                spans = template[day.weekday()]
                if offset is None:
                    for minute, shown in walked:
                        if any(start <= shown < end for start, end in spans):
                            _append(opened, minute, minute + 1)
                else:
                    for start, end in spans:
                        _append(opened, midnight + start - offset, midnight + end - offset)
        return [_merged(opened) for opened in found]

    def _offset_around(self, midnight: int) -> int | None:
        """The one offset that holds all day, or None if it changes anywhere near."""
        first = bisect_right(self.changes, midnight - EASTMOST)
        last = bisect_right(self.changes, midnight + MINUTES + WESTMOST)
        return self.history[first - 1][1] if first == last else None

    def _walk(self, midnight: int) -> list[tuple[int, int]]:
        """Every minute at which a clock shows that day, and which minute of the day it shows."""
        shown = (
            (each, self.shows(each) - midnight) for each in range(midnight - EASTMOST, midnight + MINUTES + WESTMOST)
        )
        return [(instant, wall) for instant, wall in shown if 0 <= wall < MINUTES]


def _append(opened: list[Stretch], start: int, end: int) -> None:
    if opened and opened[-1][1] == start:
        opened[-1] = (opened[-1][0], end)
    else:
        opened.append((start, end))


def _merged(opened: list[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for start, end in sorted(opened):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _zone_file(name: str) -> bytes:
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder, name)).is_file():
            return file.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _transitions(data: bytes) -> Iterable[tuple[int, int]]:
    """Instants in seconds, and the offset from then on: those the file lists, then by its rule (RFC 8536)."""
    *_, v1_leaps, v1_times, v1_types, v1_chars = (0, 0, *struct.unpack(">6l", data[20:44])[2:])
    isut, isstd = struct.unpack(">2l", data[20:28])
    rest = data[44 + v1_times * 5 + v1_types * 6 + v1_chars + v1_leaps * 8 + isstd + isut :]
    isut, isstd, leaps, times, types, chars = struct.unpack(">6l", rest[20:44])
    body = rest[44:]
    instants = struct.unpack(f">{times}q", body[: times * 8])
    kinds = body[times * 8 : times * 9]
    offsets = [struct.unpack(">lbb", body[at : at + 6])[0] for at in range(times * 9, times * 9 + types * 6, 6)]
    yield -(10**12), offsets[0]
    yield from zip(instants, (offsets[kind] for kind in kinds), strict=True)
    footer = body[times * 9 + types * 6 + chars + leaps * 12 + isstd + isut :].decode().strip()
    last = instants[-1] if instants else -(10**12)
    yield from ((instant, offset) for instant, offset in _by_rule(footer) if instant > last)


_NAME = r"(?:<[^>]+>|[A-Za-z]+)"
_OFFSET = r"([+-]?\d+(?::\d+){0,2})"
_RULE = re.compile(rf"{_NAME}{_OFFSET}(?:{_NAME}{_OFFSET}?,([^,]+),([^,]+))?")


def _by_rule(footer: str) -> Iterable[tuple[int, int]]:
    """A rule like CET-1CEST,M3.5.0,M10.5.0/3 (POSIX), spelled out for the years looked at."""
    match = _RULE.fullmatch(footer)
    assert match, footer
    standard = -_seconds(match[1])
    if not match[3]:
        return
    summer = -_seconds(match[2]) if match[2] else standard + 3600
    for year in range(2023, 2040):
        yield _rule_instant(match[3], year) - standard, summer
        yield _rule_instant(match[4], year) - summer, standard


def _rule_instant(rule: str, year: int) -> int:
    """What the clock shows, in seconds since 1970, as the rule strikes."""
    when, _, clock = rule.partition("/")
    if when.startswith("M"):
        month, week, weekday = map(int, when[1:].split("."))
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (week - 1))
        while day.month != month:
            day -= timedelta(days=7)
    elif when.startswith("J"):  # February 29 is never counted
        number = int(when[1:])
        leap = (date(year, 3, 1) - date(year, 2, 1)).days == 29
        day = date(year, 1, 1) + timedelta(days=number - 1 + (leap and number > 59))
    else:
        day = date(year, 1, 1) + timedelta(days=int(when))
    return minute_of(day) * 60 + (_seconds(clock) if clock else 7200)


def _seconds(clock: str) -> int:
    sign = -1 if clock.startswith("-") else 1
    hours, minutes, seconds = (*map(int, clock.lstrip("+-").split(":")), 0, 0)[:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)

"""When people work: hours of the week in a zone, right on the days the clock changes, and the days nobody works."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from babel.core import get_global

from dialogs.scheduling import clocks
from dialogs.scheduling.intervals import Interval, intersection

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = frozenset(range(5))
MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")

_NO_COUNTRY = frozenset({"001", "ZZ"})

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours somebody works each week. An `end` of midnight is the midnight that ends the day."""

    zone: ZoneInfo
    days: frozenset[int] = WEEKDAYS  # 0 is Monday
    start: time = time(9)
    end: time = time(18)
    breaks: tuple[Span, ...] = ()  # sorted, within start and end: a split day has one

    @classmethod
    def parse(cls, hours: str, days: str = "Mon-Fri", *, zone: ZoneInfo) -> WorkingHours:
        """Read "09:00-12:00,13:00-18:00" on "Mon-Fri" or "Mon,Wed-Fri"; a ValueError says plainly what is wrong."""
        spans = [_span(each) for each in hours.split(",")]
        for (_, end), (start, _) in pairwise(spans):
            if end == MIDNIGHT or start < end:
                raise ValueError(f"the hours {hours!r} run into each other: write 09:00-12:00,13:00-18:00")
        breaks = tuple((end, start) for (_, end), (start, _) in pairwise(spans) if end < start)
        return cls(zone, _days(days), spans[0][0], spans[-1][1], breaks)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches worked on a working day."""
        edges = [self.start, *(edge for pause in self.breaks for edge in pause), self.end]
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    def open(self, between: Interval, holidays: Collection[date] = ()) -> tuple[Interval, ...]:
        """The instants of `between` at which a clock on the wall shows working time on a working day.

        So hours that the clock skips are not there, and hours it shows twice are there twice.
        """
        day = between.start.astimezone(self.zone).date()
        last = between.end.astimezone(self.zone).date()
        worked: list[Interval] = []
        while day <= last:
            if day.weekday() in self.days and day not in holidays:
                for start, end in self.spans:
                    worked.extend(_shown(day, start, end, self.zone))
            day += ONE_DAY
        return intersection(worked, [between])


def local_day(instant: datetime, zone: ZoneInfo) -> Interval:
    """The day `instant` belongs to in `zone`, from midnight to midnight: 23, 24 or 25 hours."""
    return day_of(instant.astimezone(zone).date(), zone)


def day_of(day: date, zone: ZoneInfo) -> Interval:
    """The whole of a calendar day in `zone`."""
    pieces = _shown(day, MIDNIGHT, MIDNIGHT, zone)
    if not pieces:
        raise ValueError(f"there is no {day} in {zone.key}: the calendar skips it")
    return Interval(pieces[0].start, pieces[-1].end)


def instant_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks in `zone` show that time, in UTC; where they jump over it, the jump."""
    wall = datetime.combine(day, clock, UTC)
    return datetime.fromtimestamp(clocks.reached(int(wall.timestamp()), zone), UTC).replace(
        microsecond=wall.microsecond
    )


def seconds_of(span: Span) -> tuple[int, int]:
    """From when to when, in seconds of the day; an end of midnight is the end of the day."""
    start, end = (each.hour * 3600 + each.minute * 60 + each.second for each in span)
    return start, end or clocks.DAY


@lru_cache(maxsize=4096)
def _shown(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[Interval, ...]:
    """The instants at which clocks in `zone` show a time of `day` from `start` up to `end`."""
    midnight = clocks.wall_of(day)
    opening, closing = seconds_of((start, end))
    pieces = clocks.shown(midnight + opening, midnight + closing, zone)
    return tuple(Interval(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in pieces)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text.strip()!r} is not a stretch of hours: write it as 09:00-18:00")
    start = _clock(match[1], match[2], text)
    end = _clock(match[3], match[4], text)
    if end <= start and end != MIDNIGHT:
        raise ValueError(f"the hours {text.strip()!r} end before they start: hours over midnight are not known here")
    return start, end


def _clock(hour: str, minute: str | None, text: str) -> time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return MIDNIGHT
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise ValueError(f"{text.strip()!r} names a time no clock shows") from None


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.replace("–", "-").split(","):
        first, dash, last = part.partition("-")
        begin = _weekday(first, text)
        end = _weekday(last, text) if dash else begin
        days.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(days)


def _weekday(name: str, text: str) -> int:
    word = name.strip().lower()
    for number, known in enumerate(DAY_NAMES):
        if len(word) >= 3 and known.startswith(word):
            return number
    raise ValueError(f"{name.strip()!r} in {text!r} is not a day: write Mon-Fri, or Mon,Wed-Fri")


def holidays_of(
    country: str | None, years: Iterable[int], region: str | None = None, own: Iterable[date] = ()
) -> frozenset[date]:
    """The public holidays of a country (ISO 3166) and its region ("BY" or "DE-BY"), and the firm's own.

    Of a country we do not know there are none; of a region we do not know, those of the country.
    """
    if not country:
        return frozenset(own)
    # Imported here: it costs a tenth of a second and most runs never ask.
    import holidays

    code, asked = country.strip().upper(), list(years)
    named = (region or "").strip().upper().removeprefix(f"{code}-")
    for subdivision in (named, None) if named else (None,):
        try:
            return frozenset(holidays.country_holidays(code, subdiv=subdivision, years=asked)).union(own)
        except NotImplementedError:
            continue
    return frozenset(own)


def country_of(zone_name: str) -> str | None:
    """The country a zone lies in (CLDR); None for zones that are no place: UTC, CET, EST5EDT, Etc/GMT+1."""
    if zone_name.isupper() and "/" not in zone_name:
        return None
    territories, aliases = get_global("zone_territories"), get_global("zone_aliases")
    country = territories.get(zone_name) or territories.get(aliases.get(zone_name, ""))
    return str(country) if country and country not in _NO_COUNTRY else None

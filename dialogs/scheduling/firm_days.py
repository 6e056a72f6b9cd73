"""What a firm settles about its days: when it is closed, whose public holidays it keeps, and the hour of lunch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import Span, WorkingHours
from dialogs.scheduling.week import Week

NONE = "none"
LONGEST = timedelta(days=366)
EVERY_DAY = frozenset(range(7))
_STRETCH = re.compile(r"(?P<first>\d{4}-\d\d-\d\d)(?:\s*\.\.\s*(?P<last>\d{4}-\d\d-\d\d))?")


@dataclass(frozen=True, slots=True)
class Closed:
    """Days on which nobody works, besides public holidays: first and last of each stretch, both included."""

    stretches: tuple[tuple[date, date], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Closed:
        """Read "2026-12-24..2027-01-01, 2026-05-15"; a ValueError says plainly what is wrong."""
        return cls(tuple(_stretch(each) for each in text.split(",") if each.strip()))

    def days(self) -> frozenset[date]:
        return frozenset(day for first, last in self.stretches for day in _from_to(first, last))

    def __bool__(self) -> bool:
        return bool(self.stretches)

    def __str__(self) -> str:
        return ", ".join(f"{a}" if a == b else f"{a}..{b}" for a, b in self.stretches) or NONE


def _stretch(text: str) -> tuple[date, date]:
    match = _STRETCH.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text.strip()!r} is neither a day nor a stretch: write 2026-05-15 or 2026-12-24..2027-01-01")
    first, last = date.fromisoformat(match["first"]), date.fromisoformat(match["last"] or match["first"])
    if not timedelta() <= last - first <= LONGEST:
        raise ValueError(f"{text.strip()!r} does not end within a year of its beginning")
    return first, last


def _from_to(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country with public holidays of its own, by ISO 3166-2: DE-BY."""

    country: str = ""
    part: str = ""

    @classmethod
    def parse(cls, text: str) -> Region:
        """A ValueError for what is no region, and for one whose holidays we do not know."""
        # Imported here: it costs a tenth of a second and most runs never ask.
        import holidays

        country, _, part = text.strip().upper().partition("-")
        known = holidays.list_supported_countries().get(country, [])
        if part not in known:
            near = f"; of {country} there is {', '.join(known)}" if known else ""
            raise ValueError(f"{text.strip()!r} is no region whose holidays are known; write it like DE-BY{near}")
        return cls(country, part)

    def __bool__(self) -> bool:
        return bool(self.country)

    def __str__(self) -> str:
        return f"{self.country}-{self.part}" if self.country else NONE


@dataclass(frozen=True, slots=True)
class Lunch:
    """The time somebody keeps free every day, as their own clock shows it."""

    span: Span | None = None

    @classmethod
    def parse(cls, text: str) -> Lunch:
        """Read "12:00-13:00"; a ValueError says plainly what is wrong."""
        spans = WorkingHours.parse(text, zone=ZoneInfo("UTC")).spans
        if len(spans) > 1:
            raise ValueError(f"{text.strip()!r} is more than one lunch: write 12:00-13:00")
        return cls(spans[0])

    def week(self, zone: ZoneInfo) -> Week | None:
        return Week.of(WorkingHours(zone, EVERY_DAY, *self.span)) if self.span else None

    def __bool__(self) -> bool:
        return self.span is not None

    def __str__(self) -> str:
        return f"{self.span[0]:%H:%M}-{self.span[1]:%H:%M}" if self.span else NONE

"""How the one who reads us writes days, clocks and lists: their zone, their language, their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list

from dialogs.scheduling.intervals import Interval

BRITISH = Locale("en", "GB")
# What a language means where nobody says which: CLDR takes "en" as American and "pt" as Brazilian.
AT_HOME = {"en": BRITISH, "pt": Locale("pt", "PT")}
MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)

# What CLDR has no words for; each language's own stand under `phrases` in its messages.
ENGLISH_PHRASES: Mapping[str, str] = {
    "from": "{day} from {clock}",
    "until": "{day} until {clock}",
    "zone": "{city} time",
}
# What a language may have besides. `when` joins a day and a clock; `day`, `slot`, `short` and `clock` are patterns in
# place of CLDR's own; `first` is how the first of a month is written ("1er"); `joins` lists what runs together in the
# name of a zone: "de O=d'O" makes "heure d'Oslo".
MAY_HAVE = frozenset({"when", "day", "slot", "short", "clock", "first", "joins"})

# A year with what holds it to the rest of a CLDR pattern: ", y", " 'de' y", "y年", " y 'р'.", " G y".
_YEAR = re.compile(r"[\s,،]*(?:'[^']*'\s*)?(?:G\s*)?y+(?:\s?'[^']*'\.?|[年년]\s?)?")


def locale_of(tag: str) -> Locale:
    """The nearest locale there is: German for "de-XX", and British English for "en", "en-XX" and what nobody knows."""
    tag = tag.replace("_", "-")
    while tag:
        try:
            return AT_HOME.get(tag.lower()) or Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            tag = tag.rpartition("-")[0]
    return BRITISH


@dataclass(frozen=True)
class Reader:
    """Whoever reads: every method gives words. A year is written only where it is not the year of `now` there."""

    zone: ZoneInfo
    locale: Locale
    now: datetime | None = None
    phrases: Mapping[str, str] = field(default_factory=lambda: ENGLISH_PHRASES)

    def __post_init__(self) -> None:
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError(f"now needs a zone: {self.now}")

    def when(self, instant: datetime | Interval) -> str:
        """ "Wednesday 4 March, 14:00"."""
        local = self._local(instant)
        day, clock = self.day(local), self.clock(local)
        if own := self.phrases.get("when"):
            return own.format(day=day, clock=clock)
        return self._glued(day, clock)

    def slot(self, instant: datetime | Interval) -> str:
        """ "Wed 4 March, 14:00": a line of an offer."""
        return self._brief(instant, "MMMMEd", "slot")

    def short(self, instant: datetime | Interval) -> str:
        """ "Wed 4 Mar, 14:00": fits a button."""
        return self._brief(instant, "MMMEd", "short")

    def day(self, value: date | Interval) -> str:
        """ "Wednesday 4 March"; a plain date is taken as it stands."""
        day = value if isinstance(value, date) and not isinstance(value, datetime) else self._local(value).date()
        this_year = self.now is None or day.year == self.now.astimezone(self.zone).year
        return self._dated(day, _day_pattern(self.locale, self.phrases.get("day", ""), with_year=not this_year))

    def clock(self, value: datetime | time | Interval) -> str:
        """ "14:00"; a plain time of day is taken as it stands."""
        local = value if isinstance(value, time) else self._local(value).time()
        pattern = _clock_pattern(self.locale)
        return format_time(local, self.phrases.get("clock", pattern) if "H" in pattern else pattern, locale=self.locale)

    def window(self, value: Interval) -> str:
        """ "Tuesday 3 March 10:00–12:00", and what is sensible for whole days, open ends and several days."""
        start, end = value.start.astimezone(self.zone), value.end.astimezone(self.zone)
        from_midnight, to_midnight = start.time() == MIDNIGHT, end.time() == MIDNIGHT
        last = end.date() - ONE_DAY if to_midnight else end.date()
        if start.date() == last:
            if from_midnight and to_midnight:
                return self.day(last)
            if to_midnight:
                return self._open_ended("from", last, start)
            if from_midnight:
                return self._open_ended("until", last, end)
            return self._hours_of(start, f"{self.clock(start)}–{self.clock(end)}")
        begins = self.day(start) if from_midnight else self._hours_of(start, self.clock(start))
        ends = self.day(last) if to_midnight else self._hours_of(end, self.clock(end))
        return f"{begins} – {ends}"

    def listing(self, items: Iterable[object], kind: Literal["standard", "or"] = "standard") -> str:
        """ "a, b and c", or with "or"."""
        return format_list([str(each) for each in items], style=kind, locale=self.locale)

    def zone_name(self, zone: ZoneInfo | str) -> str:
        """ "Lisbon time"."""
        key = zone if isinstance(zone, str) else zone.key
        if "/" not in key or key.startswith("Etc/"):
            return key.removeprefix("Etc/")
        name = self.phrases["zone"].format(city=get_timezone_location(key, self.locale, return_city=True))
        for join in filter(None, self.phrases.get("joins", "").split("|")):
            apart, _, together = join.partition("=")
            name = name.replace(apart, together)
        return name

    def _brief(self, instant: datetime | Interval, skeleton: str, own: str) -> str:
        local = self._local(instant)
        if pattern := self.phrases.get(own):
            day = self._dated(local.date(), pattern)
        else:
            day = format_skeleton(skeleton, local, locale=self.locale).replace(",", "")
        return f"{day}, {self.clock(local)}"

    def _dated(self, day: date, pattern: str) -> str:
        first = self.phrases.get("first")
        if first and day.day == 1:
            pattern = re.sub(r"(?<![a-zA-Z'])d(?![a-zA-Z'])", f"'{first}'", pattern)
        return format_date(day, pattern, locale=self.locale)

    def _local(self, value: date | Interval) -> datetime:
        instant = value.start if isinstance(value, Interval) else value
        if not isinstance(instant, datetime) or instant.tzinfo is None:
            raise ValueError(f"{value!r} is no instant: give an aware datetime or an Interval")
        return instant.astimezone(self.zone)

    def _open_ended(self, side: str, day: date, edge: datetime) -> str:
        return self.phrases[side].format(day=self.day(day), clock=self.clock(edge))

    def _hours_of(self, day: datetime, hours: str) -> str:
        if "when" in self.phrases:
            return f"{self.day(day)}, {hours}"
        return f"{self.day(day)} {hours}" if _is_british(self.locale) else self._glued(self.day(day), hours, at=", ")

    def _glued(self, day: str, clock: str, *, at: str = " at ") -> str:
        if self.locale.language == "en":
            return f"{day}, {clock}" if _is_british(self.locale) else f"{day}{at}{clock}"
        pattern = str(self.locale.datetime_formats["medium"]).replace("'", "")
        return pattern.replace("{1}", day).replace("{0}", clock)


def _is_british(locale: Locale) -> bool:
    """English with a clock of 24 hours."""
    return locale.language == "en" and "H" in _clock_pattern(locale)


@lru_cache(maxsize=256)
def _day_pattern(locale: Locale, own: str = "", *, with_year: bool) -> str:
    pattern = own or str(locale.date_formats["full"].pattern)
    if locale.language == "en" and pattern.startswith("EEEE, d"):
        pattern = pattern.replace("EEEE, ", "EEEE ")
    if with_year:
        return pattern
    before, after = _YEAR.split(pattern, maxsplit=1)
    return f"{before.strip()} {after.strip()}".strip()


@lru_cache(maxsize=256)
def _clock_pattern(locale: Locale) -> str:
    return str(locale.time_formats["short"].pattern)

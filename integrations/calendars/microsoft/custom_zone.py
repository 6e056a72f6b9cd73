"""Time zones that Outlook made up: no name, only an offset and the days on which it changes."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.core import get_global
from msgraph.generated.models.custom_time_zone import CustomTimeZone
from msgraph.generated.models.day_of_week import DayOfWeek
from msgraph.generated.models.standard_time_zone_offset import StandardTimeZoneOffset

DAYS = (
    DayOfWeek.Monday,
    DayOfWeek.Tuesday,
    DayOfWeek.Wednesday,
    DayOfWeek.Thursday,
    DayOfWeek.Friday,
    DayOfWeek.Saturday,
    DayOfWeek.Sunday,
)
# Zones that are no place come first: what is made up lies in no country, and has no country's holidays.
NO_PLACE = ["UTC", "WET", "CET", "EET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"]


def zone_like(custom: CustomTimeZone, now: datetime) -> ZoneInfo | None:
    """A zone whose clocks show the same for a year from `now`; None if there is none, or the offset is ambiguous."""
    noons = [datetime.combine(now.date() + timedelta(days=each), time(12), UTC) for each in range(365)]
    try:
        wanted = [_offset(custom, noon) for noon in noons]
    except (AttributeError, TypeError, ValueError):  # a rule with a piece missing
        return None
    if custom.bias and not (custom.daylight_offset and custom.daylight_offset.daylight_bias):
        # Graph's pages say that zones ahead of UTC are positive, Exchange sends them negative; only the summer's own
        # sign tells the two apart.
        return None
    for name in _candidates():
        zone = ZoneInfo(name)
        if all(noon.astimezone(zone).utcoffset() == offset for noon, offset in zip(noons, wanted, strict=True)):
            return zone
    return None


def _offset(custom: CustomTimeZone, at: datetime) -> timedelta:
    summer = custom.daylight_offset
    if not custom.bias and not (summer and summer.daylight_bias):
        return timedelta()
    # In Windows' way of counting, local time plus bias is UTC, and in summer the bias is an hour less.
    sign = -1 if (summer.daylight_bias or -1) < 0 else 1
    standard = timedelta(minutes=sign * (custom.bias or 0))
    if not _is_summer(custom, (at + standard).replace(tzinfo=None)):
        return standard
    return standard + timedelta(minutes=sign * summer.daylight_bias)


def _is_summer(custom: CustomTimeZone, wall: datetime) -> bool:
    begins = _change(custom.daylight_offset, wall.year)
    ends = _change(custom.standard_offset, wall.year)
    return begins <= wall < ends if begins < ends else not ends <= wall < begins


def _change(rule: StandardTimeZoneOffset, year: int) -> datetime:
    """The day of the rule: its weekday for the nth time in the month; the fifth is the last."""
    first = date(year, rule.month, 1)
    day = first + timedelta(days=(DAYS.index(rule.day_of_week) - first.weekday()) % 7)
    day += timedelta(weeks=rule.day_occurrence - 1)
    if day.month != rule.month or day.day > calendar.monthrange(year, rule.month)[1]:
        day -= timedelta(weeks=1)
    return datetime.combine(day, rule.time or time(0))


def _candidates() -> Iterator[str]:
    yield from NO_PLACE
    yield from sorted({str(zone) for zone in get_global("windows_zone_mapping").values()})

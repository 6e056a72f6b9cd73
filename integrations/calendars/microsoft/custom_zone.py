"""Time zones that Outlook made up: no name, only an offset and the days on which it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.core import get_global

from integrations.calendars.microsoft.told import Change, Zone

# Zones that are no place come first: what is made up lies in no country, and has no country's holidays.
NO_PLACE = ("UTC", "WET", "CET", "EET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT")


def zone_like(custom: Zone, now: datetime) -> ZoneInfo | None:
    """A zone whose clocks show the same for a year from `now`; None if there is none, or the offset is ambiguous."""
    winter, summer = custom.standard_offset, custom.daylight_offset
    if custom.bias is None or winter is None or summer is None:
        return None
    if custom.bias and not summer.daylight_bias:
        # Graph's pages say that zones ahead of UTC are positive, Exchange sends them negative; only the sign of the
        # summer's hour tells the two apart.
        return None
    sign = 1 if summer.daylight_bias > 0 else -1
    standard, more = timedelta(minutes=sign * custom.bias), timedelta(minutes=sign * summer.daylight_bias)
    noons = [datetime.combine(now.date() + timedelta(days=each), time(12), UTC) for each in range(365)]
    try:
        wanted = [
            standard + more * _is_summer((noon + standard).replace(tzinfo=None), summer, winter) for noon in noons
        ]
    except ValueError:  # a day that no calendar has
        return None
    return next(
        (zone for zone in _candidates() if [noon.astimezone(zone).utcoffset() for noon in noons] == wanted), None
    )


def _is_summer(standard: datetime, summer: Change, winter: Change) -> bool:
    wall = standard.replace(tzinfo=None)
    begins, ends = summer.on(wall.year), winter.on(wall.year)
    return begins <= wall < ends if begins < ends else not ends <= wall < begins


def _candidates() -> Iterator[ZoneInfo]:
    known = sorted({str(zone) for zone in get_global("windows_zone_mapping").values()})
    return (ZoneInfo(name) for name in (*NO_PLACE, *known))

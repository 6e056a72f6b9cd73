"""A VTIMEZONE: the clock changes of a zone around a time, for calendars that know no zone by its name alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from dialogs.scheduling.intervals import Interval

DAY = timedelta(days=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 – a time on the wall, as DTSTART wants it here


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the clocks. `wall` is what they show at that moment by the old offset (RFC 5545 §3.6.5)."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def rules(self) -> tuple[str, str]:
        """The rules a day may follow: such a weekday of the month counted from its end, or from its beginning."""
        last = self.wall.day + 7 > monthrange(self.wall.year, self.wall.month)[1]
        counts = (-1 if last else (self.wall.day - 1) // 7 + 1, (self.wall.day - 1) // 7 + 1)
        first, second = (
            f"FREQ=YEARLY;BYMONTH={self.wall.month};BYDAY={count}{DAYS[self.wall.weekday()]}" for count in counts
        )
        return first, second


def vtimezone(zone: ZoneInfo, around: Interval) -> Timezone:
    """What the clocks of `zone` do in the years about `around`; before and after that it says nothing."""
    changes = tuple(_changes(zone, around.start - 400 * DAY, around.end + 800 * DAY))
    local = around.start.astimezone(zone)
    if not changes or changes[0].wall > local.replace(tzinfo=None):
        offset = local.utcoffset() or timedelta()
        changes = (Change(LONG_AGO, offset, offset, local.tzname() or zone.key), *changes)
    written = Timezone()
    written.add("tzid", zone.key)
    told: set[str] = set()
    for change in changes:
        rule = _rule(change, changes)
        if rule in told:
            continue
        told |= {rule} - {""}
        written.add_component(_observance(change, rule))
    return written


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    at = start
    while at < end:
        then = at + DAY
        if _offset(at, zone) != _offset(then, zone):
            low, high = at, then
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if _offset(middle, zone) == _offset(at, zone) else (low, middle)
            before = _offset(low, zone)
            wall = (high + before).replace(tzinfo=None)
            yield Change(wall, before, _offset(high, zone), high.astimezone(zone).tzname() or zone.key)
        at = then


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _rule(change: Change, changes: Sequence[Change]) -> str:
    """The yearly rule of this change, if all the others of its kind follow it; else it stands for itself."""
    kind = [each for each in changes if (each.before, each.after) == (change.before, change.after)]
    yearly = [each.wall.year for each in kind] == list(range(kind[0].wall.year, kind[-1].wall.year + 1))
    if len(kind) < 2 or not yearly or len({each.wall.time() for each in kind}) > 1:
        return ""
    return next((rule for rule in change.rules if all(rule in each.rules for each in kind)), "")


def _observance(change: Change, rule: str) -> TimezoneStandard | TimezoneDaylight:
    written = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
    written.add("dtstart", change.wall)
    written.add("tzoffsetfrom", change.before)
    written.add("tzoffsetto", change.after)
    written.add("tzname", change.name)
    if rule:
        written.add("rrule", vRecur.from_ical(rule))
    return written

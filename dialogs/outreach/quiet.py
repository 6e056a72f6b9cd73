"""Quiet hours: when nothing of ours may ring where the reader lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import MIDNIGHT, WEEKDAYS, WorkingHours
from dialogs.scheduling.intervals import Interval

EVERY_DAY = frozenset(range(7))
# Longer than any weekend with its quiet hours; somewhere in it there is a time to speak.
LONG_ENOUGH = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` up to, not including, `end` on the reader's clock, mostly over midnight. Equal ends: never quiet."""

    start: time = time(21)
    end: time = time(8)

    def quiet(self, instant: datetime, zone: ZoneInfo) -> bool:
        clock = instant.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_allowed(self, instant: datetime, zone: ZoneInfo, *, weekends: bool = True) -> datetime:
        """The first instant we may speak, at or after the given one, in UTC."""
        ahead = Interval(instant, instant + LONG_ENOUGH)
        return self._allowed(zone, weekends).open(ahead)[0].start

    def _allowed(self, zone: ZoneInfo, weekends: bool) -> WorkingHours:
        """The time that is not quiet, as hours of the week."""
        days = EVERY_DAY if weekends else WEEKDAYS
        if self.start > self.end:
            return WorkingHours(zone, days, self.end, self.start)
        if self.start == self.end:
            return WorkingHours(zone, days, MIDNIGHT, MIDNIGHT)
        if self.start == MIDNIGHT:
            return WorkingHours(zone, days, self.end, MIDNIGHT)
        return WorkingHours(zone, days, MIDNIGHT, MIDNIGHT, breaks=((self.start, self.end),))

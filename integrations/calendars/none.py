"""No calendar at all: nothing is known of anybody's time, and nothing is written down there."""

from __future__ import annotations

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Busy, Calendar, CalendarEvent, CalendarRefused, Standing


class NoCalendar(Calendar):
    writes = False

    async def busy(self, who: str, between: Interval) -> Busy:
        return Busy(readable=False)

    async def hours(self, who: str) -> WorkingHours | None:
        return None

    async def put(self, event: CalendarEvent) -> None:
        raise CalendarRefused("no calendar is connected")

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        raise CalendarRefused("no calendar is connected")

    async def find(self, uid: str, who: str) -> Standing | None:
        raise CalendarRefused("no calendar is connected")

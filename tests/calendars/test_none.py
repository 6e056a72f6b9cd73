"""Where no calendar is connected nobody counts as free, and nothing is written down that nobody would see."""

from datetime import UTC, datetime, timedelta

import pytest

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent, CalendarRefused
from integrations.calendars.none import NoCalendar

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
MORNING = Interval(NINE, NINE + timedelta(hours=3))


async def test_nobody_is_free_and_nothing_can_be_written() -> None:
    calendar = NoCalendar()
    assert (await calendar.busy("rita@firm.example", MORNING)).within(MORNING) == (MORNING,)
    assert await calendar.hours("rita@firm.example") is None
    with pytest.raises(CalendarRefused):
        await calendar.put(CalendarEvent("1", 0, "rita@firm.example", MORNING, "Technical"))
    with pytest.raises(CalendarRefused):
        await calendar.remove("1", "rita@firm.example", 1)
    with pytest.raises(CalendarRefused):
        await calendar.find("1", "rita@firm.example")

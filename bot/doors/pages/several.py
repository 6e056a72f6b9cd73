"""Several interviews of one host on one day, each right after the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import ONE_DAY, day_of, instant_of
from dialogs.scheduling.intervals import Interval

QUARTER = timedelta(minutes=15)
PAUSES = (0, 5, 10, 15, 30)
DAYS = 28


class DoNotFit(Exception):
    """Not all of them fit into that day."""


def back_to_back(
    start: datetime, minutes: Sequence[int], pause: int, taken: Sequence[Sequence[Interval]], until: datetime
) -> tuple[Interval, ...]:
    """A slot for each, in order, on the quarter hour. Where somebody is taken, theirs begins after that.

    `taken` is, for each of them, when they or the host cannot. Raises DoNotFit.
    """
    slots: list[Interval] = []
    soonest = start.astimezone(UTC)
    for length, busy in zip(minutes, taken, strict=True):
        slot = Interval.lasting(_on_the_quarter(soonest), length)
        while blocking := [each for each in busy if each.meets(slot)]:
            slot = Interval.lasting(_on_the_quarter(max(each.end for each in blocking)), length)
        if slot.end > until:
            raise DoNotFit
        slots.append(slot)
        soonest = slot.end + timedelta(minutes=pause)
    return tuple(slots)


def days_ahead(now: datetime, zone: ZoneInfo) -> list[date]:
    """The working days one may choose from; today too, while one may still begin."""
    local = now.astimezone(zone)
    first = local.date() if local.time() < clocks()[-1] else local.date() + ONE_DAY
    return [day for day in (first + ONE_DAY * number for number in range(DAYS)) if day.weekday() < 5]


def clocks() -> list[time]:
    return [time(hour, minute) for hour in range(7, 20) for minute in (0, 30)]


def begins(form: Mapping[str, str], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instant a form names, and the end of that day. Raises ValueError."""
    day = date.fromisoformat(form.get("day", ""))
    return instant_of(day, time.fromisoformat(form.get("clock", "")), zone), day_of(day, zone).end


def _on_the_quarter(instant: datetime) -> datetime:
    return instant + (datetime.min.replace(tzinfo=UTC) - instant) % QUARTER

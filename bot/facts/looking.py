"""A look into connected calendars: right before a decision that needs it, and never within a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.house import House
from bot.records.people import PersonRow
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Busy, CalendarError

UNREADABLE = Busy(readable=False)


@dataclass(frozen=True)
class Look:
    """What the connected calendars said, by person; `at` is when they were asked."""

    busy: Mapping[str, Busy] = field(default_factory=dict)
    hours: Mapping[str, WorkingHours | None] = field(default_factory=dict)
    away: frozenset[str] = frozenset()  # whose calendar could not be read
    at: datetime | None = None


NOTHING_SEEN = Look()


async def look(house: House, people: Sequence[PersonRow]) -> Look:
    """Reads the calendars of those who have one, side by side. One that cannot be read counts as busy throughout."""
    now = house.clock.now()
    between = Interval(now, now + house.rules.notice + house.rules.horizon)
    connected = [person for person in people if person.calendar]
    seen = await asyncio.gather(*(_look_into(house, person, between) for person in connected))
    found = {person.id: each or (UNREADABLE, None) for person, each in zip(connected, seen, strict=True)}
    return Look(
        busy={person: busy for person, (busy, _) in found.items()},
        hours={person: hours for person, (_, hours) in found.items()},
        away=frozenset(person.id for person, each in zip(connected, seen, strict=True) if each is None),
        at=now,
    )


async def _look_into(house: House, person: PersonRow, between: Interval) -> tuple[Busy, WorkingHours | None] | None:
    """None: it could not be read, which may pass."""
    address = calendar_address(person)
    try:
        return await house.calendar.busy(address, between), await house.calendar.hours(address)
    except CalendarError:
        return None


def calendar_address(person: PersonRow) -> str:
    return person.email or person.id

"""What the firm's own people said of their hours: days away, hours they do not meet, and when they work besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, difference, intersection, union


class HoursRow(Table):
    """One thing said. Either a stretch of time (`start`, `end`), or hours of every week (`weekly`)."""

    __tablename__ = "own_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    free: Mapped[bool]  # works then, besides the usual hours; else: is not free
    said: Mapped[str]
    said_at: Mapped[datetime]
    start: Mapped[datetime | None]
    end: Mapped[datetime | None]
    weekly: Mapped[dict[str, Any]] = mapped_column(default=dict)  # zone, days, start, end


@dataclass(frozen=True, slots=True)
class Exceptions:
    """How somebody's time differs from their calendar and usual hours."""

    away: tuple[Interval, ...] = ()
    extra: tuple[Interval, ...] = ()
    weekly: tuple[WorkingHours, ...] = ()  # hours of every week at which they do not meet

    def blocked(self, between: Interval) -> tuple[Interval, ...]:
        """When they cannot, within `between`."""
        each_week = (stretch for hours in self.weekly for stretch in hours.open(between))
        return intersection(union([*self.away, *difference(list(each_week), self.extra)]), [between])

    def opened(self, between: Interval) -> tuple[Interval, ...]:
        """When they work besides their usual hours, within `between`."""
        return difference(intersection(self.extra, [between]), self.away)


NOTHING_SAID = Exceptions()


async def exceptions_of(session: AsyncSession, person_ids: Collection[str]) -> Mapping[str, Exceptions]:
    """Of each of these people; who said nothing has NOTHING_SAID."""
    rows = (await session.scalars(select(HoursRow).where(HoursRow.person_id.in_(list(person_ids))))).all()
    return {person: _together([row for row in rows if row.person_id == person]) for person in person_ids}


def _together(rows: Sequence[HoursRow]) -> Exceptions:
    if not rows:
        return NOTHING_SAID
    stretches = [(row, Interval(row.start, row.end)) for row in rows if row.start and row.end]
    return Exceptions(
        away=union(when for row, when in stretches if not row.free),
        extra=union(when for row, when in stretches if row.free),
        weekly=tuple(week_of(row) for row in rows if row.weekly),
    )


def week_of(row: HoursRow) -> WorkingHours:
    told = row.weekly
    start, end = time.fromisoformat(told["start"]), time.fromisoformat(told["end"])
    return WorkingHours(ZoneInfo(told["zone"]), frozenset(told["days"]), start, end)


def weekly(hours: WorkingHours) -> dict[str, Any]:
    """As a row keeps it."""
    return {
        "zone": hours.zone.key,
        "days": sorted(hours.days),
        "start": hours.start.isoformat(),
        "end": hours.end.isoformat(),
    }


async def said_by(session: AsyncSession, person_id: str, now: datetime) -> Sequence[HoursRow]:
    """What still holds, in the order in which it was said."""
    holds = or_(HoursRow.end.is_(None), HoursRow.end > now)
    query = select(HoursRow).where(HoursRow.person_id == person_id, holds).order_by(HoursRow.id)
    return (await session.scalars(query)).all()


async def forget(session: AsyncSession, person_id: str, ids: Collection[int] | None = None) -> None:
    """No longer so; without ids, all of it."""
    mine = [HoursRow.person_id == person_id]
    if ids is not None:
        mine.append(HoursRow.id.in_(list(ids)))
    await session.execute(delete(HoursRow).where(*mine))

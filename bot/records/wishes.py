"""Who waits for a time that was taken, and is offered it should it come free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.interviews import InterviewRow
from bot.records.negotiations import NegotiationRow
from dialogs.scheduling.intervals import Interval


class WishRow(Table):
    """The latest wish of a negotiation; without a start and an end, any time would do."""

    __tablename__ = "wishes"

    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"), primary_key=True)
    since: Mapped[datetime]
    start: Mapped[datetime | None]
    end: Mapped[datetime | None]


async def keep(session: AsyncSession, negotiation_id: str, when: Interval | None, now: datetime) -> None:
    """Whoever waits already keeps the place in the line."""
    wish = await session.get(WishRow, negotiation_id)
    if wish is None:
        wish = WishRow(negotiation_id=negotiation_id, since=now)
        session.add(wish)
    wish.start, wish.end = (when.start, when.end) if when else (None, None)


async def drop(session: AsyncSession, negotiation_id: str) -> None:
    await session.execute(delete(WishRow).where(WishRow.negotiation_id == negotiation_id))


async def for_time_of(session: AsyncSession, people: Collection[str], when: Interval, besides: str) -> Sequence[str]:
    """The negotiations that wait for time of one of these people that overlaps `when`, whoever waits longest first."""
    wanted = or_(WishRow.start.is_(None), (WishRow.start < when.end) & (WishRow.end > when.start))
    query = (
        select(WishRow.negotiation_id, InterviewRow.host_id, InterviewRow.people)
        .join(NegotiationRow, NegotiationRow.id == WishRow.negotiation_id)
        .join(InterviewRow, InterviewRow.id == NegotiationRow.interview_id)
        .where(wanted, WishRow.negotiation_id != besides)
        .order_by(WishRow.since, WishRow.negotiation_id)
    )
    found = (await session.execute(query)).all()
    return [negotiation for negotiation, host, panel in found if {host, *panel} & set(people)]

"""People's booking links: whether each works, since when and why; and what was booked through them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table


class LinkRow(Table):
    """One person's booking link. A person without one has no row: set-up required."""

    __tablename__ = "links"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    url: Mapped[str]
    kind: Mapped[str]  # calendly, microsoft, google, cal, other
    status: Mapped[str]  # active, inactive, set_up_required
    why: Mapped[str]  # a closed word; integrations/links/base.py lists them
    since: Mapped[datetime]  # when it began to stand so
    checked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # when to look again; None: it was switched off
    misses: Mapped[int] = mapped_column(default=0)  # checks in a row that came to nothing, and may yet come right
    # By person: the status they know of; under "" that of everyone else.
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)


class LinkNoticeRow(Table):
    """One thing a booking vendor told us, kept once: the id is made of what it says, so a repeat is the same row."""

    __tablename__ = "link_notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    connection_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]  # created, canceled
    invitee: Mapped[str]
    other: Mapped[str | None]  # the invitee this one replaces, or is replaced by
    event: Mapped[str]
    rescheduled: Mapped[bool]
    by: Mapped[str | None]  # who called it off: host or invitee
    start: Mapped[datetime]
    end: Mapped[datetime]
    email: Mapped[str]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


async def of_person(session: AsyncSession, person_id: str) -> LinkRow | None:
    return await session.get(LinkRow, person_id)


async def everyone(session: AsyncSession) -> Sequence[LinkRow]:
    return (await session.scalars(select(LinkRow).order_by(LinkRow.person_id))).all()


async def count_by_status(session: AsyncSession) -> Mapping[str, int]:
    rows = await session.execute(select(LinkRow.status, func.count()).group_by(LinkRow.status))
    return {str(row[0]): int(row[1]) for row in rows}


async def due(session: AsyncSession, now: datetime) -> Sequence[str]:
    """Whose link it is time to look at, the longest overdue first."""
    query = select(LinkRow.person_id).where(LinkRow.due_at <= now)
    return (await session.scalars(query.order_by(LinkRow.due_at, LinkRow.person_id).limit(200))).all()


async def next_due(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(func.min(LinkRow.due_at)))


async def look_now(session: AsyncSession, person_id: str, now: datetime) -> None:
    """To be looked at at once; one that was switched off, or can never work, is left alone."""
    mine = (LinkRow.person_id == person_id, LinkRow.due_at > now)
    await session.execute(update(LinkRow).where(*mine).values(due_at=now))


async def lock(session: AsyncSession, person_id: str) -> LinkRow | None:
    """The link, for this transaction alone: two checks never both say that it broke."""
    return await session.get(LinkRow, person_id, with_for_update=True, populate_existing=True)


async def keep_notice(session: AsyncSession, notice: LinkNoticeRow) -> bool:
    """False if it was kept before."""
    if await session.get(LinkNoticeRow, notice.id) is not None:
        return False
    try:
        async with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        return False  # it came in twice at the same instant, at two doors; the other one has it
    return True


async def with_news(session: AsyncSession) -> Sequence[str]:
    """The connections of which something was told that nobody has acted on."""
    query = select(LinkNoticeRow.connection_id).where(LinkNoticeRow.done_at.is_(None)).distinct()
    return (await session.scalars(query.order_by(LinkNoticeRow.connection_id))).all()


async def told_of(session: AsyncSession, connection_id: str, since: datetime) -> Sequence[LinkNoticeRow]:
    """All that was told of what ends after `since`."""
    mine = (LinkNoticeRow.connection_id == connection_id, LinkNoticeRow.end > since)
    return (await session.scalars(select(LinkNoticeRow).where(*mine))).all()


async def new_notices(session: AsyncSession, connection_id: str) -> Sequence[LinkNoticeRow]:
    """Those nobody has acted on, for this transaction alone."""
    mine = (LinkNoticeRow.connection_id == connection_id, LinkNoticeRow.done_at.is_(None))
    query = select(LinkNoticeRow).where(*mine).order_by(LinkNoticeRow.received_at, LinkNoticeRow.id)
    return (await session.scalars(query.with_for_update())).all()


async def related(session: AsyncSession, connection_id: str, invitees: Collection[str]) -> Sequence[LinkNoticeRow]:
    """All that was ever told of these invitees, and of those they replaced or were replaced by."""
    known: set[str] = set()
    wanted = set(invitees)
    found: dict[str, LinkNoticeRow] = {}
    while wanted - known:
        known |= wanted
        about = or_(LinkNoticeRow.invitee.in_(known), LinkNoticeRow.other.in_(known))
        query = select(LinkNoticeRow).where(LinkNoticeRow.connection_id == connection_id, about)
        found |= {row.id: row for row in await session.scalars(query)}
        wanted = {name for row in found.values() for name in (row.invitee, row.other) if name}
    return sorted(found.values(), key=lambda row: (row.received_at, row.id))

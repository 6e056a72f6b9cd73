"""The story so far: a trace for every turn, a log that is only ever added to, and when a human was called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table


class TurnRow(Table):
    """Why: what was heard, how it was read, what was decided, for which reasons."""

    __tablename__ = "turns"

    id: Mapped[str] = mapped_column(primary_key=True)
    negotiation_id: Mapped[str | None] = mapped_column(ForeignKey("negotiations.id"), index=True)
    person_id: Mapped[str | None]
    at: Mapped[datetime]
    event: Mapped[str]
    heard: Mapped[str | None]
    meaning: Mapped[dict[str, Any] | None]
    reasons: Mapped[list[str]]
    effects: Mapped[list[str]]


class EventRow(Table):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str | None]
    negotiation_id: Mapped[str | None] = mapped_column(index=True)
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)


@event.listens_for(EventRow, "before_update")
@event.listens_for(EventRow, "before_delete")
def _refuse(*_: object) -> None:
    raise RuntimeError("the event log is only ever added to")


class EscalationRow(Table):
    __tablename__ = "escalations"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    negotiation_id: Mapped[str | None] = mapped_column(ForeignKey("negotiations.id"), index=True)
    reason: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)


async def last_command(session: AsyncSession, recruiter_id: str) -> EventRow | None:
    """The last command of this recruiter that was not taken back."""
    mine = select(EventRow).where(EventRow.person_id == recruiter_id, EventRow.event.in_(["command", "undone"]))
    found = (await session.scalars(mine.order_by(EventRow.id.desc()).limit(100))).all()
    undone = {each.words["turn"] for each in found if each.event == "undone"}
    return next((each for each in found if each.event == "command" and each.words["turn"] not in undone), None)


async def turns_of(session: AsyncSession, negotiation_id: str) -> Sequence[TurnRow]:
    query = select(TurnRow).where(TurnRow.negotiation_id == negotiation_id)
    return (await session.scalars(query.order_by(TurnRow.at, TurnRow.id))).all()


async def last_turns(session: AsyncSession) -> Sequence[TurnRow]:
    """All that was decided in the last instant in which anything was."""
    last = select(func.max(TurnRow.at)).scalar_subquery()
    return (await session.scalars(select(TurnRow).where(TurnRow.at == last).order_by(TurnRow.id))).all()


async def events_of(session: AsyncSession, negotiation_id: str) -> Sequence[EventRow]:
    query = select(EventRow).where(EventRow.negotiation_id == negotiation_id)
    return (await session.scalars(query.order_by(EventRow.id))).all()


async def about_being_written_to(session: AsyncSession, person_id: str) -> Sequence[EventRow]:
    """When and how somebody said that they want no messages, or want them again; the latest first."""
    told = ("opted_out", "opted_in", "channel_closed")
    query = select(EventRow).where(EventRow.person_id == person_id, EventRow.event.in_(told))
    return (await session.scalars(query.order_by(EventRow.id.desc()).limit(20))).all()

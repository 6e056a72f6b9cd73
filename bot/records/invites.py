"""What each calendar was told, by mail or through its own interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table


class InviteRow(Table):
    __tablename__ = "invites"
    __table_args__ = (UniqueConstraint("uid", "sequence", "method", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)
    method: Mapped[str]  # REQUEST, CANCEL
    uid: Mapped[str]
    sequence: Mapped[int]
    start: Mapped[datetime]
    end: Mapped[datetime]


async def who_was_invited(session: AsyncSession, interview_id: str) -> Sequence[str]:
    """Whoever has an invite that was not taken back."""
    told = select(func.max(InviteRow.id)).where(InviteRow.interview_id == interview_id).group_by(InviteRow.person_id)
    query = select(InviteRow.person_id).where(InviteRow.id.in_(told), InviteRow.method == "REQUEST")
    return (await session.scalars(query.order_by(InviteRow.id))).all()


async def told_already(session: AsyncSession, uid: str, sequence: int, method: str, person_id: str) -> bool:
    """The same may go out twice: in a calendar first, and by mail when that was disconnected."""
    same = (InviteRow.uid == uid, InviteRow.sequence == sequence, InviteRow.method == method)
    query = select(InviteRow.id).where(*same, InviteRow.person_id == person_id)
    return (await session.scalars(query)).first() is not None


async def last_of(session: AsyncSession, person_id: str) -> InviteRow | None:
    query = select(InviteRow).where(InviteRow.person_id == person_id, InviteRow.method == "REQUEST")
    return (await session.scalars(query.order_by(InviteRow.id.desc()).limit(1))).first()

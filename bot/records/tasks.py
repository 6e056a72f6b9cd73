"""Tasks: whom somebody of the firm is to ring or find in person, until when that was open, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table, some
from bot.records.people import ContactRow
from dialogs.negotiation.effects import CloseTask, GiveTask
from integrations.channels.base import BY_HAND

OPEN = "done_at IS NULL"


class TaskRow(Table):
    """The open one of a negotiation stands in its state too; here it is found by whose it is, and kept."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("negotiation_id", "number"),
        some("ix_tasks_open", "recruiter_id", "due_at", only=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"))
    number: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))  # who is to be reached
    recruiter_id: Mapped[str] = mapped_column(ForeignKey("people.id"))  # by whom
    purpose: Mapped[str]  # find, tell
    reason: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)  # that nobody answered
    note: Mapped[str] = mapped_column(default="")  # why it is still open after somebody was reached
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))  # None: it settled itself
    outcome: Mapped[str | None]


async def find(session: AsyncSession, negotiation_id: str, number: int) -> TaskRow | None:
    mine = (TaskRow.negotiation_id == negotiation_id, TaskRow.number == number)
    return await session.scalar(select(TaskRow).where(*mine))


async def give(
    session: AsyncSession, negotiation_id: str, person_id: str, recruiter_id: str, given: GiveTask, now: datetime
) -> bool:
    """True if it was there already, and now is due at another time, or has something noted with it."""
    row = await find(session, negotiation_id, given.number)
    if row is None:
        row = TaskRow(
            negotiation_id=negotiation_id,
            number=given.number,
            person_id=person_id,
            recruiter_id=recruiter_id,
            purpose=given.purpose.value,
            reason=given.reason.value,
            made_at=now,
            due_at=given.due,
            tries=given.tries,
            note=given.note,
        )
        session.add(row)
        await session.flush()
        return False
    if not given.note:
        row.due_at = given.due
    row.tries, row.note = given.tries, given.note
    return True


async def close(session: AsyncSession, negotiation_id: str, closed: CloseTask, now: datetime) -> None:
    row = await find(session, negotiation_id, closed.number)
    if row and row.done_at is None:
        row.done_at, row.done_by, row.outcome = now, closed.by or None, closed.outcome.value


async def open_ones(session: AsyncSession, recruiter_id: str | None = None) -> Sequence[TaskRow]:
    """What is to be done, the most urgent first; of everybody where no recruiter is named."""
    query = select(TaskRow).where(TaskRow.done_at.is_(None)).order_by(TaskRow.due_at, TaskRow.id)
    if recruiter_id:
        query = query.where(TaskRow.recruiter_id == recruiter_id)
    return (await session.scalars(query)).all()


async def done_lately(session: AsyncSession, recruiter_id: str, since: datetime) -> Sequence[TaskRow]:
    mine = (TaskRow.recruiter_id == recruiter_id, TaskRow.done_at >= since)
    return (await session.scalars(select(TaskRow).where(*mine).order_by(TaskRow.done_at.desc()))).all()


def meant_for_a_person(contacts: Sequence[ContactRow]) -> bool:
    """Is this somebody whom a person is to reach, rather than somebody who cannot be reached?"""
    return any(contact.channel in BY_HAND and contact.may_be_used for contact in contacts)

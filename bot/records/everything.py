"""All there is of each kind, in order: for reports, rehearsals and exports."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records.interviews import InterviewRow
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.records.negotiations import NegotiationRow
from bot.records.story import EscalationRow, EventRow
from bot.records.work import TimerRow


async def negotiations(session: AsyncSession) -> Sequence[NegotiationRow]:
    """With the interview that was opened first first."""
    query = select(NegotiationRow).join(InterviewRow, InterviewRow.id == NegotiationRow.interview_id)
    return (await session.scalars(query.order_by(InterviewRow.opened_at, InterviewRow.id))).all()


async def messages(session: AsyncSession) -> Sequence[MessageRow]:
    return (await session.scalars(select(MessageRow).order_by(MessageRow.id))).all()


async def invites(session: AsyncSession) -> Sequence[InviteRow]:
    return (await session.scalars(select(InviteRow).order_by(InviteRow.id))).all()


async def escalations(session: AsyncSession) -> Sequence[EscalationRow]:
    return (await session.scalars(select(EscalationRow).order_by(EscalationRow.id))).all()


async def timers(session: AsyncSession) -> Sequence[TimerRow]:
    query = select(TimerRow).order_by(TimerRow.at, TimerRow.negotiation_id, TimerRow.alarm, TimerRow.name)
    return (await session.scalars(query)).all()


async def events(session: AsyncSession) -> Sequence[EventRow]:
    return (await session.scalars(select(EventRow).order_by(EventRow.id))).all()

"""Numbers for whoever watches: how much there is, never what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import messages, work
from bot.records.messages import MessageRow
from bot.records.work import EffectRow, TimerRow


async def oldest_waiting(session: AsyncSession, now: datetime) -> float:
    """The age in seconds of the oldest work nobody has done; 0 where none waits."""
    waiting = [await messages.oldest_unheard(session), await work.oldest_open(session, now)]
    return max(((now - since).total_seconds() for since in waiting if since), default=0.0)


async def open_effects(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).where(EffectRow.done_at.is_(None))) or 0


async def timers_due(session: AsyncSession, now: datetime) -> int:
    return await session.scalar(select(func.count()).where(TimerRow.at <= now)) or 0


async def messages_by(session: AsyncSession) -> Mapping[tuple[str, str, str], int]:
    """How many there are of each direction, channel and status."""
    what = (MessageRow.direction, MessageRow.channel, MessageRow.status)
    rows = await session.execute(select(*what, func.count()).group_by(*what).order_by(*what))
    return {(direction, channel, status): count for direction, channel, status, count in rows}

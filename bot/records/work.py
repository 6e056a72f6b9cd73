"""What is still to be done: effects to carry out, and alarms that will ring."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table, some


class EffectRow(Table):
    """Something to do outside. `id` is its stable key: whoever is told twice can tell it is the same."""

    __tablename__ = "effects"
    __table_args__ = (some("ix_effects_open", "due_at", only="done_at IS NULL"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]  # in the order they were decided, within one turn
    kind: Mapped[str]
    negotiation_id: Mapped[str | None] = mapped_column(ForeignKey("negotiations.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    payload: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None]  # somebody is at it, or died over it
    done_at: Mapped[datetime | None]
    result: Mapped[str | None]  # how it ended: done, or why it was dropped


class TimerRow(Table):
    """One alarm of a kind and a name per negotiation."""

    __tablename__ = "timers"

    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"), primary_key=True)
    alarm: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


# Of the table, not of the class: half the price, and no session holds the row.
_EFFECTS = Table.metadata.tables["effects"]
_FINISH = (
    update(_EFFECTS)
    .where(_EFFECTS.c.id == bindparam("effect"), _EFFECTS.c.done_at.is_(None))
    .values(done_at=bindparam("now"), result=bindparam("how"))
    .returning(_EFFECTS.c.id)
)


async def effect(session: AsyncSession, effect_id: str) -> EffectRow | None:
    return await session.get(EffectRow, effect_id)


async def lock_effect(session: AsyncSession, effect_id: str) -> EffectRow:
    """The effect, for this transaction alone."""
    return (await session.scalars(select(EffectRow).where(EffectRow.id == effect_id).with_for_update())).one()


async def finish(session: AsyncSession, effect_id: str, result: str, now: datetime) -> bool:
    """False if it was finished already: then nothing changes."""
    return await session.scalar(_FINISH, {"effect": effect_id, "how": result, "now": now}) is not None


async def open_effects(session: AsyncSession, due: datetime, made_before: datetime) -> Sequence[str]:
    query = (
        select(EffectRow.id)
        .where(EffectRow.done_at.is_(None), EffectRow.due_at <= due, EffectRow.made_at <= made_before)
        .order_by(EffectRow.due_at, EffectRow.made_at, EffectRow.number)
        .limit(200)
    )
    return (await session.scalars(query)).all()


async def due_timers(session: AsyncSession, now: datetime) -> Sequence[TimerRow]:
    query = select(TimerRow).where(TimerRow.at <= now).order_by(TimerRow.at, TimerRow.negotiation_id, TimerRow.alarm)
    return (await session.scalars(query.limit(200))).all()


async def timers(session: AsyncSession) -> Sequence[TimerRow]:
    return (await session.scalars(select(TimerRow).order_by(TimerRow.at, TimerRow.negotiation_id))).all()


async def set_timer(session: AsyncSession, negotiation_id: str, alarm: str, name: str, at: datetime) -> None:
    timer = await session.get(TimerRow, (negotiation_id, alarm, name))
    if timer:
        timer.at = at
    else:
        session.add(TimerRow(negotiation_id=negotiation_id, alarm=alarm, name=name, at=at))


async def hasten(session: AsyncSession, negotiations: Collection[str], alarm: str, now: datetime) -> None:
    """Where these alarms are set at all, they ring now."""
    mine = (TimerRow.negotiation_id.in_(list(negotiations)), TimerRow.alarm == alarm, TimerRow.at > now)
    await session.execute(update(TimerRow).where(*mine).values(at=now))


async def forget_timers(session: AsyncSession, negotiation_id: str, alarm: str) -> None:
    await session.execute(delete(TimerRow).where(TimerRow.negotiation_id == negotiation_id, TimerRow.alarm == alarm))


async def oldest_open(session: AsyncSession, now: datetime) -> datetime | None:
    """Since when the longest overdue effect or alarm has been due."""
    effect = select(func.min(EffectRow.due_at)).where(EffectRow.done_at.is_(None), EffectRow.due_at <= now)
    timer = select(func.min(TimerRow.at)).where(TimerRow.at <= now)
    found = [at for at in (await session.scalar(effect), await session.scalar(timer)) if at]
    return min(found) if found else None


async def next_due(session: AsyncSession) -> datetime | None:
    """When the rows next want something done."""
    timer = await session.scalar(select(TimerRow.at).order_by(TimerRow.at).limit(1))
    open_effect = select(EffectRow.due_at).where(EffectRow.done_at.is_(None)).order_by(EffectRow.due_at).limit(1)
    found = [at for at in (timer, await session.scalar(open_effect)) if at]
    return min(found) if found else None

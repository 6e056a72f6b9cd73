"""What a language model was asked, and what that cost: numbers only, no word of what anybody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table

UNDER_WAY = "under way"  # or the process died meanwhile: it counts all the same


class ModelCallRow(Table):
    """One call. Money is in millionths of whatever the prices are in."""

    __tablename__ = "model_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    day: Mapped[str] = mapped_column(index=True)  # ISO, in UTC
    model: Mapped[str]
    prompt: Mapped[str]  # name and version
    outcome: Mapped[str]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    cost: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int | None]


class ModelDayRow(Table):
    """What a day's calls came to: one row, so that several processes cannot both take the last of a budget."""

    __tablename__ = "model_days"

    day: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(BigInteger, default=0)


async def begin(session: AsyncSession, call: ModelCallRow, calls_at_most: int, cost_at_most: int | None) -> bool:
    """Takes the call, at what it may cost, off the day's budget, and notes that it is under way. False: it is spent."""
    await _open_day(session, call.day)
    left = [ModelDayRow.day == call.day, ModelDayRow.calls < calls_at_most]
    if cost_at_most is not None:
        left.append(ModelDayRow.cost + call.cost <= cost_at_most)
    taken = {"calls": ModelDayRow.calls + 1, "cost": ModelDayRow.cost + call.cost}
    day = update(ModelDayRow).where(*left).values(taken).returning(ModelDayRow.day)
    if (await session.execute(day)).first() is None:
        return False
    session.add(call)
    await session.flush()
    return True


async def _open_day(session: AsyncSession, day: str) -> None:
    if await session.get(ModelDayRow, day) is None:
        try:
            async with session.begin_nested():
                session.add(ModelDayRow(day=day, calls=0, cost=0))
        except IntegrityError:
            pass  # somebody else opened it in the same moment


async def finish(session: AsyncSession, call: ModelCallRow, cost: int) -> None:
    """Notes how it went, and puts right what it cost."""
    more = {"cost": ModelDayRow.cost + cost - call.cost}
    await session.execute(update(ModelDayRow).where(ModelDayRow.day == call.day).values(more))
    call.cost = cost
    await session.merge(call)


async def totals(session: AsyncSession) -> Mapping[str, tuple[int, int, int, int]]:
    """By outcome: how many calls there were, the tokens in and out, and the cost."""
    sums = (func.coalesce(func.sum(column), 0) for column in _COUNTED)
    rows = await session.execute(select(ModelCallRow.outcome, func.count(), *sums).group_by(ModelCallRow.outcome))
    return {row[0]: (row[1], int(row[2] or 0), int(row[3] or 0), int(row[4] or 0)) for row in rows}


_COUNTED = (ModelCallRow.tokens_in, ModelCallRow.tokens_out, ModelCallRow.cost)

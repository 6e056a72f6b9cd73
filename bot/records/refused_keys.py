"""Which of our keys a vendor does not take, and since when: nobody but us can mend that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table


class RefusedKeyRow(Table):
    """Gone as soon as something went out with the key again."""

    __tablename__ = "refused_keys"

    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)  # of ours there; empty where a channel has only one
    since: Mapped[datetime]
    code: Mapped[str]  # the vendor's own


async def is_refused(session: AsyncSession, channel: str, account: str) -> bool:
    return await session.get(RefusedKeyRow, (channel, account)) is not None


async def note(session: AsyncSession, row: RefusedKeyRow) -> bool:
    """False: it was known."""
    if await is_refused(session, row.channel, row.account):
        return False
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False  # somebody else ran into it in the same moment
    return True


async def forget(session: AsyncSession, channel: str, account: str) -> bool:
    """False: there was nothing to forget."""
    row = await session.get(RefusedKeyRow, (channel, account), with_for_update=True)
    if row is None:
        return False
    await session.delete(row)
    return True


async def since(session: AsyncSession) -> Mapping[str, datetime]:
    """By channel, since when the first of its keys is not taken."""
    first = func.min(RefusedKeyRow.since)
    by_channel = select(RefusedKeyRow.channel, first).group_by(RefusedKeyRow.channel).order_by(RefusedKeyRow.channel)
    return {channel: at for channel, at in await session.execute(by_channel)}  # noqa: C416 – a row is no pair to mypy

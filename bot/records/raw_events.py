"""What vendors told us, word for word and sealed, for thirty days: to look at where something was not understood."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.messages import AlreadyKept
from bot.records.sealed import Place, Sealed, SealedText

KEPT = timedelta(days=30)
AT_ONCE = 1000


class RawEventRow(Table):
    __tablename__ = "raw_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    vendor: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[Sealed] = mapped_column(SealedText)
    unknown: Mapped[str | None]  # what of it nobody here knows about

    @classmethod
    def place(cls, id: str) -> Place:
        return Place(cls.__tablename__, "body", id)


def name_of(vendor: str, raw: bytes) -> str:
    """What is told again, word for word, is kept once: whoever plays a proof again fills no disk with it."""
    return "raw_" + hashlib.sha256(vendor.encode() + b"\0" + raw).hexdigest()


async def keep(session: AsyncSession, row: RawEventRow) -> None:
    """Unless it is kept already. Raises AlreadyKept where that happens at this very moment: the transaction is lost."""
    if await session.scalar(select(exists().where(RawEventRow.id == row.id))):
        return
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as twice:
        raise AlreadyKept from twice


async def any_too_old(session: AsyncSession, now: datetime) -> bool:
    return bool(await session.scalar(select(exists().where(RawEventRow.at < now - KEPT))))


async def purge(session: AsyncSession, now: datetime) -> None:
    """The oldest of what is too old; asked again until nothing is."""
    oldest = select(RawEventRow.id).where(RawEventRow.at < now - KEPT).order_by(RawEventRow.at).limit(AT_ONCE)
    await session.execute(delete(RawEventRow).where(RawEventRow.id.in_(oldest.scalar_subquery())))

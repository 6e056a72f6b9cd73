"""What vendors told us, word for word and sealed, for thirty days: to look at where something was not understood."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.sealed import Keys, Place, Sealed, SealedText, seal

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


# In one step, which two doors may take in the same instant.
_KEEP = {
    "sqlite": sqlite.insert(RawEventRow).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(RawEventRow).on_conflict_do_nothing(),
}


async def keep(
    session: AsyncSession, vendor: str, at: datetime, unknown: Sequence[str], raw: bytes, keys: Keys
) -> None:
    """Sealed. What is told again, word for word, is kept once: whoever plays a proof again fills no disk with it."""
    row_id = "raw_" + hashlib.sha256(vendor.encode() + b"\0" + raw).hexdigest()
    body = seal(base64.b64encode(raw).decode(), RawEventRow.place(row_id), keys)
    row = {"id": row_id, "vendor": vendor, "at": at, "body": body, "unknown": ", ".join(unknown) or None}
    await session.execute(_KEEP[session.get_bind().dialect.name], row)


async def any_too_old(session: AsyncSession, now: datetime) -> bool:
    return bool(await session.scalar(select(exists().where(RawEventRow.at < now - KEPT))))


async def purge(session: AsyncSession, now: datetime) -> None:
    """The oldest of what is too old; asked again until nothing is."""
    oldest = select(RawEventRow.id).where(RawEventRow.at < now - KEPT).order_by(RawEventRow.at).limit(AT_ONCE)
    await session.execute(delete(RawEventRow).where(RawEventRow.id.in_(oldest.scalar_subquery())))

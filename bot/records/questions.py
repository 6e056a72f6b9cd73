"""What was asked of somebody who is to come back with the answer: kept until then, or until it is too late."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table


class QuestionRow(Table):
    """The word that proves it was asked is nowhere kept itself: whoever reads the database can answer nothing."""

    __tablename__ = "questions"

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of that word, in hex
    about: Mapped[str]
    until: Mapped[datetime]


async def ask(session: AsyncSession, word: str, about: str, now: datetime, until: datetime) -> None:
    """Those it is too late for go by the way."""
    await session.execute(delete(QuestionRow).where(QuestionRow.until <= now))
    session.add(QuestionRow(digest=_digest(word), about=about, until=until))


async def stands(session: AsyncSession, word: str, about: str, now: datetime) -> bool:
    return bool(await session.scalar(select(func.count()).where(_meant(word, about, now))))


async def answer(session: AsyncSession, word: str, about: str, now: datetime) -> bool:
    """Was it asked, and can it still be answered? From now on it cannot: of two who try at once one is told so."""
    answered = await session.execute(delete(QuestionRow).where(_meant(word, about, now)))
    return isinstance(answered, CursorResult) and answered.rowcount == 1


def _meant(word: str, about: str, now: datetime) -> ColumnElement[bool]:
    return and_(QuestionRow.digest == _digest(word), QuestionRow.about == about, QuestionRow.until > now)


def _digest(word: str) -> str:
    """A plain hash is enough where what is hashed cannot be guessed."""
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()

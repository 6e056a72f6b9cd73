"""Texts of ours at a vendor that has to approve them: how each stood when somebody last looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table

LOOK = "templates"


class TemplateRow(Table):
    """One text in one version, under the vendor's own id."""

    __tablename__ = "templates"
    __table_args__ = (Index("ix_templates_of_a_text", "name", "language"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str]
    version: Mapped[str]  # of the words: others are not approved
    approval: Mapped[str]
    reason: Mapped[str]  # why it was rejected
    made_at: Mapped[datetime | None]


class LookRow(Table):
    """When something is to be looked at again that has no row of its own."""

    __tablename__ = "looks"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


_OF_A_TEXT = select(TemplateRow).where(
    TemplateRow.name == bindparam("name"), TemplateRow.language == bindparam("language")
)


async def of_text(session: AsyncSession, name: str, language: str) -> Sequence[TemplateRow]:
    return (await session.scalars(_OF_A_TEXT, {"name": name, "language": language})).all()


async def replace_all(session: AsyncSession, rows: Sequence[TemplateRow]) -> None:
    """What the vendor has now, and nothing else."""
    there = {row.id for row in rows}
    known = (await session.scalars(select(TemplateRow))).all()
    for gone in (row for row in known if row.id not in there):
        await session.delete(gone)
    for row in rows:
        await session.merge(row)


async def look_due(session: AsyncSession, now: datetime) -> bool:
    """True also before the first look."""
    look = await session.get(LookRow, LOOK)
    return look is None or look.due_at <= now


async def looks_again(session: AsyncSession, due: datetime) -> None:
    look = await session.get(LookRow, LOOK)
    if look:
        look.due_at = due
    else:
        session.add(LookRow(name=LOOK, due_at=due))

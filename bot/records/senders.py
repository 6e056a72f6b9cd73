"""Those who write from an address that does not say who they are: strangers, and people who share one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.messages import MessageRow
from bot.records.people import PHONES, normal


class Standing(StrEnum):
    WAITING = "waiting"  # for somebody to say who it is
    KNOWN = "known"  # somebody said so
    ANSWERED = "answered"  # by a colleague, elsewhere
    IGNORED = "ignored"  # for good
    REFUSED = "refused"  # they said stop themselves, and only they take it back


class SenderRow(Table):
    """One address of one channel."""

    __tablename__ = "senders"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # how recruiters name it: #7
    channel: Mapped[str]
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")  # what they call themselves there; nobody is known by it
    between: Mapped[list[str]] = mapped_column(default=list)  # the ids of those who share it; empty: a stranger
    standing: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]  # when the first of what waits came
    last_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when they were asked which of them it is
    told_at: Mapped[datetime | None]  # when the recruiters heard of it
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))  # who it turned out to be
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]  # the id of the recruiter; None: they said it themselves

    @property
    def waits(self) -> bool:
        return self.standing == Standing.WAITING


async def find(session: AsyncSession, channel: str, address: str) -> SenderRow | None:
    here = (SenderRow.channel == channel, SenderRow.address == normal(address))
    return await session.scalar(select(SenderRow).where(*here))


async def refused(session: AsyncSession, channel: str, address: str) -> SenderRow | None:
    """Who said stop there before anybody knew them; said by phone in one way, it is said in all of them."""
    channels = PHONES if channel in PHONES else (channel,)
    here = (SenderRow.channel.in_(channels), SenderRow.address == normal(address))
    return await session.scalar(select(SenderRow).where(*here, SenderRow.standing == Standing.REFUSED).limit(1))


async def get(session: AsyncSession, sender_id: int) -> SenderRow | None:
    return await session.get(SenderRow, sender_id)


async def waiting(session: AsyncSession) -> Sequence[SenderRow]:
    """Whoever has waited longest first."""
    query = select(SenderRow).where(SenderRow.standing == Standing.WAITING)
    return (await session.scalars(query.order_by(SenderRow.since, SenderRow.id))).all()


def reopen(row: SenderRow, now: datetime) -> None:
    """What they write from now on waits for somebody to say who it is."""
    row.standing, row.since, row.asked_at, row.told_at = Standing.WAITING.value, now, None, None


async def note(
    session: AsyncSession, channel: str, address: str, name: str, between: Sequence[str], now: datetime
) -> SenderRow:
    """They wrote, and nobody can tell who it is. Whoever is ignored, or said stop, stays so."""
    row = await find(session, channel, address)
    if row is None:
        row = SenderRow(channel=channel, address=normal(address), since=now, standing=Standing.WAITING.value)
        session.add(row)
    elif row.standing in (Standing.KNOWN, Standing.ANSWERED):
        reopen(row, now)
    row.name, row.between, row.last_at = name or row.name or "", list(between), now
    await session.flush()
    return row


def _unread(row: SenderRow) -> tuple[object, ...]:
    return (
        MessageRow.person_id.is_(None),
        MessageRow.turn_id.is_(None),
        MessageRow.direction == "in",
        MessageRow.channel == row.channel,
        MessageRow.address == row.address,
    )


async def words_of(session: AsyncSession, row: SenderRow) -> Sequence[MessageRow]:
    """What waits to be read, as it came."""
    query = select(MessageRow).where(*_unread(row)).order_by(MessageRow.id)  # type: ignore[arg-type]
    return (await session.scalars(query)).all()


async def is_theirs(session: AsyncSession, row: SenderRow, person_id: str, by: str | None, now: datetime) -> None:
    """What waits becomes this person's, to be heard in their turn."""
    await session.execute(update(MessageRow).where(*_unread(row)).values(person_id=person_id))  # type: ignore[arg-type]
    row.standing, row.person_id, row.settled_at, row.settled_by = Standing.KNOWN.value, person_id, now, by


async def put_aside(session: AsyncSession, row: SenderRow, standing: Standing, by: str | None, now: datetime) -> None:
    """Nobody needs to read what waits any more."""
    await session.execute(update(MessageRow).where(*_unread(row)).values(turn_id=f"sender.{row.id}"))  # type: ignore[arg-type]
    row.standing, row.settled_at, row.settled_by = standing.value, now, by

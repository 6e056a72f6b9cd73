"""Links to pages of our own: for whom, about what, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.interviews import InterviewRow
from bot.records.messages import MessageRow
from bot.records.negotiations import NegotiationRow

CHANNEL = "page"  # of a message that was sent from one


class PageRow(Table):
    """One link. It is nowhere kept itself, so whoever reads the database can open no page."""

    __tablename__ = "pages"

    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of what the link ends with, in hex
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    offer: Mapped[int]  # how many offers had been made, and
    sequence: Mapped[int]  # the sequence of the invite, when the message with the link went out


async def find(session: AsyncSession, digest: str) -> PageRow | None:
    return await session.get(PageRow, digest)


async def sent_before(session: AsyncSession, vendor_id: str) -> MessageRow | None:
    """The message this very form made when it was sent the first time."""
    same = (MessageRow.direction == "in", MessageRow.channel == CHANNEL, MessageRow.vendor_id == vendor_id)
    return await session.scalar(select(MessageRow).where(*same))


async def sent_since(session: AsyncSession, person_id: str, since: datetime) -> int:
    """How many forms this person has sent."""
    mine = (MessageRow.person_id == person_id, MessageRow.direction == "in", MessageRow.channel == CHANNEL)
    return await session.scalar(select(func.count()).where(*mine, MessageRow.at > since)) or 0


async def latest_of(session: AsyncSession, application_id: str, person_id: str) -> NegotiationRow | None:
    """The interview of this application that was opened last and that this person has a part in."""
    mine = (NegotiationRow.candidate_id == person_id) | (NegotiationRow.host_id == person_id)
    query = (
        select(NegotiationRow)
        .join(InterviewRow, InterviewRow.id == NegotiationRow.interview_id)
        .where(InterviewRow.application_id == application_id, mine)
        .order_by(InterviewRow.opened_at.desc(), NegotiationRow.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()

"""Negotiations: the state between two turns, the offers made, and the time those keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ForeignKey, UniqueConstraint, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from dialogs.negotiation.effects import Offered
from dialogs.negotiation.state import OVER, Negotiation
from dialogs.scheduling.intervals import Interval

STATE = TypeAdapter(Negotiation)


class NegotiationRow(Table):
    """`version` counts what was saved; a turn that started from an older one cannot be."""

    __tablename__ = "negotiations"

    id: Mapped[str] = mapped_column(primary_key=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), unique=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    host_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    recruiter_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    status: Mapped[str] = mapped_column(index=True)
    waiting_for: Mapped[str | None]
    state: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    turns: Mapped[int] = mapped_column(default=0)  # so far; names the next one
    version: Mapped[int] = mapped_column(default=0)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 – as SQLAlchemy wants it


class OfferRow(Table):
    """Every offer ever made, so that an answer to an old one still means what its reader saw."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("negotiation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"))
    number: Mapped[int]
    to_party: Mapped[str]
    starts: Mapped[list[str]]  # ISO instants, in the order they were numbered
    at: Mapped[datetime]
    over_at: Mapped[datetime | None]
    until: Mapped[datetime | None]  # then its holds go, though an answer is still heard


class HoldRow(Table):
    """Time of a person that an open offer keeps from being offered to somebody else."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    start: Mapped[datetime]
    end: Mapped[datetime]
    until: Mapped[datetime | None]  # when the offer ends by itself


_HELD = select(HoldRow.start, HoldRow.end).where(
    HoldRow.person_id.in_(bindparam("people", expanding=True)),
    HoldRow.negotiation_id != bindparam("besides"),
    HoldRow.end > bindparam("now"),
    or_(HoldRow.until.is_(None), HoldRow.until > bindparam("now")),
)


def state_of(row: NegotiationRow) -> Negotiation:
    return STATE.validate_python(row.state)


def save(row: NegotiationRow, state: Negotiation, now: datetime) -> None:
    row.state = STATE.dump_python(state, mode="json")
    row.status = state.status.value
    row.waiting_for = state.waiting_for.value if state.waiting_for else None
    row.changed_at = now


async def get(session: AsyncSession, negotiation_id: str) -> NegotiationRow:
    return await session.get_one(NegotiationRow, negotiation_id)


async def find(session: AsyncSession, negotiation_id: str) -> NegotiationRow | None:
    """Of an id that came from outside: there may be none."""
    return await session.get(NegotiationRow, negotiation_id)


async def of_person(session: AsyncSession, person_id: str) -> Sequence[NegotiationRow]:
    """Every one this person has a part in, the latest changed first."""
    mine = (NegotiationRow.candidate_id == person_id) | (NegotiationRow.host_id == person_id)
    query = select(NegotiationRow).where(mine).order_by(NegotiationRow.changed_at.desc(), NegotiationRow.id.desc())
    return (await session.scalars(query)).all()


async def of_interview(session: AsyncSession, interview_id: str) -> NegotiationRow:
    return (await session.scalars(select(NegotiationRow).where(NegotiationRow.interview_id == interview_id))).one()


async def going_on(session: AsyncSession) -> Sequence[NegotiationRow]:
    over = [status.value for status in OVER]
    query = select(NegotiationRow).where(NegotiationRow.status.not_in(over)).order_by(NegotiationRow.changed_at)
    return (await session.scalars(query)).all()


async def remember_offer(
    session: AsyncSession,
    row: NegotiationRow,
    offered: Offered,
    kept: Mapping[str, Sequence[Interval]],
    now: datetime,
) -> None:
    """`kept`: what of it is each person's."""
    session.add(
        OfferRow(
            negotiation_id=row.id,
            number=offered.number,
            to_party=offered.to.value,
            starts=[start.isoformat() for start in offered.starts],
            at=now,
            until=offered.until,
        )
    )
    for person in sorted(kept):
        for when in kept[person]:
            session.add(
                HoldRow(negotiation_id=row.id, person_id=person, start=when.start, end=when.end, until=offered.until)
            )


async def withdraw_offers(session: AsyncSession, row: NegotiationRow, now: datetime) -> None:
    open_ones = select(OfferRow).where(OfferRow.negotiation_id == row.id, OfferRow.over_at.is_(None))
    for offer in await session.scalars(open_ones):
        offer.over_at = now
    await session.execute(delete(HoldRow).where(HoldRow.negotiation_id == row.id))


async def offer(session: AsyncSession, negotiation_id: str, number: int) -> OfferRow | None:
    mine = (OfferRow.negotiation_id == negotiation_id, OfferRow.number == number)
    return await session.scalar(select(OfferRow).where(*mine))


async def held(session: AsyncSession, people: Collection[str], besides: str, now: datetime) -> tuple[Interval, ...]:
    """What open offers of other negotiations keep of these people's time."""
    kept = await session.execute(_HELD, {"people": list(people), "besides": besides, "now": now})
    return tuple(Interval(start, end) for start, end in kept)


async def on_tables(
    session: AsyncSession, people: Collection[str], candidate_id: str, now: datetime
) -> tuple[dict[str, tuple[Interval, ...]], datetime | None]:
    """What open offers of other candidates' interviews keep of each of these people's time, and when the first of
    those offers ends by itself.
    """
    query = (
        select(HoldRow.person_id, HoldRow.start, HoldRow.end, HoldRow.until)
        .join(NegotiationRow, NegotiationRow.id == HoldRow.negotiation_id)
        .where(HoldRow.person_id.in_(list(people)), NegotiationRow.candidate_id != candidate_id)
        .where(HoldRow.end > now, or_(HoldRow.until.is_(None), HoldRow.until > now))
    )
    kept: dict[str, list[Interval]] = {}
    ends: set[datetime] = set()
    for person, start, end, until in await session.execute(query):
        kept.setdefault(person, []).append(Interval(start, end))
        ends |= {until} if until else set()
    return {person: tuple(sorted(each)) for person, each in kept.items()}, min(ends, default=None)


async def offered_meanwhile(
    session: AsyncSession, people: Collection[str], besides: str, when: Interval
) -> Sequence[str]:
    """The negotiations whose open offers hold time of these people that overlaps `when`."""
    query = select(HoldRow.negotiation_id).where(
        HoldRow.person_id.in_(list(people)),
        HoldRow.negotiation_id != besides,
        HoldRow.start < when.end,
        HoldRow.end > when.start,
    )
    return (await session.scalars(query.distinct().order_by(HoldRow.negotiation_id))).all()

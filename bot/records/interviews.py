"""Interviews, and the quarter hours they take of people's days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.loops import HasItinerary, HasLoop
from bot.records.venues import HasVenue
from dialogs.scheduling.intervals import Interval, union

CELL = 900  # seconds; a quarter of an hour, counted from the epoch
EVERYBODY_ALL_OF_IT: Mapping[str, Interval] = MappingProxyType({})


class InterviewRow(HasVenue, HasLoop, HasItinerary, Table):
    __tablename__ = "interviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id"), index=True)
    round: Mapped[int]
    round_name: Mapped[str]
    minutes: Mapped[int]
    mode: Mapped[str]
    host_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    people: Mapped[list[str]] = mapped_column(default=list)  # the interviewers besides the host, all required
    optional: Mapped[list[str]] = mapped_column(default=list)  # are invited, and stand in no slot's way
    one_of: Mapped[list[Any]] = mapped_column(default=list)  # groups of ids: one of each comes, and is among `people`
    rooms: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # ids: it is held in one of these
    room_id: Mapped[str | None]  # the one it is booked in
    status: Mapped[str]
    start: Mapped[datetime | None]
    end: Mapped[datetime | None]
    uid: Mapped[str] = mapped_column(unique=True)  # of the invite; stays when it moves
    sequence: Mapped[int] = mapped_column(default=-1)
    meeting_url: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str | None]
    outcome_words: Mapped[str | None]
    opened_at: Mapped[datetime]


class BookingCellRow(Table):
    """One person, one quarter of an hour. The primary key is what makes a double booking impossible."""

    __tablename__ = "booking_cells"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    interview_id: Mapped[str] = mapped_column(ForeignKey("interviews.id"), index=True)


_TAKEN = select(BookingCellRow.person_id, BookingCellRow.cell).where(
    BookingCellRow.person_id.in_(bindparam("people", expanding=True)), BookingCellRow.cell >= bindparam("cell")
)


_BOOKED = (
    select(BookingCellRow.person_id, func.min(BookingCellRow.cell), func.max(BookingCellRow.cell))
    .where(
        BookingCellRow.person_id.in_(bindparam("people", expanding=True)),
        BookingCellRow.cell >= bindparam("cell"),
        BookingCellRow.interview_id != bindparam("besides"),
    )
    .group_by(BookingCellRow.person_id, BookingCellRow.interview_id)
)
_OF_MODE = _BOOKED.join(InterviewRow, InterviewRow.id == BookingCellRow.interview_id).where(
    InterviewRow.mode == bindparam("mode")
)


class SlotTaken(Exception):
    """Somebody who must be there was booked meanwhile."""


def cells(when: Interval) -> range:
    """The quarter hours the interval touches."""
    return range(int(when.start.timestamp()) // CELL, -(-int(when.end.timestamp()) // CELL))


async def book(
    session: AsyncSession,
    interview_id: str,
    people: Collection[str],
    when: Interval,
    own: Mapping[str, Interval] = EVERYBODY_ALL_OF_IT,
) -> None:
    """Takes the time of all these people, or of none; `own` is of whoever comes only to a part of it.

    Raises SlotTaken; the transaction is then lost with it.
    """
    await free(session, interview_id)
    # In one order for everyone, so that two bookings wait for each other instead of blocking each other for good.
    wanted = [
        {"person_id": person, "cell": cell, "interview_id": interview_id}
        for person in sorted(set(people))
        for cell in cells(own.get(person, when))
    ]
    try:
        await session.execute(insert(BookingCellRow), wanted)
    except IntegrityError as taken:
        raise SlotTaken(interview_id) from taken


async def free(session: AsyncSession, interview_id: str) -> None:
    await session.execute(delete(BookingCellRow).where(BookingCellRow.interview_id == interview_id))


async def taken(session: AsyncSession, people: Iterable[str], now: datetime) -> dict[str, tuple[Interval, ...]]:
    """What each of these people is booked for from now on."""
    booked: dict[str, list[Interval]] = {person: [] for person in people}
    after = {"people": list(booked), "cell": int(now.timestamp()) // CELL}
    for person, cell in (await session.execute(_TAKEN, after)).all():
        start = datetime.fromtimestamp(cell * CELL, UTC)
        booked[person].append(Interval(start, start + timedelta(seconds=CELL)))
    return {person: union(intervals) for person, intervals in booked.items()}


async def booked(
    session: AsyncSession, people: Iterable[str], since: datetime, besides: str, mode: str | None = None
) -> dict[str, tuple[Interval, ...]]:
    """What each of these people is booked for from `since` on, interview by interview, without the one of that id;
    with a mode, only what is held so.
    """
    found: dict[str, list[Interval]] = {person: [] for person in people}
    asked = {"people": list(found), "cell": int(since.timestamp()) // CELL, "besides": besides}
    if mode:
        asked["mode"] = mode
    for person, first, last in (await session.execute(_OF_MODE if mode else _BOOKED, asked)).all():
        start, end = (datetime.fromtimestamp(cell * CELL, UTC) for cell in (first, last + 1))
        found[person].append(Interval(start, end))
    return {person: tuple(sorted(intervals)) for person, intervals in found.items()}


async def of_application(session: AsyncSession, application_id: str) -> Sequence[InterviewRow]:
    query = select(InterviewRow).where(InterviewRow.application_id == application_id)
    return (await session.scalars(query.order_by(InterviewRow.round, InterviewRow.opened_at, InterviewRow.id))).all()


async def with_room(session: AsyncSession, part: str) -> Sequence[InterviewRow]:
    """Those whose link has this in it."""
    query = select(InterviewRow).where(InterviewRow.meeting_url.contains(part, autoescape=True))
    return (await session.scalars(query.order_by(InterviewRow.id))).all()


async def with_uid(session: AsyncSession, uid: str) -> InterviewRow | None:
    return await session.scalar(select(InterviewRow).where(InterviewRow.uid == uid))

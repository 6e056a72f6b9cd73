"""Connections to the outside: whose account it is, what opens it, how well it works, and who was told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.people import PersonRow
from bot.records.sealed import Place, Sealed, SealedText


class ConnectionKind(StrEnum):
    CALENDAR = "calendar"
    MEETINGS = "meetings"
    LINKS = "links"  # an account at a vendor of booking pages
    WORKSPACE = "workspace"  # where the firm's people write, and let the assistant in


class ConnectionState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"  # disconnected on purpose; its secret is gone
    SET_UP_REQUIRED = "set_up_required"  # only its owner can put it right
    BROKEN = "broken"  # it may come back by itself


class Fault(StrEnum):
    """Why a connection does not work."""

    SIGNED_OUT = "signed_out"  # the vendor no longer lets us in
    KEY_LOST = "key_lost"  # its secret cannot be opened any more
    NOT_SET_UP = "not_set_up"  # something it needs is not set
    SILENT = "silent"  # no answer, or none in time
    REFUSED = "refused"  # the vendor says no
    UNREADABLE = "unreadable"  # it answers, and hides when the person is busy


class ConnectionRow(Table):
    """One account of one person, or of the firm where `person_id` is None."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("kind", "vendor", "person_id", "account"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    vendor: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    account: Mapped[str]  # the address whose calendar it is
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what is no secret, by name
    secret: Mapped[Sealed | None] = mapped_column(SealedText)  # what is one: a JSON object, by name
    made_at: Mapped[datetime]
    set_up_at: Mapped[datetime]  # when what is above was last given

    state: Mapped[str]
    since: Mapped[datetime]
    fault: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)  # looks in a row that went wrong
    look_at: Mapped[datetime] = mapped_column(index=True)  # when it is looked after next
    looked_at: Mapped[datetime | None]
    good_at: Mapped[datetime | None]  # the last look that went well
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by person: what they were last told, and when

    cursor: Mapped[str | None]  # up to where changes were followed
    followed_at: Mapped[datetime | None]
    watch_id: Mapped[str | None] = mapped_column(index=True)
    watch_resource: Mapped[str | None]
    watch_until: Mapped[datetime | None]
    renew_at: Mapped[datetime | None]  # well before that
    watch_secret: Mapped[Sealed | None] = mapped_column(SealedText)

    def place(self, column: str) -> Place:
        """Where its secret of that column is sealed for."""
        return Place(self.__tablename__, column, self.id)


# Those that count: who has one has a calendar, however it fares.
_IN_USE = ConnectionRow.state != ConnectionState.INACTIVE.value
_CALENDAR = ConnectionRow.kind == ConnectionKind.CALENDAR.value
_CONNECTED = (_CALENDAR, _IN_USE)
_ACCOUNT = (ConnectionRow.kind == ConnectionKind.LINKS.value, _IN_USE)
_OF_ADDRESS = (
    select(ConnectionRow, PersonRow)
    .join(PersonRow, PersonRow.id == ConnectionRow.person_id)
    .where(or_(PersonRow.email == bindparam("who"), PersonRow.id == bindparam("who")), *_CONNECTED)
    .order_by(ConnectionRow.made_at, ConnectionRow.id)
)


async def get(session: AsyncSession, connection_id: str) -> ConnectionRow | None:
    return await session.get(ConnectionRow, connection_id)


async def lock(session: AsyncSession, connection_id: str) -> ConnectionRow | None:
    """The connection, for this transaction alone."""
    query = select(ConnectionRow).where(ConnectionRow.id == connection_id).with_for_update()
    return await session.scalar(query)


async def calendars_of(session: AsyncSession, who: str) -> Sequence[tuple[ConnectionRow, PersonRow]]:
    """The connected calendars of whoever has this address (see calendar_address), the first one first."""
    return [(row, person) for row, person in (await session.execute(_OF_ADDRESS, {"who": who})).all()]


async def of_person(session: AsyncSession, person_id: str) -> Sequence[ConnectionRow]:
    query = select(ConnectionRow).where(ConnectionRow.person_id == person_id, *_CONNECTED)
    return (await session.scalars(query.order_by(ConnectionRow.made_at, ConnectionRow.id))).all()


async def same(session: AsyncSession, kind: str, vendor: str, person_id: str, account: str) -> ConnectionRow | None:
    """The one there is already, perhaps inactive."""
    mine = (ConnectionRow.kind == kind, ConnectionRow.vendor == vendor, ConnectionRow.person_id == person_id)
    return await session.scalar(select(ConnectionRow).where(*mine, ConnectionRow.account == account))


async def with_watch(session: AsyncSession, watch_id: str) -> ConnectionRow | None:
    return await session.scalar(select(ConnectionRow).where(ConnectionRow.watch_id == watch_id, *_CONNECTED))


async def everything(session: AsyncSession) -> Sequence[tuple[ConnectionRow, PersonRow]]:
    """Every calendar with its owner, by name; those that were disconnected too."""
    query = (
        select(ConnectionRow, PersonRow)
        .join(PersonRow, PersonRow.id == ConnectionRow.person_id)
        .where(_CALENDAR)
        .order_by(PersonRow.name, ConnectionRow.made_at, ConnectionRow.id)
    )
    return [(row, person) for row, person in (await session.execute(query)).all()]


async def due(session: AsyncSession, now: datetime) -> Sequence[str]:
    """The calendars whose turn it is to be looked after, the longest overdue first."""
    query = select(ConnectionRow.id).where(ConnectionRow.look_at <= now, *_CONNECTED)
    return (await session.scalars(query.order_by(ConnectionRow.look_at).limit(200))).all()


async def accounts_due(session: AsyncSession, now: datetime) -> Sequence[str]:
    """The same of accounts at vendors of booking pages."""
    query = select(ConnectionRow.id).where(ConnectionRow.look_at <= now, *_ACCOUNT)
    return (await session.scalars(query.order_by(ConnectionRow.look_at).limit(200))).all()


async def accounts(session: AsyncSession) -> Sequence[ConnectionRow]:
    query = select(ConnectionRow).where(*_ACCOUNT)
    return (await session.scalars(query.order_by(ConnectionRow.made_at, ConnectionRow.id))).all()


async def accounts_of(session: AsyncSession, person_id: str) -> Sequence[ConnectionRow]:
    return [row for row in await accounts(session) if row.person_id == person_id]


async def workspaces(session: AsyncSession, vendor: str) -> Sequence[ConnectionRow]:
    """Those that let us in, and those that did and have not been forgotten since."""
    mine = (ConnectionRow.kind == ConnectionKind.WORKSPACE.value, ConnectionRow.vendor == vendor)
    return (await session.scalars(select(ConnectionRow).where(*mine).order_by(ConnectionRow.id))).all()


async def look_now(
    session: AsyncSession, ids: Iterable[str], now: datetime, *, follow: bool = False, renew: bool = False
) -> None:
    """To be looked after at once. `follow`: something in it has changed; `renew`: its watch is about to end."""
    wanted: dict[str, Any] = {"look_at": now}
    if follow:
        wanted["followed_at"] = None
    if renew:
        wanted["renew_at"] = now
    where = [ConnectionRow.id.in_(list(ids)), _IN_USE]
    if not follow and not renew:
        where.append(ConnectionRow.look_at > now)
    await session.execute(update(ConnectionRow).where(*where).values(wanted))


async def count_out(session: AsyncSession) -> int:
    """How many that are in use do not work now."""
    well = (ConnectionState.ACTIVE.value, ConnectionState.INACTIVE.value)
    query = select(func.count()).select_from(ConnectionRow).where(ConnectionRow.state.not_in(well))
    return await session.scalar(query) or 0


async def count_by_state(session: AsyncSession) -> Mapping[tuple[str, str], int]:
    """How many there are of each vendor in each state."""
    what = (ConnectionRow.vendor, ConnectionRow.state)
    rows = await session.execute(select(*what, func.count()).group_by(*what).order_by(*what))
    return {(vendor, state): count for vendor, state, count in rows}

"""What people book through a link: each notice is kept once, and acted on once, whatever order they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import links, work
from bot.records.base import Session
from bot.records.links import LinkNoticeRow
from bot.turn import Turn
from integrations.links.folding import Booking, By, Change, Notice, Told, changes, fold

Act = Callable[[Session, Change], Awaitable[None]]


async def keep_notices(house: House, connection_id: str, notices: Iterable[Notice]) -> int:
    """How many of them are new. Kept before the door answers: whoever told it does not tell it again."""
    async with house.records.write() as session:
        return await keep_all(session, connection_id, notices, house.clock.now())


async def keep_all(
    session: Session, connection_id: str, notices: Iterable[Notice], now: datetime, *, done: bool = False
) -> int:
    """`done`: nobody is to act on them; they are only to be known."""
    rows = [_row(connection_id, each, now) for each in notices]
    for row in rows:
        row.done_at = now if done else None
    return sum([await links.keep_notice(session, row) for row in rows])


async def known_notices(session: Session, connection_id: str, since: datetime) -> Sequence[Notice]:
    return [_notice(row) for row in await links.told_of(session, connection_id, since)]


async def booking_of(session: Session, connection_id: str, invitee: str) -> Booking | None:
    """How this person's booking stands, after all that was ever told of it."""
    told = fold(_notice(row) for row in await links.related(session, connection_id, [invitee]))
    return next((booking for booking in told if invitee in booking.invitees), None)


async def act_on_notices(house: House, connection_id: str, act: Act) -> Sequence[Change]:
    """What has come of this connection's bookings since the last time; `act` does it, in the same transaction."""
    async with house.records.write() as session:
        new = await links.new_notices(session, connection_id)
        if not new:
            return ()
        names = {name for row in new for name in (row.invitee, row.other) if name}
        everything = await links.related(session, connection_id, names)
        known = [_notice(row) for row in everything if row.done_at]
        found = changes(fold(known), fold([_notice(row) for row in everything]))
        for change in found:
            await act(session, change)
        for row in new:
            row.done_at = house.clock.now()
        return found


async def take_up_all(house: House, connection_id: str) -> Sequence[Job]:
    """What was told since the last time: each booking that has changed is looked at, once for each change."""
    begun: list[str] = []

    async def begin(session: Session, change: Change) -> None:
        key = notice_key(connection_id, type(change).__name__, *sorted(change.booking.invitees))
        if await work.effect(session, key) is None:
            turn = Turn(house, session)
            booking = {"connection": connection_id, "invitee": change.booking.invitee}
            turn.begin(key, "take_up", booking, None, None)
            begun.extend(turn.begun)

    await act_on_notices(house, connection_id, begin)
    return [Job(JobKind.EFFECT, each) for each in begun]


def notice_key(connection_id: str, *parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{connection_id}.{digest[:24]}"


def _row(connection_id: str, notice: Notice, now: datetime) -> LinkNoticeRow:
    # One invitee begins once and ends once: what else a repeat may say differently does not matter.
    said = f"{connection_id}\n{notice.kind}\n{notice.invitee}"
    return LinkNoticeRow(
        id=hashlib.sha256(said.encode()).hexdigest(),
        connection_id=connection_id,
        kind=notice.kind.value,
        invitee=notice.invitee,
        other=notice.other or None,
        event=notice.event,
        rescheduled=notice.rescheduled,
        by=notice.by.value if notice.by else None,
        start=notice.start,
        end=notice.end,
        email=notice.email,
        received_at=now,
    )


def _notice(row: LinkNoticeRow) -> Notice:
    return Notice(
        kind=Told(row.kind),
        invitee=row.invitee,
        event=row.event,
        start=row.start,
        end=row.end,
        email=row.email,
        other=row.other or "",
        rescheduled=row.rescheduled,
        by=By(row.by) if row.by else None,
    )

"""The switchboard: whoever's calendar is asked for, the connection of that person answers, or they count as busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.connections.connecting import Desks, fault_of
from bot.records import connections
from bot.records.base import Records
from bot.records.connections import ConnectionRow, ConnectionState
from bot.records.people import PersonRow
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, union
from integrations.calendars.base import (
    Block,
    Busy,
    Calendar,
    CalendarDisconnected,
    CalendarError,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Standing,
    Written,
)

log = structlog.get_logger()

T = TypeVar("T")
PATIENCE = timedelta(seconds=8)  # for a look; somebody waits for the answer to their message meanwhile
PATIENCE_TO_WRITE = timedelta(seconds=30)
USUAL_HOURS, USUAL_DAYS = "09:00-18:00", "Mon-Fri"  # of whoever's vendor keeps none and who said nothing else


class Switchboard(Calendar):
    """Somebody with several calendars is busy when any of them says so; what is new goes into the first that takes it,
    and is changed where it stands. Whoever has none connected is asked for at `besides`.

    It never takes part in a transaction: it reads connections in one of its own, and then asks outside.
    """

    def __init__(
        self,
        records: Records,
        desks: Desks,
        besides: Calendar,
        now: Callable[[], datetime],
        patience: timedelta = PATIENCE,
    ) -> None:
        self._records = records
        self._desks = desks
        self._besides = besides
        self._now = now
        self._patience = patience

    async def busy(self, who: str, between: Interval) -> Busy:
        found = await self._of(who)
        if not found:
            return await self._besides.busy(who, between)
        looks = [self._look(row, between) for row, _ in found]
        return together(await asyncio.gather(*looks))

    async def hours(self, who: str) -> WorkingHours | None:
        found = await self._of(who)
        if not found:
            return await self._besides.hours(who)
        for row, _ in found:
            calendar = await self._desk(row)
            if hours := await self._asked(row, calendar.hours(row.account), self._patience):
                return hours
        row, person = found[0]
        return usual_hours(row, person)

    async def places(self, who: str) -> Sequence[str]:
        """The ids of the connections."""
        found = await self._of(who)
        if not found:
            return await self._besides.places(who)
        return tuple(row.id for row, _ in found if self._writes(row))

    def at(self, place: str) -> Written:
        return _Connected(self, place) if place else self._besides.at(place)

    def _writes(self, row: ConnectionRow) -> bool:
        """Known without asking outside, and of a connection that does not work at the moment too."""
        try:
            return self._desks.of(row).writes
        except CalendarError:
            return False  # nobody gets in there, so an invite has to go by mail

    async def put(self, event: CalendarEvent) -> None:
        await (await self._first(event.who)).put(event)

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        await (await self._first(who)).remove(uid, who, sequence)

    async def find(self, uid: str, who: str) -> Standing | None:
        return await (await self._first(who)).find(uid, who)

    async def _first(self, who: str) -> Written:
        if not await self._of(who):
            return self._besides
        for place in await self.places(who):
            return self.at(place)
        raise CalendarRefused("this calendar can only be read")

    async def close(self) -> None:
        await self._desks.close()
        await self._besides.close()

    async def _of(self, who: str) -> Sequence[tuple[ConnectionRow, PersonRow]]:
        async with self._records.read() as session:
            return await connections.calendars_of(session, who)

    async def _look(self, row: ConnectionRow, between: Interval) -> Busy:
        calendar = await self._desk(row)
        return await self._asked(row, calendar.busy(row.account, between), self._patience)

    async def ask_at(self, connection_id: str, question: Callable[[Calendar, str], Awaitable[T]]) -> T:
        """`question` is given the desk and the account there."""
        async with self._records.read() as session:
            row = await connections.get(session, connection_id)
        if row is None or row.state == ConnectionState.INACTIVE.value:
            raise CalendarDisconnected("this calendar is no longer connected")
        calendar = await self._desk(row)
        return await self._asked(row, question(calendar, row.account), PATIENCE_TO_WRITE)

    async def _desk(self, row: ConnectionRow) -> Calendar:
        """Where a connection is known not to work nobody waits for it: bot/watching/health.py keeps trying."""
        if row.state == ConnectionState.BROKEN.value:
            raise CalendarUnreachable("this calendar has not answered for a while")
        if row.state == ConnectionState.SET_UP_REQUIRED.value:
            raise CalendarDisconnected("this calendar has to be connected again")
        try:
            return self._desks.of(row)
        except CalendarError:
            await self._look_after(row)
            raise

    async def _asked(self, row: ConnectionRow, asking: Awaitable[T], patience: timedelta) -> T:
        try:
            return await in_time(asking, patience)
        except CalendarError as error:
            log.warning("calendar_failed", connection=row.id, fault=fault_of(error).value)
            if isinstance(error, CalendarDisconnected | CalendarUnreachable):
                await self._look_after(row)
            raise

    async def _look_after(self, row: ConnectionRow) -> None:
        """What somebody stumbled over is looked into now, and not at its next turn."""
        async with self._records.write() as session:
            await connections.look_now(session, [row.id], self._now())


class _Connected(Written):
    """The calendar of one connection, whichever others its person has."""

    def __init__(self, switchboard: Switchboard, connection_id: str) -> None:
        self._switchboard = switchboard
        self._id = connection_id

    async def put(self, event: CalendarEvent) -> None:
        await self._switchboard.ask_at(self._id, lambda calendar, account: calendar.put(replace(event, who=account)))

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        await self._switchboard.ask_at(self._id, lambda calendar, account: calendar.remove(uid, account, sequence))

    async def find(self, uid: str, who: str) -> Standing | None:
        found = await self._switchboard.ask_at(self._id, lambda calendar, account: calendar.find(uid, account))
        return replace(found, who=who) if found else None


async def in_time(asking: Awaitable[T], patience: timedelta) -> T:
    """Raises CalendarUnreachable where it takes longer. What a vendor's desk did not foresee is a refusal too: then
    its person counts as busy, and nobody's turn is lost over it.
    """
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await asking
    except TimeoutError as error:
        raise CalendarUnreachable(f"no answer within {patience.total_seconds():g} seconds") from error
    except CalendarError:
        raise
    except Exception as error:
        log.exception("calendar_fault")
        raise CalendarRefused(f"the calendar's desk failed: {type(error).__name__}") from error


def together(seen: Sequence[Busy]) -> Busy:
    """Several calendars of one person as one."""
    return Busy(
        union(each for busy in seen for each in busy.intervals),
        all(busy.readable for busy in seen),
        tuple(sorted((block for busy in seen for block in _told_apart(busy)), key=lambda block: block.when)),
    )


def _told_apart(busy: Busy) -> Iterable[Block]:
    """Beside a calendar that tells its events apart, the time of one that does not must not be lost."""
    return busy.blocks or map(Block, busy.intervals)


def usual_hours(row: ConnectionRow, person: PersonRow) -> WorkingHours:
    """The hours given with the connection, on the clock where its owner lives."""
    hours, days = row.settings.get("hours", USUAL_HOURS), row.settings.get("days", USUAL_DAYS)
    return WorkingHours.parse(hours, days, zone=ZoneInfo(person.zone))

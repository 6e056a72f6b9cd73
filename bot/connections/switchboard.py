"""The switchboard: whoever's calendar is asked for, the connection of that person answers, or they count as busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar
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
)

log = structlog.get_logger()

T = TypeVar("T")
PATIENCE = timedelta(seconds=8)  # for a look; somebody waits for the answer to their message meanwhile
PATIENCE_TO_WRITE = timedelta(seconds=30)
USUAL_HOURS, USUAL_DAYS = "09:00-18:00", "Mon-Fri"  # of whoever's vendor keeps none and who said nothing else


class Switchboard(Calendar):
    """Somebody with several calendars is busy when any of them says so; what we write goes into the first that takes
    it. Whoever has none connected is asked for at `besides`.

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

    async def writes_to(self, who: str) -> bool:
        found = await self._of(who)
        if not found:
            return await self._besides.writes_to(who)
        return any(self._writes(row) for row, _ in found)

    def _writes(self, row: ConnectionRow) -> bool:
        """Known without asking outside, and of a connection that does not work at the moment too."""
        try:
            return self._desks.of(row).writes
        except CalendarError:
            return False  # nobody gets in there, so an invite has to go by mail

    async def put(self, event: CalendarEvent) -> None:
        at = await self._to_write(event.who)
        await at.asked(at.calendar.put(replace(event, who=at.account)))

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        at = await self._to_write(who)
        await at.asked(at.calendar.remove(uid, at.account, sequence))

    async def find(self, uid: str, who: str) -> Standing | None:
        at = await self._to_write(who)
        found = await at.asked(at.calendar.find(uid, at.account))
        return replace(found, who=who) if found else None

    async def close(self) -> None:
        await self._desks.close()
        await self._besides.close()

    async def _of(self, who: str) -> Sequence[tuple[ConnectionRow, PersonRow]]:
        async with self._records.read() as session:
            return await connections.calendars_of(session, who)

    async def _look(self, row: ConnectionRow, between: Interval) -> Busy:
        calendar = await self._desk(row)
        return await self._asked(row, calendar.busy(row.account, between), self._patience)

    async def _to_write(self, who: str) -> _Place:
        found = await self._of(who)
        if not found:
            return _Place(self._besides, who, _as_it_is)
        for row, _ in found:
            calendar = await self._desk(row)
            if calendar.writes:
                return _Place(calendar, row.account, partial(self._asked, row, patience=PATIENCE_TO_WRITE))
        raise CalendarRefused("this calendar can only be read")

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


class _Asked(Protocol):
    async def __call__(self, asking: Awaitable[T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody's events are written: at which desk, under which address, and how it is asked."""

    calendar: Calendar
    account: str
    asked: _Asked


async def _as_it_is(asking: Awaitable[T], /) -> T:
    return await asking


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

"""A calendar that is let go: what is ours and ahead is taken out first, and whoever asked hears what stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.connections.connecting import disconnect, fault_of
from bot.facts.looking import calendar_address
from bot.house import House
from bot.records import connections, entries, negotiations, people
from bot.records.connections import ConnectionRow, ConnectionState
from bot.records.entries import EntryRow
from bot.records.people import PersonRow
from bot.turn import Turn
from bot.watching.following import let_go
from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LetGo:
    """What became of what stood there."""

    taken_out: Sequence[EntryRow] = ()
    left: Sequence[EntryRow] = ()  # goes when the same calendar is connected again, or by hand


async def let_go_of(house: House, connection_id: str) -> LetGo:
    """Disconnects a calendar. An interview that it has lost is invited to by mail where its owner has no other."""
    async with house.records.read() as session:
        row = await connections.get(session, connection_id)
        if row is None or row.state == ConnectionState.INACTIVE.value:
            return LetGo()
        person = await people.get(session, row.person_id or "")
        ours = await entries.standing_in(session, row.id, house.clock.now())
    others = set(await house.calendar.places(calendar_address(person))) - {row.id}
    taken_out = await _take_out(house, row, person, ours)
    await _unwatch(house, row)
    async with house.records.write() as session:
        kept = await connections.lock(session, row.id)
        if kept is None or kept.state == ConnectionState.INACTIVE.value:
            return LetGo()
        await disconnect(session, kept, await session.get_one(PersonRow, person.id), house.clock.now())
        if not others:
            turn = Turn(house, session)
            for entry in taken_out:
                await _invite(turn, entry)
    gone = {entry.uid for entry in taken_out}
    return LetGo(taken_out, [entry for entry in ours if entry.uid not in gone])


async def _take_out(house: House, row: ConnectionRow, person: PersonRow, ours: Sequence[EntryRow]) -> list[EntryRow]:
    """As far as it still answers."""
    desk, gone = house.calendar.at(row.id), list[EntryRow]()
    for entry in ours:
        try:
            await desk.remove(entry.uid, calendar_address(person), entry.sequence)
            gone.append(entry)
        except CalendarError as error:
            log.warning("entry_left", entry=entry.uid, fault=fault_of(error).value)
            if isinstance(error, CalendarUnreachable | CalendarDisconnected):
                break  # nobody gets in there, and the next one would only wait as long
    return gone


async def _unwatch(house: House, row: ConnectionRow) -> None:
    assert house.desks
    try:
        await let_go(house.desks.of(row), row)
    except CalendarError:
        return  # nobody gets in there any more; the watch ends by itself


async def _invite(turn: Turn, entry: EntryRow) -> None:
    """They come to the interview all the same."""
    if entry.offer is not None:
        return
    state = negotiations.state_of(await negotiations.get(turn.session, entry.negotiation_id))
    payload = {"method": "REQUEST", "sequence": state.sequence}
    key = f"{entry.uid}.{entry.person_id}.{turn.now:%Y%m%dT%H%M%S}.let_go"
    turn.begin(key, "invite", payload, entry.person_id, entry.negotiation_id)

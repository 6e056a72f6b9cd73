"""Holds: what is offered is kept in the calendars of those who would come, for as long as the offer stands."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.effects.arranging import may_still_work, note_place, take_out
from bot.effects.carrying import Later, done
from bot.effects.inviting import text_for
from bot.facts.case import Case, load
from bot.facts.looking import calendar_address
from bot.house import House
from bot.records import entries, people
from bot.records.entries import EntryRow
from bot.records.people import PersonRow
from bot.records.work import EffectRow
from integrations.calendars.base import CalendarError, CalendarEvent, CalendarUnreachable

log = structlog.get_logger()

# A calendar that is away so often is not worth more: the offer stands without, and is checked when it is taken.
HOLD_TRIES = 3


async def hold(house: House, effect: EffectRow) -> Sequence[str]:
    """Keeps the times of one offer. However that ends, the offer itself is out already."""
    number = effect.payload["offer"]
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        mine = [each for each in await entries.holds_of(session, case.row.id) if each.offer == number]
        stands = number in await entries.open_offers(session, case.row.id, house.clock.now())
        whose = {person.id: person for person in await people.all_of(session, {e.person_id for e in mine})}
    result = "no longer open"
    if stands:
        result = await _write_all(house, effect, case, mine, whose)
    async with house.records.read() as session:
        stands = number in await entries.open_offers(session, case.row.id, house.clock.now())
    if not stands:
        # The offer ended while its holds were written: whoever took them out may have come too early.
        await _take_out_all(house, effect, mine, whose)
    async with house.records.write() as session:
        await done(session, house, effect.id, result)
    return ()


async def _write_all(
    house: House, effect: EffectRow, case: Case, mine: Sequence[EntryRow], whose: dict[str, PersonRow]
) -> str:
    for entry in mine:
        if entry.written_at or entry.removed_at:
            continue
        try:
            await _write(house, case, entry, whose[entry.person_id])
        except CalendarError as error:
            if may_still_work(error, effect.attempts, HOLD_TRIES):
                raise Later from error
            if isinstance(error, CalendarUnreachable):
                return "the calendar is away"
            log.info("hold_refused", effect=effect.id, error=type(error).__name__)
            await _forget(house, entry)
    return "done"


async def _write(house: House, case: Case, entry: EntryRow, person: PersonRow) -> None:
    who = calendar_address(person)
    places = await house.calendar.places(who)
    if not places:
        await _forget(house, entry)
        return
    place = await note_place(house, entry, places)
    if place is None:
        return
    summary = text_for(house, case, person, "invite_summary")
    await house.calendar.at(place).put(
        CalendarEvent(entry.uid, entry.sequence, who, entry.when, f"[Hold] {summary}", tentative=True)
    )
    async with house.records.write() as session:
        if row := await entries.lock(session, entry.uid, entry.person_id):
            row.written_at = house.clock.now()


async def _forget(house: House, entry: EntryRow) -> None:
    async with house.records.write() as session:
        await entries.forget(session, entry.uid, entry.person_id)


async def release_hold(house: House, effect: EffectRow) -> Sequence[str]:
    """Takes out every hold whose offer is over: answered, withdrawn, replaced, or run out."""
    negotiation = effect.negotiation_id or ""
    async with house.records.read() as session:
        still_open = await entries.open_offers(session, negotiation, house.clock.now())
        over = [
            e for e in await entries.holds_of(session, negotiation) if e.offer not in still_open and not e.removed_at
        ]
        whose = {person.id: person for person in await people.all_of(session, {e.person_id for e in over})}
    await _take_out_all(house, effect, over, whose)
    async with house.records.write() as session:
        await done(session, house, effect.id, "done" if over else "nothing to do")
    return ()


async def _take_out_all(house: House, effect: EffectRow, over: Sequence[EntryRow], whose: dict[str, PersonRow]) -> None:
    """What cannot be taken out now is left to the reconciler. Raises Later while it may still work."""
    for entry in over:
        try:
            await take_out(house, entry, whose[entry.person_id])
        except CalendarError as error:
            if may_still_work(error, effect.attempts):
                raise Later from error
            log.warning("hold_left", effect=effect.id, error=type(error).__name__)

"""What we booked, compared with what calendars say: changed by hand is noticed, half done is finished or undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.effects.arranging import take_out, take_out_left, write_events
from bot.facts.case import Case, load
from bot.facts.looking import calendar_address, look
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import entries, negotiations, people
from bot.records.base import Conflict
from bot.records.entries import EntryRow
from bot.records.interviews import SlotTaken
from bot.records.people import ROOM, PersonRow
from bot.turn import Turn
from dialogs.negotiation.events import CalendarChanged, InviteAnswered
from dialogs.negotiation.state import Status
from dialogs.scheduling.blocks import Show
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Answer,
    CalendarDisconnected,
    CalendarRefused,
    CalendarUnreachable,
    Standing,
    Written,
)

log = structlog.get_logger()

# A calendar that tells us of changes is compared when it does; every calendar is compared this often besides.
EVERY = timedelta(minutes=5)
AHEAD = timedelta(days=35)  # beyond the horizon: whatever can be booked is looked after from the first day

GONE, AWAY = "gone", "away"


async def reconcile(house: House, person_id: str, uids: frozenset[str] | None = None) -> Sequence[Job]:
    """Goes over what is ours in one person's calendar; `uids` where only those have changed.

    Safe to repeat and to run twice at once: what was dealt with is noted in the transaction that deals with it.
    """
    async with house.records.read() as session:
        ours = await entries.to_compare(session, person_id, house.clock.now(), AHEAD)
        person = await people.get(session, person_id)
    ours = [entry for entry in ours if uids is None or entry.uid in uids]
    begun: list[str] = []
    for entry in ours:
        try:
            begun += await _compare(house, entry, person)
        except (CalendarUnreachable, CalendarDisconnected) as error:
            log.info("not_compared", person=person_id, because=type(error).__name__)
            break  # it is away: the rest of it will be no better
        except CalendarRefused as error:
            log.info("not_compared", entry=entry.uid, because=type(error).__name__)
        except (SlotTaken, Conflict) as lost:
            log.info("compared_again", entry=entry.uid, because=type(lost).__name__)
    async with house.records.write() as session:
        await entries.checked(session, [entry.uid for entry in ours], person_id, house.clock.now())
    return [Job(JobKind.EFFECT, each) for each in begun]


async def _compare(house: House, entry: EntryRow, person: PersonRow) -> Sequence[str]:
    async with house.records.read() as session:
        case = await load(session, entry.negotiation_id)
        offers = await entries.open_offers(session, entry.negotiation_id, house.clock.now())
    if entry.removed_at or not _wanted(entry, case, offers):
        await _tidy(house, entry, person)
        return ()
    await take_out_left(house, entry, person)
    if entry.offer is not None or case.state.status is Status.AGREED:
        return ()  # a hold needs no looking after, and what is being arranged is not done yet
    if entry.written_at is None:
        await write_events(house, case, case.interview.meeting_url)  # half done: the vendor was away for too long
        return ()
    return await _noticed(house, entry, case, person)


def _wanted(entry: EntryRow, case: Case, offers: frozenset[int]) -> bool:
    if entry.offer is not None:
        return entry.offer in offers
    coming = {person.id for person in case.coming}
    return case.state.booked is not None and not case.state.over and entry.person_id in coming


async def _tidy(house: House, entry: EntryRow, person: PersonRow) -> None:
    """Not ours to be there any more: taken out, also if it was before and has come back."""
    desk = await _desk_of(house, entry, person)
    if not entry.removed_at or (desk and await desk.find(entry.uid, calendar_address(person))):
        await take_out(house, entry, person)
        log.info("entry_tidied", entry=entry.uid)
    else:
        await take_out_left(house, entry, person)


async def _desk_of(house: House, entry: EntryRow, person: PersonRow) -> Written | None:
    """The calendar it stands in; None where that is not connected now."""
    place = entry.stands_in(await house.calendar.places(calendar_address(person)))
    return None if place is None else house.calendar.at(place)


async def _noticed(house: House, entry: EntryRow, case: Case, person: PersonRow) -> Sequence[str]:
    """What the owner did by hand becomes an event of the negotiation, once."""
    desk = await _desk_of(house, entry, person)
    if desk is None:
        return ()  # where it stands nobody can look at the moment, and elsewhere it never was
    standing = await desk.find(entry.uid, calendar_address(person))
    found = _difference(entry, standing, person)
    if found is None and await _is_ill(house, entry, case, person):
        found = AWAY
    if found == entry.noticed:
        return ()
    # What whoever need not come does in their own calendar is theirs.
    seen = await look(house, case.panel) if found and case.needs(person.id) else None
    async with house.records.write() as session:
        row = await entries.lock(session, entry.uid, entry.person_id)
        if row is None or (row.sequence, row.noticed) != (entry.sequence, entry.noticed):
            return ()  # it was written anew, or somebody else noticed
        row.noticed = found
        if found is None or seen is None:
            return ()
        turn = Turn(house, session)
        await turn.happen(await negotiations.get(session, case.row.id), _event(found, case, entry, person), seen)
        log.info("changed_by_hand", entry=entry.uid, what=found if found in (GONE, AWAY) else "changed")
        return turn.begun


def _difference(entry: EntryRow, standing: Standing | None, person: PersonRow) -> str | None:
    """Only another start is another time: a meeting that somebody made longer is still the same one."""
    if standing is None:
        return GONE
    if standing.when.start != entry.start:
        return standing.when.start.isoformat()
    own = {calendar_address(person).casefold(), (person.email or "").casefold()}
    said = {answer for who, answer in standing.answers.items() if who.casefold() in own}
    return Answer.DECLINED.value if Answer.DECLINED in said else None


async def _is_ill(house: House, entry: EntryRow, case: Case, person: PersonRow) -> bool:
    """One of a group whose calendar says out of office: the others are there for that."""
    if not any(person.id == each.id for pool in case.pools for each in pool):
        return False
    busy = await house.calendar.busy(calendar_address(person), entry.when)
    return any(block.show is Show.AWAY and block.when.meets(entry.when) for block in busy.blocks)


def _event(found: str, case: Case, entry: EntryRow, person: PersonRow) -> CalendarChanged | InviteAnswered:
    party = case.party(person.id)
    # What happens to the event in a room's calendar, the room says no to: nobody asks a room.
    if found in (AWAY, Answer.DECLINED.value) or person.role == ROOM:
        return InviteAnswered(party, "decline", who=person.id)
    if found == GONE:
        return CalendarChanged(party, who=person.id)
    start = datetime.fromisoformat(found)
    return CalendarChanged(party, case.whole_of(person.id, Interval(start, start + entry.when.length)), person.id)

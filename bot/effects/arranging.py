"""What a booking needs outside: the meeting, and an event in each calendar we may write to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.effects.carrying import PATIENCE, Later, done, nothing_to_do
from bot.effects.inviting import text_for
from bot.facts.case import Case, load
from bot.facts.looking import calendar_address
from bot.house import House
from bot.records import entries, negotiations, people
from bot.records.entries import EntryRow
from bot.records.people import PersonRow
from bot.records.work import EffectRow
from bot.turn import Turn
from dialogs.negotiation.events import Arranged, NotArranged
from integrations.calendars.base import (
    HERE,
    CalendarChanged,
    CalendarError,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
)
from integrations.meetings.base import MeetingsError, MeetingsUnreachable

log = structlog.get_logger()

# Once, and once more where the calendar kept something else.
WRITTEN_AT_MOST = 2
# Where somebody else writes to the same event, it is read and written again so often before a human is called.
READ_AGAIN = 3
A_MOMENT = timedelta(seconds=10)


async def arrange(house: House, effect: EffectRow) -> Sequence[str]:
    """What a booking needs outside: the meeting, and an event in each calendar we can write to."""
    sequence = effect.payload["sequence"]
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
    if case.state.sequence != sequence or case.state.booked is None:
        async with house.records.write() as session:
            await done(session, house, effect.id, "no longer true")
        return ()
    refused = None
    url = case.interview.meeting_url
    try:
        url = await _meeting(house, case) if case.interview.mode == "video" else ""
        await write_events(house, case, url)
    except (MeetingsError, CalendarError) as error:
        if may_still_work(error, effect.attempts):
            raise again(error) from error
        refused = str(error)
    async with house.records.write() as session:
        turn = Turn(house, session)
        row = await negotiations.get(session, case.row.id)
        if not await done(session, house, effect.id, refused or "done"):
            return ()
        now = await load(session, row.id)
        now.interview.meeting_url = url
        if now.state.over:  # it was called off meanwhile, by somebody who saw no meeting yet that could have ended
            released = {"sequence": now.state.sequence}
            turn.begin(f"{effect.id}.over", "release", released, now.candidate.id, row.id)
        if refused:
            await turn.happen(row, NotArranged(refused))
        await turn.happen(row, Arranged(sequence))
        return turn.begun


def may_still_work(error: Exception, attempts: int, patience: int = PATIENCE) -> bool:
    if isinstance(error, CalendarChanged):
        return attempts < min(READ_AGAIN, patience)
    return isinstance(error, CalendarUnreachable | MeetingsUnreachable) and attempts < patience


def again(error: Exception) -> Later:
    if isinstance(error, CalendarChanged):
        return Later(A_MOMENT)
    asked = error.retry_after if isinstance(error, CalendarUnreachable | MeetingsUnreachable) else None
    return Later(timedelta(seconds=asked) if asked else None)


async def _meeting(house: House, case: Case) -> str:
    booked, interview = case.state.booked, case.interview
    assert booked
    # To a loop people come and go: they meet in a room that is nobody's own.
    rooms = () if case.loop else (person.room for person in case.hosts)
    if own := next((room for room in rooms if room), ""):
        if interview.meeting_url not in ("", own):
            await house.meetings.end(interview.uid)  # it was made before they had a room
        return own
    topic = f"{case.candidate.name} – {case.company.name}: {interview.round_name}"
    if interview.meeting_url:
        return (await house.meetings.move(interview.uid, booked.start, interview.minutes)).url
    return (await house.meetings.create(interview.uid, topic, booked.start, interview.minutes)).url


async def write_again(house: House, effect: EffectRow) -> Sequence[str]:
    """What somebody changed by hand is put back as it is booked."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
    if case.state.booked is None or case.state.over:
        return await nothing_to_do(house, effect)
    try:
        await write_events(house, case, case.interview.meeting_url)
    except CalendarUnreachable as error:
        raise Later from error
    except CalendarRefused as error:
        if may_still_work(error, effect.attempts):
            raise again(error) from error
        log.warning("event_refused", effect=effect.id, error=type(error).__name__)
        return await _refused(house, effect, case, str(error))
    async with house.records.write() as session:
        await done(session, house, effect.id, "done")
    return ()


async def _refused(house: House, effect: EffectRow, case: Case, error: str) -> Sequence[str]:
    async with house.records.write() as session:
        turn = Turn(house, session)
        if await done(session, house, effect.id, error):
            await turn.happen(await negotiations.get(session, case.row.id), NotArranged(error))
        return turn.begun


async def write_events(house: House, case: Case, url: str) -> None:
    """Into every calendar of somebody who comes; out of that of whoever no longer does.

    Raises CalendarError, after all the others have what is theirs: one calendar that says no must not keep the old time
    in somebody else's.
    """
    coming = {person.id: person for person in case.coming}
    async with house.records.read() as session:
        planned = await entries.of_uid(session, case.interview.uid)
        people_of = {person.id: person for person in await people.all_of(session, [e.person_id for e in planned])}
    failed: list[CalendarError] = []
    for entry in planned:
        if entry.removed_at:
            continue
        try:
            if entry.person_id not in coming:
                await take_out(house, entry, people_of[entry.person_id])
            elif not entry.written_at:
                await _write(house, case, entry, coming[entry.person_id], url)
        except CalendarError as error:
            failed.append(error)
    _raise_first(failed)


def _raise_first(failed: Sequence[CalendarError]) -> None:
    """What may still work comes before what will not."""
    for error in sorted(failed, key=lambda each: not may_still_work(each, 0)):
        raise error


async def _write(house: House, case: Case, entry: EntryRow, person: PersonRow, url: str) -> None:
    """Written where it stands, and read back: some calendars take an event and keep another one."""
    who = calendar_address(person)
    places = await house.calendar.places(who)
    if not places:
        if not entry.may_stand:
            async with house.records.write() as session:
                await entries.forget(session, entry.uid, entry.person_id)  # it can only be read
        return  # the invite goes by mail; what stood there is moved when it can be written to again
    place = await note_place(house, entry, places)
    if place is None:
        return
    desk = house.calendar.at(place)
    for _ in range(WRITTEN_AT_MOST):
        await desk.put(_event(house, case, entry, person, url))
        found = await desk.find(entry.uid, who)
        kept = found is not None and found.when == entry.when
        entry = await _note(house, entry, kept=kept)
        if kept:
            return
    raise CalendarRefused("the calendar does not keep the event as it was written")


async def note_place(house: House, entry: EntryRow, places: Sequence[str]) -> str | None:
    """Where it is written: noted before, so that it is found there whatever becomes of us. None: it was booked anew
    meanwhile, and that turn sees to it.
    """
    place = entry.stands_in(places) or places[0]
    if (entry.connection_id or HERE) == place:
        return place
    async with house.records.write() as session:
        row = await entries.lock(session, entry.uid, entry.person_id)
        if row is None or row.sequence != entry.sequence:
            return None
        row.goes_to(place)
        return place


async def _note(house: House, entry: EntryRow, *, kept: bool) -> EntryRow:
    """Kept: so it is remembered. Else it has to be written anew, and only a higher sequence would change anything."""
    async with house.records.write() as session:
        row = await entries.lock(session, entry.uid, entry.person_id)
        if row is None or row.sequence != entry.sequence:
            return row or entry  # booked anew meanwhile: that turn sees to it
        if kept:
            row.written_at = house.clock.now()
        else:
            row.sequence += 1
        return row


def _event(house: House, case: Case, entry: EntryRow, person: PersonRow, url: str) -> CalendarEvent:
    return CalendarEvent(
        uid=entry.uid,
        sequence=entry.sequence,
        who=calendar_address(person),
        when=entry.when,
        summary=text_for(house, case, person, "invite_summary"),
        description=text_for(house, case, person, "invite_description"),
        location=url or case.place,
        url=url,
    )


async def take_out(house: House, entry: EntryRow, person: PersonRow) -> None:
    """Raises CalendarError. What is gone already is left so; where it stands in a calendar that is not connected now,
    it goes when that is back (take_out_left).
    """
    who = calendar_address(person)
    places = await house.calendar.places(who)
    place = entry.stands_in(places)
    if place is not None:
        await house.calendar.at(place).remove(entry.uid, who, entry.sequence)
    async with house.records.write() as session:
        row = await entries.lock(session, entry.uid, entry.person_id)
        if row and row.sequence == entry.sequence:
            row.removed_at = house.clock.now()
            if place is None:
                row.goes_to(HERE)
    await take_out_left(house, entry, person)


async def take_out_left(house: House, entry: EntryRow, person: PersonRow) -> None:
    """What was left behind in other calendars goes, where they are connected again. Raises CalendarError."""
    who = calendar_address(person)
    back = set(entry.left) & set(await house.calendar.places(who)) if entry.left else set()
    for place in sorted(back):
        await house.calendar.at(place).remove(entry.uid, who, entry.sequence)
    if back:
        async with house.records.write() as session:
            if row := await entries.lock(session, entry.uid, entry.person_id):
                row.no_longer_in(back)
        log.info("twin_taken_out", entry=entry.uid)


async def release(house: House, effect: EffectRow) -> Sequence[str]:
    """It is off: the meeting and the events in the calendars go."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        planned = [each for each in await entries.of_uid(session, case.interview.uid) if not each.removed_at]
        whose = {person.id: person for person in await people.all_of(session, [e.person_id for e in planned])}
    if case.state.sequence != effect.payload["sequence"]:
        return await nothing_to_do(house, effect)  # it is on again: what it needs is made anew, or still there
    failed: list[CalendarError | MeetingsError] = []
    for entry in planned:
        try:
            await take_out(house, entry, whose[entry.person_id])
        except CalendarError as error:
            failed.append(error)
    # Also one whose link was never noted: whoever made it may have been waiting for a calendar.
    if case.interview.meeting_url or case.interview.mode == "video":
        try:
            await house.meetings.end(case.interview.uid)
        except MeetingsError as error:
            failed.append(error)
    for each in failed:
        if isinstance(each, CalendarUnreachable | MeetingsUnreachable) or may_still_work(each, effect.attempts):
            raise Later from each
        log.warning("release_refused", effect=effect.id, error=type(each).__name__)
    async with house.records.write() as session:
        (await load(session, case.row.id)).interview.meeting_url = ""
        await done(session, house, effect.id, "done")
    return ()

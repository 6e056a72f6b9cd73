"""What a booking needs outside: the meeting, and an event in each calendar we may write to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.carrying import PATIENCE, Later, done, nothing_to_do
from bot.facts import Case, calendar_address, load
from bot.house import House
from bot.inviting import text_for
from bot.records import negotiations
from bot.records.work import EffectRow
from bot.turn import Turn
from dialogs.negotiation.events import Arranged, NotArranged
from integrations.calendars.base import CalendarEvent, CalendarRefused, CalendarUnreachable
from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable

log = structlog.get_logger()


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
        await _write_events(house, case, url)
    except (MeetingsUnreachable, CalendarUnreachable) as error:
        if effect.attempts < PATIENCE:
            raise Later(timedelta(seconds=error.retry_after) if error.retry_after else None) from error
        refused = str(error)
    except (MeetingsRefused, CalendarRefused) as error:
        refused = str(error)
    async with house.records.write() as session:
        turn = Turn(house, session)
        row = await negotiations.get(session, case.row.id)
        await done(session, house, effect.id, refused or "done")
        (await load(session, row.id)).interview.meeting_url = url
        if refused:
            await turn.happen(row, NotArranged(refused))
        await turn.happen(row, Arranged(sequence))
        return turn.begun


async def _meeting(house: House, case: Case) -> str:
    booked, interview = case.state.booked, case.interview
    assert booked
    topic = f"{case.candidate.name} – {case.company.name}: {interview.round_name}"
    if interview.meeting_url:
        return (await house.meetings.move(interview.uid, booked.start, interview.minutes)).url
    return (await house.meetings.create(interview.uid, topic, booked.start, interview.minutes)).url


async def _write_events(house: House, case: Case, url: str) -> None:
    assert case.state.booked
    for person in case.required:
        if person.calendar:
            event = CalendarEvent(
                uid=case.interview.uid,
                sequence=case.state.sequence,
                who=calendar_address(person),
                when=case.state.booked,
                summary=text_for(house, case, person, "invite_summary"),
                description=text_for(house, case, person, "invite_description"),
                location=url or case.interview.place,
                url=url,
            )
            await house.calendar.put(event)


async def release(house: House, effect: EffectRow) -> Sequence[str]:
    """It is off: the meeting and the events in the calendars go."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
    if case.state.sequence != effect.payload["sequence"]:
        return await nothing_to_do(house, effect)  # it is on again: what it needs is made anew, or still there
    try:
        if case.interview.meeting_url:
            await house.meetings.end(case.interview.uid)
        for person in case.required:
            if person.calendar:
                await house.calendar.remove(case.interview.uid, calendar_address(person), effect.payload["sequence"])
    except (MeetingsUnreachable, CalendarUnreachable) as error:
        raise Later from error
    except (MeetingsRefused, CalendarRefused) as error:
        log.warning("release_refused", effect=effect.id, error=str(error))
    async with house.records.write() as session:
        (await load(session, case.row.id)).interview.meeting_url = ""
        await done(session, house, effect.id, "done")
    return ()

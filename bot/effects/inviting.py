"""One person's invite, or the end of it: by mail, unless their calendar has it already."""

from __future__ import annotations

from collections.abc import Sequence

from bot.effects.carrying import Later, done
from bot.effects.handing_over import hand_over
from bot.effects.pacing import keep_our_pace
from bot.effects.rendering import Rendered, introduced, render
from bot.facts.case import Case, load
from bot.facts.looking import calendar_address
from bot.house import House
from bot.records import entries, invites, messages, negotiations, people
from bot.records.base import Session
from bot.records.invites import InviteRow
from bot.records.people import ContactRow, PersonRow
from bot.records.work import EffectRow
from bot.stopping import stop_link
from bot.turn import Turn
from dialogs.negotiation.effects import Part, Reader
from dialogs.negotiation.events import NotArranged
from integrations.calendars.ics import Guest, Invite, Method, to_ics
from integrations.channels.base import Outbound, Permanent, Temporary
from integrations.channels.fitting import plain


async def invite(house: House, effect: EffectRow) -> Sequence[str]:
    """One person's invite, or the end of it: by mail, unless their calendar has it already."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        person = await people.get(session, effect.person_id or "")
    sequence, method = effect.payload["sequence"], effect.payload["method"]
    result = "done"
    if case.state.sequence != sequence or case.state.booked is None:
        result = "no longer true"
    elif person.opted_out_at:
        result = "they asked never to be written to"
    elif not await _in_calendar(house, case, person):
        result = await _mail(house, case, person, method, effect)
    async with house.records.write() as session:
        known = await invites.told_already(session, case.interview.uid, sequence, method, person.id)
        if result == "done" and case.state.booked and not known:
            session.add(
                InviteRow(
                    at=house.clock.now(),
                    person_id=person.id,
                    interview_id=case.interview.id,
                    method=method,
                    uid=case.interview.uid,
                    sequence=sequence,
                    start=case.part(person.id, case.state.booked).start,
                    end=case.part(person.id, case.state.booked).end,
                )
            )
        await done(session, house, effect.id, result)
        turn = Turn(house, session)
        if result.startswith("refused"):
            await turn.happen(await negotiations.get(session, case.row.id), NotArranged(f"invite, {result}"))
    return turn.begun


async def is_sent_one(house: House, session: Session, person: PersonRow) -> bool:
    """Whether `invite` comes to anything for them, as it stands now: in a calendar of theirs, or by mail."""
    if person.opted_out_at:
        return False
    if person.calendar and await house.calendar.places(calendar_address(person)):
        return True
    return bool(person.email) and "email" in house.channels and not _is_shut(await people.contacts(session, person.id))


def _is_shut(known: Sequence[ContactRow]) -> bool:
    return any(contact.channel == "email" and (contact.broken or contact.opted_out_at) for contact in known)


async def _in_calendar(house: House, case: Case, person: PersonRow) -> bool:
    """Whoever has the event already needs no mail about it."""
    async with house.records.read() as session:
        entry = await entries.get(session, case.interview.uid, person.id)
    return entry is not None and entry.written_at is not None


async def _mail(house: House, case: Case, person: PersonRow, method: Method, effect: EffectRow) -> str:
    booked = case.state.booked
    if booked is None or not person.email or "email" not in house.channels:
        return "no mailbox"
    async with house.records.read() as session:
        known = await people.contacts(session, person.id)
        knows = person.role == "recruiter" or await messages.knows_who_writes(session, person.id)
        earlier = await messages.thread_with(session, person.id, "email", case.row.id)
    if _is_shut(known):
        return "the mailbox is not theirs, or they want nothing there"
    part = case.part(person.id, booked)
    invite = Invite(
        uid=case.interview.uid,
        sequence=case.state.sequence,
        method=method,
        start=part.start,
        end=part.end,
        summary=text_for(house, case, person, "invite_summary"),
        description=text_for(house, case, person, "invite_description"),
        organizer=Guest(house.firm.organizer_name, house.firm.organizer_email),
        # Everyone sees only themselves: the addresses of the other side are nobody's business.
        attendees=(Guest(person.name, person.email, required=person in case.required),),
        now=house.clock.now(),
        location=case.place if case.interview.mode == "onsite" else case.interview.meeting_url,
        url=case.interview.meeting_url,
    )
    said = _rendered(house, case, person, "invite" if method == "REQUEST" else "invite_taken_back")
    said = said if knows else introduced(house, person, said)  # whoever need not come hears of it by the invite alone
    channel = house.channels["email"]
    message = Outbound(
        effect.id,
        person.email,
        said.text,
        subject=said.subject,
        thread=case.row.id,
        invite=to_ics(invite),
        answers=earlier.answers,
        language=person.tongue,
        unsubscribe=stop_link(house, person, "email"),
    )
    await keep_our_pace(house, effect, "email", message)
    try:
        await hand_over(house, channel, plain(message, channel.abilities))
    except Temporary as error:
        raise Later(error.retry_after) from error
    except Permanent as error:
        return f"refused: {error.code}"
    return "done"


def _rendered(house: House, case: Case, person: PersonRow, text: str) -> Rendered:
    reader = Reader.CANDIDATE if person.id == case.candidate.id else Reader.HOST
    return render(house, case, reader, person, (Part(text),))


def text_for(house: House, case: Case, person: PersonRow, text: str) -> str:
    return _rendered(house, case, person, text).text

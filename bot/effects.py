"""Each effect carried out in the world: said, arranged, invited, released. Done again, it is the same effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.facts import JUST_NOW, Case, calendar_address, load, look
from bot.house import House
from bot.jobs import Job, JobKind
from bot.planning import MakePlan, plan_again, plan_next
from bot.records import messages, negotiations, people, work
from bot.records.base import Session
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.records.people import ContactRow, PersonRow
from bot.records.work import EffectRow
from bot.rendering import Rendered, render, render_alone, render_for_stranger
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import Arranged, NotArranged, Undelivered
from dialogs.negotiation.relevance import worth_sending
from dialogs.negotiation.state import Party
from integrations.calendars.base import CalendarEvent, CalendarRefused, CalendarUnreachable
from integrations.calendars.ics import Guest, Invite, Method, to_ics
from integrations.channels.base import (
    BadAddress,
    Button,
    OptedOut,
    Outbound,
    Permanent,
    ReceiptStatus,
    Temporary,
    Unanswered,
    plain,
)
from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
# After so many failures of one channel another one is tried.
PATIENCE = 8
# So long may one message take; a process that is silent for longer is dead.
STILL_AT_IT = timedelta(minutes=1)
# Where a vendor takes no key, a second copy of these would nag; one too few is the lesser harm.
AT_MOST_ONCE = frozenset({Kind.NUDGE, Kind.REMINDER, Kind.FOLLOW_UP, Kind.FEEDBACK_REQUEST, Kind.SURVEY})


class Later(Exception):
    """The outside cannot do it now: again after `pause`."""

    def __init__(self, pause: timedelta | None = None) -> None:
        self.pause = pause


async def carry_out(house: House, effect_id: str) -> Sequence[Job]:
    """Does one effect; what it causes is returned. An effect that is done, or not yet due, is left alone."""
    async with house.records.read() as session:
        effect = await work.effect(session, effect_id)
    if effect is None or effect.done_at or effect.due_at > house.clock.now():
        return ()
    try:
        begun = await DO[effect.kind](house, effect)
    except Later as wait:
        await _put_off(house, effect, wait)
        return ()
    return [Job(JobKind.EFFECT, each) for each in begun]


async def _put_off(house: House, effect: EffectRow, wait: Later) -> None:
    pause = wait.pause or min(FIRST_PAUSE * 2**effect.attempts, LONGEST_PAUSE)
    async with house.records.write() as session:
        row = await session.get_one(EffectRow, effect.id)
        if row.done_at:
            return
        row.attempts += 1
        row.due_at = house.clock.now() + pause
        row.begun_at = None
    log.info("effect_put_off", effect=effect.id, attempts=effect.attempts + 1)


async def _done(session: Session, house: House, effect_id: str, result: str) -> bool:
    """False: somebody else has done it meanwhile."""
    return await work.finish(session, effect_id, result, house.clock.now())


# Saying


@dataclass(frozen=True)
class Letter:
    """A message on its way: to whom, over which channel, and what it says."""

    person: PersonRow
    contact: ContactRow
    say: Say
    rendered: Rendered
    key: str


async def _say(house: House, effect: EffectRow) -> Sequence[str]:
    say = SAY.validate_python(effect.payload)
    async with house.records.read() as session:
        letter = await _prepared(session, house, effect, say)
    if isinstance(letter, str):
        return await _not_said(house, effect, say, letter)
    channel = house.channels[letter.contact.channel]
    if not channel.abilities.takes_key and not await _begin(house, effect, letter):
        return await _not_said(house, effect, say, "in doubt: it may be out already, and one too many would nag")
    message = Outbound(
        key=letter.key,
        to=letter.contact.address,
        text=letter.rendered.text,
        subject=letter.rendered.subject,
        buttons=_buttons(effect, letter) if channel.abilities.buttons else (),
        thread=effect.negotiation_id,
    )
    try:
        sent = await channel.send(plain(message, channel.abilities))
    except Temporary as error:
        told_apart = channel.abilities.takes_key or not isinstance(error, Unanswered)
        if not told_apart and say.kind in AT_MOST_ONCE:
            return await _not_said(house, effect, say, "in doubt: no answer came, and one too many would nag")
        if effect.attempts < PATIENCE:
            raise Later(error.retry_after) from error
        return await _failed(house, effect, letter, error.code)
    except Permanent as error:
        return await _failed(house, effect, letter, error.code, gone=isinstance(error, BadAddress | OptedOut))
    return await _said(house, effect, letter, sent.vendor_id)


async def _prepared(session: Session, house: House, effect: EffectRow, say: Say) -> Letter | str:
    """The letter, or why there is none: decided now, from what is so now."""
    case = None
    if effect.negotiation_id:
        case = await load(session, effect.negotiation_id)
        if not worth_sending(say, case.state, house.clock.now()):
            return "no longer true"
    person = await people.get(session, effect.person_id or "")
    if person.opted_out_at and not say.last_word:
        return "they asked never to be written to"
    contact = await _way_to(session, house, person, say, effect)
    if contact is None:
        return "undelivered"
    if (effect.attempts or effect.payload.get("tried")) and not say.urgent:
        await _keep_quiet(session, house, person)
    rendered = render(house, case, say.to, person, say.parts) if case else render_alone(house, person, say.parts)
    # Another channel is another message; the same one again is the same.
    return Letter(person, contact, say, rendered, f"{effect.id}/{contact.channel}")


async def _way_to(session: Session, house: House, person: PersonRow, say: Say, effect: EffectRow) -> ContactRow | None:
    """The channel this kind of message is best sent on, else where they last wrote, else the first they prefer."""
    known = await people.contacts(session, person.id)
    tried = set(effect.payload.get("tried", ()))
    if say.last_word:
        open_ones = {contact.channel: contact for contact in known if contact.channel in house.channels}
    else:
        usable = [c for c in known if c.consent and not c.broken and c.channel not in tried]
        open_ones = {contact.channel: contact for contact in usable if contact.channel in house.channels}
    if say.prefer in open_ones:
        return open_ones[say.prefer]
    wrote = await messages.last_in(session, person.id) if len(open_ones) > 1 else None
    if wrote and wrote.channel in open_ones:
        return open_ones[wrote.channel]
    return next(iter(open_ones.values()), None)


async def _keep_quiet(session: Session, house: House, person: PersonRow) -> None:
    """What could not be sent at once must not ring in the night. Raises Later, until the morning."""
    now, zone = house.clock.now(), ZoneInfo(person.zone)
    wrote = await messages.last_in(session, person.id)
    just_wrote = wrote is not None and now - wrote.at <= JUST_NOW
    if house.rules.quiet_hours.quiet(now, zone) and not just_wrote:
        raise Later(house.rules.quiet_hours.next_allowed(now, zone) - now)


def _buttons(effect: EffectRow, letter: Letter) -> tuple[Button, ...]:
    choices = letter.say.choices
    if len(choices) != len(letter.rendered.buttons):
        return ()
    names = (f"{effect.negotiation_id}@{start.isoformat()}" for start in choices)
    return tuple(Button(name, label) for name, label in zip(names, letter.rendered.buttons, strict=True))


async def _begin(house: House, effect: EffectRow, letter: Letter) -> bool:
    """Written down before it is sent, where a second copy could not be told apart.

    False: it was begun before and nobody knows how that ended. Raises Later while somebody else may still be at it.
    """
    async with house.records.write() as session:
        row = await work.lock_effect(session, effect.id)
        now = house.clock.now()
        if row.done_at or (row.begun_at and now - row.begun_at < STILL_AT_IT):
            raise Later
        in_doubt = row.begun_at is not None
        row.begun_at = now
    return not (in_doubt and letter.say.kind in AT_MOST_ONCE)


async def _said(house: House, effect: EffectRow, letter: Letter, vendor_id: str) -> Sequence[str]:
    async with house.records.write() as session:
        turn = Turn(house, session)
        if not await _done(session, house, effect.id, "done") and await messages.with_key(session, letter.key):
            return ()
        message = _message(house, effect, letter, ReceiptStatus.SENT)
        message.vendor_id = vendor_id
        for receipt in await messages.early_receipts(session, vendor_id):
            messages.forward(message, ReceiptStatus(receipt.status), receipt.error)
            await session.delete(receipt)
        session.add(message)
        if ReceiptStatus(message.status).final:
            await try_another_way(turn, message)
        return turn.begun


def _message(house: House, effect: EffectRow, letter: Letter, status: ReceiptStatus) -> MessageRow:
    return MessageRow(
        direction="out",
        at=house.clock.now(),
        person_id=letter.person.id,
        negotiation_id=effect.negotiation_id,
        channel=letter.contact.channel,
        address=letter.contact.address,
        text=letter.rendered.text,
        kind=letter.say.kind.value,
        template=letter.rendered.template,
        status=status.value,
        key=letter.key,
        choices=[start.isoformat() for start in letter.say.choices],
    )


async def _failed(
    house: House, effect: EffectRow, letter: Letter, error: str | None, *, gone: bool = False
) -> Sequence[str]:
    """This channel will not take it. `gone`: nothing will ever arrive there."""
    async with house.records.write() as session:
        turn = Turn(house, session)
        if not await _done(session, house, effect.id, "failed") and await messages.with_key(session, letter.key):
            return ()
        message = _message(house, effect, letter, ReceiptStatus.FAILED)
        message.error = error
        session.add(message)
        if gone:
            await people.break_contact(session, letter.person.id, letter.contact.channel, error or "refused")
        await try_another_way(turn, message)
        return turn.begun


async def try_another_way(turn: Turn, message: MessageRow) -> None:
    """A message did not arrive: the same again on the next channel this person has; if there is none, it is told."""
    session = turn.session
    effect_id = (message.key or "").rpartition("/")[0]
    effect = await work.effect(session, effect_id)
    if effect is None or effect.payload.get("last_word"):
        return  # a stranger's answer has no other way; a last word is said once, and not to be rung in elsewhere
    tried = [*effect.payload.get("tried", ()), message.channel]
    again = f"{effect_id}+{len(tried)}" if len(tried) == 1 else f"{effect_id.rpartition('+')[0]}+{len(tried)}"
    if await work.effect(session, again) is None and message.person_id:
        turn.begin(again, "say", {**effect.payload, "tried": tried}, message.person_id, message.negotiation_id)


async def _not_said(house: House, effect: EffectRow, say: Say, why: str) -> Sequence[str]:
    async with house.records.write() as session:
        turn = Turn(house, session)
        await _done(session, house, effect.id, why)
        if why == "undelivered":
            turn.log("undelivered", effect.negotiation_id, effect.person_id, kind=say.kind.value)
            if effect.negotiation_id and say.to.value in (Party.CANDIDATE, Party.HOST):
                row = await negotiations.get(session, effect.negotiation_id)
                await turn.happen(row, Undelivered(Party(say.to.value), why))
    log.info("message_not_sent", effect=effect.id, why=why)
    return turn.begun


async def _answer_stranger(house: House, effect: EffectRow) -> Sequence[str]:
    channel, to = effect.payload["channel"], effect.payload["to"]
    rendered = render_for_stranger(house, (Part("stranger"),), effect.payload.get("language", house.firm.language))
    message = Outbound(effect.id, to, rendered.text, subject=rendered.subject)
    status, vendor_id = ReceiptStatus.SENT, None
    try:
        sent = await house.channels[channel].send(plain(message, house.channels[channel].abilities))
        vendor_id = sent.vendor_id
    except Temporary as error:
        raise Later(error.retry_after) from error
    except Permanent:
        status = ReceiptStatus.FAILED
    async with house.records.write() as session:
        session.add(
            MessageRow(
                direction="out",
                at=house.clock.now(),
                channel=channel,
                address=to,
                text=rendered.text,
                kind=Kind.ANSWER.value,
                template=rendered.template,
                status=status.value,
                vendor_id=vendor_id,
                key=effect.id,
            )
        )
        await _done(session, house, effect.id, "done")
    return ()


# Arranging


async def _arrange(house: House, effect: EffectRow) -> Sequence[str]:
    """What a booking needs outside: the meeting, and an event in each calendar we can write to."""
    sequence = effect.payload["sequence"]
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
    if case.state.sequence != sequence or case.state.booked is None:
        async with house.records.write() as session:
            await _done(session, house, effect.id, "no longer true")
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
        await _done(session, house, effect.id, refused or "done")
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
                summary=_text(house, case, person, "invite_summary"),
                description=_text(house, case, person, "invite_description"),
                location=url or case.interview.place,
                url=url,
            )
            await house.calendar.put(event)


async def _release(house: House, effect: EffectRow) -> Sequence[str]:
    """It is off: the meeting and the events in the calendars go."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
    if case.state.sequence != effect.payload["sequence"]:
        return await _nothing_to_do(house, effect)  # it is on again: what it needs is made anew, or still there
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
        await _done(session, house, effect.id, "done")
    return ()


# Inviting


async def _invite(house: House, effect: EffectRow) -> Sequence[str]:
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
    elif not person.calendar or (method == "CANCEL" and person not in case.required):
        result = await _mail(house, case, person, method, effect.id)
    async with house.records.write() as session:
        if result == "done" and case.state.booked:
            session.add(
                InviteRow(
                    at=house.clock.now(),
                    person_id=person.id,
                    interview_id=case.interview.id,
                    method=method,
                    uid=case.interview.uid,
                    sequence=sequence,
                    start=case.state.booked.start,
                    end=case.state.booked.end,
                )
            )
        await _done(session, house, effect.id, result)
        turn = Turn(house, session)
        if result.startswith("refused"):
            await turn.happen(await negotiations.get(session, case.row.id), NotArranged(f"invite, {result}"))
    return turn.begun


async def _mail(house: House, case: Case, person: PersonRow, method: Method, key: str) -> str:
    booked = case.state.booked
    if booked is None or not person.email or "email" not in house.channels:
        return "no mailbox"
    async with house.records.read() as session:
        known = await people.contacts(session, person.id)
    if any(contact.channel == "email" and contact.broken for contact in known):
        return "the mailbox is not theirs"
    invite = Invite(
        uid=case.interview.uid,
        sequence=case.state.sequence,
        method=method,
        start=booked.start,
        end=booked.end,
        summary=_text(house, case, person, "invite_summary"),
        description=_text(house, case, person, "invite_description"),
        organizer=Guest(house.firm.organizer_name, house.firm.organizer_email),
        # Everyone sees only themselves: the addresses of the other side are nobody's business.
        attendees=(Guest(person.name, person.email, required=person in case.required),),
        now=house.clock.now(),
        location=case.interview.place if case.interview.mode == "onsite" else case.interview.meeting_url,
        url=case.interview.meeting_url,
    )
    said = _rendered(house, case, person, "invite" if method == "REQUEST" else "invite_taken_back")
    channel = house.channels["email"]
    message = Outbound(key, person.email, said.text, subject=said.subject, invite=to_ics(invite))
    try:
        await channel.send(plain(message, channel.abilities))
    except Temporary as error:
        raise Later(error.retry_after) from error
    except Permanent as error:
        return f"refused: {error.code}"
    return "done"


def _rendered(house: House, case: Case, person: PersonRow, text: str) -> Rendered:
    reader = Reader.CANDIDATE if person.id == case.candidate.id else Reader.HOST
    return render(house, case, reader, person, (Part(text),))


def _text(house: House, case: Case, person: PersonRow, text: str) -> str:
    return _rendered(house, case, person, text).text


# Opening what follows


async def _next_round(house: House, effect: EffectRow) -> Sequence[str]:
    return await _open(house, effect, plan_next)


async def _search_again(house: House, effect: EffectRow) -> Sequence[str]:
    return await _open(house, effect, plan_again)


async def _open(house: House, effect: EffectRow, make_plan: MakePlan) -> Sequence[str]:
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        gone = case.candidate.opted_out_at or case.host.opted_out_at
        found = None if gone else await make_plan(session, case)
    if found is None:
        return await _nothing_to_do(house, effect)
    async with house.records.read() as session:
        hosts = await people.all_of(session, (found.plan.host_id, *found.plan.people))
    seen = await look(house, hosts)
    async with house.records.write() as session:
        turn = Turn(house, session)
        await turn.open(found.plan, found.requested, seen)
        await _done(session, house, effect.id, "done")
        return turn.begun


async def _nothing_to_do(house: House, effect: EffectRow) -> Sequence[str]:
    async with house.records.write() as session:
        await _done(session, house, effect.id, "nothing to do")
    return ()


DO: dict[str, Callable[[House, EffectRow], Awaitable[Sequence[str]]]] = {
    "say": _say,
    "answer_stranger": _answer_stranger,
    "arrange": _arrange,
    "release": _release,
    "invite": _invite,
    "next_round": _next_round,
    "search_again": _search_again,
}

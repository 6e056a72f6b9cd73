"""Messages going out: on which channel, with which words, and what if they do not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import leaving
from bot.effects.approved import NO_TEMPLATE, Approved, instead_of, is_closed
from bot.effects.carrying import PATIENCE, Later, begun_before, done
from bot.effects.handing_over import call_for_a_person, hand_over, waits_for_the_key, with_our_key
from bot.effects.inviting import is_sent_one
from bot.effects.own_links import with_own_links
from bot.effects.pacing import keep_pace
from bot.effects.rendering import Rendered, introduced, render, render_alone
from bot.effects.way_in import WayIn, way_in
from bot.facts.case import JUST_NOW, Case, load
from bot.house import House
from bot.pages import Link, below, link_for, remember
from bot.records import messages, negotiations, people, tasks, work
from bot.records.base import Session
from bot.records.messages import MessageRow, Thread
from bot.records.people import ContactRow, PersonRow
from bot.records.work import EffectRow
from bot.stopping import stop_link
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Reader, Say
from dialogs.negotiation.events import Undelivered
from dialogs.negotiation.relevance import kept_back, worth_sending
from dialogs.negotiation.state import Party
from integrations.channels.base import (
    Abilities,
    BadAddress,
    Button,
    Channel,
    ChannelError,
    KeyRefused,
    Moved,
    OptedOut,
    Outbound,
    Permanent,
    ReceiptStatus,
    Sent,
    Temporary,
    Unanswered,
    WindowClosed,
)
from integrations.channels.fitting import plain

log = structlog.get_logger()

AWHILE = timedelta(minutes=5)
AS_TEMPLATE = "as_template"  # on which channel it is to go as one, whatever we believe of the window
# Where a vendor takes no key, a second copy of these would nag; one too few is the lesser harm.
AT_MOST_ONCE = frozenset({Kind.NUDGE, Kind.REMINDER, Kind.FOLLOW_UP, Kind.FEEDBACK_REQUEST, Kind.SURVEY})


@dataclass(frozen=True)
class Letter:
    """A message on its way: to whom, over which channel, and what it says."""

    person: PersonRow
    contact: ContactRow
    say: Say
    rendered: Rendered
    key: str
    thread: Thread
    link: Link | None = None  # to a page of ours, in the text
    introduces: bool = False  # it says that an assistant writes
    unsubscribe: str | None = None  # where one click ends all messages to them
    approved: Approved | str | None = None  # what goes instead of it, as its vendor approved it, or why nothing does
    way_in: WayIn | None = None  # to another channel, in the text

    def message(self, effect: EffectRow, abilities: Abilities) -> Outbound:
        return Outbound(
            key=self.key,
            to=self.contact.address,
            text=self.rendered.text,
            subject=self.rendered.subject,
            buttons=_buttons(effect, self, abilities.buttons) if abilities.buttons else (),
            thread=effect.negotiation_id,
            answers=self.thread.answers,
            # Whatever we believe of the window: at the vendor it is closed.
            heard_at=None if self.approved else self.thread.heard_at,
            template=self.approved.template if isinstance(self.approved, Approved) else None,
            language=self.person.tongue,
            unsubscribe=self.unsubscribe,
        )


async def say(house: House, effect: EffectRow) -> Sequence[str]:
    say = SAY.validate_python(effect.payload)
    async with house.records.read() as session:
        letter = await _prepared(session, house, effect, say)
    if isinstance(letter, str):
        return await _not_said(house, effect, say, letter)
    if isinstance(letter.approved, str):
        return await _failed(house, effect, letter, WindowClosed(letter.approved))
    if letter.link:
        async with house.records.write() as session:
            await remember(session, letter.link, effect.negotiation_id or "", letter.person.id, house.clock.now())
    if say.to is Reader.CANDIDATE:
        text = await with_own_links(house, effect, letter.rendered.text)
        letter = replace(letter, rendered=replace(letter.rendered, text=text))
        letter = await _with_way_in(house, letter)
    channel = house.channels[letter.contact.channel]
    await keep_pace(house, effect, say, letter.person, channel, letter.message(effect, channel.abilities))
    in_doubt = not channel.abilities.takes_key and await begun_before(house, effect)
    if in_doubt and letter.say.kind in AT_MOST_ONCE and not channel.abilities.looks_up:
        return await _not_said(house, effect, say, "in doubt: it may be out already, and one too many would nag")
    try:
        sent = await _sent(house, channel, letter, effect, in_doubt=in_doubt)
    except _Undecided as undecided:
        return await _again_or_not(house, effect, letter, undecided)
    except Moved as error:
        await _note_new_address(house, letter, error.to)
        raise Later(timedelta()) from error
    except Permanent as error:
        return await _failed(house, effect, letter, error)
    return await _said(house, effect, letter, sent.vendor_id)


async def _with_way_in(house: House, letter: Letter) -> Letter:
    """Said once, where they hear of us for the first time."""
    found = await way_in(house, letter.person, letter.contact.channel) if letter.introduces else None
    if found is None:
        return letter
    text = f"{letter.rendered.text}\n\n{found.text}"
    return replace(letter, rendered=replace(letter.rendered, text=text), way_in=found)


class _Undecided(Exception):
    """It is not out, or nobody knows."""

    def __init__(self, error: Temporary, *, in_doubt: bool) -> None:
        self.error = error
        self.in_doubt = in_doubt


async def _sent(house: House, channel: Channel, letter: Letter, effect: EffectRow, *, in_doubt: bool) -> Sent:
    """Handed over once: whoever began before us may have got it out, and the vendor is asked where it can be."""
    message = plain(letter.message(effect, channel.abilities), channel.abilities)
    try:
        if in_doubt and channel.abilities.looks_up:
            async with with_our_key(house, channel, message.to):
                found = await channel.look_up(message, effect.made_at)
            if found:
                return found
            in_doubt = False
        return await hand_over(house, channel, message)
    except Temporary as error:
        raise _Undecided(error, in_doubt=in_doubt or isinstance(error, Unanswered)) from error


async def _again_or_not(house: House, effect: EffectRow, letter: Letter, undecided: _Undecided) -> Sequence[str]:
    abilities, error = house.channels[letter.contact.channel].abilities, undecided.error
    told_apart = abilities.takes_key or abilities.looks_up or not isinstance(error, Unanswered)
    if not told_apart and letter.say.kind in AT_MOST_ONCE:
        return await _not_said(house, effect, letter.say, "in doubt: no answer came, and one too many would nag")
    if isinstance(error, KeyRefused):
        may_wait = await waits_for_the_key(house, effect, letter.contact.channel)
    else:
        may_wait = effect.attempts < PATIENCE
    if not may_wait:
        return await _failed(house, effect, letter, error)
    if effect.attempts == PATIENCE:
        await call_for_a_person(house, effect, letter.say)
    raise Later(error.retry_after, in_doubt=undecided.in_doubt) from error


async def _prepared(session: Session, house: House, effect: EffectRow, say: Say) -> Letter | str:
    """The letter, or why there is none: decided now, from what is so now."""
    case = None
    if effect.negotiation_id:
        case = await load(session, effect.negotiation_id)
        if not worth_sending(say, case.state, house.clock.now()):
            return "no longer true"
        if kept_back(say, case.state):
            raise Later(AWHILE, tried=False)
    person = await people.get(session, effect.person_id or "")
    if person.opted_out_at and not say.last_word:
        return "they asked never to be written to"
    contact = await _way_to(session, house, person, say, effect)
    if contact is None:
        return "undelivered"
    put_off = effect.due_at > effect.made_at
    if (put_off or effect.attempts or effect.payload.get("tried")) and not say.urgent:
        await _keep_quiet(session, house, person)
    link = link_for(house, say, case, contact.channel)
    if case:
        parts = (*say.parts, below(say, case)) if link else say.parts
        invited = say.kind is Kind.CONFIRMATION and await is_sent_one(house, session, person)
        rendered = render(house, case, say.to, person, parts, link.url if link else "", invited=invited)
    else:
        rendered = render_alone(house, person, say.parts)
    thread = await messages.thread_with(session, person.id, contact.channel, effect.negotiation_id)
    introduces = not thread.knows_us and await to_be_introduced(session, person, say)
    rendered = introduced(house, person, rendered) if introduces else rendered
    # Another channel is another message; the same one again is the same.
    stop = stop_link(house, person, contact.channel)
    letter = Letter(person, contact, say, rendered, f"{effect.id}/{contact.channel}", thread, link, introduces, stop)
    return await _as_approved(session, house, effect, letter, case)


async def _as_approved(session: Session, house: House, effect: EffectRow, letter: Letter, case: Case | None) -> Letter:
    """Where the window is closed, by our clock or by what the vendor said, the approved text goes instead."""
    channel = letter.contact.channel
    window = house.channels[channel].abilities.window
    closed = is_closed(window, letter.thread.heard_at, house.clock.now()) or effect.payload.get(AS_TEMPLATE) == channel
    if house.approvals is None or not closed:
        return letter
    approved = await instead_of(session, house, letter.say, case, letter.person, introduces=letter.introduces)
    if isinstance(approved, str):
        return replace(letter, approved=approved)
    return replace(letter, approved=approved, rendered=replace(letter.rendered, text=approved.text), link=None)


async def to_be_introduced(session: Session, person: PersonRow, say: Say) -> bool:
    """The first time, on whatever channel. The firm's own people know; and a colleague's words are no assistant's."""
    if person.role == "recruiter" or say.kind is Kind.REPLY:
        return False
    return not await messages.knows_who_writes(session, person.id)


async def _way_to(session: Session, house: House, person: PersonRow, say: Say, effect: EffectRow) -> ContactRow | None:
    """The channel this kind of message is best sent on, else where they last wrote, else the first they prefer."""
    known = await people.contacts(session, person.id)
    tried = set(effect.payload.get("tried", ()))
    if say.last_word:
        open_ones = {contact.channel: contact for contact in known if contact.channel in house.channels}
    else:
        usable = [c for c in known if c.may_be_used and c.channel not in tried]
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


def _buttons(effect: EffectRow, letter: Letter, most: int) -> tuple[Button, ...]:
    choices, presses = letter.say.choices, letter.say.presses
    if presses and len(presses) == len(letter.rendered.buttons):
        # Numbered lines would be answered by a number, and these are answered by words.
        made = tuple(map(Button, presses, letter.rendered.buttons))
        return made if len(made) <= most else ()
    if len(choices) != len(letter.rendered.buttons):
        return ()
    names = (f"{effect.negotiation_id}@{start.isoformat()}" for start in choices)
    return tuple(Button(name, label) for name, label in zip(names, letter.rendered.buttons, strict=True))


async def _note_new_address(house: House, letter: Letter, address: str) -> None:
    async with house.records.write() as session:
        await people.move_contact(session, letter.person.id, letter.contact.channel, address)


async def _said(house: House, effect: EffectRow, letter: Letter, vendor_id: str) -> Sequence[str]:
    async with house.records.write() as session:
        turn = Turn(house, session)
        if not await done(session, house, effect.id, "done") and await messages.with_key(session, letter.key):
            return ()
        message = _message(house, effect, letter, ReceiptStatus.SENT)
        message.vendor_id = vendor_id
        closed = False
        for receipt in await messages.early_receipts(session, vendor_id):
            closed = closed or receipt.closed
            messages.forward(message, ReceiptStatus(receipt.status), receipt.error)
            if receipt.gone:
                await leaving.lose(turn, letter.person.id, letter.contact.channel, receipt.gone)
            await session.delete(receipt)
        session.add(message)
        await people.wrote_to(session, letter.person.id, letter.contact.channel, turn.now)
        if ReceiptStatus(message.status).final:
            await try_another_way(turn, message, closed=closed)
        return turn.begun


def _kept(letter: Letter) -> str:
    """What it says, without links that are for their reader alone."""
    text = letter.rendered.text
    text = letter.link.hidden_in(text) if letter.link else text
    return letter.way_in.hidden_in(text) if letter.way_in else text


def _message(house: House, effect: EffectRow, letter: Letter, status: ReceiptStatus) -> MessageRow:
    return MessageRow(
        direction="out",
        at=house.clock.now(),
        person_id=letter.person.id,
        negotiation_id=effect.negotiation_id,
        channel=letter.contact.channel,
        address=letter.contact.address,
        text=_kept(letter),
        kind=letter.say.kind.value,
        template=letter.rendered.template,
        status=status.value,
        key=letter.key,
        choices=[start.isoformat() for start in letter.say.choices],
        introduces=letter.introduces,
        approved=letter.approved.mark if isinstance(letter.approved, Approved) else None,
    )


async def _failed(house: House, effect: EffectRow, letter: Letter, error: ChannelError) -> Sequence[str]:
    """This channel will not take it."""
    async with house.records.write() as session:
        turn = Turn(house, session)
        if not await done(session, house, effect.id, "failed") and await messages.with_key(session, letter.key):
            return ()
        message = _message(house, effect, letter, ReceiptStatus.FAILED)
        message.error = error.code
        session.add(message)
        if isinstance(error, BadAddress | OptedOut):
            why = leaving.OPTED_OUT if isinstance(error, OptedOut) else error.code or "refused"
            await leaving.lose(turn, letter.person.id, letter.contact.channel, why)
        closed = isinstance(error, WindowClosed) and letter.approved is None
        await try_another_way(turn, message, closed=closed)
        return turn.begun


async def try_another_way(turn: Turn, message: MessageRow, *, closed: bool = False) -> None:
    """A message did not arrive: the same again on the next channel this person has; if there is none, it is told.

    `closed`: only for want of an approved text, so that goes first.
    """
    session = turn.session
    effect_id = (message.key or "").rpartition("/")[0]
    effect = await work.effect(session, effect_id)
    if effect is None or effect.payload.get("last_word"):
        return  # a stranger's answer has no other way; a last word is said once, and not to be rung in elsewhere
    if closed and turn.house.approvals and effect.payload.get(AS_TEMPLATE) != message.channel and not message.approved:
        once_more = f"{effect_id}+template"
        if await work.effect(session, once_more) is None:
            as_template = {**effect.payload, AS_TEMPLATE: message.channel}
            turn.begin(once_more, "say", as_template, message.person_id, message.negotiation_id)
        return
    tried = [*effect.payload.get("tried", ()), message.channel]
    again = f"{effect_id}+{len(tried)}" if len(tried) == 1 else f"{effect_id.rpartition('+')[0]}+{len(tried)}"
    if await work.effect(session, again) is None and message.person_id:
        payload = {**effect.payload, "tried": tried, "for_want_of": _for_want_of(message, effect)}
        turn.begin(again, "say", payload, message.person_id, message.negotiation_id)


def _for_want_of(message: MessageRow, effect: EffectRow) -> str:
    """What the recruiter is told of why nothing arrives, where they can do something about it."""
    wanting = (message.error or "").startswith(NO_TEMPLATE)
    return "template" if wanting else str(effect.payload.get("for_want_of", ""))


async def _not_said(house: House, effect: EffectRow, say: Say, why: str) -> Sequence[str]:
    async with house.records.write() as session:
        turn = Turn(house, session)
        await done(session, house, effect.id, why)
        if why == "undelivered":
            turn.log("undelivered", effect.negotiation_id, effect.person_id, kind=say.kind.value)
            if effect.negotiation_id and say.to.value in (Party.CANDIDATE, Party.HOST):
                row = await negotiations.get(session, effect.negotiation_id)
                by_hand = await _for_a_person(session, house, effect)
                error = effect.payload.get("for_want_of") or why
                await turn.happen(row, Undelivered(Party(say.to.value), error, say.kind, by_hand))
    log.info("message_not_sent", effect=effect.id, why=why)
    return turn.begun


async def _for_a_person(session: Session, house: House, effect: EffectRow) -> bool:
    """Nothing was tried and nothing can be: they are to be rung, or found on LinkedIn."""
    known = await people.contacts(session, effect.person_id or "")
    reached = any(contact.may_be_used and contact.channel in house.channels for contact in known)
    return not reached and not effect.payload.get("tried") and tasks.meant_for_a_person(known)

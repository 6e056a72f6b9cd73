"""Who writes, where that is not plain: a polite line, the question who it is, word to recruiters, a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.effects.carrying import Later, begun_before, done, nothing_to_do
from bot.effects.handing_over import hand_over, with_our_key
from bot.effects.pacing import keep_our_pace
from bot.effects.rendering import Rendered, render_for_stranger
from bot.facts.case import JUST_NOW
from bot.house import House
from bot.pressing import WhosePress
from bot.records import messages, people, senders
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.records.senders import SenderRow
from bot.records.work import EffectRow
from bot.taking import take_over
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.outreach.tongue import tongue
from dialogs.scheduling.hours import country_of
from dialogs.understanding import Act, Context, understand
from integrations.channels.base import Button, Channel, Outbound, Permanent, ReceiptStatus, Sent, Temporary, Unanswered
from integrations.channels.fitting import plain
from integrations.contact import zone_of

NEAR = timedelta(minutes=10)
ONCE_A_DAY = timedelta(days=1)
LONGEST_QUOTE = 400  # characters of what they wrote; the whole of it stands in the inbox


async def answer_stranger(house: House, effect: EffectRow) -> Sequence[str]:
    """Somebody we do not know: told so once a day, and nothing else. Machines hear nothing."""
    channel, to = effect.payload["channel"], effect.payload["to"]
    async with house.records.read() as session:
        wrote = await messages.with_vendor_id(session, channel, effect.payload["message"])
        told = await messages.told_stranger_since(session, to, house.clock.now() - ONCE_A_DAY)
    firm = house.firm
    meaning = understand(wrote.text if wrote else "", Context(house.clock.now(), firm.zone, firm.language))
    if told or {Act.AUTO_REPLY, Act.OPT_OUT} & set(meaning.acts):
        return await nothing_to_do(house, effect)
    language = tongue(firm.language, meaning.language, country_of(firm.zone.key))
    rendered = render_for_stranger(house, (Part("stranger"),), language)
    return await _send(
        house, effect, channel, Outbound(effect.id, to, rendered.text, subject=rendered.subject), rendered
    )


async def ask_whose(house: House, effect: EffectRow) -> Sequence[str]:
    """Several read there: which of them is it? Whoever left is not named, and not written to."""
    async with house.records.read() as session:
        sender = await senders.get(session, effect.payload["sender"])
        ids = sender.between if sender and sender.waits else []
        rows = {person.id: person for person in await people.all_of(session, ids)}
    shared = [rows[each] for each in ids if each in rows]
    if sender is None or not shared or sender.channel not in house.channels:
        return await nothing_to_do(house, effect)
    part = Part("whose_is_it", rows=tuple({"name": person.name} for person in shared))
    rendered = render_for_stranger(house, (part,), shared[0].tongue)
    buttons = tuple(
        Button(str(WhosePress(person.id)), label) for person, label in zip(shared, rendered.buttons, strict=True)
    )
    message = Outbound(
        effect.id,
        sender.address,
        rendered.text,
        subject=rendered.subject,
        buttons=buttons if house.channels[sender.channel].abilities.buttons else (),
        answers=(effect.payload["message"],),
    )
    return await _send(house, effect, sender.channel, message, rendered)


async def _send(house: House, effect: EffectRow, channel: str, message: Outbound, rendered: Rendered) -> Sequence[str]:
    """At most once, and not long after they wrote if it is night there by then."""
    _keep_quiet(house, effect, message.to)
    await keep_our_pace(house, effect, channel, message)
    there = house.channels[channel]
    abilities = there.abilities
    in_doubt = not abilities.takes_key and await begun_before(house, effect)
    status, vendor_id = ReceiptStatus.SENT, None
    try:
        vendor_id = (await _handed_over(house, there, plain(message, abilities), effect, in_doubt=in_doubt)).vendor_id
    except Unanswered as error:
        if abilities.takes_key or abilities.looks_up:
            raise Later(error.retry_after, in_doubt=True) from error
        status = ReceiptStatus.UNKNOWN  # one too few is the lesser harm
    except Temporary as error:
        raise Later(error.retry_after, in_doubt=in_doubt) from error
    except Permanent:
        status = ReceiptStatus.FAILED
    async with house.records.write() as session:
        session.add(
            MessageRow(
                direction="out",
                at=house.clock.now(),
                channel=channel,
                address=message.to,
                text=rendered.text,
                kind=Kind.ANSWER.value,
                template=rendered.template,
                status=status.value,
                vendor_id=vendor_id,
                key=effect.id,
            )
        )
        await done(session, house, effect.id, "done")
    return ()


async def _handed_over(house: House, there: Channel, message: Outbound, effect: EffectRow, *, in_doubt: bool) -> Sent:
    """What may be out already is looked up. Raises Unanswered where that cannot be told."""
    if in_doubt:
        if not there.abilities.looks_up:
            raise Unanswered
        async with with_our_key(house, there, message.to):
            found = await there.look_up(message, effect.made_at)
        if found:
            return found
    return await hand_over(house, there, message)


def _keep_quiet(house: House, effect: EffectRow, to: str) -> None:
    """Whoever has just written is awake. Raises Later, until the morning."""
    now, quiet = house.clock.now(), house.rules.quiet_hours
    zone = ZoneInfo((zone_of(to) if to.startswith("+") else None) or house.firm.zone.key)
    if now - effect.made_at > JUST_NOW and quiet.quiet(now, zone):
        raise Later(quiet.next_allowed(now, zone) - now, tried=False)


async def tell_of_sender(house: House, effect: EffectRow) -> Sequence[str]:
    """Who wrote, and what can be done about it; unless somebody has seen to it meanwhile."""
    async with house.records.write() as session:
        turn = Turn(house, session)
        sender = await senders.get(session, effect.payload["sender"])
        if sender and sender.waits:
            words = await senders.words_of(session, sender)
            shared = await people.all_of(session, sender.between)
            part = told(sender, words, shared)
            say = SAY.dump_python(Say(Reader.RECRUITER, Kind.ANSWER, (part,)), mode="json")
            turn.begin(f"{effect.id}/say", "say", say, effect.person_id, None)
        await done(session, house, effect.id, "done" if turn.begun else "nothing to do")
    return turn.begun


def told(sender: SenderRow, words: Sequence[MessageRow], shared: Sequence[PersonRow]) -> Part:
    said = "\n".join(message.text for message in words)
    short = said if len(said) <= LONGEST_QUOTE else f"{said[:LONGEST_QUOTE].rstrip()}…"
    rows = tuple({"name": person.name} for person in shared)
    return Part("stranger_wrote", words={**who(sender), "said": short}, rows=rows)


def who(sender: SenderRow) -> dict[str, str]:
    """How a sender is named to a recruiter: what they call themselves, where they write from, and their number."""
    name = f"{sender.name}, {sender.address}" if sender.name else sender.address
    return {"who": name, "to": sender.channel, "number": f"#{sender.id}"}


async def look_for_colleague(house: House, effect: EffectRow) -> Sequence[str]:
    """A vendor tells of a message that we did not send: somebody of the firm did, at the vendor's own console.

    A long message of ours goes out in pieces, and only one of them is kept: near one of ours nothing is concluded.
    """
    about = effect.payload
    async with house.records.write() as session:
        turn = Turn(house, session)
        ours = await messages.with_vendor_id_out(session, about["vendor_id"])
        since, until = effect.made_at - NEAR, effect.made_at + NEAR
        if ours is None and not await messages.written_between(session, about["to"], since, until):
            await take_over(turn, await people.all_at(session, about["channel"], about["to"]), None, "")
        await done(session, house, effect.id, "done" if turn.begun else "nothing to do")
    return turn.begun

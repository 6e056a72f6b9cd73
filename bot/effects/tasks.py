"""Tasks put before whoever is to do them: as a card where there are cards, which follows the task, else in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.effects.carrying import PATIENCE, Later, done, nothing_to_do
from bot.effects.handing_over import hand_over
from bot.effects.pacing import keep_our_pace
from bot.effects.scripts import card_of_task, parts_of, presses_of
from bot.effects.showing import shows_cards
from bot.facts.tasks import Assigned, assigned
from bot.house import House
from bot.records import messages, people
from bot.records.messages import MessageRow
from bot.records.people import ContactRow
from bot.records.work import EffectRow
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Holds, Kind, Part, Reader, Say
from integrations.channels.base import Outbound, Permanent, ReceiptStatus, Temporary

TASK_CARD = "task_card"  # the kind of a message that shows a task, and is changed in its place


async def task(house: House, effect: EffectRow) -> Sequence[str]:
    """As it stands now: shown late or twice, it is still true."""
    number, call = effect.payload["number"], effect.payload["call"]
    async with house.records.read() as session:
        found = await assigned(session, effect.negotiation_id or "", number)
        if found is None:
            return await nothing_to_do(house, effect)
        contacts = await people.contacts(session, found.case.recruiter.id)
    contact = next((each for each in contacts if each.may_be_used and shows_cards(house, each.channel)), None)
    if contact:
        return await _show(house, effect, found, contact, call=call)
    if not (call and found.open):
        return await nothing_to_do(house, effect)
    return await _tell(house, effect, found)


async def _show(house: House, effect: EffectRow, found: Assigned, contact: ContactRow, *, call: bool) -> Sequence[str]:
    """When it comes up it is a new card, which is noticed; after that the same card says what has become of it."""
    recruiter, prefix = found.case.recruiter, f"task/{found.name}/{contact.channel}/"
    async with house.records.read() as session:
        last = await messages.last_under(session, prefix)
        thread = await messages.thread_with(session, recruiter.id, contact.channel, found.case.row.id)
    key = f"{prefix}{found.row.due_at.isoformat()}" if call else last.key if last else None
    if key is None:
        return await nothing_to_do(house, effect)
    card = card_of_task(house, found, recruiter)
    message = Outbound(
        key,
        contact.address,
        f"{card.title}: {card.state}",
        thread=found.case.row.id,
        answers=thread.answers,
        language=recruiter.tongue,
        card=card,
        instead_of=last.vendor_id if last and last.key == key else None,
    )
    await keep_our_pace(house, effect, contact.channel, message)
    try:
        sent = await hand_over(house, house.channels[contact.channel], message)
    except (Temporary, Permanent) as error:
        if isinstance(error, Temporary) and effect.attempts < PATIENCE:
            raise Later(error.retry_after) from error
        return await _tell(house, effect, found) if call and found.open else await nothing_to_do(house, effect)
    async with house.records.write() as session:
        await done(session, house, effect.id, "done")
        before = await messages.with_key(session, key)
        if before:
            before.vendor_id = sent.vendor_id
        else:
            session.add(_shown(house, found, contact, message, sent.vendor_id))
    return ()


async def _tell(house: House, effect: EffectRow, found: Assigned) -> Sequence[str]:
    """Where there are no cards the script is a message, with buttons where there are any and words for each."""
    recruiter = found.case.recruiter
    script, about = parts_of(house, found, recruiter)
    headline, by_words = Part("task_headline", words=script.words), Part("task_by_words", words=script.words)
    parts = (headline, script, about, by_words)
    holds = Holds("task", found.row.number)
    say = Say(Reader.RECRUITER, Kind.ESCALATION, parts, holds, presses=presses_of(found))
    async with house.records.write() as session:
        turn = Turn(house, session)
        if await done(session, house, effect.id, "done"):
            payload = SAY.dump_python(say, mode="json")
            turn.begin(f"{effect.id}.say", "say", payload, recruiter.id, found.case.row.id)
    return turn.begun


def _shown(house: House, found: Assigned, contact: ContactRow, message: Outbound, vendor_id: str) -> MessageRow:
    return MessageRow(
        direction="out",
        at=house.clock.now(),
        person_id=found.case.recruiter.id,
        negotiation_id=found.case.row.id,
        channel=contact.channel,
        address=contact.address,
        text=message.text,
        kind=TASK_CARD,
        template=TASK_CARD,
        status=ReceiptStatus.SENT.value,
        vendor_id=vendor_id,
        key=message.key,
    )

"""Cards: how an interview stands, shown to its recruiter where that can be, and changed in its place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.effects.cards import card_of
from bot.effects.carrying import PATIENCE, Later, done, nothing_to_do
from bot.effects.handing_over import hand_over
from bot.effects.pacing import keep_our_pace
from bot.facts.case import Case, load
from bot.house import House
from bot.records import messages, people
from bot.records.messages import CARD, MessageRow
from bot.records.people import ContactRow
from bot.records.work import EffectRow
from integrations.channels.base import Outbound, Permanent, ReceiptStatus, Temporary


async def show(house: House, effect: EffectRow) -> Sequence[str]:
    """As it stands now: shown late or twice, it is still true."""
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        contacts = await people.contacts(session, case.recruiter.id)
        contact = next((each for each in contacts if each.may_be_used and shows_cards(house, each.channel)), None)
        if contact is None:
            return await nothing_to_do(house, effect)
        shown = await messages.card_of(session, case.row.id, case.recruiter.id, contact.channel)
        thread = await messages.thread_with(session, case.recruiter.id, contact.channel, case.row.id)
    card = card_of(house, case, case.recruiter)
    text = f"{card.title}: {card.state}"
    key = f"card/{case.row.id}"
    message = Outbound(
        key,
        contact.address,
        text,
        thread=case.row.id,
        answers=thread.answers,
        language=case.recruiter.tongue,
        card=card,
        instead_of=shown.vendor_id if shown else None,
    )
    await keep_our_pace(house, effect, contact.channel, message)
    try:
        sent = await hand_over(house, house.channels[contact.channel], message)
    except Temporary as error:
        if effect.attempts < PATIENCE:
            raise Later(error.retry_after) from error
        return await nothing_to_do(house, effect)
    except Permanent:
        return await nothing_to_do(house, effect)
    async with house.records.write() as session:
        await done(session, house, effect.id, "done")
        before = await messages.with_key(session, key)
        if before:
            before.vendor_id = sent.vendor_id  # another one, where the old card had been deleted
        else:
            session.add(_shown(house, case, contact, message, sent.vendor_id))
    return ()


def _shown(house: House, case: Case, contact: ContactRow, message: Outbound, vendor_id: str) -> MessageRow:
    return MessageRow(
        direction="out",
        at=house.clock.now(),
        person_id=case.recruiter.id,
        negotiation_id=case.row.id,
        channel=contact.channel,
        address=contact.address,
        text=message.text,
        kind=CARD,
        template=CARD,
        status=ReceiptStatus.SENT.value,
        vendor_id=vendor_id,
        key=message.key,
    )


def shows_cards(house: House, channel: str) -> bool:
    return channel in house.channels and house.channels[channel].abilities.cards

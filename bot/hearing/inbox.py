"""What comes in is kept once, under the vendor's own id, before anyone thinks about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.effects.saying import try_another_way
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import messages, people
from bot.records.base import Session
from bot.records.messages import AlreadyKept, MessageRow
from bot.records.people import PersonRow
from bot.turn import Turn
from dialogs.outreach.tongue import tongue
from dialogs.scheduling.hours import country_of
from dialogs.understanding import Act, Context, understand
from integrations.channels.base import Inbound, Receipt, ReceiptStatus

# The code by which a carrier says that this person wants no more of it.
OPTED_OUT = frozenset({"21610"})
ONCE_A_DAY = timedelta(days=1)


async def keep(house: House, inbound: Inbound) -> Sequence[Job]:
    """Stores a message and says whose turn it is; one that is known already changes nothing."""
    try:
        async with house.records.write() as session:
            person = await people.at_address(session, inbound.channel, inbound.sender)
            await messages.keep(session, _row(house, inbound, person))
    except AlreadyKept:
        return ()
    return [Job(JobKind.TURN, person.id)] if person else await answer_stranger(house, inbound)


def _row(house: House, inbound: Inbound, person: PersonRow | None) -> MessageRow:
    return MessageRow(
        direction="in",
        at=house.clock.now(),
        person_id=person.id if person else None,
        channel=inbound.channel,
        address=inbound.sender,
        text=keepable(inbound.text or inbound.pressed or ""),
        kind="command" if person and person.role == "recruiter" else "reply",
        status="received",
        vendor_id=inbound.vendor_id,
        pressed=inbound.pressed,
        thread=inbound.thread,
        reply=inbound.reply,
    )


def keepable(text: str) -> str:
    """What was written, as any database takes it: PostgreSQL has no zero byte, and half a surrogate is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


async def answer_stranger(house: House, inbound: Inbound) -> Sequence[Job]:
    """Somebody we do not know: told so once a day, and nothing else. Machines, and those who say stop, hear nothing."""
    firm = house.firm
    meaning = understand(inbound.text, Context(house.clock.now(), firm.zone, firm.language))
    if {Act.AUTO_REPLY, Act.OPT_OUT} & set(meaning.acts) or inbound.channel not in house.channels:
        return ()
    async with house.records.write() as session:
        if await messages.told_stranger_since(session, inbound.sender, house.clock.now() - ONCE_A_DAY):
            return ()
        turn = Turn(house, session)
        key = f"stranger/{inbound.channel}/{inbound.vendor_id}"
        turn.log("stranger_wrote", channel=inbound.channel)
        language = tongue(firm.language, meaning.language, country_of(firm.zone.key))
        stranger = {"channel": inbound.channel, "to": inbound.sender, "language": language}
        turn.begin(key, "answer_stranger", stranger, None, None)
    return [Job(JobKind.EFFECT, each) for each in turn.begun]


async def keep_receipt(house: House, receipt: Receipt) -> Sequence[Job]:
    """What became of a message. One that did not arrive is sent another way."""
    async with house.records.write() as session:
        message = await messages.take_receipt(session, receipt)
        if message is None or not ReceiptStatus(message.status).final:
            return ()
        turn = Turn(house, session)
        await _learn(session, message)
        await try_another_way(turn, message)
    return [Job(JobKind.EFFECT, each) for each in turn.begun]


async def _learn(session: Session, message: MessageRow) -> None:
    if message.error in OPTED_OUT and message.person_id:
        await people.break_contact(session, message.person_id, message.channel, "opted out there")

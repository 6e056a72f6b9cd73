"""What comes in is kept once, under the vendor's own id, before anyone thinks about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import leaving
from bot.effects.saying import try_another_way
from bot.hearing.cleaning import cleaned
from bot.hearing.receiving import receive
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import messages, people, raw_events, work
from bot.records.base import Conflict
from bot.records.messages import AlreadyKept, MessageRow
from bot.turn import Turn
from integrations.channels.base import (
    BadAddress,
    ChannelError,
    Inbound,
    OptedOut,
    Receipt,
    ReceiptStatus,
    Told,
    Unknown,
    WindowClosed,
)

# What a vendor says of an address for good, and how we note it.
GONE: dict[type[ChannelError] | None, str] = {OptedOut: leaving.OPTED_OUT, BadAddress: "nobody is there"}

TO_BE_SURE = timedelta(minutes=10)


async def keep(house: House, *told: Told, vendor: str = "", raw: bytes = b"") -> Sequence[Job]:
    """Keeps what was told in one go, all or nothing, and says what it begins. What is known already changes nothing.

    `raw`: how the vendor put it, to be kept sealed.
    """
    try:
        return await _keep(house, told, vendor, raw)
    except (AlreadyKept, Conflict):
        return await _keep(house, told, vendor, raw)  # at two doors in the same instant: now the other one has it


async def _keep(house: House, told: Sequence[Told], vendor: str, raw: bytes) -> Sequence[Job]:
    turns: list[Job] = []
    told = [cleaned(each) for each in told]
    async with house.records.write() as session:
        turn = Turn(house, session)
        for each in told:
            match each:
                case Inbound():
                    turns += await _keep_message(turn, each)
                case Receipt():
                    await _keep_receipt(turn, each)
                case Unknown():
                    turn.log("unknown_told", vendor=vendor, kind=each.kind)
        if raw and house.desks:
            unknown = [each.kind for each in told if isinstance(each, Unknown)]
            await raw_events.keep(session, vendor, house.clock.now(), unknown, raw, house.desks.keys)
    return [*turns, *(Job(JobKind.EFFECT, each) for each in turn.begun)]


async def _keep_message(turn: Turn, inbound: Inbound) -> Sequence[Job]:
    """Stores a message and says whose turn it is."""
    if await messages.is_known(turn.session, inbound.channel, inbound.vendor_id):
        return ()
    return await receive(turn, inbound, _row(turn.house, inbound))


async def _keep_receipt(turn: Turn, receipt: Receipt) -> None:
    """What became of a message. One that did not arrive is sent another way."""
    gone = GONE.get(receipt.means)
    message = await messages.take_receipt(turn.session, receipt, gone)
    if message is None:
        await _sent_past_us(turn, receipt)
        return
    if not ReceiptStatus(message.status).final:
        return
    if gone and message.person_id:
        await leaving.lose(turn, message.person_id, message.channel, gone)
    await try_another_way(turn, message, closed=receipt.means is WindowClosed)


async def _sent_past_us(turn: Turn, receipt: Receipt) -> None:
    """Either it was faster than our own save, or it is about what a colleague sends: later that can be told."""
    key = f"past_us/{receipt.vendor_id}"
    if receipt.to and await work.effect(turn.session, key) is None:
        about = {"channel": receipt.channel, "to": people.normal(receipt.to), "vendor_id": receipt.vendor_id}
        turn.begin(key, "look_for_colleague", about, None, None, turn.now + TO_BE_SURE)


def _row(house: House, inbound: Inbound) -> MessageRow:
    return MessageRow(
        direction="in",
        at=house.clock.now(),
        channel=inbound.channel,
        address=people.normal(inbound.sender),
        text=inbound.text or inbound.pressed or "",
        kind="reply",
        status="received",
        vendor_id=inbound.vendor_id,
        pressed=inbound.pressed,
        wish=inbound.wish,
        form=dict(inbound.form) or None,
        thread=inbound.thread,
        reply=inbound.reply,
        automatic=inbound.automatic,
        doubtful=not inbound.trusted,
        files=inbound.files,
    )

"""What comes in is kept once, under the vendor's own id, before anyone thinks about it."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from bot import leaving
from bot.effects.saying import try_another_way
from bot.hearing.cleaning import cleaned
from bot.hearing.receiving import receive
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import messages, people, raw_events
from bot.records.messages import AlreadyKept, MessageRow
from bot.records.raw_events import RawEventRow
from bot.records.sealed import Keys, seal
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


async def keep(house: House, *told: Told, vendor: str = "", raw: bytes = b"") -> Sequence[Job]:
    """Keeps what was told in one go, all or nothing, and says what it begins. What is known already changes nothing.

    `raw`: how the vendor put it, to be kept sealed.
    """
    try:
        return await _keep(house, told, vendor, raw)
    except AlreadyKept:
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
            await raw_events.keep(session, _raw(house, house.desks.keys, vendor, raw, unknown))
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
    if message is None or not ReceiptStatus(message.status).final:
        return
    if gone and message.person_id:
        await leaving.lose(turn, message.person_id, message.channel, gone)
    await try_another_way(turn, message, closed=receipt.means is WindowClosed)


def _raw(house: House, keys: Keys, vendor: str, raw: bytes, unknown: Sequence[str]) -> RawEventRow:
    row_id = raw_events.name_of(vendor, raw)
    body = base64.b64encode(raw).decode()
    return RawEventRow(
        id=row_id,
        vendor=vendor,
        at=house.clock.now(),
        body=seal(body, RawEventRow.place(row_id), keys),
        unknown=", ".join(unknown) or None,
    )


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
    )

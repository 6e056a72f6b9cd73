"""Messages handed to Twilio: what SMS and WhatsApp share, and how a message is found again there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.channels.base import Channel, Load, Outbound, Sent, Template, Unanswered
from integrations.channels.twilio.account import Twilio
from integrations.channels.twilio.contents import Filled
from integrations.channels.twilio.senders import SERVICE, Senders, pace, takes

# So long after it was begun, a text of several pieces is still being sent, and no second one like it.
SAME_MESSAGE = timedelta(hours=1)
NEWEST = 200  # so many of Twilio's records of one address are looked through
SKEW = timedelta(seconds=10)  # between our clock and theirs


@dataclass(frozen=True, slots=True)
class Written:
    """One message as it goes to Twilio."""

    to: str
    sender: str
    text: str = field(repr=False)
    content: Filled | Template | None = None  # instead of the text


@dataclass(frozen=True, slots=True)
class Desk:
    """What both channels work with. `receipts` is the address that hears what became of each message."""

    twilio: Twilio
    senders: Senders
    receipts: str
    now: Callable[[], datetime]


class TwilioChannel(Channel):
    """Sends each message once, and finds it again among Twilio's records before it is sent once more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def send(self, message: Outbound) -> Sent:
        written = self._written(message)
        known: list[str | None] = [None] * len(written)
        if len(written) > 1:
            # The last attempt may have ended between two pieces.
            records = await self._records(written[0].to, self._desk.now() - SAME_MESSAGE, message.answers)
            known = [_found(each.text, each, records) for each in written]
        ids = [vendor_id or await self._hand_over(each) for vendor_id, each in zip(known, written, strict=True)]
        return _sent(ids)

    async def look_up(self, message: Outbound, since: datetime) -> Sent | None:
        ways = self._ways(message)
        records = await self._records(ways[0][0].to, since, message.answers)
        for written in ways if records else ():
            left = list(records)
            ids = [found for each in written if (found := _found(await self._recorded(each), each, left))]
            # Of several pieces some may be missing: then `send` goes on where it ended.
            if len(ids) == len(written):
                return _sent(ids)
        return None

    def load(self, message: Outbound) -> Load:
        written = self._written(message)
        units = sum(takes(self.name, each.sender, each.text) for each in written)
        return Load(written[0].sender, units, pace(self.name, written[0].sender).per_second)

    async def checkup(self) -> str:
        """By what was sent last: an API key may not look at the account itself."""
        async with self._desk.twilio.call() as client:
            await client.messages.list_async(limit=1, page_size=1)
        return self._desk.twilio.account

    async def close(self) -> None:
        """Closes the connection, for both channels."""
        await self._desk.twilio.close()

    @abstractmethod
    def _written(self, message: Outbound) -> Sequence[Written]:
        """How it goes out now, in how many pieces. Raises ChannelError."""

    def _ways(self, message: Outbound) -> Sequence[Sequence[Written]]:
        """How it may have gone out before."""
        return [self._written(message)]

    async def _given(self, written: Written) -> dict[str, str]:
        """What of the message Twilio is given, besides to whom and from whom."""
        return {"body": written.text}

    async def _recorded(self, written: Written) -> str:
        """What Twilio's record of it reads."""
        return written.text

    async def _hand_over(self, written: Written) -> str:
        given = await self._given(written)
        by = "messaging_service_sid" if SERVICE.fullmatch(written.sender) else "from_"
        async with self._desk.twilio.call(sends=True) as client:
            made = await client.messages.create_async(
                to=written.to, status_callback=self._desk.receipts, **{by: written.sender}, **given
            )
        if not (isinstance(made.sid, str) and made.sid):
            raise Unanswered("no id")
        return made.sid

    async def _records(self, to: str, since: datetime, others: Sequence[str]) -> list[Any]:
        """What was sent to this address since then; `others` are known to be other messages."""
        async with self._desk.twilio.call() as client:
            # Not by the day it was sent: what still waits in a queue has none.
            everything = await client.messages.list_async(to=to, limit=NEWEST)
        return [each for each in everything if _is_since(each, since) and each.sid not in others]


def _sent(ids: Sequence[str]) -> Sent:
    *also, vendor_id = ids
    return Sent(vendor_id, tuple(also))


def _is_since(record: Any, since: datetime) -> bool:
    made = record.date_created  # aware or not, as the SDK reads it, to the second
    if not isinstance(made, datetime) or not str(record.direction).startswith("outbound"):
        return False
    return made.replace(tzinfo=made.tzinfo or UTC) >= since.replace(microsecond=0) - SKEW


def _found(text: str, written: Written, records: list[Any]) -> str | None:
    """The id of the record that is this message, which then is no other's."""
    for record in records:
        # The record of a Content may not have its text yet: sent since then, and to them, it is this one.
        if record.body == text or (written.content is not None and not record.body):
            records.remove(record)
            return str(record.sid)
    return None

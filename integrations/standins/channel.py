"""A channel that reaches nobody: it keeps what it is given, and fails when told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.channels.base import (
    Abilities,
    BadAddress,
    Button,
    Card,
    Channel,
    ChannelError,
    Inbound,
    OptedOut,
    Outbound,
    Receipt,
    ReceiptStatus,
    Refused,
    Sent,
    Temporary,
    Unanswered,
    WindowClosed,
    from_status,
)
from integrations.standins.outage import Health

_ERRORS: dict[int, type[ChannelError]] = {
    403: OptedOut,
    404: BadAddress,
    21211: BadAddress,
    21610: OptedOut,
    63016: WindowClosed,
}


class Spoilt(StrEnum):
    """What comes of one message, otherwise than hoped."""

    SLOW = "slow"  # taken only when it is sent again, after A_WHILE
    UNDELIVERED = "undelivered"  # taken, and it never arrives
    FAILED = "failed"  # not taken


A_WHILE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it would have reached the person."""

    at: datetime
    key: str
    to: str
    text: str
    subject: str | None
    buttons: tuple[Button, ...]
    invite: bytes | None
    vendor_id: str
    card: Card | None = None
    unsubscribe: str | None = None


class StandInChannel(Channel):
    """Delivers at once into `delivered`; ids count up, so the same script gives the same ids.

    A repeated key is one delivery where the abilities say the vendor takes keys, and two where they do not: a stand-in
    kinder than the vendor would hide a double message.
    """

    def __init__(self, name: str, abilities: Abilities, now: Callable[[], datetime]) -> None:
        self.name = name
        self.abilities = abilities
        self.delivered: list[Delivery] = []
        # Called while the message is being sent, as vendors do too: keep the receipt, work later.
        self.on_receipt: Callable[[Receipt], None] = lambda _: None
        self._now = now
        self._by_key: dict[str, Delivery] = {}
        self._health = Health(now)
        self._answers_to_forget = 0
        self._heard = 0
        self.spoilt: dict[str, Spoilt] = {}  # by address, what comes of the next message there

    async def send(self, message: Outbound) -> Sent:
        self._raise_if_out()
        self._refuse_what_a_vendor_would(message)
        # A card is no message: it shows how things stand, and is shown again and again.
        spoilt = None if message.card else self.spoilt.pop(message.to, None)
        if spoilt is Spoilt.SLOW:
            raise Temporary("429", A_WHILE)
        if spoilt is Spoilt.FAILED:
            raise Refused("30008")
        arrives = ReceiptStatus.UNDELIVERED if spoilt else ReceiptStatus.DELIVERED
        delivery = self._known(message.key) or self._deliver(message, arrives)
        if self._answers_to_forget:
            self._answers_to_forget -= 1
            raise Unanswered
        return Sent(delivery.vendor_id)

    def fail(self, until: datetime, error: int = 503) -> None:
        """Out of order up to `until`: an HTTP status, or a vendor's code where it means something to us."""
        self._health.fail(until, error)

    def spoil_next(self, to: str, how: Spoilt) -> None:
        """The next message to this address comes to that."""
        self.spoilt[to] = how

    def forget_answer(self, times: int = 1) -> None:
        """The next so many messages arrive, but whoever sent them sees a time-out."""
        self._answers_to_forget = times

    def report(self, vendor_id: str, status: ReceiptStatus, error: str | None = None) -> None:
        """A receipt as the vendor would send it: late, twice or out of order, as the caller likes."""
        means = _ERRORS.get(int(error)) if error and error.isdigit() else None
        self.on_receipt(Receipt(vendor_id, status, error, means))

    def hear(
        self,
        sender: str,
        text: str,
        *,
        pressed: str | None = None,
        thread: str | None = None,
        reply: bytes | None = None,
    ) -> Inbound:
        """What a person writes now, as the vendor would tell it."""
        self._heard += 1
        vendor_id = f"{self.name}-in-{self._heard:06d}"
        return Inbound(vendor_id, self.name, sender, text, pressed, thread, reply, self._now())

    def _raise_if_out(self) -> None:
        outage = self._health.outage
        if outage is None:
            return
        if known := _ERRORS.get(outage.error):
            raise known(str(outage.error))
        raise from_status(outage.error, outage.wait(self._now()))

    def _refuse_what_a_vendor_would(self, message: Outbound) -> None:
        limit = self.abilities.max_length
        if limit is not None and len(message.text) > limit:
            raise Refused("too long")
        if len(message.buttons) > self.abilities.buttons:
            raise Refused("too many buttons")

    def _known(self, key: str) -> Delivery | None:
        return self._by_key.get(key) if self.abilities.takes_key else None

    def _deliver(self, message: Outbound, arrives: ReceiptStatus) -> Delivery:
        delivery = Delivery(
            at=self._now(),
            key=message.key,
            to=message.to,
            text=message.text,
            subject=message.subject,
            buttons=message.buttons,
            invite=message.invite,
            vendor_id=f"{self.name}-{len(self.delivered) + 1:06d}",
            card=message.card,
            unsubscribe=message.unsubscribe,
        )
        self.delivered.append(delivery)
        self._by_key[delivery.key] = delivery
        if self.abilities.receipts:
            self.report(delivery.vendor_id, arrives, "30003" if arrives is ReceiptStatus.UNDELIVERED else None)
        return delivery

"""What all channels share: what goes out, what comes in, what became of it, and what can go wrong.

    ChannelError                 sending
    ├── Temporary                again, later
    │   └── Unanswered           … but it may already be out
    └── Permanent                never again like this
        ├── BadAddress
        ├── OptedOut
        ├── WindowClosed
        └── Refused
    DoorError                    receiving
    ├── BadSignature
    └── BadMessage

A vendor's module verifies, reads and sends in these words only; what it does not know becomes UNKNOWN.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

NAMES = ("whatsapp", "sms", "telegram", "slack", "teams", "email", "console")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do; `plain` makes up for the rest."""

    buttons: int = 0  # at most so many beside one message
    subject: bool = False
    max_length: int | None = None  # of the text, in characters; None: no limit worth naming
    takes_key: bool = False  # the vendor recognises a repeated stable key, so sending again is harmless
    receipts: bool = False  # tells what became of a message
    invites: bool = False  # carries an .ics


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one address. `key` is stable: the same message sent again has the same key."""

    key: str
    to: str  # as the channel writes it: a number, a chat, a mailbox, a user
    text: str
    subject: str | None = None
    buttons: tuple[Button, ...] = ()
    thread: str | None = None  # the vendor's name for the conversation, where it has one
    invite: bytes | None = None  # an iCalendar object


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor took the message; whether it arrived, only a receipt says."""

    vendor_id: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """What somebody wrote or pressed, under the vendor's own id: the same id is the same message, told twice."""

    vendor_id: str
    channel: str
    sender: str
    text: str
    pressed: str | None = None  # the id of a button, or its label where the vendor returns no more
    thread: str | None = None
    reply: bytes | None = None  # an answer to an invite: iTIP REPLY or COUNTER
    at: datetime | None = None  # aware, as the vendor says; None where it says nothing


class ReceiptStatus(StrEnum):
    """What became of a message, in rising order: of two receipts the later one counts, whichever came first."""

    UNKNOWN = "unknown"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    # A mail server may take a message and bounce it afterwards, so the two failures stand above delivered.
    UNDELIVERED = "undelivered"
    FAILED = "failed"

    @classmethod
    def _missing_(cls, _value: object) -> ReceiptStatus:
        return cls.UNKNOWN

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def final(self) -> bool:
        """It did not arrive, and no receipt will change that."""
        return self in (ReceiptStatus.UNDELIVERED, ReceiptStatus.FAILED)


_RANKS = {status: rank for rank, status in enumerate(ReceiptStatus)}


def later(a: ReceiptStatus, b: ReceiptStatus) -> ReceiptStatus:
    """The one further along; the same in whatever order receipts arrive."""
    return max(a, b, key=lambda status: status.rank)


@dataclass(frozen=True, slots=True)
class Receipt:
    vendor_id: str
    status: ReceiptStatus
    error: str | None = None  # the vendor's own code


class Channel(ABC):
    """One way to reach people. A vendor's class says its name and abilities, and sends."""

    name: str
    abilities: Abilities

    @abstractmethod
    async def send(self, message: Outbound) -> Sent:
        """Hands the message to the vendor once, never repeating by itself. Raises ChannelError."""

    async def close(self) -> None:  # noqa: B027 – most channels have nothing open
        """Lets go of what is open."""


class ChannelError(Exception):
    """The message could not be sent."""

    def __init__(self, code: str | None = None) -> None:
        self.code = code  # the vendor's own, for the record and for a person who looks it up
        told = (type(self).__doc__ or "").splitlines()[0]
        super().__init__(f"{told} ({code})" if code else told)


class Temporary(ChannelError):
    """The channel cannot take the message now; later it may."""

    def __init__(self, code: str | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after  # as the vendor asks; None: it did not say


class Unanswered(Temporary):
    """No answer came: the message may have been taken or not.

    Sending again is harmless only where `Abilities.takes_key` says so.
    """


class Permanent(ChannelError):
    """The channel will never take this message."""


class BadAddress(Permanent):
    """Nobody can be reached at this address."""


class OptedOut(Permanent):
    """The person wants no messages on this channel."""


class WindowClosed(Permanent):
    """Only an approved template may be sent: the person has not written lately."""


class Refused(Permanent):
    """The channel refused the message."""


def from_status(status: int, retry_after: timedelta | None = None) -> ChannelError:
    """The error an HTTP status stands for, where the vendor says no more than that."""
    code = str(status)
    # 409: the same key is being worked on at this moment.
    if status in (408, 409, 425, 429) or status >= 500:
        return Temporary(code, retry_after)
    # 403 or 404 may as well be a wrong key or a wrong URL: nobody is taken for opted out or unknown on that alone.
    return Refused(code)


class DoorError(Exception):
    """What came in was not taken."""


class BadSignature(DoorError):
    """What came in is not signed by who it says it is from."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the signature does not hold: {why}")


@dataclass(frozen=True, slots=True)
class Fault:
    field: str  # empty: the whole message
    wrong: str

    def __str__(self) -> str:
        return f"{self.field}: {self.wrong}" if self.field else self.wrong


class BadMessage(DoorError):
    """What came in is signed but cannot be read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def plain(message: Outbound, abilities: Abilities) -> Outbound:
    """The same message with no more than the channel can carry: too many buttons become numbered lines.

    Subject and invite are left out where there is no place for them. The length stays as it is.
    """
    return replace(
        message if len(message.buttons) <= abilities.buttons else _numbered(message),
        subject=message.subject if abilities.subject else None,
        invite=message.invite if abilities.invites else None,
    )


def _numbered(message: Outbound) -> Outbound:
    lines = [f"{number}. {button.label}" for number, button in enumerate(message.buttons, 1)]
    # An offer often lists its slots already; listed twice they would read as twice as many.
    if set(lines) <= {line.strip() for line in message.text.splitlines()}:
        return replace(message, buttons=())
    text = "\n\n".join(part for part in (message.text, "\n".join(lines)) if part)
    return replace(message, text=text, buttons=())

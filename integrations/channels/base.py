"""What all channels share: what goes out, what comes in, what became of it, and what can go wrong.

A vendor comes in by a Door (verify, then read) and is written to over a Channel (send). `fitting` makes up for what a
channel cannot do.

    ChannelError                 sending
    ├── Temporary                again, later
    │   ├── Unanswered           … but it may already be out
    │   └── KeyRefused           … once our key is mended
    └── Permanent                never again like this
        ├── BadAddress
        │   └── Moved            … but at another one
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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

NAMES = ("whatsapp", "sms", "telegram", "slack", "teams", "email", "console")
BY_HAND = ("phone", "linkedin")  # ways to reach somebody that only a person takes: nothing is ever sent there


class Unit(StrEnum):
    """What a channel counts the length of a text in."""

    CHARACTERS = "characters"
    UTF16 = "UTF-16 units"  # an emoji is two
    BYTES = "bytes of UTF-8"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do; `fitting` makes up for the rest. docs/reference/channels.md is printed from these."""

    buttons: int = 0  # at most so many beside one message
    label: int = 0  # of a button's label, at most; 0: no limit worth naming
    subject: bool = False
    html: bool = False
    max_length: int | None = None  # of the text, in `unit`; None: no limit worth naming
    unit: Unit = Unit.CHARACTERS
    takes_key: bool = False  # the vendor recognises a repeated stable key, so sending again is harmless
    looks_up: bool = False  # can be asked whether a message was taken, before it is sent again
    receipts: bool = False  # tells what became of a message
    invites: bool = False  # carries an .ics
    window: timedelta | None = None  # after somebody wrote, anything may be sent for so long; then only templates
    opens: bool = True  # may write to somebody who never wrote
    cards: bool = False  # shows an interview as a card, and changes it in place


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    label: str


class Style(StrEnum):
    PLAIN = "plain"
    MAIN = "main"  # what most would press
    GRAVE = "grave"  # asked once more before it is done


@dataclass(frozen=True, slots=True)
class Action:
    """Something to press on a card."""

    id: str
    label: str
    style: Style = Style.PLAIN
    sure: str = ""  # the question before it is done
    form: str = ""  # the form it opens instead, by name


@dataclass(frozen=True, slots=True)
class Card:
    """One interview at a glance, as it is now. Shown again under the same name it takes its own place."""

    name: str
    title: str
    state: str  # in a word or two
    facts: tuple[tuple[str, str], ...] = ()  # what, and how it is
    text: str = ""  # words that would go out, say
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the vendor has approved, and what is filled into it: what may be sent when the window is closed."""

    id: str  # the vendor's own
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one address. `key` is stable: the same message sent again has the same key."""

    key: str
    to: str  # as the channel writes it: a number, a chat, a mailbox, a user
    text: str
    subject: str | None = None
    buttons: tuple[Button, ...] = ()
    thread: str | None = None  # ours: whose answer this is told by it
    invite: bytes | None = None  # an iCalendar object
    html: str | None = None  # the same as `text`, to look at
    answers: tuple[str, ...] = ()  # the vendor's ids of what came before in this thread, oldest first
    heard_at: datetime | None = None  # when they last wrote on this channel, aware; None: never
    template: Template | None = None  # says the same, where only that may be sent
    unsubscribe: str | None = None  # where one click ends it all
    language: str | None = None  # of the text, as prompts/messages names it; None: not said
    card: Card | None = None  # shown with the text where there are cards
    instead_of: str | None = None  # the vendor's id of the message whose place it takes, where there are cards


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor took the message; whether it arrived, only a receipt says."""

    vendor_id: str
    also: tuple[str, ...] = ()  # where it had to go out in several pieces, the ids of the others


class Wish(StrEnum):
    """What a vendor itself understood of a keyword, or of its own buttons for it."""

    OUT = "out"  # nothing more on this channel
    IN = "in"  # this channel again


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
    name: str = ""  # what they call themselves there; nobody is known by it
    wish: Wish | None = None
    to: str = ""  # at which of our numbers, mailboxes or workspaces it arrived
    files: int = 0  # pictures, voice notes and the like, which nobody here looks at
    automatic: bool = False  # an out-of-office note, or another machine: never answered
    trusted: bool = True  # False: anybody could have sent it in this name
    form: Mapping[str, str] = field(default_factory=dict)  # what was filled in, by field
    person: str | None = None  # of ours, whose own signed link led here: this address is theirs
    also_to: tuple[str, ...] = ()  # who else got it, besides us
    colleague: bool = False  # not from `sender` but to them: somebody of the firm wrote there, past us


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a vendor tells of that we know nothing about: kept as it came, and acted on by nobody."""

    vendor_id: str
    kind: str


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
    means: type[ChannelError] | None = None  # what that code comes to, where it is known
    # Where it went and to whom, where the vendor says so: it tells of what a colleague sends past us, too.
    channel: str = field(default="", compare=False)
    to: str = field(default="", compare=False)


Told = Inbound | Receipt | Unknown


@dataclass(frozen=True, slots=True)
class Load:
    """What one message asks of the sender of ours that it goes out from."""

    sender: str
    units: int  # messages, or segments of an SMS
    per_second: int  # so many the vendor takes from it


class Channel(ABC):
    """One way to reach people. A vendor's class says its name and abilities, and sends."""

    name: str
    abilities: Abilities

    @abstractmethod
    async def send(self, message: Outbound) -> Sent:
        """Hands the message to the vendor once, never repeating by itself. Raises ChannelError."""

    async def look_up(self, message: Outbound, since: datetime) -> Sent | None:
        """What the vendor took of this message since then; None: nothing. Only where `Abilities.looks_up`.

        Raises ChannelError where it cannot be told.
        """
        raise NotImplementedError(f"{self.name} cannot be asked")

    def account(self, to: str) -> str:
        """By which of our accounts this address is written to, where each has a key of its own."""
        return ""

    def load(self, message: Outbound) -> Load | None:
        """What it asks of which sender; None where a vendor has no pace of its own. Raises ChannelError."""
        return None

    async def close(self) -> None:  # noqa: B027 – most channels have nothing open
        """Lets go of what is open."""


@dataclass(frozen=True, slots=True)
class Knock:
    """What came to a door, as it came: nothing of it is read before it is verified."""

    url: str  # the public one, which the vendor called and may have signed
    headers: Mapping[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor wants to hear at once."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


OK = Answer()


@dataclass(frozen=True, slots=True)
class Read:
    """What one knock told, each thing under an id of its own, and what to answer once it is kept."""

    told: tuple[Told, ...] = ()
    answer: Answer = OK
    after: Callable[[], Awaitable[None]] | None = None  # what the vendor waits for besides, once it is answered
    made: Callable[[], Awaitable[Answer]] | None = None  # in place of `answer`, where it has to be made first


class Door(ABC):
    """One vendor's way in. Only what is verified is read, and nothing is thought about before it is answered."""

    name: str  # below /hooks/
    largest: int = 1_000_000  # bytes of a body; of a larger one nothing is read

    @abstractmethod
    async def verify(self, knock: Knock) -> None:
        """Raises BadSignature unless this is the vendor's, untouched, and of now; nothing else, whatever comes."""

    @abstractmethod
    def read(self, knock: Knock) -> Read:
        """What it says. What nobody here knows becomes Unknown. Raises BadMessage where it cannot be read at all."""

    async def close(self) -> None:  # noqa: B027 – most doors have nothing open
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


class KeyRefused(Temporary):
    """The vendor does not let us in with the key we have.

    Nothing is wrong with the message, nor with its reader: somebody of ours has to mend the account.
    """


class Permanent(ChannelError):
    """The channel will never take this message."""


class BadAddress(Permanent):
    """Nobody can be reached at this address."""


class Moved(BadAddress):
    """They are reached at another address now."""

    def __init__(self, to: str, code: str | None = None) -> None:
        super().__init__(code)
        self.to = to  # to be written to from now on


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
    if status == 401:
        return KeyRefused(code)
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

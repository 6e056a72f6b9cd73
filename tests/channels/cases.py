"""What the shared cases need of every channel: a place where its vendor stands in, and hard things to say there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.channels import forms
from integrations.channels.base import Action, Button, Card, Channel, Door, Knock, Outbound, Read, Style

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)

# How every channel with cards is shown the same interview.
CARD = Card(
    "n1",
    "Ana Silva – Data Engineer, Acme",
    "times are offered",
    (("Round", "first talk, 45 minutes"), ("With", "Carl Zorn")),
    "Hi Ana, which of these would suit you?",
    (
        Action("card:n1:take", "Take over", Style.MAIN),
        Action("card:n1:say", "Write to them", form=forms.WORDS),
        Action("card:n1:outcome", "How did it go?", form=forms.OUTCOME),
        Action("card:n1:cancel", "Call off", Style.GRAVE, "Call off this interview? Everybody is told."),
    ),
)

# In every script that somebody may be called in, and what trips escaping, counting and cutting.
WORDS: dict[str, str] = {
    "plain": "Tuesday at 10 works for me.",
    "accents": "Olá Ana, às três? Grüße – Łukasz",
    "cyrillic": "Привет, Анна! Во вторник в 10:00?",
    "greek": "Καλημέρα Άννα, την Τρίτη;",
    "arabic, from the right": "مرحبا آنا، الثلاثاء الساعة 10؟",
    "hebrew, from the right": "שלום אנה, יום שלישי ב-10?",
    "hindi": "नमस्ते अन्ना, मंगलवार को?",
    "chinese": "安娜你好,星期二十点可以吗?",
    "emoji of several": "See you 👋🏽 – the family 👨‍👩‍👧‍👦 of 🇵🇹",
    "combining": "Ñandú e Zoë",
    "markup": "<b>Ana & Ben</b> *bold* _it_ `c` [a](b) {1} ~x~ #1 +2 -3 =4 |5| 6. 7!",
    "several lines": "Hello Ana,\n\n1. Tue\n2. Wed\n\nRita",
}


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass(frozen=True)
class Arrived:
    """A message, or a piece of one, as it stands on the person's screen."""

    text: str
    buttons: tuple[str, ...] = ()  # their labels


class Place(ABC):
    """One channel over HTTP to its vendor's stand-in, and the door that this vendor knocks at."""

    channel: Channel
    door: Door
    person: str  # an address that can be written to
    secrets: tuple[str, ...]  # none of which may ever be shown
    # Or does the vendor only show a secret, and whoever has it is believed; None: it signs a part of it.
    signs_body: bool | None = True
    refuses_late = False  # is everything taken, and only a receipt tells that somebody wants nothing more
    closed_protocol = False  # ours: what is not in it is a mistake, and not a novelty
    hears_opt_outs = True  # or does the vendor know none, and only we do
    names_a_wait = True  # or does its protocol have no word for how long
    knocks = True  # or are its messages fetched: then there is no door, and no proof

    @abstractmethod
    def arrived(self) -> Sequence[Arrived]:
        """What reached the person, oldest first."""

    @abstractmethod
    def fail(self, status: int, wait: int | None = None) -> None:
        """The next request is answered so, in the vendor's way, and asked to wait for so many seconds."""

    @abstractmethod
    def lose_answer(self) -> None:
        """The next message is taken, and the answer is cut off on the way."""

    @abstractmethod
    def nobody(self) -> str:
        """An address that the vendor finds nobody at."""

    @abstractmethod
    def opt_out(self) -> None:
        """The person wants nothing more, and the vendor knows."""

    @abstractmethod
    def with_wrong_key(self) -> Channel:
        """The same channel, to the same vendor, with a key that is not good. The caller closes it."""

    @abstractmethod
    def written(self, text: str) -> Knock:
        """The person writes: how the vendor tells us."""

    @abstractmethod
    def news(self) -> Knock:
        """Something nobody here knows, as the vendor may begin to tell it tomorrow."""

    @abstractmethod
    def signed(self, body: bytes) -> Knock:
        """Any body at all, with the vendor's own proof."""

    @abstractmethod
    def proof(self) -> str:
        """In which header it stands, in small letters."""

    async def open(self) -> None:  # noqa: B027 – most have been opened with the server of the module
        """Whatever cannot be made at once."""

    async def read(self, knock: Knock) -> Read:
        """What it told, once it was let in. Raises DoorError."""
        await self.door.verify(knock)
        return self.door.read(knock)

    async def close(self) -> None:
        await self.channel.close()
        await self.door.close()


@dataclass
class Served:
    """One server for all tests of a module; each test puts a vendor of its own on it."""

    app: ASGIApp
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def hello(place: Place, text: str = WORDS["plain"]) -> Outbound:
    return Outbound("hello:1", place.person, text, heard_at=MONDAY)


def offer(place: Place) -> Outbound:
    buttons = tuple(
        Button(f"negotiation_AbCdEfGhIjKlMnOp@2026-03-0{day}T10:00:00+00:00", f"{name} {day} March, 10:00")
        for day, name in ((3, "Tue"), (4, "Wed"), (5, "Thu"))
    )
    return Outbound("offer:1", place.person, "Which one suits you?", buttons=buttons, heard_at=MONDAY)

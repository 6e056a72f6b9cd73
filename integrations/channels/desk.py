"""What a channel asks of the house besides messages: forms to fill in, and the page where everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from integrations.channels.base import Card, Inbound


class Kind(StrEnum):
    TEXT = "text"  # one line
    WORDS = "words"  # several lines
    CHOICE = "choice"
    DATE = "date"  # comes back as 2026-03-02
    TIME = "time"  # comes back as 14:30, in whatever zone the reader takes it for
    PERSON = "person"  # comes back as the address of somebody on this channel


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[tuple[str, str], ...] = ()  # what comes back, and how it reads
    value: str = ""  # what stands there before anybody writes
    hint: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """Filled in, it comes back as an Inbound: its id in `pressed`, and by field in `form` what was written."""

    id: str
    title: str
    fields: tuple[Field, ...]
    send: str  # on the button that sends it off
    leave: str  # on the one that does not
    missing: str  # said below a needed field that is empty


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page where everything stands."""

    heading: str
    cards: tuple[Card, ...] = ()
    empty: str = ""  # said where there are no cards
    more: str = ""  # said where not all of them have room
    language: str | None = None  # of these words, as prompts/forms names it


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody pressed what opens a form."""

    channel: str
    sender: str
    form: str  # its name
    id: str  # of what was pressed


@runtime_checkable
class Board(Protocol):
    """A channel with a page of its own for each person, where everything stands."""

    async def publish(self, to: str, sections: Sequence[Section]) -> None:
        """Shows this to them from now on, in place of what was there. Raises ChannelError."""


@runtime_checkable
class Entrance(Protocol):
    """A channel where people have to write first: a link of their own leads there, and says who comes."""

    async def way_in(self, person: str) -> str:
        """For this person alone, and for some days. Raises ChannelError."""


class Desk(Protocol):
    """Who makes them. Each is asked after the vendor was answered, and has two seconds or so."""

    async def form(self, asked: Asked) -> Form | None:
        """What opens; None: they may not, or there is nothing to ask any more."""

    async def home(self, channel: str, sender: str) -> tuple[Section, ...] | None:
        """What stands on their page; None: nobody we know, and the page stays as it is."""

    async def heard(self, message: Inbound) -> str:
        """A word at once, for their eyes alone, where others read along; empty: none."""

    async def gone(self, channel: str, to: str) -> None:
        """The assistant was sent away from this workspace, and its key there is good for nothing."""

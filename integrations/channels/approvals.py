"""Texts that a vendor has to approve before they may open a conversation: what is asked for, and how it stands."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from integrations.channels.base import Button

OURS = "askarsan"
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

# WhatsApp's own rules, whoever carries it.
LONGEST = 1_024  # of the text, with what is filled in (63021)
TITLE = 20  # of a button
QUICK_REPLIES = 10


class Category(StrEnum):
    UTILITY = "UTILITY"
    MARKETING = "MARKETING"


class Approval(StrEnum):
    """How a template stands with WhatsApp; only an approved one may be sent."""

    UNKNOWN = "unknown"
    UNSUBMITTED = "unsubmitted"
    RECEIVED = "received"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"  # by WhatsApp, because people complained; it may come back
    DISABLED = "disabled"

    @classmethod
    def _missing_(cls, _value: object) -> Approval:
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class Draft:
    """One message of ours in one language; {{1}}, {{2}}, … are filled in when it is sent.

    A button's id may be a place too, so that what comes back says which choice of which offer it was.
    """

    name: str  # of the message and its reader
    language: str  # as prompts/messages has it: en, pt-BR
    body: str
    samples: Mapping[str, str] = field(default_factory=dict)  # what each place may read: WhatsApp's reviewers ask
    buttons: tuple[Button, ...] = ()  # quick replies
    category: Category = Category.UTILITY

    @property
    def version(self) -> str:
        """Another one for another text: WhatsApp approves words, not names."""
        told = "\0".join((self.body, *(f"{button.id}\1{button.label}" for button in self.buttons)))
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    @property
    def mark(self) -> tuple[str, str, str]:
        return self.name, self.language, self.version

    @property
    def label(self) -> str:
        """How the vendor's console lists it, and how we find it there again."""
        return "/".join((OURS, *self.mark))

    @property
    def places(self) -> tuple[str, ...]:
        """Of the text and of the buttons' ids, each once, in order."""
        everything = "\n".join((self.body, *(button.id for button in self.buttons)))
        return tuple(dict.fromkeys(PLACE.findall(everything)))

    def filled(self, values: Mapping[str, str]) -> str | None:
        """What a person would read; None where a place would be empty, or it would be too long."""
        if not all(values.get(place, "").strip() for place in self.places):
            return None
        text = PLACE.sub(lambda place: values[place[1]], self.body)
        return text if len(text) <= LONGEST else None

    def faults(self) -> tuple[str, ...]:
        """Why WhatsApp would turn it down."""
        return tuple(_faults(self))


@dataclass(frozen=True, slots=True)
class Standing:
    """One template at the vendor."""

    id: str  # the vendor's own, which is Template.id
    name: str
    language: str
    version: str
    approval: Approval
    reason: str  # why it was rejected, in WhatsApp's words
    body: str
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standings:
    """All our templates at one moment."""

    all: tuple[Standing, ...] = ()

    def of(self, draft: Draft) -> Standing | None:
        """How these very words stand; None: they were never given to the vendor."""
        mine = (each for each in self.all if (each.name, each.language, each.version) == draft.mark)
        return max(mine, key=lambda each: each.made_at or datetime.min.replace(tzinfo=UTC), default=None)

    def older(self, draft: Draft) -> Standing | None:
        """The newest in other words: approved or not, it says something else."""
        *same, version = draft.mark
        mine = (each for each in self.all if [each.name, each.language] == same and each.version != version)
        return max(mine, key=lambda each: each.made_at or datetime.min.replace(tzinfo=UTC), default=None)


class Approvals(ABC):
    """Our templates at a vendor. Every call may raise ChannelError."""

    @abstractmethod
    async def list(self) -> Standings:
        """All of ours, and nobody else's."""

    @abstractmethod
    async def submit(self, draft: Draft) -> Standing:
        """Makes it there and asks for approval, each at most once however often it is called.

        Raises ValueError with what WhatsApp would turn down.
        """

    async def close(self) -> None:  # noqa: B027 – not every vendor has something open
        """Lets go of what is open."""


def _faults(draft: Draft) -> Iterator[str]:
    places, text = set(draft.places), draft.body.strip()
    if "/" in draft.name + draft.language:
        yield "neither name nor language may have a /"
    if places != {str(number) for number in range(1, len(places) + 1)}:
        yield "the places have to be {{1}}, {{2}} and so on, with none left out"
    if {place for place in places if not draft.samples.get(place, "").strip()}:
        yield "every place needs a sample"
    # A point behind the last place still counts as its end.
    if re.match(r"\W*\{\{", text) or re.search(r"\}\}\W*$", text):
        yield "the text may neither begin nor end with a place"
    if re.search(r"\}\}\s*\{\{", text):
        yield "there have to be words between two places"
    if len(PLACE.sub(lambda place: draft.samples.get(place[1], ""), text)) > LONGEST:
        yield f"with its samples it is longer than {LONGEST:,} characters"
    if len(draft.buttons) > QUICK_REPLIES or any(not 0 < len(button.label) <= TITLE for button in draft.buttons):
        yield f"at most {QUICK_REPLIES} buttons, of {TITLE} characters each"
    if any(PLACE.search(button.label) for button in draft.buttons):
        yield "what stands on a button is fixed: only its id may have a place"
    if len({button.label for button in draft.buttons}) < len(draft.buttons):
        yield "no two buttons may read alike"

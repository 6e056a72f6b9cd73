"""Texts of ours for when the window is closed: given to WhatsApp for approval through Twilio, and how they stand.

A template carries the name of our message and its language, so whoever sends that message finds what may go instead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from integrations.channels.base import Button, Template
from integrations.channels.twilio.account import Twilio
from integrations.channels.twilio.contents import PLACE, body_of
from integrations.channels.twilio.limits import ABOVE_BUTTONS, QUICK_REPLY_TITLE

OURS = "askarsan"
QUICK_REPLIES = 10  # with approval
# WhatsApp has no Portuguese but with a country.
LANGUAGES = {"pt": "pt_PT", "pt-BR": "pt_BR"}


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
    """One message of ours in one language; {{1}}, {{2}}, … are filled in when it is sent."""

    name: str  # of the message, as in prompts/messages
    language: str  # as there: en, pt-BR
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
    def label(self) -> str:
        """How Twilio's console lists it, and how we find it there again."""
        return f"{OURS}/{self.name}/{self.language}/{self.version}"

    def faults(self) -> tuple[str, ...]:
        """Why WhatsApp would turn it down, or Twilio refuse it."""
        return tuple(_faults(self))


@dataclass(frozen=True, slots=True)
class Standing:
    """One template at Twilio."""

    id: str  # the ContentSid, which is Template.id
    name: str
    language: str
    version: str
    approval: Approval
    reason: str  # why it was rejected, in WhatsApp's words
    body: str
    made_at: datetime | None

    def filled(self, values: Mapping[str, str]) -> Template:
        """Ready to be sent. Raises ValueError where a place would be left: a person would be sent its sample."""
        if missing := sorted({place for place in PLACE.findall(self.body) if not values.get(place, "").strip()}):
            raise ValueError(f"{self.name} ({self.language}): nothing stands for {', '.join(missing)}")
        return Template(self.id, dict(values))


@dataclass(frozen=True, slots=True)
class Standings:
    """All our templates at one moment."""

    all: tuple[Standing, ...] = ()

    def approved(self, name: str, language: str) -> Standing | None:
        """What may be sent for this message in this language: the newest, where a text was changed."""
        mine = [each for each in self.all if (each.name, each.language) == (name, language)]
        fit = [each for each in mine if each.approval is Approval.APPROVED]
        return max(fit, key=lambda each: each.made_at or datetime.min.replace(tzinfo=UTC), default=None)


class Templates:
    """Our templates at one Twilio account. Every call may raise ChannelError."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio

    async def list(self) -> Standings:
        async with self._twilio.call() as client:
            found = await client.content.v1.content_and_approvals.list_async()
        return Standings(tuple(standing for each in found if (standing := _standing(each))))

    async def submit(self, draft: Draft) -> Standing:
        """Makes it at Twilio and asks for approval, each at most once however often it is called.

        Raises ValueError with what WhatsApp would turn down.
        """
        if faults := draft.faults():
            raise ValueError(f"{draft.name} ({draft.language}): {'; '.join(faults)}")
        there = [each for each in (await self.list()).all if _names(each) == draft.label]
        standing = there[0] if there else await self._made(draft)
        if standing.approval is Approval.UNSUBMITTED:
            await self._ask(standing.id, draft)
        async with self._twilio.call() as client:
            told = (await client.content.v1.contents(standing.id).approval_fetch().fetch_async()).whatsapp or {}
        approval, reason = _approval(told)
        return replace(standing, approval=approval, reason=reason)

    async def delete(self, id: str) -> None:
        """At Twilio and at WhatsApp, which keeps its name from being used again for 30 days."""
        async with self._twilio.call() as client:
            await client.content.v1.contents(id).delete_async()

    async def _made(self, draft: Draft) -> Standing:
        asked = ContentList.ContentCreateRequest(
            {
                "friendly_name": draft.label,
                "language": LANGUAGES.get(draft.language, draft.language),
                "variables": dict(draft.samples),
                "types": _types(draft),
            }
        )
        async with self._twilio.call() as client:
            made = await client.content.v1.contents.create_async(asked)
        return Standing(
            id=str(made.sid),
            name=draft.name,
            language=draft.language,
            version=draft.version,
            approval=Approval.UNSUBMITTED,
            reason="",
            body=draft.body,
            made_at=made.date_created,
        )

    async def _ask(self, sid: str, draft: Draft) -> None:
        name = re.sub(r"[^a-z0-9]+", "_", f"{draft.name}_{draft.version}".lower())
        asked = ApprovalCreateList.ContentApprovalRequest({"name": name, "category": draft.category.value})
        async with self._twilio.call() as client:
            await client.content.v1.contents(sid).approval_create.create_async(asked)


def _types(draft: Draft) -> dict[str, Any]:
    if not draft.buttons:
        return {"twilio/text": {"body": draft.body}}
    actions = [{"type": "QUICK_REPLY", "title": button.label, "id": button.id} for button in draft.buttons]
    return {"twilio/quick-reply": {"body": draft.body, "actions": actions}}


def _names(standing: Standing) -> str:
    return f"{OURS}/{standing.name}/{standing.language}/{standing.version}"


def _standing(told: Any) -> Standing | None:
    """None: not one of ours."""
    match str(told.friendly_name).split("/"):
        case [ours, name, language, version] if ours == OURS:
            approval, reason = _approval(told.approval_requests or {})
            body = body_of(told.types or {})
            return Standing(str(told.sid), name, language, version, approval, reason, body, told.date_created)
    return None


def _approval(told: Mapping[str, object]) -> tuple[Approval, str]:
    return Approval(str(told.get("status") or Approval.UNSUBMITTED)), str(told.get("rejection_reason") or "")


def _faults(draft: Draft) -> Iterator[str]:
    places, text = PLACE.findall(draft.body), draft.body.strip()
    if "/" in draft.name + draft.language:
        yield "neither name nor language may have a /"
    if set(places) != {str(number) for number in range(1, len(set(places)) + 1)}:
        yield "the places have to be {{1}}, {{2}} and so on, with none left out"
    if {place for place in places if not draft.samples.get(place, "").strip()}:
        yield "every place needs a sample"
    # A point behind the last place still counts as its end.
    if re.match(r"\{\{", text) or re.search(r"\}\}\W*$", text):
        yield "the text may neither begin nor end with a place"
    if re.search(r"\}\}\s*\{\{", text):
        yield "there have to be words between two places"
    if len(PLACE.sub(lambda place: draft.samples.get(place[1], ""), text)) > ABOVE_BUTTONS:
        yield f"with its samples it is longer than {ABOVE_BUTTONS:,} characters"
    if len(draft.buttons) > QUICK_REPLIES or any(len(button.label) > QUICK_REPLY_TITLE for button in draft.buttons):
        yield f"at most {QUICK_REPLIES} buttons, of {QUICK_REPLY_TITLE} characters each"

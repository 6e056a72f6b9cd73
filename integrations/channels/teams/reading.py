"""What Teams tells, activity by activity, in our words. What nobody here knows is Unknown, and never an error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.channels.base import Inbound, Told, Unknown, Wish
from integrations.channels.teams import words
from integrations.channels.teams.addresses import Address, Spot
from integrations.channels.teams.cards import OURS
from integrations.channels.teams.task_modules import Filled, Ticket, filled

CHANNEL = "msteams"
PRIVATE = "personal"
# What a press is answered with: Teams shows it for a moment.
SEEN = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "✓"}
CLOSES: Mapping[str, Any] = {}  # a dialog


@dataclass(frozen=True, slots=True)
class Opens:
    """Somebody pressed what opens a form, and waits for it in the answer."""

    address: str
    ticket: Ticket
    given: Mapping[str, str] | None = None  # what they filled in, where something was missing


@dataclass(frozen=True, slots=True)
class Found:
    """What one activity comes to."""

    told: tuple[Told, ...] = ()
    answer: Mapping[str, Any] | None = None  # None: nobody waits for any
    status: int = 200
    opens: Opens | None = None
    gone: str | None = None  # the team that sent us away


@dataclass(frozen=True, slots=True)
class Activity:
    body: Mapping[str, Any]
    raw: bytes
    tenants: Collection[str]

    @property
    def tenant(self) -> str:
        """Teams writes it in one of two places; other writings of its name were seen."""
        match self.body:
            case {"channelData": {"tenant": {"id": str() as tenant}}}:
                return tenant.lower()
            case {"conversation": {"tenantId": str() as tenant}} | {"conversation": {"tenantID": str() as tenant}}:
                return tenant.lower()
        return ""

    @property
    def person(self) -> Mapping[str, Any]:
        who = self.body.get("from")
        return who if isinstance(who, dict) else {}

    @property
    def address(self) -> str:
        """Of whoever did it. Raises BadAddress: other bots and passers-by have none."""
        return str(Address.read(f"{self.tenant}:{_text(self.person.get('aadObjectId'))}"))

    @property
    def value(self) -> Mapping[str, Any]:
        value = self.body.get("value")
        return value if isinstance(value, dict) else {}

    @property
    def private(self) -> bool:
        match self.body.get("conversation"):
            case {"isGroup": True}:
                return False
            case {"conversationType": str() as kind}:
                return kind == PRIVATE
        return True

    @property
    def id(self) -> str:
        """Where Teams gives none, the same activity has the same one."""
        return self._spot("id") or f"activity:{hashlib.sha256(self.raw).hexdigest()[:32]}"

    @property
    def thread(self) -> str | None:
        """The message that it answers, or that what was pressed stands on."""
        return self._spot("replyToId")

    def _spot(self, name: str) -> str | None:
        match self.body.get("conversation"):
            case {"id": str() as conversation}:
                spot = Spot.read(f"{conversation}|{self.body.get(name)}")
                return str(spot) if spot else None
        return None

    def unknown(self, kind: str, **more: Any) -> Found:
        return Found((Unknown(self.id, words.tidy(kind)[:60] or "nothing"),), **more)

    def inbound(self, text: str, **more: Any) -> Inbound:
        told = {"vendor_id": self.id, "thread": self.thread, "at": _moment(self.body.get("timestamp")), **more}
        name = words.tidy(_text(self.person.get("name")))
        return Inbound(channel="teams", sender=self.address, text=text, name=name, to=self.tenant, **told)


def found(activity: Activity) -> Found:
    kind = _text(activity.body.get("type"))
    if activity.body.get("channelId") != CHANNEL:
        return activity.unknown("another channel")
    if activity.tenant not in activity.tenants:
        return activity.unknown("another tenant", answer=_refused(kind))
    return _KINDS.get(kind, _other)(activity)


def _refused(kind: str) -> Mapping[str, Any] | None:
    return CLOSES if kind == "invoke" else None


def _other(activity: Activity) -> Found:
    return activity.unknown(_text(activity.body.get("type")))


# What is written


def _message(activity: Activity) -> Found:
    match activity.value.get(OURS):
        case {"press": str() as id, **rest} if id:
            return Found((_pressed(activity, id, rest),))
    if not activity.private and not any(words.mentions(activity.body)):
        return activity.unknown("message not to us")
    text, files = words.said(activity.body), words.files_in(activity.body)
    if not text and not files and activity.private:
        return activity.unknown("message without words")
    # Whoever mentions it without a word asks what there is.
    return Found((activity.inbound(text or ("" if files else "help"), files=files),))


# What is pressed, opened and sent off: Teams waits for an answer with a body


def _invoke(activity: Activity) -> Found:
    read = _INVOKES.get(_text(activity.body.get("name")))
    if read is None:
        return activity.unknown(f"invoke {_text(activity.body.get('name'))}", answer=CLOSES, status=501)
    return read(activity)


def _executed(activity: Activity) -> Found:
    match activity.value:
        case {"action": {"data": {"askarsan": {"press": str() as id, **rest}}}} if id:
            return Found((_pressed(activity, id, rest),), SEEN)
    return activity.unknown("adaptiveCard/action of nobody's", answer=SEEN)


def _fetched(activity: Activity) -> Found:
    match activity.value:
        case {"data": {"askarsan": {"form": str() as form, "id": str() as id}}} if form and id:
            return _opens(activity, Ticket(form, id, activity.id, activity.thread))
    return activity.unknown("task/fetch of nobody's", answer=CLOSES)


def _begun(activity: Activity) -> Found:
    """A command beside the place where messages are written."""
    match activity.value:
        case {"commandId": str() as form} if form:
            return _opens(activity, Ticket(form, "", activity.id))
    return activity.unknown("composeExtension/fetchTask of nobody's", answer=CLOSES)


def _opens(activity: Activity, ticket: Ticket) -> Found:
    return Found(answer=CLOSES, opens=Opens(activity.address, ticket))


def _submitted(activity: Activity) -> Found:
    """One dialog is one answer, however often its button is pressed."""
    data = activity.value.get("data")
    read = filled(data, activity.tenant) if isinstance(data, dict) else None
    if read is None:
        return activity.unknown("task/submit of nobody's", answer=CLOSES)
    if read.missing:
        return Found(answer=CLOSES, opens=Opens(activity.address, read.ticket, read.form))
    return Found((_sent_off(activity, read),), CLOSES)


def _sent_off(activity: Activity, read: Filled) -> Inbound:
    vendor_id = f"form:{words.tidy(read.ticket.opened)[:400]}" if read.ticket.opened else activity.id
    return activity.inbound("", vendor_id=vendor_id, thread=read.ticket.thread, pressed=read.id, form=read.form)


def _pressed(activity: Activity, id: str, rest: Mapping[Any, Any]) -> Inbound:
    return activity.inbound(words.tidy(_text(rest.get("label"))), pressed=words.tidy(id))


_INVOKES: Mapping[str, Callable[[Activity], Found]] = {
    "adaptiveCard/action": _executed,
    "task/fetch": _fetched,
    "task/submit": _submitted,
    "composeExtension/fetchTask": _begun,
    "composeExtension/submitAction": _submitted,
}


# Coming and going


def _installation(activity: Activity) -> Found:
    """Whoever takes the app away in private wants nothing more here; in a team it is the team that does."""
    action = _text(activity.body.get("action"))
    if not activity.private:
        gone = _team(activity) if action == "remove" else None
        return activity.unknown(f"installationUpdate {action}", gone=gone)
    wish = {"add": Wish.IN, "remove": Wish.OUT}.get(action)
    if wish is None:
        return activity.unknown(f"installationUpdate {action}")  # a newer version of the app
    return Found((activity.inbound("", wish=wish),))


def _team(activity: Activity) -> str:
    match activity.body:
        case {"channelData": {"team": {"id": str() as team}}}:
            return f"{activity.tenant}:{team}"
    return activity.tenant


_KINDS: Mapping[str, Callable[[Activity], Found]] = {
    "message": _message,
    "invoke": _invoke,
    "installationUpdate": _installation,
}


# Pieces


def _moment(told: object) -> datetime | None:
    """Teams writes seven digits of a second, and a Z."""
    try:
        at = datetime.fromisoformat(_text(told))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

"""What Calendly tells at our door, and how it proves that it is Calendly."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ValidationError

from integrations.channels.base import BadMessage, BadSignature, Fault
from integrations.links.folding import By, Notice, Told

SIGNATURE = "Calendly-Webhook-Signature"
TOLERANCE = timedelta(minutes=3)
EVENTS = ("invitee.created", "invitee.canceled")


def verify(headers: Mapping[str, str], raw: bytes, key: str, now: datetime) -> None:
    """Raises BadSignature unless it is Calendly's, over this very body, and young enough; nothing else, ever."""
    if not key:
        raise BadSignature("no signing key is configured")
    parts = [part.strip().partition("=") for part in headers.get(SIGNATURE, "").split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise BadSignature(f"{SIGNATURE} has to read t=<unix seconds>,v1=<hex>")
    wanted = _digest(key, at, raw).encode()
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(each, wanted) for each in given):
        raise BadSignature("it is not the one we expect")
    if abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        raise BadSignature("it is too old, or one of the clocks is wrong")


def sign(key: str, raw: bytes, now: datetime) -> dict[str, str]:
    """The header Calendly sends along."""
    at = str(int(now.timestamp()))
    return {SIGNATURE: f"t={at},v1={_digest(key, at, raw)}"}


def _digest(key: str, at: str, raw: bytes) -> str:
    return hmac.new(key.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time before the first year or after the last") from None


def _clean(text: str) -> str:
    # No database keeps this one, and a notice that cannot be kept would cost us the webhook.
    return text.replace("\0", "")


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Words = Annotated[str, AfterValidator(_clean)]


class Counter(BaseModel):
    """How many ever booked an event, and how many of them still come."""

    total: int
    active: int


class Event(BaseModel):
    """A scheduled event, in a notice and in the API alike."""

    uri: Words
    start_time: Moment
    end_time: Moment
    invitees_counter: Counter | None = None


class Cancellation(BaseModel):
    canceler_type: str = ""

    @property
    def by(self) -> By | None:
        return By(self.canceler_type) if self.canceler_type in {*By} else None


class Invitee(BaseModel):
    """Somebody who booked."""

    uri: Words
    email: Words = ""
    status: str = "active"
    rescheduled: bool = False
    old_invitee: Words | None = None
    new_invitee: Words | None = None
    cancellation: Cancellation | None = None

    def began(self, event: Event) -> Notice:
        times = (event.start_time, event.end_time)
        return Notice(Told.CREATED, self.uri, event.uri, *times, self.email, self.old_invitee or "")

    def ended(self, event: Event) -> Notice:
        times = (event.start_time, event.end_time)
        # Of what was called off nothing follows, whatever else is noted there.
        new = self.new_invitee if self.rescheduled else None
        by = self.cancellation.by if self.cancellation else None
        return Notice(Told.CANCELED, self.uri, event.uri, *times, self.email, new or "", self.rescheduled, by)


class _Payload(Invitee):
    scheduled_event: Event


class _Notice(BaseModel):
    event: Literal["invitee.created", "invitee.canceled"]
    payload: _Payload


class _Anything(BaseModel):
    event: str


def read(raw: bytes) -> Notice | None:
    """What was told; None where it is about no booking. Raises BadMessage."""
    try:
        if _Anything.model_validate_json(raw).event not in EVENTS:
            return None
        told = _Notice.model_validate_json(raw)
    except ValidationError:
        raise BadMessage((Fault("", "cannot be read"),)) from None  # pydantic's own text would show what was sent
    about = told.payload
    return about.began(about.scheduled_event) if told.event == EVENTS[0] else about.ended(about.scheduled_event)

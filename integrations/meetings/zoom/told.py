"""What Zoom tells at our door, and how it proves that it is Zoom."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ValidationError

from integrations.channels.base import BadMessage, BadSignature, Fault

SIGNATURE, SIGNED_AT = "x-zm-signature", "x-zm-request-timestamp"
TOLERANCE = timedelta(minutes=5)


def verify(headers: Mapping[str, str], raw: bytes, secret: str, now: datetime) -> None:
    """Raises BadSignature unless it is Zoom's, over this very body, and young enough; nothing else, whatever comes."""
    if not secret:
        raise BadSignature("no secret is configured")
    at = headers.get(SIGNED_AT, "")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise BadSignature(f"{SIGNED_AT} has to be unix seconds")
    wanted = f"v0={_digest(secret, f'v0:{at}:'.encode() + raw)}"
    if not hmac.compare_digest(headers.get(SIGNATURE, "").encode("utf-8", "replace"), wanted.encode()):
        raise BadSignature("it is not the one we expect")
    if abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        raise BadSignature("it is too old, or one of the clocks is wrong")


def sign(secret: str, raw: bytes, now: datetime) -> dict[str, str]:
    """The headers Zoom sends along."""
    at = str(int(now.timestamp()))
    return {SIGNED_AT: at, SIGNATURE: f"v0={_digest(secret, f'v0:{at}:'.encode() + raw)}"}


def proof(plain_token: str, secret: str) -> dict[str, str]:
    """The answer by which Zoom sees, every 72 hours, that the address is ours."""
    return {"plainToken": plain_token, "encryptedToken": _digest(secret, plain_token.encode())}


def _digest(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class AddressAsked:
    """Zoom wants to see that the address is ours."""

    plain_token: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something became of a meeting: meeting.deleted, meeting.updated, meeting.started, meeting.ended and the like."""

    event: str
    meeting: str  # Meeting.reference
    uuid: str = ""
    at: datetime | None = None


LONGEST = 200  # Zoom's are of eleven digits


def _keepable(number: int | str) -> int | str:
    if "\0" in str(number):
        raise ValueError("PostgreSQL breaks off where it is asked for a zero byte")
    if len(str(number)) > LONGEST:
        raise ValueError("no meeting has a number of that length, and SQLite breaks off where it is asked for it")
    return number


class _Object(BaseModel):
    id: Annotated[int | str, AfterValidator(_keepable)] = ""
    uuid: str = ""


class _Payload(BaseModel):
    plainToken: str = ""  # noqa: N815 – Zoom's own spelling
    object: _Object = _Object()


class _Told(BaseModel):
    event: str
    event_ts: AwareDatetime | None = None  # milliseconds
    payload: _Payload = _Payload()


def read(raw: bytes) -> AddressAsked | Happened | None:
    """What was told; None where it is about no meeting. Raises BadMessage."""
    try:
        told = _Told.model_validate_json(raw)
    except ValidationError:
        raise BadMessage((Fault("", "cannot be read"),)) from None  # pydantic's own text would show what was sent
    if told.event == "endpoint.url_validation":
        return AddressAsked(told.payload.plainToken)
    if told.event.startswith("meeting.") and told.payload.object.id:
        about = told.payload.object
        return Happened(told.event, str(about.id), about.uuid, told.event_ts)
    return None

"""Any channel over a firm's own gateway: signed JSON, one way out and one way in.

Out: we POST a message to the configured URL, and the gateway answers 2xx with {"id": …}. In: the gateway posts what
people write, and receipts, to our door. Both ways are signed alike, over the raw body:

    X-Askarsan-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, "<t>." + body)>
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import quote

import httpx2
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from integrations.channels.base import (
    NAMES,
    Abilities,
    BadAddress,
    BadMessage,
    BadSignature,
    Button,
    Channel,
    ChannelError,
    Fault,
    Inbound,
    OptedOut,
    Outbound,
    Permanent,
    Receipt,
    ReceiptStatus,
    Sent,
    Temporary,
    Unanswered,
    WindowClosed,
    from_status,
)
from integrations.channels.fitting import labels, pieces
from integrations.waits import asked_to_wait

SIGNATURE = "X-Askarsan-Signature"
IDEMPOTENCY_KEY = "Idempotency-Key"

TOLERANCE = timedelta(seconds=300)
PATIENCE = timedelta(seconds=15)  # for one message, all told

# What of a message goes over the wire.
WRITTEN = frozenset({"key", "to", "text", "subject", "buttons", "thread", "invite"})

REASONS: dict[str, type[Permanent]] = {
    "bad_address": BadAddress,
    "opted_out": OptedOut,
    "window_closed": WindowClosed,
}
# What a receipt may say instead: the carriers' own code.
MEANS: dict[str, type[Permanent]] = REASONS | {"21610": OptedOut}


# Out


def new_client() -> httpx2.AsyncClient:
    """Redirects are not followed: a signed message goes where it was configured to go."""
    return httpx2.AsyncClient(timeout=httpx2.Timeout(10, connect=3, pool=5), follow_redirects=False)


@dataclass(frozen=True)
class Gateway:
    """Where the gateway is, and the secret both sides share; one client for all its channels."""

    url: str
    secret: str = field(repr=False)
    now: Callable[[], datetime]
    client: httpx2.AsyncClient = field(default_factory=new_client, repr=False)
    patience: timedelta = PATIENCE

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("the gateway's URL begins with https:// or http://")
        if not self.secret:
            raise ValueError("a gateway needs a secret")

    async def post(self, channel: str, message: Outbound) -> httpx2.Response:
        """The gateway's answer, whatever it says. Raises Temporary where there is none."""
        raw = written(channel, message)
        headers = {
            "Content-Type": "application/json",
            IDEMPOTENCY_KEY: quote(message.key, safe=":/"),
            SIGNATURE: sign(self.secret, raw, self.now()),
        }
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self.patience.total_seconds()):
                return await self.client.post(self.url, content=raw, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            raise Temporary("no connection") from error  # nothing left the house
        except (httpx2.RequestError, TimeoutError) as error:
            raise Unanswered from error


class GatewayChannel(Channel):
    """One channel of a gateway. The gateway recognises a repeated `Idempotency-Key`."""

    def __init__(self, name: str, abilities: Abilities, gateway: Gateway) -> None:
        self.name = name
        self.abilities = abilities
        self.gateway = gateway

    async def send(self, message: Outbound) -> Sent:
        *also, vendor_id = [await self._send(piece) for piece in self._in_pieces(message)]
        return Sent(vendor_id, tuple(also))

    def _in_pieces(self, message: Outbound) -> Iterator[Outbound]:
        """Each with a key of its own, so that after a failure all may be sent again; what goes along is in the last."""
        *before, last = pieces(message.text, self.abilities) or ("",)
        for number, text in enumerate(before, 1):
            yield Outbound(f"{message.key}#{number}", message.to, text, thread=message.thread)
        cut = labels(message.buttons, self.abilities.label)
        buttons = (Button(each.id, label) for each, label in zip(message.buttons, cut, strict=True))
        yield replace(message, text=last, buttons=tuple(buttons))

    async def _send(self, message: Outbound) -> str:
        answer = await self.gateway.post(self.name, message)
        if not answer.is_success:
            raise _refusal(answer, self.gateway.now())
        return _id_in(answer)

    async def close(self) -> None:
        """Closes the client, for all channels of the gateway."""
        await self.gateway.client.aclose()


def written(channel: str, message: Outbound) -> bytes:
    """The message as it goes over the wire."""
    body = {name: value for name, value in asdict(message).items() if name in WRITTEN} | {"channel": channel}
    if message.invite is not None:
        body["invite"] = base64.b64encode(message.invite).decode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def sign(secret: str, raw: bytes, now: datetime) -> str:
    at = int(now.timestamp())
    return f"t={at},v1={_digest(secret, at, raw)}"


def _digest(secret: str, at: int, raw: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()


def _id_in(answer: httpx2.Response) -> str:
    match _json(answer):
        case {"id": str() | int() as vendor_id} if vendor_id != "":
            return str(vendor_id)
    # Taken, perhaps: the key makes it harmless to ask again.
    raise Unanswered("the gateway's answer has no id")


def _refusal(answer: httpx2.Response, now: datetime) -> ChannelError:
    error = from_status(answer.status_code, asked_to_wait(answer.headers.get("Retry-After", ""), now))
    if isinstance(error, Permanent):
        match _json(answer):
            case {"error": str() as reason, **rest} if reason in REASONS:
                return REASONS[reason](str(rest.get("code", reason))[:64])
    return error


def _json(answer: httpx2.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


# In


def verify(
    headers: Mapping[str, str], raw: bytes, secret: str, now: datetime, tolerance: timedelta = TOLERANCE
) -> None:
    """Raises BadSignature unless one of the signatures is ours and young enough; nothing else, whatever comes."""
    if not secret:
        raise BadSignature("no secret is configured")
    header = next((value for name, value in headers.items() if name.lower() == SIGNATURE.lower()), "")
    parts = [part.strip().partition("=") for part in header.split(",")]
    at = _unix([value for name, _, value in parts if name == "t"])
    wanted = _digest(secret, at, raw).encode()
    # While a secret is being changed a gateway may sign with both.
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"]
    if not any(hmac.compare_digest(each, wanted) for each in given):
        raise BadSignature("it is not the one we expect")
    if abs(now.timestamp() - at) > tolerance.total_seconds():
        raise BadSignature("it is too old, or one of the clocks is wrong")


def _unix(values: list[str]) -> int:
    match values:
        case [value] if value.isascii() and value.isdigit() and len(value) <= 12:
            return int(value)
    raise BadSignature(f"{SIGNATURE} has to read t=<unix seconds>,v1=<hex>")


def read(raw: bytes) -> Inbound | Receipt:
    """A message or a receipt as the gateway tells it; fields we do not know are passed over. Raises BadMessage."""
    try:
        told = _TOLD.validate_json(raw)
    except ValidationError as error:
        raise BadMessage(tuple(_faults(error))) from None  # pydantic's own text would show what people wrote
    return told.meaning()


def _without_nul(text: str) -> str:
    return text.replace("\0", "")  # PostgreSQL keeps no NUL; better a character lost than the message


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _known(channel: str) -> str:
    if channel not in NAMES:
        raise ValueError(f"must be one of {', '.join(NAMES)}")
    return channel


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be base64") from None


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


Text = Annotated[str, AfterValidator(_without_nul)]
Name = Annotated[str, Field(max_length=512), AfterValidator(_without_nul), AfterValidator(_not_empty)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class ToldMessage(BaseModel):
    type: Literal["message"]
    id: Name
    channel: Annotated[str, AfterValidator(_known)]
    sender: Name
    text: Text = ""
    pressed: Text | None = None
    thread: Text | None = None
    reply: Annotated[bytes | None, BeforeValidator(_decoded)] = None
    at: Moment | None = None

    def meaning(self) -> Inbound:
        return Inbound(
            vendor_id=self.id,
            channel=self.channel,
            sender=self.sender,
            text=self.text,
            pressed=self.pressed or None,
            thread=self.thread or None,
            reply=self.reply,
            at=self.at,
        )


class ToldReceipt(BaseModel):
    type: Literal["receipt"]
    id: Name
    status: str
    error: Text | int | None = None

    def meaning(self) -> Receipt:
        error = str(self.error) if self.error else None
        return Receipt(self.id, ReceiptStatus(self.status), error, MEANS.get(error or ""))


_TOLD: TypeAdapter[ToldMessage | ToldReceipt] = TypeAdapter(
    Annotated[ToldMessage | ToldReceipt, Field(discriminator="type")]
)

_WRONG = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_too_long": "is too long",
    "bytes_type": "must be base64",
    "timezone_aware": "must carry an offset, like 2026-03-02T09:00:00+01:00",
    "union_tag_not_found": 'must be "message" or "receipt"',
    "union_tag_invalid": 'must be "message" or "receipt"',
    "dict_type": "must be a JSON object",
    "json_invalid": "is not JSON",
}


def _faults(error: ValidationError) -> Iterator[Fault]:
    for each in error.errors(include_url=False, include_input=False):
        kind, place = each["type"], [str(part) for part in each["loc"]]
        if kind.startswith("union_tag"):
            place = ["type"]
        elif kind.startswith("datetime"):
            kind = "timezone_aware"
        # The first part of the place is the kind of message, not a field.
        name = ".".join(place[1:] or place)
        wrong = str(each["ctx"]["error"]) if kind == "value_error" else _WRONG.get(kind, "cannot be read")
        yield Fault(name if kind != "json_invalid" else "", wrong)

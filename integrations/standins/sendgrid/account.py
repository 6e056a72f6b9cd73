"""One SendGrid account: the mails it took, the addresses it no longer writes to, its events, and its webhooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import compat32
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from integrations.standins.mishaps import Mishaps

BOUNDARY = "xYzZY"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@dataclass(frozen=True)
class Taken:
    """A mail as it was posted, under SendGrid's own id."""

    id: str
    mail: Mapping[str, Any]
    at: datetime

    @property
    def to(self) -> str:
        return str(self.mail["personalizations"][0]["to"][0]["email"])


@dataclass
class StandInSendGrid:
    """`nobody` are addresses that bounce; `suppressed` those it drops, and why, as it learnt from earlier mails."""

    now: Callable[[], datetime]
    key: str = "SG.stand-in.key"
    scopes: tuple[str, ...] = ("mail.send",)
    nobody: set[str] = field(default_factory=set)
    suppressed: dict[str, str] = field(default_factory=dict)
    mishaps: Mishaps = field(default_factory=Mishaps)
    mails: list[Taken] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    signing: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()), repr=False)

    @property
    def verification_key(self) -> str:
        """As its pages show it."""
        shown = self.signing.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(shown).decode()

    # What becomes of a mail

    def take(self, mail: Mapping[str, Any]) -> Taken:
        taken = Taken(f"mail{len(self.mails) + 1:04d}", mail, self.now())
        self.mails.append(taken)
        if reason := self.suppressed.get(taken.to.lower()):
            self.tell(taken, "dropped", reason=reason)
            return taken
        self.tell(taken, "processed")
        if taken.to.lower() in self.nobody:
            self.suppressed[taken.to.lower()] = "Bounced Address"
            self.tell(taken, "bounce", type="bounce", status="5.1.1", reason="550 5.1.1 no such user")
        else:
            self.tell(taken, "delivered", response="250 2.0.0 OK")
        return taken

    def complain(self, taken: Taken) -> None:
        """Its reader presses "spam"."""
        self.suppressed[taken.to.lower()] = "Spam Reporting Address"
        self.tell(taken, "spamreport")

    def tell(self, taken: Taken, event: str, **more: str) -> dict[str, Any]:
        told = {
            "email": taken.to,
            "timestamp": int(self.now().timestamp()),
            "event": event,
            "sg_event_id": f"event-{len(self.events) + 1}",
            "sg_message_id": f"{taken.id}.filter0001.1.5F.0",
            "smtp-id": (taken.mail.get("headers") or {}).get("Message-ID", f"<{taken.id}@geopod-ismtpd>"),
            **(taken.mail.get("custom_args") or {}),
            **more,
        }
        self.events.append(told)
        return told

    # How it tells us

    def signed(self, body: bytes, at: datetime | None = None) -> dict[str, str]:
        """The headers that prove a body."""
        stamp = str(int((at or self.now()).timestamp()))
        made = self.signing.sign(stamp.encode() + body, ECDSA(SHA256()))
        return {SIGNATURE: base64.b64encode(made).decode(), TIMESTAMP: stamp}

    async def post_events(self, url: str, events: Sequence[Mapping[str, Any]] | None = None) -> int:
        """All there are, or these. The status it was answered with: anything but 2xx, and it comes again."""
        # SendGrid's own bytes: a line end behind each event, which no parser would put back.
        lines = ",\r\n".join(json.dumps(each, separators=(",", ":")) for each in events or self.events)
        body = f"[{lines}]\r\n".encode()
        return await self._post(url, body, {"Content-Type": "application/json"})

    async def pass_on(
        self, url: str, mail: bytes, *, envelope: Mapping[str, Any], raw: bool = True, **told: str
    ) -> int:
        """A mail that was sent to us: whole, or taken apart. `told`: dkim, SPF and the like."""
        fields = {"envelope": json.dumps(envelope).encode(), **{name: said.encode() for name, said in told.items()}}
        body = form(fields | ({"email": mail} if raw else apart(mail)))
        return await self._post(url, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        async with httpx2.AsyncClient(timeout=30, follow_redirects=False) as client:
            answer = await client.post(url, content=body, headers={**headers, **self.signed(body)})
        return answer.status_code


def form(fields: Mapping[str, bytes]) -> bytes:
    made = b""
    for name, value in fields.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        made += head.encode() + value + b"\r\n"
    return made + f"--{BOUNDARY}--\r\n".encode()


def apart(mail: bytes) -> dict[str, bytes]:
    """The fields of a mail that is not passed on whole: texts in the charsets they came in."""
    opened = message_from_bytes(mail, policy=compat32)
    head, _, _ = mail.partition(b"\r\n\r\n" if b"\r\n\r\n" in mail else b"\n\n")
    fields, charsets = {"headers": head + b"\n"}, {}
    for part in opened.walk():
        name = {"text/plain": "text", "text/html": "html"}.get(part.get_content_type())
        payload = part.get_payload(decode=True)
        if name and isinstance(payload, bytes):
            fields[name] = payload
            charsets[name] = str(part.get_param("charset") or "us-ascii")
    return fields | {"charsets": json.dumps(charsets).encode(), "attachments": b"0"}

"""Webhooks as Twilio posts them: signed over the public address and every field."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx2

Fields = Sequence[tuple[str, str]]


def sign(secret: str, url: str, fields: Fields = (), algorithm: str = "sha1") -> str:
    """Twilio's signature: the address, then each field's name and value, sorted, doubles once."""
    told = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(secret.encode(), told.encode(), algorithm).digest()).decode()


@dataclass(frozen=True)
class Webhook:
    """One that is on its way: posted again, it is the same to the byte."""

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class SharedKey:
    """What newer accounts sign with instead of the auth token."""

    id: str
    secret: str = field(repr=False)


class Hooks:
    """`reach` says where a public address really is: {"https://assistant.example": "http://127.0.0.1:8000"}."""

    def __init__(self, token: str, reach: Mapping[str, str] | None = None, client: httpx2.AsyncClient | None = None):
        self.token = token
        self.shared: SharedKey | None = None
        self.posted: list[Webhook] = []
        self._reach = dict(reach or {})
        self._client = client or httpx2.AsyncClient(timeout=15)

    def form(self, url: str, fields: Fields) -> Webhook:
        return self._webhook(url, urlencode(fields).encode(), fields, "application/x-www-form-urlencoded")

    def json(self, url: str, body: bytes) -> Webhook:
        """What is no form is signed by a hash of it in the address."""
        url += f"{'&' if '?' in url else '?'}bodySHA256={hashlib.sha256(body).hexdigest()}"
        return self._webhook(url, body, (), "application/json")

    async def post(self, webhook: Webhook) -> httpx2.Response:
        self.posted.append(webhook)
        public = next((each for each in self._reach if webhook.url.startswith(each)), "")
        url = self._reach.get(public, "") + webhook.url.removeprefix(public)
        return await self._client.post(url, content=webhook.body, headers=dict(webhook.headers))

    async def close(self) -> None:
        await self._client.aclose()

    def _webhook(self, url: str, body: bytes, fields: Fields, content_type: str) -> Webhook:
        headers = {
            "Content-Type": content_type,
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": hashlib.sha256(url.encode() + body).hexdigest()[:32],
        }
        if self.shared:
            headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={self.shared.id},algorithm=HMAC_SHA256"
            headers["X-Twilio-Signature"] = sign(self.shared.secret, url, fields, "sha256")
        else:
            headers["X-Twilio-Signature"] = sign(self.token, url, fields)
        return Webhook(url, body, headers)

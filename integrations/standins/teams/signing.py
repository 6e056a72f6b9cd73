"""The stand-in's keys, as the Bot Connector publishes them, and the tokens that it signs its activities with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://api.botframework.com"
LASTS = timedelta(hours=1)


@dataclass
class Signer:
    """One key at a time is in use; all those that were published are still shown until they are taken away."""

    app_id: str
    now: Callable[[], datetime]
    endorsements: tuple[str, ...] = ("msteams",)
    number: int = 0
    published: list[int] = field(default_factory=lambda: [0])

    def rotate(self, *, keep: bool = False) -> None:
        """From now on another key signs. `keep`: the one before is shown beside it for a while."""
        self.number += 1
        self.published = [*(self.published if keep else ()), self.number]

    def keys(self) -> dict[str, Any]:
        """As JWKS, with what each may vouch for."""
        return {"keys": [self._shown(number) for number in self.published]}

    def token(self, service_url: str, *, headers: dict[str, Any] | None = None, **other: Any) -> str:
        """For an hour; `other` claims go over the right ones, and None leaves one out."""
        now = int(self.now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": self.app_id,
            "serviceurl": service_url,
            "nbf": now,
            "exp": now + int(LASTS.total_seconds()),
            **other,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            told, key(self.number), algorithm="RS256", headers={"kid": _id(self.number), **(headers or {})}
        )

    def _shown(self, number: int) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(number).public_key()))
        return {**public, "kid": _id(number), "use": "sig", "x5t": _id(number), "endorsements": list(self.endorsements)}


def _id(number: int) -> str:
    return f"standin-key-{number}"


@lru_cache(maxsize=8)
def key(number: int) -> rsa.RSAPrivateKey:
    """The same for all stand-ins of a process: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)

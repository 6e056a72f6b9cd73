"""Who sent a notification: Microsoft's own signature over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2
import jwt
from jwt.types import Options

from integrations.calendars.microsoft.account import LOGIN

NOTIFIER = "0bf30f3b-4a52-48df-9a82-234910c4a086"  # the app that Graph's notifications come from
KEYS_KEPT = timedelta(days=1)
KEYS_AGAIN = timedelta(minutes=5)  # a made-up key id must not make us ask for the keys each time
LEEWAY = timedelta(minutes=5)  # between Microsoft's clocks and ours
TIMES: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}  # by our clock, not the library's


class Sender:
    """Tells whether notifications with data inside come from Graph, and were meant for this app of this firm."""

    def __init__(self, tenant: str, client_id: str, now: Callable[[], datetime], *, login_url: str = LOGIN) -> None:
        self._now = now
        self._audience = client_id
        self._issuers = {f"https://sts.windows.net/{tenant}/", f"{LOGIN}/{tenant}/v2.0"}
        self._url = f"{login_url}/{tenant}/discovery/v2.0/keys"
        self._keys: dict[str, Any] = {}
        self._asked: datetime | None = None

    async def proven(self, tokens: Sequence[str]) -> bool:
        """All of them, and at least one."""
        for token in tokens:
            if not await self._holds(token):
                return False
        return bool(tokens)

    async def _holds(self, token: str) -> bool:
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                return False
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=self._audience, options=TIMES)
        except jwt.InvalidTokenError:
            return False
        now, leeway = self._now().timestamp(), LEEWAY.total_seconds()
        in_time = float(claims.get("nbf", now)) - leeway <= now <= float(claims.get("exp", 0)) + leeway
        return in_time and claims.get("iss") in self._issuers and NOTIFIER in (claims.get("appid"), claims.get("azp"))

    async def _key(self, kid: str) -> Any:
        age = self._now() - self._asked if self._asked else None
        if age is None or age > KEYS_KEPT or (kid not in self._keys and age > KEYS_AGAIN):
            self._asked = self._now()
            try:
                async with httpx2.AsyncClient(timeout=5, follow_redirects=False, trust_env=False) as client:
                    answer = await client.get(self._url)
                self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(answer.json()).keys}
            except (httpx2.HTTPError, ValueError, jwt.PyJWTError):
                return self._keys.get(kid)  # the old ones hold until the next are there
        return self._keys.get(kid)

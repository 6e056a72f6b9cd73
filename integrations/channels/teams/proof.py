"""Who an activity comes from: the token that the Bot Connector signed for it.

What has to hold: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
The emulator's tokens have another issuer and are never taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from integrations.channels.base import BadSignature
from integrations.channels.teams.account import Account
from integrations.channels.teams.keys import Key, Keys

ISSUER = "https://api.botframework.com"
SKEW = timedelta(minutes=5)  # between Microsoft's clocks and ours
TIMES: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}  # by our clock, not the library's
ODD = (jwt.PyJWTError, AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)


class Proof:
    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self._account = account
        self._now = now
        self._keys = Keys(account.keys_url, now)

    async def check(self, authorization: str, body: bytes) -> None:
        """Raises BadSignature. The body is not under the signature, and is looked into only once the token holds."""
        kind, _, token = authorization.partition(" ")
        if kind != "Bearer" or not token:
            raise BadSignature("there is no token")
        key = await self._key(token)
        self._matches(self._claims(token, key), key, body)

    async def _key(self, token: str) -> Key:
        try:
            header = jwt.get_unverified_header(token)
            key_id = header["kid"]
        except ODD:
            raise BadSignature("the token cannot be read") from None
        if header.get("alg") != "RS256" or not isinstance(key_id, str):
            raise BadSignature("the token is of another kind")
        if key := await self._keys.of(key_id):
            return key
        raise BadSignature("its key is none of the Bot Connector's")

    def _claims(self, token: str, key: Key) -> Mapping[str, Any]:
        try:
            claims = jwt.decode(
                token, key.public, algorithms=["RS256"], audience=self._account.app_id, issuer=ISSUER, options=TIMES
            )
            now, skew = self._now().timestamp(), SKEW.total_seconds()
            in_time = float(claims.get("nbf", now)) - skew <= now <= float(claims["exp"]) + skew
        except ODD:
            raise BadSignature("the token does not hold") from None
        if not in_time:
            raise BadSignature("the token has run out, or one of the clocks is wrong")
        return claims

    def _matches(self, claims: Mapping[str, Any], key: Key, body: bytes) -> None:
        """A token is good for the service and the channel that it was made for."""
        try:
            activity = json.loads(body)
        except ODD:
            raise BadSignature("the token is for no activity") from None
        match activity:
            case {"serviceUrl": str() as service, "channelId": str() as channel}:
                pass
            case _:
                raise BadSignature("the token is for no activity")
        if str(claims.get("serviceurl")).rstrip("/") != service.rstrip("/"):
            raise BadSignature("the token is for another service")
        if not self._account.knows(service):
            raise BadSignature("the service is none of Teams'")
        if channel not in key.endorsements:
            raise BadSignature("its key may not speak for this channel")

"""The tokens that prove to the Bot Connector who we are."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx2

from integrations.channels.base import ChannelError, KeyRefused, Temporary
from integrations.channels.teams.account import Account
from integrations.channels.teams.asking import client

SCOPE = "https://api.botframework.com/.default"
LEEWAY = timedelta(minutes=2)  # a token is not used to its last second: it has to last the whole way


class Tokens:
    """Fetches a token when there is none, or when it is about to end; at most one at a time.

    The SDK's own way reads them in threads, with another library each and only over TLS; it takes this one instead.
    """

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self._account = account
        self._now = now
        self._token = ""
        self._until = now()
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str:
        """As the SDK asks for it. Raises ChannelError."""
        async with self._one_at_a_time:
            if not self._token or self._now() >= self._until:
                await self._fetch()
            return self._token

    def drop(self) -> None:
        """The token is not taken: the next request needs another."""
        self._token = ""

    async def _fetch(self) -> None:
        given = {
            "grant_type": "client_credentials",
            "client_id": self._account.app_id,
            "client_secret": self._account.secret,
            "scope": SCOPE,
        }
        try:
            async with client() as line:
                url = f"{self._account.login_url}/{self._account.tenants[0]}/oauth2/v2.0/token"
                answer = await line.post(url, data=given)
            told = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None
        except (httpx2.HTTPError, ValueError, RecursionError):
            raise Temporary("sign-in") from None
        match told:
            case {"access_token": str() as token, "expires_in": int() as seconds} if token and answer.is_success:
                self._token = token
                self._until = self._now() + timedelta(seconds=seconds) - LEEWAY
                return
        raise _refused(answer.status_code, told)


def _refused(status: int, told: object) -> ChannelError:
    match told:
        case {"error": str() as code} if status in (400, 401, 403) and re.fullmatch(r"[a-z_]{1,60}", code):
            return KeyRefused(code)
    return Temporary("sign-in")

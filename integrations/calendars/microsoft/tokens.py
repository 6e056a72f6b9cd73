"""The tokens that prove to Graph who we are."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.request_information import RequestInformation

from integrations.calendars.base import CalendarDisconnected, CalendarRefused, CalendarUnreachable
from integrations.calendars.microsoft.account import DELEGATED, Account

LEEWAY = timedelta(minutes=2)  # a token is not used to its last second: it has to last the whole way
SIGN_IN_AGAIN = "Connect Microsoft 365 again: the sign-in has run out, was changed or was taken back."


class Tokens(AuthenticationProvider):
    """Fetches a token when there is none, or when it is about to end; at most one at a time."""

    def __init__(self, account: Account, now: Callable[[], datetime], *, seconds: float = 10.0) -> None:
        self.refresh_token = account.refresh_token  # Microsoft gives a new one each time; the old lives on for a while
        self._account = account
        self._now = now
        self._token = ""
        self._until = now()
        self._one_at_a_time = asyncio.Lock()
        self._seconds = seconds
        self._http: httpx2.AsyncClient | None = None

    def open(self) -> None:
        """Before the first token; in a thread, as it reads certificates."""
        self._http = httpx2.AsyncClient(
            timeout=self._seconds, follow_redirects=False, trust_env=False, verify=_trusted()
        )

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        # Links to a next page come from outside; our token goes to Graph and nowhere else.
        if _place(request.url) != _place(self._account.graph_url):
            raise CalendarRefused("Microsoft 365 sent us to another place than its own")
        request.headers.try_add("Authorization", f"Bearer {await self.token()}")

    async def token(self) -> str:
        """Raises CalendarDisconnected where we are no longer let in."""
        async with self._one_at_a_time:
            if not self._token or self._now() >= self._until:
                await self._fetch()
            return self._token

    def drop(self) -> None:
        """The token is not taken: the next request needs another."""
        self._token = ""

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def _fetch(self) -> None:
        assert self._http is not None
        url = f"{self._account.login_url}/{self._account.tenant}/oauth2/v2.0/token"
        try:
            answer = await self._http.post(url, data=self._asking())
        except httpx2.HTTPError as error:
            raise CalendarUnreachable(f"Microsoft's sign-in does not answer ({type(error).__name__})") from None
        match _json(answer):
            case {"access_token": str() as token, "expires_in": int() as seconds, **rest} if answer.is_success:
                self._token = token
                self._until = self._now() + timedelta(seconds=seconds) - LEEWAY
                await self._renew(str(rest.get("refresh_token") or ""))
            case {"error": str() as reason} if answer.status_code in (400, 401, 403):
                raise CalendarDisconnected(f"Microsoft's sign-in said {reason}", remedy=SIGN_IN_AGAIN)
            case _:
                raise CalendarUnreachable(f"Microsoft's sign-in answered {answer.status_code}")

    async def _renew(self, refresh_token: str) -> None:
        """Kept at once: after a restart in some months the first one would be too old."""
        if refresh_token and refresh_token != self.refresh_token:
            self.refresh_token = refresh_token
            if self._account.renewed:
                await self._account.renewed(refresh_token)

    def _asking(self) -> Mapping[str, str]:
        who = {"client_id": self._account.client_id, "client_secret": self._account.client_secret}
        if self._account.for_the_firm:
            return who | {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        return who | {"grant_type": "refresh_token", "refresh_token": self.refresh_token, "scope": DELEGATED}


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Read once: a firm has many connections, and each would spend a while on it and keep a megabyte."""
    return httpx2.create_ssl_context(trust_env=False)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _json(answer: httpx2.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None

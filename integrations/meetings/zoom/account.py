"""Every call to one Zoom account (server-to-server OAuth), and what each refusal of it means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from integrations.meetings.base import MeetingsDisconnected, MeetingsError, MeetingsRefused, MeetingsUnreachable
from integrations.statuses import Meaning, meaning
from integrations.waits import LONGEST, asked_to_wait

API = "https://api.zoom.us/v2"
LOGIN = "https://zoom.us/oauth/token"
PATIENCE = timedelta(seconds=15)  # for one answer, all told
RENEW_BEFORE = timedelta(minutes=1)  # a token lives for an hour
NO_USER, NO_MEETING = 1001, 3001
NO_SCOPE = frozenset({104, 4700, 4711})
KEYS_WRONG = "Copy account id, client id and client secret of the app again."
NOT_ALLOWED = "The Zoom app lacks a right. Add the scopes for reading and writing meetings and users, and activate it."
NO_SUCH_USER = "The Zoom account has no such user. Name one by the email address they sign in with."


@dataclass(frozen=True, slots=True)
class ZoomApp:
    """A server-to-server app of one Zoom account, and the user in whose name meetings are made."""

    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    user: str  # an email address; "me" is nobody for such an app


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    until: datetime


class NotThere(MeetingsRefused):
    """The meeting was deleted, or never was."""


class Zoom:
    """Every call to one Zoom account; its token is fetched once an hour, by one task at a time."""

    def __init__(
        self,
        app: ZoomApp,
        now: Callable[[], datetime],
        *,
        api: str = API,
        login: str = LOGIN,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.app = app
        self._now = now
        self._api = api
        self._login = login
        self._patience = patience
        self._token: _Token | None = None
        self._fetching = asyncio.Lock()
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(10, connect=3, pool=5), follow_redirects=False)

    async def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """What Zoom answers; empty where it has nothing to say. Raises a MeetingsError."""
        token = await self._current()
        answer = await self._send(method, path, token, query, body)
        if answer.status_code == 401:
            # Taken back before its hour was over. A second 401 is not about the token.
            self._forget(token)
            answer = await self._send(method, path, await self._current(), query, body)
        if answer.is_success:
            return _json(answer)
        raise _refusal(answer, self._now())

    async def close(self) -> None:
        await self._client.aclose()

    async def _current(self) -> str:
        async with self._fetching:
            if self._token is None or self._now() >= self._token.until - RENEW_BEFORE:
                self._token = await self._fetched()
            return self._token.text

    def _forget(self, token: str) -> None:
        # Another task may have fetched a new one meanwhile.
        if self._token and self._token.text == token:
            self._token = None

    async def _fetched(self) -> _Token:
        asked = {"grant_type": "account_credentials", "account_id": self.app.account_id}
        basic = httpx2.BasicAuth(self.app.client_id, self.app.client_secret)
        answer = await self._answered(self._client.build_request("POST", self._login, data=asked), basic)
        match _json(answer):
            case {"access_token": str(text), "expires_in": int(seconds)} if answer.is_success:
                return _Token(text, self._now() + timedelta(seconds=seconds))
        if answer.status_code in (400, 401):
            raise MeetingsDisconnected("Zoom does not accept the keys", remedy=KEYS_WRONG)
        raise _refusal(answer, self._now())

    async def _send(
        self, method: str, path: str, token: str, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"}
        url = self._api + path
        return await self._answered(self._client.build_request(method, url, params=query, json=body, headers=headers))

    async def _answered(self, request: httpx2.Request, auth: httpx2.Auth | None = None) -> httpx2.Response:
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._client.send(request, auth=auth)
        except (httpx2.RequestError, TimeoutError) as error:
            raise MeetingsUnreachable("Zoom did not answer") from error


def instant(words: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(words))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        told = answer.json() if answer.content else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        if answer.is_success:
            raise MeetingsUnreachable("Zoom's answer cannot be read")
        return {}
    return told


def _refusal(answer: httpx2.Response, now: datetime) -> MeetingsError:
    told, status = _json(answer), answer.status_code
    code = told.get("code")
    if status == 429:
        return MeetingsUnreachable("Zoom asks to wait", retry_after=_wait(answer, str(told.get("message", "")), now))
    meant = meaning(status)
    if meant is Meaning.COME_AGAIN:
        return MeetingsUnreachable(f"Zoom answered {status}")
    if code == NO_USER:
        return MeetingsDisconnected("the Zoom user is not there", remedy=NO_SUCH_USER)
    if code in NO_SCOPE or meant is Meaning.FORBIDDEN:
        return MeetingsDisconnected("the Zoom app lacks a right", remedy=NOT_ALLOWED)
    if meant is Meaning.NOT_LET_IN:
        return MeetingsDisconnected("Zoom does not accept the keys", remedy=KEYS_WRONG)
    if code == NO_MEETING or meant is Meaning.NOT_THERE:
        return NotThere("Zoom knows no such thing")
    return MeetingsRefused(f"Zoom answered {status}, code {code}")


def _wait(answer: httpx2.Response, message: str, now: datetime) -> float:
    """Seconds until Zoom may be asked again.

    Of a limit per second it says no time. Of one per day it gives an instant in Retry-After; where only the 100
    meetings a day of one user are used up, nothing but a sentence: they begin anew at midnight, UTC.
    """
    words = answer.headers.get("Retry-After", "")
    wait = until - now if (until := instant(words)) else asked_to_wait(words, now)
    if wait is not None:
        return min(max(wait, timedelta(seconds=1)), LONGEST).total_seconds()
    if "daily" in answer.headers.get("X-RateLimit-Type", "").lower() or "daily rate limit" in message:
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=1) - now).total_seconds()
    return 1

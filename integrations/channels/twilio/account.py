"""Every call to one Twilio account, through its own SDK over our own connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from integrations.channels.base import Temporary, Unanswered
from integrations.channels.twilio.errors import refusal
from integrations.waits import asked_to_wait

# It logs every address, and of a look-up that has somebody's number in it.
logging.getLogger("httpx2").setLevel(logging.WARNING)

API, CONTENT = "https://api.twilio.com", "https://content.twilio.com"
PATIENCE = timedelta(seconds=15)  # for one call, all told
# The SDK takes an empty environment for none, and reads TWILIO_EDGE and TWILIO_REGION from the real one.
NO_ENVIRONMENT = {"": ""}


@dataclass(frozen=True, slots=True)
class Account:
    """One Twilio account, and who signs in: the account itself with its auth token, or one of its API keys."""

    sid: str
    secret: str = field(repr=False)  # the auth token, or the key's own secret
    key: str = ""  # SK…; empty: the account itself
    api: str = API
    content: str = CONTENT

    def __post_init__(self) -> None:
        if not all(url.startswith(("http://", "https://")) for url in (self.api, self.content)):
            raise ValueError("the addresses of Twilio begin with https://")


def new_http() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=httpx2.Timeout(10, connect=3, pool=5), follow_redirects=False)


class Twilio:
    """Every call to one account. Nothing is ever sent twice by itself, and no call lasts for ever."""

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        *,
        patience: timedelta = PATIENCE,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._account = account
        self._now = now
        self._patience = patience
        self._http = http or new_http()
        # The SDK imports its halves when they are first asked for, a fifth of a second that no message should wait.
        client = self._client(_Line(self._http, ()))
        _ = client.messages, client.content.v1.contents, client.content.v2.contents

    @asynccontextmanager
    async def call(self, *, sends: bool = False) -> AsyncIterator[Client]:
        """The SDK's client, for one call. Raises ChannelError.

        `sends`: Twilio knows no key for a message, so what may have been taken is Unanswered.
        """
        unclear = Unanswered if sends else Temporary
        line = _Line(self._http, (self._account.api, self._account.content))
        try:
            # The connection's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self._patience.total_seconds()):
                yield self._client(line)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            raise Temporary("no connection") from error  # nothing left the house
        except (httpx2.RequestError, TimeoutError) as error:
            raise unclear("no answer") from error
        except _Unreadable as error:
            raise unclear(str(error)) from None
        except TwilioException as error:
            # Of every kind: RFC 9457 answers have one of their own, and a page of a list raises the bare one. Their
            # texts name people's numbers, and none of them knows Retry-After, so the answer itself is read.
            if line.answer is None or line.answer.is_success:
                raise unclear("no use can be made of the answer") from error
            wait = asked_to_wait(line.answer.headers.get("Retry-After", ""), self._now())
            raise refusal(line.answer.status_code, line.answer.text, wait, sends=sends) from None

    @property
    def account(self) -> str:
        return self._account.sid

    async def close(self) -> None:
        await self._http.aclose()

    def _client(self, line: _Line) -> Client:
        user = self._account.key or self._account.sid
        client = Client(user, self._account.secret, self._account.sid, http_client=line, environment=NO_ENVIRONMENT)
        client.api.base_url, client.content.base_url = self._account.api, self._account.content
        return client


class _Unreadable(Exception):
    """Twilio's answer is of no use."""


class _Line:
    """How the SDK reaches Twilio, for one call, and what was answered last.

    The SDK's own asynchronous client encodes the JSON of the Content API as a form, ignores the time-out it is given,
    and repeats a POST on any 5xx, which is a second message; its other one blocks, and its time-out is per read.
    """

    is_async = True

    def __init__(self, http: httpx2.AsyncClient, homes: tuple[str, ...]) -> None:
        self._http = http
        self._homes = homes
        self.answer: httpx2.Response | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 – the SDK's own signature; ours is around the whole call
        allow_redirects: bool = False,
    ) -> Response:
        if not any(url.startswith(f"{home}/") for home in self._homes):
            raise _Unreadable("it leads elsewhere")  # the next page of a list: our secret goes to Twilio only
        is_json = (headers or {}).get("Content-Type") == "application/json"
        body = {"json": data} if is_json else {"data": data}
        self.answer = await self._http.request(method, url, params=params, headers=headers, auth=auth, **body)
        if self.answer.is_success and self.answer.content and not _is_object(self.answer):
            raise _Unreadable("no JSON object")
        return Response(self.answer.status_code, self.answer.text, self.answer.headers)


def _is_object(answer: httpx2.Response) -> bool:
    try:
        return isinstance(answer.json(), dict)
    except ValueError:
        return False

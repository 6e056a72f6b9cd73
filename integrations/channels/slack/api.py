"""Slack's Web API asked over its SDK, for any workspace, and what it answers where it does not do what was asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp  # the SDK's own client, whose errors say whether anything left the house
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from integrations.channels.base import ChannelError, Refused, Temporary, Unanswered, from_status
from integrations.channels.slack.errors import meant
from integrations.waits import asked_to_wait

API = "https://slack.com/api/"
PATIENCE = timedelta(seconds=15)  # for one request, all told

# A workspace's bot token; None: the assistant is not there (any more).
TokenOf = Callable[[str], Awaitable[str | None]]
Question = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

# The SDK would write whole messages, and the answers to them.
SILENT = logging.getLogger("slack_sdk")
SILENT.setLevel(logging.CRITICAL + 1)

NOTHING_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
# What the SDK stumbles over when an answer is none of Slack's.
ODD = (AttributeError, LookupError, TypeError, ValueError)


class Slack:
    """The line to Slack, one for all workspaces. Each question is asked once."""

    def __init__(
        self, token_of: TokenOf, now: Callable[[], datetime], url: str = API, patience: timedelta = PATIENCE
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("the address of Slack's Web API begins with https:// or http://")
        self.url = url if url.endswith("/") else f"{url}/"
        self._token_of = token_of
        self._now = now
        self._patience = patience.total_seconds()
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, team: str, question: Question) -> Mapping[str, Any]:
        """What Slack answers, in the name of this workspace's bot. Raises ChannelError."""
        token = await self._token_of(team)
        if not token:
            raise Refused("not_installed")
        return await self.ask_with(token, question)

    async def ask_with(self, token: str | None, question: Question) -> Mapping[str, Any]:
        """The same with a token at hand, or with none. The SDK's own words are left out: they show what was written."""
        client = AsyncWebClient(
            token,
            self.url,
            session=self.session(),
            logger=SILENT,
            retry_handlers=[],  # left to itself it repeats whatever may be out already
        )
        try:
            async with asyncio.timeout(self._patience):
                answer = await question(client)
        except SlackApiError as error:
            raise self._in_our_words(error.response) from None
        except NOTHING_LEFT:
            raise Temporary("no connection") from None
        except (aiohttp.ClientError, TimeoutError, *ODD):
            raise Unanswered from None
        return answer.data if isinstance(answer.data, dict) else {}

    async def whisper(self, url: str, text: str) -> None:
        """Answers a slash command where it was given, for the eyes of whoever gave it. Raises ChannelError."""
        client = AsyncWebhookClient(url, session=self.session(), logger=SILENT, retry_handlers=[])
        try:
            async with asyncio.timeout(self._patience):
                answer = await client.send_dict({"response_type": "ephemeral", "text": text, "mrkdwn": False})
        except (aiohttp.ClientError, TimeoutError, *ODD):
            raise Unanswered from None
        if answer.status_code != 200:
            raise from_status(answer.status_code)

    def session(self) -> aiohttp.ClientSession:
        """Made at the first question: it belongs to the loop it is made in. Workspaces share no cookies."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._patience, sock_connect=3),
            )
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _in_our_words(self, response: Any) -> ChannelError:
        """`response` is the SDK's own, or aiohttp's where the answer was no JSON."""
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        wait = asked_to_wait(response.headers.get("Retry-After", ""), self._now())
        data = getattr(response, "data", None)
        match data:
            # A word that nobody here knows says less than the status, where that says anything.
            case {"error": str() as code} if code and (status < 300 or not isinstance(meant(code, wait), Refused)):
                return meant(code, wait)
        return from_status(status, wait) if status >= 300 else Unanswered()

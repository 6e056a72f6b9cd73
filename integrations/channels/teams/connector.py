"""The Bot Connector asked over Microsoft's SDK, and what it answers where it does not do what was asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import httpx  # the SDK's own client, whose errors say whether anything left the house
from microsoft_teams.api.clients.conversation import ConversationClient
from microsoft_teams.common import Client, ClientOptions

from integrations.channels.base import ChannelError, Temporary, Unanswered
from integrations.channels.teams.account import Account
from integrations.channels.teams.asking import trusted
from integrations.channels.teams.errors import code_in, meant
from integrations.channels.teams.tokens import Tokens
from integrations.waits import asked_to_wait

PATIENCE = timedelta(seconds=15)  # for one request, all told
T = TypeVar("T")
Question = Callable[[ConversationClient], Awaitable[T]]

# The SDK would write whole answers, and its client whole addresses.
logging.getLogger("microsoft_teams").setLevel(logging.CRITICAL + 1)

NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# What the SDK stumbles over when an answer is none of the Connector's.
ODD = (AttributeError, LookupError, TypeError, ValueError)


class Connector:
    """The line to Teams. Each question is asked once, at the address that was set and at no other."""

    def __init__(self, account: Account, now: Callable[[], datetime], patience: timedelta = PATIENCE) -> None:
        for url in (account.service_url, account.login_url, account.keys_url):
            if not url.startswith(("http://", "https://")):
                raise ValueError("the addresses of Teams begin with https:// or http://")
        self.bot = f"28:{account.app_id}"  # as Teams names it among those who take part
        self._account = account
        self._now = now
        self._patience = patience.total_seconds()
        self._tokens = Tokens(account, now)
        self._conversations: ConversationClient | None = None

    async def ask(self, question: Question[T]) -> T:
        """Raises ChannelError. A token that is not taken is fetched anew, once: nothing was done with it."""
        try:
            return await self._asked(question)
        except _NotLetIn:
            self._tokens.drop()
        try:
            return await self._asked(question)
        except _NotLetIn as error:
            raise error.meant from None

    async def sign_in(self) -> None:
        """Raises ChannelError."""
        await self._tokens.token()

    async def close(self) -> None:
        if self._conversations:
            await self._conversations.http.http.aclose()

    async def _asked(self, question: Question[T]) -> T:
        """The SDK's own words are left out: they show whole addresses."""
        try:
            async with asyncio.timeout(self._patience):
                return await question(self._opened())
        except httpx.HTTPStatusError as error:
            raise self._in_our_words(error.response) from None
        except NOTHING_LEFT:
            raise Temporary("no connection") from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, *ODD):
            raise Unanswered from None

    def _opened(self) -> ConversationClient:
        """Made at the first question: it belongs to the loop it is made in."""
        if self._conversations is None:
            # Left to itself it reads certificates anew for each line, and goes by whatever proxy the environment names.
            http = httpx.AsyncClient(timeout=self._patience, trust_env=False, verify=trusted())
            line = Client(ClientOptions(token=self._tokens.token), _http=http)
            logging.getLogger("httpx").setLevel(logging.WARNING)  # which the SDK has just set otherwise
            self._conversations = ConversationClient(self._account.service_url, line)
        return self._conversations

    def _in_our_words(self, response: httpx.Response) -> ChannelError:
        wait = asked_to_wait(response.headers.get("Retry-After", ""), self._now())
        told = meant(response.status_code, code_in(response.text), wait)
        return _NotLetIn(told) if response.status_code == 401 else told


class _NotLetIn(ChannelError):
    """Our token is not taken."""

    def __init__(self, meant: ChannelError) -> None:
        super().__init__(meant.code)
        self.meant = meant

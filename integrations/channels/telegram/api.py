"""Telegram's Bot API asked over its SDK, and what it answers where it does not do what was asked."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

import httpx  # the SDK's own client, whose errors say whether anything left the house
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from integrations.channels.base import ChannelError, Temporary, Unanswered
from integrations.channels.telegram.refusals import Refusal, meant

API = "https://api.telegram.org"
PATIENCE = timedelta(seconds=15)  # for one request, all told
T = TypeVar("T")
Seconds = Any  # the SDK's own mark for "as usual", or seconds, or None

# httpx writes whole addresses, and Telegram's have the bot's token in them; the SDK writes whole messages.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)

NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# What the SDK stumbles over when an answer is none of Telegram's.
ODD = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


@dataclass(frozen=True)
class Account:
    """One bot, as @BotFather made it. `url` is the Bot API's, with or without the /bot that the SDK ends it with."""

    token: str = field(repr=False)
    url: str = API
    patience: timedelta = PATIENCE

    def __post_init__(self) -> None:
        number, colon, key = self.token.partition(":")
        if not (number.isdecimal() and colon and key):
            raise ValueError("a bot's token reads <number>:<key>, as @BotFather shows it")
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("the address of the Bot API begins with https:// or http://")


class Api:
    """One bot's line to Telegram. Each question is asked once."""

    def __init__(self, account: Account) -> None:
        self._patience = account.patience
        trusted = {"verify": _everybodys()}
        self._line = _Line(connect_timeout=3, read_timeout=10, write_timeout=10, pool_timeout=5, httpx_kwargs=trusted)
        url = account.url.rstrip("/").removesuffix("/bot")
        self._bot = Bot(
            account.token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=self._line,
            get_updates_request=self._line,
        )

    async def ask(self, question: Callable[[Bot], Awaitable[T]], patience: timedelta | None = None) -> T:
        """What Telegram answers. Raises ChannelError, without the SDK's own words: they show addresses and texts."""
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout((patience or self._patience).total_seconds()):
                return await question(self._bot)
        except TelegramError as error:
            raise _in_our_words(error) from None
        except (TimeoutError, *ODD):
            raise Unanswered from None

    async def close(self) -> None:
        await self._line.shutdown()


@lru_cache(maxsize=1)
def _everybodys() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # a fifth of a second, which not every line has to take


def _in_our_words(error: TelegramError) -> ChannelError:
    if isinstance(error, Refusal):
        return meant(error)
    if isinstance(error.__cause__, NOTHING_LEFT):
        return Temporary("no connection")
    return Unanswered()


class _Line(HTTPXRequest):
    """The SDK's own client. Left to itself the SDK forgets the status, and logs an answer that it cannot read."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        status, body = await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )
        if not 200 <= status < 300:
            raise Refusal.read(status, body)
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            told = json.loads(payload)
        except (ValueError, RecursionError):
            told = None
        match told:
            case {"ok": True, "result": _}:
                return dict(told)
        raise TelegramError("this is no answer of Telegram's")

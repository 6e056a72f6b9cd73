"""Fetching updates where Telegram cannot reach us: for development, on a machine without a public address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import structlog
from telegram import Bot, Update

from integrations.channels.base import ChannelError, Read
from integrations.channels.line import Hear, Line
from integrations.channels.telegram.api import Api
from integrations.channels.telegram.door import TelegramDoor
from integrations.channels.telegram.updates import HEARD

WAIT = timedelta(seconds=25)  # so long Telegram keeps the line open when there is nothing to tell
ANSWERS_IN = timedelta(seconds=10)

log = structlog.get_logger()


class TelegramLine(Line):
    """Telegram's way in where it cannot knock. One process only: Telegram turns the others away."""

    name = "telegram"

    def __init__(self, api: Api, door: TelegramDoor, wait: timedelta = WAIT) -> None:
        self._api = api
        self._door = door
        self._wait = wait

    async def watch(self, hear: Hear) -> None:
        """Until something goes wrong: Telegram then tells again what was fetched last. Raises ChannelError."""
        offset: int | None = None
        while True:
            reads, following = await fetch(self._api, self._door, offset, self._wait)
            for read, raw in reads:
                await hear(read, raw)
            offset = following
            for read, _ in reads:
                await self._answer(read)

    async def _answer(self, read: Read) -> None:
        try:
            await answer(self._api, read)
        except ChannelError as error:
            log.warning("telegram.not_answered", code=error.code)  # a button that waits too long stops by itself

    async def close(self) -> None:
        await self._api.close()


async def fetch(
    api: Api, door: TelegramDoor, offset: int | None, wait: timedelta = WAIT
) -> tuple[Sequence[tuple[Read, bytes]], int]:
    """What has come and how it was put, oldest first, and the offset to fetch with next, which the caller keeps.

    Telegram forgets what is below an offset: fetch with the next one only when all that was read is kept.
    """
    seconds = int(wait.total_seconds())

    async def ask(bot: Bot) -> Sequence[Update]:
        read_timeout = seconds + ANSWERS_IN.total_seconds()
        return await bot.get_updates(offset, timeout=seconds, allowed_updates=HEARD, read_timeout=read_timeout)

    updates = await api.ask(ask, patience=wait + ANSWERS_IN * 2)
    following = max((update.update_id for update in updates), default=(offset or 0) - 1) + 1
    told = [update.to_dict() for update in updates]
    return [(door.read_update(each), json.dumps(each).encode()) for each in told], following


async def answer(api: Api, read: Read) -> None:
    """What the door would have answered at once, said to Telegram by a call of its own."""
    if read.answer.body:
        query = json.loads(read.answer.body)["callback_query_id"]
        await api.ask(lambda bot: bot.answer_callback_query(query))

"""Fetching updates where Telegram cannot reach us: for development, on a machine without a public address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, Update

from integrations.channels.base import Read
from integrations.channels.telegram.api import Api
from integrations.channels.telegram.door import TelegramDoor
from integrations.channels.telegram.updates import HEARD

WAIT = timedelta(seconds=25)  # so long Telegram keeps the line open when there is nothing to tell
ANSWERS_IN = timedelta(seconds=10)


async def fetch(api: Api, door: TelegramDoor, offset: int | None, wait: timedelta = WAIT) -> tuple[Sequence[Read], int]:
    """What has come, oldest first, and the offset to fetch with next, which the caller keeps.

    Telegram forgets what is below an offset: fetch with the next one only when all that was read is kept.
    """
    seconds = int(wait.total_seconds())

    async def ask(bot: Bot) -> Sequence[Update]:
        read_timeout = seconds + ANSWERS_IN.total_seconds()
        return await bot.get_updates(offset, timeout=seconds, allowed_updates=HEARD, read_timeout=read_timeout)

    updates = await api.ask(ask, patience=wait + ANSWERS_IN * 2)
    following = max((update.update_id for update in updates), default=(offset or 0) - 1) + 1
    return [door.read_update(update.to_dict()) for update in updates], following


async def answer(api: Api, read: Read) -> None:
    """What the door would have answered at once, said to Telegram by a call of its own."""
    if read.answer.body:
        query = json.loads(read.answer.body)["callback_query_id"]
        await api.ask(lambda bot: bot.answer_callback_query(query))

"""The firm's mailbox, followed for as long as the assistant is in service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from integrations.channels.base import Told

log = structlog.get_logger()

A_MOMENT = timedelta(seconds=10)


class Mailbox(Protocol):
    vendor: str

    async def watch(self, keep: Callable[[Told, bytes], Awaitable[object]]) -> None:
        """Until `keep` raises; what it did not keep comes again."""

    async def close(self) -> None:
        """Lets go of what is open."""


async def follow(
    house: House, mailbox: Mailbox, begin: Callable[[Sequence[Job]], Awaitable[None]], pause: timedelta = A_MOMENT
) -> None:
    """Until it is cancelled. A database that is away for a moment must not be the end of all mail."""

    async def kept(told: Told, raw: bytes) -> None:
        await begin(await keep(house, told, vendor=mailbox.vendor, raw=raw))

    while True:
        try:
            await mailbox.watch(kept)
        except Exception as error:  # noqa: BLE001 – whatever it was, the mail is still there
            log.error("mail_not_kept", error=type(error).__name__)  # its words may be people's
        await asyncio.sleep(pause.total_seconds())

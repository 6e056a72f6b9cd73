"""Vendors that cannot knock at our door: lines that we hold open ourselves, for as long as the assistant is at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from integrations.channels.base import ChannelError, Read, Temporary
from integrations.channels.line import Line

log = structlog.get_logger()

A_MOMENT, LONGEST = timedelta(seconds=5), timedelta(minutes=5)


async def hold(
    house: House, line: Line, begin: Callable[[Sequence[Job]], Awaitable[None]], pause: timedelta = A_MOMENT
) -> None:
    """Until it is cancelled. A line that does not open is tried again, and less and less often."""
    broken = 0

    async def hear(read: Read, raw: bytes) -> None:
        nonlocal broken
        broken = 0
        await begin(await keep(house, *read.told, vendor=line.name, raw=raw))

    while True:
        wait = pause
        try:
            await line.watch(hear)
        except ChannelError as error:
            log.warning("line_broken", line=line.name, code=error.code)
            asked = error.retry_after if isinstance(error, Temporary) else None
            wait = asked or min(pause * 2**broken, LONGEST)
        except Exception as error:  # noqa: BLE001 – whatever it was, the vendor tells again what we did not keep
            log.error("line_broken", line=line.name, error=type(error).__name__)  # its words may be people's
        broken = min(broken + 1, 10)
        await asyncio.sleep(wait.total_seconds())

"""Who stands at a door is answered first; work goes on in the gaps, and never waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope, Send

from bot.precedence import PATIENCE, AtTheDoors, Precedence

SCOPE: Scope = {"type": "http", "path": "/hooks/twilio"}


@asynccontextmanager
async def knocking(precedence: Precedence, *, whole: bool = True) -> AsyncIterator[asyncio.Event]:
    """Somebody stands there until the event is set."""
    answered, read = asyncio.Event(), asyncio.Event()

    async def door(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        read.set()
        await answered.wait()
        await send({"type": "http.response.body"})

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": not whole}

    async def send(_: Message) -> None:
        """Nobody looks at it."""

    task = asyncio.create_task(AtTheDoors(door, precedence, "/hooks/")(SCOPE, receive, send))
    await read.wait()
    yield answered
    answered.set()
    await task


async def moment() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_work_begins_when_whoever_knocked_is_answered() -> None:
    precedence = Precedence()
    async with knocking(precedence) as answered:
        work = asyncio.create_task(precedence.start())
        await moment()
        assert not work.done()
        answered.set()
        await moment()
        assert work.done()


async def test_work_goes_on_although_somebody_knocks_without_end() -> None:
    precedence = Precedence()
    async with knocking(precedence):
        began = asyncio.get_running_loop().time()
        await precedence.start()
        async with precedence.writing():
            pass
        assert asyncio.get_running_loop().time() - began >= PATIENCE.total_seconds()


async def test_whoever_only_drips_in_keeps_nobody_waiting() -> None:
    precedence = Precedence()
    async with knocking(precedence, whole=False):
        await asyncio.wait_for(precedence.start(), PATIENCE.total_seconds() / 2)


async def test_of_all_the_work_that_waits_only_some_writes_at_once() -> None:
    precedence, inside, most = Precedence(at_once=2), 0, 0

    async def write() -> None:
        nonlocal inside, most
        async with precedence.writing():
            inside += 1
            most = max(most, inside)
            await moment()
            inside -= 1

    await asyncio.gather(*(write() for _ in range(10)))
    assert most == 2


async def test_a_door_that_breaks_is_left_all_the_same() -> None:
    precedence = Precedence()

    async def broken(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        raise RuntimeError

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(_: Message) -> None:
        """Nobody looks at it."""

    task = asyncio.create_task(AtTheDoors(broken, precedence, "/hooks/")(SCOPE, receive, send))
    await asyncio.wait([task])
    assert task.exception()
    await asyncio.wait_for(precedence.start(), PATIENCE.total_seconds() / 2)

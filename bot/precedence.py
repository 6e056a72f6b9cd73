"""Who stands at a door goes before all work: vendors give up on a door that is slow, and work can wait a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# For work that never finds a gap; so it goes on too while vendors knock without end.
PATIENCE = timedelta(seconds=0.25)


class Precedence:
    """Work begins, and writes, in the gaps between knocks.

    All of it runs on one loop. So of all the work that waits only a few steps go in at a time (`at_once`): whoever
    knocks in the meantime waits for these, and not for all.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._standing = 0
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._starts = asyncio.Lock()
        self._writes = asyncio.Semaphore(at_once)

    def came(self) -> None:
        self._standing += 1
        self._nobody.clear()

    def left(self) -> None:
        self._standing -= 1
        if not self._standing:
            self._nobody.set()

    async def start(self) -> None:
        """Before a piece of work that holds nothing yet."""
        async with self._starts:
            await self._gap()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Around a unit of work. Waiting is over before it begins: nothing that is begun waits for those who knock."""
        async with self._writes:
            await self._gap()
            yield

    async def _gap(self) -> None:
        await asyncio.sleep(0)  # whoever has just knocked is seen to stand there
        if self._standing:
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await self._nobody.wait()
            except TimeoutError:
                return


class AtTheDoors:
    """Says of every knock when it is there, whole, and when it is answered. What only drips in keeps nobody waiting."""

    def __init__(self, app: ASGIApp, precedence: Precedence, path: str) -> None:
        self._app = app
        self._precedence = precedence
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._path):
            return await self._app(scope, receive, send)
        stands = False

        async def received() -> Message:
            nonlocal stands
            message = await receive()
            if not stands and message["type"] == "http.request" and not message.get("more_body"):
                stands = True
                self._precedence.came()
            return message

        async def sent(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                leave()

        def leave() -> None:
            nonlocal stands
            if stands:
                stands = False
                self._precedence.left()

        try:
            await self._app(scope, received, sent)
        finally:
            leave()

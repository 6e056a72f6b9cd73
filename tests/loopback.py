"""A real HTTP server on a free port of this machine, for as long as a test wants it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def serving(app: Callable[..., Awaitable[Any]]) -> AsyncIterator[str]:
    """The URL the app answers on, without a slash at the end."""
    door = socket.create_server(("127.0.0.1", 0))
    # asyncio does this only for sockets it made itself; without it every answer waits 40 ms for an acknowledgement.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A drop of the answer and a slow answer are wanted here, so the server waits for nobody when it closes.
    config = uvicorn.Config(app, interface="asgi3", log_level="critical", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        door.close()

"""HTTP/1.1 as lean as it gets: what sends and what receives must cost next to nothing beside what is measured."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Self

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


def request(path: str, body: bytes, **headers: str) -> bytes:
    """A POST as it goes over the wire; `content_type=` is written Content-Type."""
    lines = [f"POST {path} HTTP/1.1", "Host: loopback", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Messages(asyncio.Protocol):
    """Cuts what arrives into messages: a head, and as many bytes after it as its Content-Length says."""

    def __init__(self) -> None:
        self._arrived = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        while (end := self._arrived.find(b"\r\n\r\n")) >= 0:
            head = self._arrived[:end]
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            whole = end + 4 + int(length or 0)
            if len(self._arrived) < whole:
                return
            body, self._arrived = self._arrived[end + 4 : whole], self._arrived[whole:]
            self.message(head, body)

    def message(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError


class _Connection(_Messages):
    def __init__(self) -> None:
        super().__init__()
        self.waiting: deque[asyncio.Future[int]] = deque()

    def message(self, head: bytes, _body: bytes) -> None:
        answered = self.waiting.popleft()
        if not answered.done():
            answered.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        for each in self.waiting:
            if not each.done():
                each.set_exception(error or ConnectionResetError())


class Client:
    """Connections that stay open, each used by one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._idle: list[_Connection] = []

    async def post(self, raw: bytes) -> int:
        """The status. Raises OSError where nobody answers."""
        connection = await self._connection()
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.waiting.append(answered)
        connection.transport.write(raw)
        status = await answered
        self._idle.append(connection)
        return status

    async def _connection(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                return connection
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", self.port)
        return connection

    def close(self) -> None:
        for each in self._idle:
            each.transport.abort()
        self._idle.clear()


class _Taking(_Messages):
    def __init__(self, take: Callable[[bytes], str | None]) -> None:
        super().__init__()
        self._take = take

    def message(self, _head: bytes, body: bytes) -> None:
        if taken := self._take(body):
            answer = json.dumps({"id": taken}).encode()
            self.transport.write(OK % (len(answer), answer))


class Gateway:
    """Takes what the assistant sends, answers with an id, and tells whoever waits for a word to that address."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self.taken = 0
        self._silent = False

    def falls_silent(self) -> None:
        """Takes everything from now on, and answers nothing."""
        self._silent = True

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Taking(self._take), "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def word_to(self, address: str) -> asyncio.Future[str]:
        """The text of the next message to this address."""
        word = self._waiting[address] = asyncio.get_running_loop().create_future()
        return word

    def _take(self, body: bytes) -> str | None:
        self.taken += 1
        if self._silent:
            return None
        message = json.loads(body)
        word = self._waiting.pop(message["to"], None)
        if word and not word.done():
            word.set_result(message["text"])
        return f"word-{self.taken}"

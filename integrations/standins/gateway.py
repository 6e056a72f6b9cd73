"""A firm's gateway as a program of its own: it takes signed messages, writes them down, and fails when told to.

    python -m integrations.standins.gateway --secret S --journal FILE [--port N] [--assistant URL]

    POST /messages   what the assistant sends, signed
    GET  /messages   what was taken, in order; `repeats` counts keys seen again, `refused` signatures that did not hold
    POST /fail       {"status": 503, "times": 3, "retry_after": 7, "error": "opted_out"} or {"drop": 2}: the next ones
    POST /tell       a message or a receipt, passed on to the assistant, signed

It plays the outside on loopback: only /messages is guarded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from integrations.channels.base import BadSignature
from integrations.channels.gateway import IDEMPOTENCY_KEY, SIGNATURE, new_client, sign, verify


class Journal:
    """Lines that only grow. Whoever waits at the same moment shares one fsync: that is what makes it fast."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    def keep(self, line: bytes) -> asyncio.Future[None]:
        """Done when the line is on the disk for good."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, kept))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return kept

    def close(self) -> None:
        self._file.close()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._append, b"".join(line for line, _ in batch))
            except OSError as error:
                for _, kept in batch:
                    kept.set_exception(error)
            else:
                for _, kept in batch:
                    kept.set_result(None)

    def _append(self, lines: bytes) -> None:
        while lines:
            lines = lines[self._file.write(lines) :]
        os.fsync(self._file.fileno())

    @staticmethod
    def lines(path: Path) -> list[dict[str, Any]]:
        """What was written before. A last line that a crash cut short is taken off: nobody was told it was kept."""
        if not path.exists():
            return []
        whole, _, rest = path.read_bytes().rpartition(b"\n")
        if rest:
            os.truncate(path, path.stat().st_size - len(rest))
        return [json.loads(line) for line in whole.splitlines()]


@dataclass(frozen=True)
class Failure:
    status: int
    error: str | None = None
    retry_after: int | None = None

    def answer(self) -> Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else None
        return JSONResponse({"error": self.error}, self.status, headers)


class HungUp(Response):
    """Promises a body and sends none, so the server closes the connection in the middle of the answer."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]})


class StandInGateway:
    """What the gateway knows: the messages it took, and how it is to fail next."""

    def __init__(
        self,
        secret: str,
        journal: Path,
        now: Callable[[], datetime],
        assistant: str | None = None,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self.messages = Journal.lines(journal)
        self.repeats = 0
        self.refused = 0
        self._failures: list[Failure] = []
        self._drops = 0
        self._secret = secret
        self._now = now
        self._assistant = assistant
        self._client = client or new_client()
        self._ids: dict[str, str] = {each["key"]: each["id"] for each in self.messages}
        self._being_kept: dict[str, asyncio.Future[None]] = {}
        self._journal = Journal(journal)

    def fail(self, status: int, times: int = 1, error: str | None = None, retry_after: int | None = None) -> None:
        self._failures = [Failure(status, error, retry_after)] * times

    def drop(self, times: int = 1) -> None:
        """The next so many messages are taken, but the answer is lost."""
        self._drops = times

    async def take(self, headers: Mapping[str, str], raw: bytes) -> Response:
        try:
            verify(headers, raw, self._secret, self._now())
        except BadSignature as error:
            self.refused += 1
            return JSONResponse({"error": "bad_signature", "why": str(error)}, 401)
        if self._failures:
            return self._failures.pop().answer()
        vendor_id = await self._kept_once(unquote(headers.get(IDEMPOTENCY_KEY, "")), raw)
        if self._drops:
            self._drops -= 1
            return HungUp()
        return JSONResponse({"id": vendor_id})

    async def tell(self, raw: bytes) -> httpx2.Response:
        """Posts a message or a receipt to the assistant's door, signed."""
        if self._assistant is None:
            raise ValueError("where the assistant listens was not said")
        headers = {"Content-Type": "application/json", SIGNATURE: sign(self._secret, raw, self._now())}
        return await self._client.post(self._assistant, content=raw, headers=headers)

    async def close(self) -> None:
        await self._client.aclose()
        self._journal.close()

    async def _kept_once(self, key: str, raw: bytes) -> str:
        if key in self._ids:
            self.repeats += 1
        else:
            self._note(key, json.loads(raw))
        # Said to be kept only when it is, to the first as to a repeat that overtakes the disk.
        if kept := self._being_kept.get(key):
            await asyncio.shield(kept)
            self._being_kept.pop(key, None)
        return self._ids[key]

    def _note(self, key: str, message: dict[str, Any]) -> None:
        vendor_id = f"{message['channel']}-{len(self.messages) + 1:06d}"
        entry = message | {"id": vendor_id, "key": key, "at": self._now().isoformat()}
        self.messages.append(entry)
        self._ids[key] = vendor_id
        self._being_kept[key] = self._journal.keep(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def web(gateway: StandInGateway) -> Starlette:
    async def take(request: Request) -> Response:
        return await gateway.take(request.headers, await request.body())

    async def show(_: Request) -> Response:
        taken = {"messages": gateway.messages, "repeats": gateway.repeats, "refused": gateway.refused}
        return JSONResponse(taken)

    async def fail(request: Request) -> Response:
        asked = await request.json()
        if "drop" in asked:
            gateway.drop(asked["drop"])
        else:
            gateway.fail(**asked)
        return JSONResponse({"ok": True})

    async def tell(request: Request) -> Response:
        try:
            answer = await gateway.tell(await request.body())
        except httpx2.TransportError as error:
            return JSONResponse({"error": type(error).__name__}, 502)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("Content-Type"))

    routes = [
        Route("/messages", take, methods=["POST"]),
        Route("/messages", show, methods=["GET"]),
        Route("/fail", fail, methods=["POST"]),
        Route("/tell", tell, methods=["POST"]),
    ]

    @asynccontextmanager
    async def while_open(_: Starlette) -> AsyncIterator[None]:
        yield
        await gateway.close()

    return Starlette(routes=routes, lifespan=while_open)


def main() -> None:
    said = _arguments()
    # A program of its own, outside the house: it has no other clock to ask.
    gateway = StandInGateway(said.secret, said.journal, lambda: datetime.now(UTC), said.assistant)  # noqa: TID251
    door = socket.create_server(("127.0.0.1", said.port))
    sys.stdout.write(f"listening on http://127.0.0.1:{door.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(web(gateway), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[door])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A stand-in for a firm's message gateway.")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--journal", required=True, type=Path)
    parser.add_argument("--port", type=int, default=0, help="0: any free one; the first line printed names it")
    parser.add_argument("--assistant", help="the URL of the assistant's door, for /tell")
    return parser.parse_args()


if __name__ == "__main__":
    main()

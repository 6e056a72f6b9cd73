"""A stand-in for a calendar that is shared by a link: a server that gives a file, and fails as it is told.

GET /calendars/<name>.ics   the file, with ETag and Last-Modified; 304 to whoever has it already
GET /calendars/             a web page, which is what people paste by mistake
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


class Fault(StrEnum):
    SLOW = "slow"  # says nothing for a minute
    DRIBBLE = "dribble"  # says something every now and then, and never ends
    BUSY = "busy"  # 429, with Retry-After
    BROKEN = "broken"  # 500
    CLOSED = "closed"  # 403: the owner no longer shares it
    GONE = "gone"  # 410
    TORN = "torn"  # the connection breaks in the middle of the file
    HALF = "half"  # a whole answer with half a file
    A_PAGE = "a_page"  # 200, and a page to sign in at
    ENDLESS = "endless"  # more and more of it
    BOMB = "bomb"  # a little gzip that holds gigabytes
    PACKED = "packed"  # gzip, as it should be
    MOVED = "moved"  # to `elsewhere`
    ROUND = "round"  # from here to here to here


class StandInFeed:
    """The shared calendars by name, and what was asked for."""

    def __init__(self, now: Callable[[], datetime], *, retry_after: int = 30) -> None:
        self.retry_after = retry_after
        self.elsewhere = ""  # where MOVED leads
        self.asked: list[Request] = []
        self._now = now
        self._files: dict[str, tuple[bytes, datetime]] = {}
        self._faults: list[Fault] = []

    def share(self, name: str, file: bytes) -> None:
        """From now on this is what the link gives."""
        self._files[name] = (file, self._now())

    def fail(self, fault: Fault, times: int = 1) -> None:
        self._faults = [fault] * times

    async def give(self, request: Request) -> Response:
        self.asked.append(request)
        if request.path_params["name"] not in self._files:
            return PlainTextResponse("not found", 404)
        file, changed = self._files[request.path_params["name"]]
        if self._faults:
            return await self._failing(self._faults.pop(), request, file)
        headers = {"ETag": _etag(file), "Last-Modified": format_datetime(changed, usegmt=True)}
        if _has_it(request, headers):
            return Response(status_code=304, headers=headers)
        return Response(file, headers=headers, media_type="text/calendar; charset=utf-8")

    async def _failing(self, fault: Fault, request: Request, file: bytes) -> Response:
        match fault:
            case Fault.SLOW:
                await asyncio.sleep(60)
                return Response(file, media_type="text/calendar")
            case Fault.DRIBBLE | Fault.TORN | Fault.ENDLESS:
                return _Unending(file, fault)
            case Fault.BUSY:
                return PlainTextResponse("slow down", 429, {"Retry-After": str(self.retry_after)})
            case Fault.BROKEN | Fault.CLOSED | Fault.GONE:
                return PlainTextResponse("no", {"broken": 500, "closed": 403, "gone": 410}[fault.value])
            case Fault.HALF:
                return Response(file[: len(file) // 2], media_type="text/calendar")
            case Fault.BOMB | Fault.PACKED:
                held = b"\0" * 30_000_000 if fault is Fault.BOMB else file
                return Response(gzip.compress(held), 200, {"Content-Encoding": "gzip"}, "text/calendar")
            case Fault.MOVED | Fault.ROUND:
                return RedirectResponse(self.elsewhere if fault is Fault.MOVED else str(request.url))
            case Fault.A_PAGE:
                return await a_page(request)


def _has_it(request: Request, headers: dict[str, str]) -> bool:
    """RFC 9110 §13.2.2: where an ETag is asked about, the date is not looked at."""
    if known := request.headers.get("if-none-match"):
        return known == headers["ETag"]
    return request.headers.get("if-modified-since") == headers["Last-Modified"]


def _etag(file: bytes) -> str:
    return f'"{hashlib.sha256(file).hexdigest()[:16]}"'


class _Unending(Response):
    """Half of the file; then the connection breaks, or a space comes now and again, or more and more."""

    def __init__(self, file: bytes, fault: Fault) -> None:
        super().__init__()
        self._file, self._fault = file, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = [(b"content-length", str(10 * len(self._file)).encode())] if self._fault is not Fault.ENDLESS else []
        headers = [(b"content-type", b"text/calendar"), *length]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._file[: len(self._file) // 2], "more_body": True})
        while self._fault is Fault.DRIBBLE:
            await asyncio.sleep(0.2)
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
        # Not quite without end: to send to somebody who has hung up is no error here.
        for _ in range(500 if self._fault is Fault.ENDLESS else 0):
            await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b"X-MORE:of it\r\n" * 5_000, "more_body": True})


async def a_page(_: Request) -> Response:
    return HTMLResponse("<!doctype html><html><body>Sign in to see this calendar</body></html>")


def web(feed: StandInFeed) -> Starlette:
    return Starlette(routes=[Route("/calendars/", a_page), Route("/calendars/{name}.ics", feed.give)])

"""How a server that stands in for a vendor is told to fail: the next so many requests, and then no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.standins.gateway import HungUp


@dataclass
class _Mishap:
    on: str
    times: int
    seconds: float = 0
    lost: bool = False
    answer: Callable[[], Response] | None = None


@dataclass
class Mishaps:
    """`on` is a method and the beginning of a path, as in "POST /v2/users"; empty is every request."""

    _waiting: list[_Mishap] = field(default_factory=list, init=False)

    def refuse(
        self,
        status: int,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        on: str = "",
        times: int = 1,
    ) -> None:
        """Answers this, and does nothing."""
        self._waiting.append(_Mishap(on, times, answer=lambda: JSONResponse(body, status, headers)))

    def answer(self, response: Callable[[], Response], *, on: str = "", times: int = 1) -> None:
        """The same with an answer of any kind."""
        self._waiting.append(_Mishap(on, times, answer=response))

    def lose(self, *, on: str = "", times: int = 1) -> None:
        """Does what is asked, and the answer is lost on the way."""
        self._waiting.append(_Mishap(on, times, lost=True))

    def dawdle(self, seconds: float, *, on: str = "", times: int = 1) -> None:
        """Does what is asked, and takes this long over the answer."""
        self._waiting.append(_Mishap(on, times, seconds=seconds))

    async def around(self, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
        mishap = self._next(f"{request.method} {request.url.path}")
        if mishap is None:
            return await act()
        if mishap.answer:
            return mishap.answer()
        answer = await act()
        await asyncio.sleep(mishap.seconds)
        return HungUp() if mishap.lost else answer

    def _next(self, asked: str) -> _Mishap | None:
        found = next((each for each in self._waiting if asked.startswith(each.on)), None)
        if found:
            found.times -= 1
            if not found.times:
                self._waiting.remove(found)
        return found


def unknown(given: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """The fields a strict vendor has never heard of."""
    return sorted(set(given) - known)

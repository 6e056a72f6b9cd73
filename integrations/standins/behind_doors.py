"""What stand-ins with doors of HTTP share: requests are noted, may meet a mishap, and are let in or refused."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integrations.standins.mishaps import Mishaps

Act = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """With the answer that the vendor gives."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


@dataclass(kw_only=True)
class BehindDoors(ABC):
    asked: list[str] = field(default_factory=list)  # method and path of every request, in order
    mishaps: Mishaps = field(default_factory=Mishaps)

    @abstractmethod
    def admit(self, request: Request) -> None:
        """Raises Refused."""

    def doors(self, *routes: tuple[str, str, Act]) -> Starlette:
        """By method and path."""
        return Starlette(routes=[Route(path, self._door(act), methods=[method]) for method, path, act in routes])

    def _door(self, act: Act) -> Act:
        async def door(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")

            async def guarded() -> Response:
                try:
                    self.admit(request)
                    return await act(request)
                except Refused as refused:
                    return refused.answer

            return await self.mishaps.around(request, guarded)

        return door

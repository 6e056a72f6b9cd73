"""The hall behind a door, as the running assistant has it: verified, read, kept once, answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from integrations.channels.base import BadMessage, BadSignature, Door, Inbound, Knock, Receipt, Told, Unknown


@dataclass
class Hall:
    """What came through one door; `broken` is what it answers instead while something is wrong on our side."""

    door: Door
    url: str = ""
    broken: int | None = None
    knocks: list[Knock] = field(default_factory=list)
    kept: dict[str, Told] = field(default_factory=dict)
    after: list[Callable[[], Awaitable[None]]] = field(default_factory=list)  # what is to be done once it is answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        knock = Knock(str(request.url), dict(request.headers), await request.body())
        self.knocks.append(knock)
        await (await self._answer(knock))(scope, receive, send)

    async def _answer(self, knock: Knock) -> Response:
        if self.broken:
            return Response(status_code=self.broken)
        try:
            await self.door.verify(knock)
            read = self.door.read(knock)
        except BadSignature:
            return Response(status_code=401)
        except BadMessage:
            return Response(status_code=200)
        for told in read.told:
            self.kept.setdefault(told.vendor_id, told)
        if read.after:
            self.after.append(read.after)
        answer = await read.made() if read.made else read.answer
        return Response(answer.body, answer.status, media_type=answer.content_type)

    async def afterwards(self) -> None:
        """Does what the vendor waits for besides an answer."""
        waiting, self.after = self.after, []
        for each in waiting:
            await each()

    @property
    def messages(self) -> list[Inbound]:
        return [told for told in self.kept.values() if isinstance(told, Inbound)]

    @property
    def receipts(self) -> list[Receipt]:
        return [told for told in self.kept.values() if isinstance(told, Receipt)]

    @property
    def unknown(self) -> list[str]:
        return [told.kind for told in self.kept.values() if isinstance(told, Unknown)]

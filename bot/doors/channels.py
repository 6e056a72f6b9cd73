"""The doors of channels: one for each vendor, all alike. Verified before anything is read, kept, answered at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.background import BackgroundTask

from bot.doors.bodies import whole_body
from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from integrations.channels.base import BadMessage, BadSignature, ChannelError, Door, Knock, Unknown

log = structlog.get_logger()

HOOKS = "/hooks/"


def channel_doors(house: House, begin: Callable[[Sequence[Job]], Awaitable[None]], doors: Sequence[Door]) -> APIRouter:
    """`begin` starts jobs after they were committed."""
    router = APIRouter()
    for door in doors:
        router.add_api_route(HOOKS + door.name, _opened(house, begin, door), methods=["POST"], response_model=None)
    return router


def _opened(
    house: House, begin: Callable[[Sequence[Job]], Awaitable[None]], door: Door
) -> Callable[[Request], Awaitable[Response]]:
    async def knocked(request: Request) -> Response:
        raw = await whole_body(request, door.largest)
        if raw is None:
            return PlainTextResponse("the message is too large", status_code=413)
        knock = Knock(public_url(house, request), dict(request.headers), raw)
        try:
            await door.verify(knock)
        except BadSignature as error:
            log.warning("signature_refused", door=door.name)
            return PlainTextResponse(str(error), status_code=401)
        try:
            read = door.read(knock)
        except BadMessage as error:
            # The vendor's own, and not as we know it. Refused, it would only come again, just the same.
            log.error("message_unread", door=door.name)
            await keep(house, Unknown("", "unreadable"), vendor=door.name, raw=raw)
            return PlainTextResponse(str(error), status_code=200)
        await begin(await keep(house, *read.told, vendor=door.name, raw=raw))
        answer = await read.made() if read.made else read.answer
        after = BackgroundTask(_afterwards, door.name, read.after) if read.after else None
        return Response(answer.body, answer.status, media_type=answer.content_type, background=after)

    return knocked


async def _afterwards(door: str, after: Callable[[], Awaitable[None]]) -> None:
    """What the vendor waits for besides. Too late for a form is no fault of anybody: it is pressed again."""
    try:
        await after()
    except ChannelError as error:
        log.warning("not_done_afterwards", door=door, code=error.code)


def public_url(house: House, request: Request) -> str:
    """The address that the vendor called and may have signed: ours to the world, whatever a proxy made of it."""
    path = request.scope.get("raw_path", b"").decode("ascii") or request.url.path
    query = request.scope["query_string"].decode("ascii", "replace")
    base = house.firm.public_url or _called(request)
    return f"{base}{path}" + (f"?{query}" if query else "")


def _called(request: Request) -> str:
    """Where no public address is set. A host that is none, as anybody can write it, is nobody's."""
    try:
        return f"{request.url.scheme}://{request.url.netloc}"
    except ValueError:
        return ""

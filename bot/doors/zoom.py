"""The door at which Zoom says what became of a meeting, and asks every 72 hours whether the door is ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from bot.doors.bodies import whole_body
from bot.house import House
from bot.jobs import Job
from bot.watching.rooms import FIRM, zoom_told
from integrations.channels.base import BadMessage, BadSignature
from integrations.meetings.zoom.told import AddressAsked, Happened, proof, read, verify

log = structlog.get_logger()

Begin = Callable[[Sequence[Job]], Awaitable[None]]


def zoom_doors(house: House, begin: Begin, secret: str | None) -> APIRouter:
    """The door of the firm's own account; without a secret it opens to nobody."""

    async def secret_of(connection: str) -> str | None:
        return secret if connection == FIRM else None

    async def told(_: str, happened: Happened) -> None:
        await begin(await zoom_told(house, happened))

    return zoom_door(secret_of, told, house.clock.now)


def zoom_door(
    secret_of: Callable[[str], Awaitable[str | None]],
    told: Callable[[str, Happened], Awaitable[None]],
    now: Callable[[], datetime],
    path: str = "/hooks/zoom",
) -> APIRouter:
    """`secret_of` knows the secret token of a connection. `told` notes what happened, and looks at it later: Zoom
    waits three seconds for the answer, and tells again what was answered otherwise."""
    door = APIRouter()

    @door.post(path + "/{connection}")
    async def happened(connection: str, request: Request) -> Response:
        raw = await whole_body(request)
        if raw is None:
            return PlainTextResponse("the message is too large", status_code=413)
        secret = await secret_of(connection)
        try:
            # The question whose door it is comes signed as well: nobody else gets an answer.
            verify(request.headers, raw, secret or "", now())
            news = read(raw)
        except BadSignature as error:
            log.warning("signature_refused", door="zoom")
            return PlainTextResponse(str(error), status_code=401)
        except BadMessage as error:
            return PlainTextResponse(str(error), status_code=422)
        match news:
            case AddressAsked(plain_token):
                log.info("address_asked", door="zoom", connection=connection)
                return JSONResponse(proof(plain_token, secret or ""))
            case Happened():
                await told(connection, news)
        return Response(status_code=204)

    return door

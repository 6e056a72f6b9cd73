"""The door of the firm's own gateway: signed messages and receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from bot.doors.bodies import whole_body
from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from integrations.channels import gateway
from integrations.channels.base import BadMessage, BadSignature

log = structlog.get_logger()


def gateway_door(
    house: House, begin: Callable[[Sequence[Job]], Awaitable[None]], gateway_secret: str | None
) -> APIRouter:
    """`begin` starts jobs after they were committed. Without a secret nobody comes in."""
    door = APIRouter()

    @door.post("/hooks/gateway")
    async def from_gateway(request: Request) -> Response:
        """A signed message or receipt from the firm's own gateway."""
        if gateway_secret is None:
            return PlainTextResponse("no gateway is set up here", status_code=404)
        raw = await whole_body(request)
        if raw is None:
            return PlainTextResponse("the message is too large", status_code=413)
        try:
            gateway.verify(request.headers, raw, gateway_secret, house.clock.now())
            told = gateway.read(raw)
        except BadSignature as error:
            log.warning("signature_refused", door="gateway")
            return PlainTextResponse(str(error), status_code=401)
        except BadMessage as error:
            return PlainTextResponse(str(error), status_code=422)
        await begin(await keep(house, told))
        return JSONResponse({"kept": True})

    return door

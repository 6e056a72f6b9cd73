"""The doors of the web application: verify, keep, answer at once; the thinking comes later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from bot.doors.bodies import whole_body
from bot.doors.calendars import calendar_doors
from bot.doors.calendly import account_doors
from bot.doors.metrics import metrics_door
from bot.doors.pages.closing import nowhere
from bot.doors.pages.door import pages_door
from bot.doors.zoom import zoom_doors
from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from bot.records import connections, numbers
from integrations.channels import gateway
from integrations.channels.base import BadMessage, BadSignature

log = structlog.get_logger()

WELCOME = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>askARSAN</title><style>body{font:18px/1.5 system-ui;max-width:34em;margin:4em auto;padding:0 1em}</style>
<h1>askARSAN</h1><p>The scheduling assistant is at work. Write to it where you always write; there is nothing to do
here.</p><p><a href="/health">How it is</a></p></html>"""

Begin = Callable[[Sequence[Job]], Awaitable[None]]


def make_app(
    house: House,
    begin: Begin,
    gateway_secret: str | None,
    version: str,
    *,
    zoom_secret: str | None = None,
    metrics: bool = False,
    **options: Any,
) -> FastAPI:
    """The application. `begin` starts jobs after they were committed."""
    app = FastAPI(
        title="askARSAN",
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(no_zero_byte)],
        **options,
    )
    app.add_exception_handler(HTTPException, nowhere(house))
    if metrics:
        app.include_router(metrics_door(house))
    app.include_router(pages_door(house, begin))
    app.include_router(calendar_doors(house, begin))
    app.include_router(account_doors(house, begin))
    app.include_router(zoom_doors(house, begin, zoom_secret))

    @app.get("/", response_class=HTMLResponse)
    async def welcome() -> str:
        return WELCOME

    @app.get("/health")
    async def health() -> Response:
        """Well while the database answers; `oldest_waiting_seconds` is the age of the oldest work nobody has done, and
        `connections_out` counts the calendars and accounts that do not work at the moment."""
        try:
            async with house.records.read() as session:
                oldest = await numbers.oldest_waiting(session, house.clock.now())
                out = await connections.count_out(session)
        except Exception:
            log.exception("health_database")
            return JSONResponse({"status": "the database does not answer", "version": version}, status_code=503)
        told = {"status": "well", "version": version, "oldest_waiting_seconds": oldest, "connections_out": out}
        return JSONResponse(told)

    @app.post("/hooks/gateway")
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

    return app


async def no_zero_byte(request: Request) -> None:
    """No address of ours has one, and PostgreSQL breaks off where it is asked for one."""
    if "\0" in request.scope["path"] or b"\0" in unquote_to_bytes(request.scope["query_string"]):
        raise HTTPException(404)

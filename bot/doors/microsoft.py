"""The door at which Microsoft Graph tells that something changed."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.background import BackgroundTask

from bot.doors.bodies import whole_body
from integrations.calendars.microsoft.notices import BadNotice, Notice, Notices

log = structlog.get_logger()

LARGEST = 4_000_000  # Graph tells many things at once
LONGEST_TOKEN = 2_048

SecretOf = Callable[[str], Awaitable[str | None]]
Told = Callable[[str, Sequence[Notice]], Awaitable[None]]


def path(connection_id: str) -> str:
    """Where Graph shall tell of this connection, after the public URL: for changes and for the subscription's life."""
    return f"/hooks/microsoft/{connection_id}"


def microsoft_door(secret_of: SecretOf, told: Told, notices: Notices | None = None) -> APIRouter:
    """`secret_of` is the clientState of a connection, None for one we do not have.

    `told` gets what came, after the answer is out: Graph waits three seconds, and stops telling a door that is slow.
    What a crash loses there, the next look at the calendar finds.
    """
    door = APIRouter()
    reader = notices or Notices()

    @door.post(path("{connection_id}"))
    async def from_graph(request: Request, connection_id: str) -> Response:
        if (token := request.query_params.get("validationToken")) is not None:
            return _handshake(token)
        raw = await whole_body(request, LARGEST)
        secret = await secret_of(connection_id)
        # Whatever comes is taken: to one who should not know, a refusal would say what we have.
        if raw is None or not secret:
            log.warning("notice_ignored", door="microsoft", connection=connection_id)
            return Response(status_code=202)
        try:
            found = await reader.read(raw, secret)
        except BadNotice:
            log.warning("notice_unreadable", door="microsoft", connection=connection_id)
            return Response(status_code=202)
        if not found:
            log.warning("notice_ignored", door="microsoft", connection=connection_id)
            return Response(status_code=202)
        return Response(status_code=202, background=BackgroundTask(_tell, told, connection_id, found))

    return door


def _handshake(token: str) -> Response:
    """The token as plain text: it comes decoded from the query, and no browser shall find a page in it."""
    if len(token) > LONGEST_TOKEN:
        return PlainTextResponse("too long", status_code=400)
    return PlainTextResponse(html.escape(token, quote=False), headers={"X-Content-Type-Options": "nosniff"})


async def _tell(told: Told, connection_id: str, found: Sequence[Notice]) -> None:
    try:
        await told(connection_id, found)
    except Exception:
        log.exception("notice_failed", door="microsoft", connection=connection_id)

"""The door at which Google says that a calendar has changed."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Channel:
    """A watch we asked for: whose it is, and the secret that comes with each message."""

    connection: str
    secret: str = field(repr=False)


def google_door(
    find: Callable[[str], Awaitable[Channel | None]],
    told: Callable[[str], Awaitable[None]],
    path: str = "/hooks/google",
) -> APIRouter:
    """`find` knows a channel by its id. `told` notes the connection whose calendar changed, and looks at it later:
    Google waits for the answer, and sends again what was answered 5xx."""
    door = APIRouter()

    @door.post(path)
    async def changed(request: Request) -> Response:
        """A message has no body and no signature; the headers are all there is."""
        if request.headers.get("X-Goog-Resource-State") == "sync":
            # It opens a channel, often before we have noted its id; nothing has changed yet, and nothing is done.
            return Response(status_code=204)
        channel = await find(request.headers.get("X-Goog-Channel-ID", ""))
        if channel is None or not _same(request.headers.get("X-Goog-Channel-Token", ""), channel.secret):
            log.warning("signature_refused", door="google")
            return PlainTextResponse("this channel is not one of ours", status_code=401)
        await told(channel.connection)
        return Response(status_code=204)

    return door


def _same(given: str, secret: str) -> bool:
    # An empty secret would be everybody's.
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())

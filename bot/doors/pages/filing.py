"""The few files a page needs, with an address of their own for each version."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bot.doors.pages.writing import File, file

A_YEAR = 31_536_000  # seconds


def files_door() -> APIRouter:
    door = APIRouter()

    @door.get("/p/static/{version}/{name}")
    async def static(request: Request, version: str, name: str) -> Response:
        wanted = file(name)
        if wanted is None:
            return PlainTextResponse("there is no such file", 404)
        return handed_out(request, wanted, version)

    return door


def handed_out(request: Request, wanted: File, version: str) -> Response:
    """A page of yesterday asks for the file of yesterday: it gets today's, and asks again next time."""
    kept = f"public, max-age={A_YEAR}, immutable" if version == wanted.version else "no-cache"
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(wanted.packed, media_type=wanted.type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(wanted.content, media_type=wanted.type, headers=headers)

"""The front door: who we are, and how we are."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse

from bot.house import House
from bot.records import connections, numbers, refused_keys

log = structlog.get_logger()

WELCOME = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>askARSAN</title><style>body{font:18px/1.5 system-ui;max-width:34em;margin:4em auto;padding:0 1em}</style>
<h1>askARSAN</h1><p>The scheduling assistant is at work. Write to it where you always write; there is nothing to do
here.</p><p><a href="/health">How it is</a></p></html>"""


def front_door(house: House, version: str) -> APIRouter:
    door = APIRouter()

    @door.get("/", response_class=HTMLResponse)
    async def welcome() -> str:
        return WELCOME

    @door.get("/health")
    async def health() -> Response:
        """Well while the database answers; `oldest_waiting_seconds` is the age of the oldest work nobody has done, and
        `connections_out` counts the calendars and accounts that do not work at the moment, and `keys_refused` says on
        which channels our key is not taken, and since when."""
        try:
            async with house.records.read() as session:
                oldest = await numbers.oldest_waiting(session, house.clock.now())
                out = await connections.count_out(session)
                refused = await refused_keys.since(session)
        except Exception:
            log.exception("health_database")
            return JSONResponse({"status": "the database does not answer", "version": version}, status_code=503)
        told = {"status": "well", "version": version, "oldest_waiting_seconds": oldest, "connections_out": out}
        keys = {channel: since.isoformat() for channel, since in refused.items()}
        return JSONResponse({**told, "keys_refused": keys, **await _redis(house)})

    return door


async def _redis(house: House) -> dict[str, str]:
    """Named where there is one. While it is away each process counts for itself, so nothing else is unwell."""
    answers = await house.limits.redis_answers() if house.limits else None
    return {} if answers is None else {"redis": "well" if answers else "does not answer"}

"""The doors at which calendars say that they have changed: what is told is noted, and looked at by the worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter

from bot.doors.google import Channel, google_door
from bot.doors.microsoft import microsoft_door
from bot.house import House
from bot.jobs import Job
from bot.watching import following
from integrations.calendars.microsoft import set_up
from integrations.calendars.microsoft.notices import Kind, Notice, Notices

log = structlog.get_logger()

Begin = Callable[[Sequence[Job]], Awaitable[None]]


def calendar_doors(house: House, begin: Begin) -> APIRouter:
    async def channel_of(channel_id: str) -> Channel | None:
        found = await following.watching(house, channel_id)
        return Channel(found.connection_id, found.secret) if found else None

    async def secret_of(connection_id: str) -> str | None:
        return await following.secret_for(house, connection_id)

    async def changed(connection_id: str) -> None:
        await begin(await following.told(house, connection_id))

    async def noticed(connection_id: str, notices: Sequence[Notice]) -> None:
        kinds = {notice.kind for notice in notices}
        if Kind.REMOVED in kinds:
            await following.forget_watch(house, connection_id)
        await begin(await following.told(house, connection_id, renew=bool(kinds - {Kind.CHANGED, Kind.MISSED})))

    doors = APIRouter()
    doors.include_router(google_door(channel_of, changed, "/hooks/google/{connection_id}"))
    doors.include_router(microsoft_door(secret_of, noticed, _notices(house)))
    return doors


def _notices(house: House) -> Notices:
    try:
        return set_up.notices_from(house.desks.settings if house.desks else {}, house.clock.now)
    except ValueError as error:
        # The calendars themselves say so to their owners; the other doors open all the same.
        log.error("notices_not_set_up", door="microsoft", why=str(error))
        return Notices()

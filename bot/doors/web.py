"""The doors of the web application: verify, keep, answer at once; the thinking comes later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException

from bot.doors.calendars import calendar_doors
from bot.doors.calendly import account_doors
from bot.doors.channels import channel_doors
from bot.doors.front import front_door
from bot.doors.gateway import gateway_door
from bot.doors.metrics import metrics_door
from bot.doors.pages.closing import nowhere
from bot.doors.pages.door import pages_door
from bot.doors.zoom import zoom_doors
from bot.house import House
from bot.jobs import Job
from integrations.channels.base import Door

Begin = Callable[[Sequence[Job]], Awaitable[None]]


def make_app(
    house: House,
    begin: Begin,
    gateway_secret: str | None,
    version: str,
    *,
    doors: Sequence[Door] = (),
    zoom_secret: str | None = None,
    metrics: bool = False,
    **options: Any,
) -> FastAPI:
    """The application. `begin` starts jobs after they were committed; `doors` are those of channels' vendors."""
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
    app.include_router(front_door(house, version))
    app.include_router(gateway_door(house, begin, gateway_secret))
    app.include_router(channel_doors(house, begin, doors))
    app.include_router(pages_door(house, begin))
    app.include_router(calendar_doors(house, begin))
    app.include_router(account_doors(house, begin))
    app.include_router(zoom_doors(house, begin, zoom_secret))
    if house.workspaces:
        from bot.doors.slack import slack_doors  # with Slack's SDK, which few firms need

        app.include_router(slack_doors(house, house.workspaces))
    return app


async def no_zero_byte(request: Request) -> None:
    """No address of ours has one, and PostgreSQL breaks off where it is asked for one."""
    if "\0" in request.scope["path"] or b"\0" in unquote_to_bytes(request.scope["query_string"]):
        raise HTTPException(404)

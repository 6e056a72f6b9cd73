"""The door at which Calendly says who booked, moved or called off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bot.booked_elsewhere import keep_notices
from bot.doors.bodies import whole_body
from bot.house import House
from bot.jobs import Job
from bot.watching import accounts
from integrations.channels.base import BadMessage, BadSignature
from integrations.links.calendly.told import read, verify

log = structlog.get_logger()


def account_doors(house: House, begin: Callable[[Sequence[Job]], Awaitable[None]]) -> APIRouter:
    """For the accounts that people have connected. `begin` starts jobs after they were committed."""

    async def key_of(connection: str) -> str | None:
        return await accounts.signing_key(house, connection)

    async def told(connection: str) -> None:
        await begin(await accounts.told(house, connection))

    return calendly_door(house, key_of, told)


def calendly_door(
    house: House,
    key_of: Callable[[str], Awaitable[str | None]],
    told: Callable[[str], Awaitable[None]],
    path: str = "/hooks/calendly",
) -> APIRouter:
    """`key_of` knows the signing key of a connection. `told` notes the connection that has news, and looks at them
    later (`bot.booked_elsewhere.act_on_notices`)."""
    door = APIRouter()

    @door.post(path + "/{connection}")
    async def happened(connection: str, request: Request) -> Response:
        """Kept once, and answered at once. What is answered with anything but 2xx for a day is told no more, ever."""
        raw = await whole_body(request)
        if raw is None:
            return PlainTextResponse("the message is too large", status_code=413)
        try:
            verify(request.headers, raw, await key_of(connection) or "", house.clock.now())
        except BadSignature as error:
            log.warning("signature_refused", door="calendly")
            return PlainTextResponse(str(error), status_code=401)
        try:
            notice = read(raw)
        except BadMessage:
            # Calendly's own, and not as we know it: to refuse it would only cost us all that follows.
            log.error("notice_unread", door="calendly", connection=connection)
            notice = None
        if notice:
            await keep_notices(house, connection, [notice])
        # Also what is about no booking we can read, and what was told before: to look once more is harmless.
        await told(connection)
        return Response(status_code=204)

    return door

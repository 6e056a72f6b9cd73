"""The two addresses by which a workspace lets the assistant in: to Slack with a question, and back with its answer.

Whoever comes back has to bring the very answer to a question that was asked of the same browser, a moment ago, and not
answered yet: else somebody could be made to finish what another began.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from integrations.channels.base import ChannelError
from integrations.channels.slack.api import Slack
from integrations.channels.slack.installation import App, Installation, granted
from integrations.channels.slack.manifest import REDIRECT

INSTALL = "/slack/install"
COOKIE = "askarsan_slack"
LASTS = timedelta(minutes=10)

log = structlog.get_logger()


class Questions(Protocol):
    """Which were asked and not answered. Several processes share them, so they are kept where all can look."""

    async def asked(self, state: str, until: datetime) -> None: ...

    async def answered(self, state: str, now: datetime) -> bool:
        """Was it asked, not too long ago, and never answered? From now on it is."""


@dataclass(frozen=True)
class Install:
    """`may` says who may let us in; `keep` seals what was granted; the two pages say how it went, one with `?why=`."""

    app: App
    slack: Slack
    questions: Questions
    may: Callable[[Request], Awaitable[bool]]
    keep: Callable[[Installation], Awaitable[None]]
    now: Callable[[], datetime]
    done: str = "/"
    failed: str = "/"

    @property
    def _back(self) -> str:
        """The path that the browser comes back to, which a proxy may have shortened for us."""
        return urlsplit(self.app.redirect).path

    def routes(self) -> Sequence[Route]:
        return (Route(INSTALL, self.begin, methods=["GET"]), Route(REDIRECT, self.end, methods=["GET"]))

    async def begin(self, request: Request) -> Response:
        if not await self.may(request):
            return Response(status_code=403)
        state = secrets.token_urlsafe(32)
        await self.questions.asked(state, self.now() + LASTS)
        answer = RedirectResponse(self.app.link(state), 302)
        answer.set_cookie(
            COOKIE,
            state,
            max_age=int(LASTS.total_seconds()),
            path=self._back,
            secure=self.app.redirect.startswith("https://"),
            httponly=True,
            samesite="lax",  # it has to come along when Slack sends the browser back
        )
        return _unseen(answer)

    async def end(self, request: Request) -> Response:
        answer = await self._end(request)
        answer.delete_cookie(COOKIE, path=self._back)
        return _unseen(answer)

    async def _end(self, request: Request) -> Response:
        given = request.query_params
        state = given.get("state", "")
        mine = hmac.compare_digest(state.encode("utf-8", "replace"), request.cookies.get(COOKIE, "").encode())
        if not state or not mine or not await self.questions.answered(state, self.now()):
            return self._failed("state")
        if not given.get("code"):
            return self._failed("denied")
        try:
            installation = await granted(self.slack, self.app, given["code"], self.now())
        except ChannelError as error:
            log.warning("slack.not_installed", code=error.code)
            return self._failed("slack")
        await self.keep(installation)
        return RedirectResponse(self.done, 303)

    def _failed(self, why: str) -> Response:
        assert re.fullmatch(r"[a-z]+", why)
        return RedirectResponse(f"{self.failed}?why={why}", 303)


def _unseen(answer: Response) -> Response:
    """What stands in the addresses of both pages opens something."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer

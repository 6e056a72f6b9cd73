"""The stand-in over HTTP.

GET  /o/oauth2/v2/auth                                  the page on which somebody says yes
POST /token                                             signed grants, codes and refresh tokens
…    /calendar/v3/calendars/{calendar}/events[/{id}]    list, insert, get, patch, update, delete; …/watch
POST /calendar/v3/freeBusy, /calendar/v3/channels/stop
…    /gmail/v1/users/{user}/…                           an inbox: messages, labels, history
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.calendars.google.access import SCOPES
from integrations.standins.google.answering import Api
from integrations.standins.google.bodies import check_query
from integrations.standins.google.mails import SCOPE as OF_MAIL
from integrations.standins.google.refusing import CutOff, Fault, No, failing
from integrations.standins.google.sign_in import NoToken
from integrations.standins.google.standin import Call, StandInGoogle

NAMED = "somebody@acme.example"  # Google's texts name people; none of it may be passed on
SLOWLY = 60.0  # seconds; whoever waits for it waits too long

Endpoint = Callable[[Request], Awaitable[Response]]
Answering = Callable[[Request, str], Awaitable[Response]]


def web(google: StandInGoogle) -> Starlette:
    api = Api(google.diaries, google.pushing, google)
    events = "/calendar/v3/calendars/{calendar}/events"
    served = [
        ("freebusy", "POST", "/calendar/v3/freeBusy", api.free_busy),
        ("stop", "POST", "/calendar/v3/channels/stop", api.stop),
        ("watch", "POST", f"{events}/watch", api.watch),
        ("list", "GET", events, api.list),
        ("insert", "POST", events, api.insert),
        ("get", "GET", f"{events}/{{event}}", api.get),
        ("patch", "PATCH", f"{events}/{{event}}", api.patch),
        ("update", "PUT", f"{events}/{{event}}", api.update),
        ("delete", "DELETE", f"{events}/{{event}}", api.delete),
        *google.mails.served(),
    ]
    routes = [
        Route("/o/oauth2/v2/auth", _agreeing(google), methods=["GET"]),
        Route("/token", _signing_in(google), methods=["POST"]),
        *(Route(path, _calling(google, kind, answer), methods=[method]) for kind, method, path, answer in served),
    ]

    @asynccontextmanager
    async def while_open(_: Starlette) -> AsyncIterator[None]:
        yield
        await google.close()

    return Starlette(routes=routes, lifespan=while_open)


def _calling(google: StandInGoogle, kind: str, answering: Answering) -> Endpoint:
    async def call(request: Request) -> Response:
        subject = ""
        try:
            subject = _subject(google, request)
            fault = google.next_fault(kind)
            if fault and (instead := failing(fault, google.retry_after)):
                answer = instead
            else:
                google.check_quota(subject)
                check_query(kind, request.query_params)
                answer = await _gone_wrong(fault, await answering(request, subject))
        except No as no:
            answer = no.answer()
        google.calls.append(Call(kind, subject, dict(request.query_params), answer.status_code))
        return answer

    return call


def _signing_in(google: StandInGoogle) -> Endpoint:
    async def token(request: Request) -> Response:
        fault = google.next_fault("token")
        google.sign_in.url = google.sign_in.url or str(request.url)
        if fault and (instead := failing(fault, google.retry_after)):
            return instead
        form = {name: str(value) for name, value in (await request.form()).items()}
        try:
            return await _gone_wrong(fault, JSONResponse(google.sign_in.token(form)))
        except NoToken as no:
            return JSONResponse({"error": no.error, "error_description": f"Not for {NAMED}"}, no.status)

    return token


def _agreeing(google: StandInGoogle) -> Endpoint:
    async def auth(request: Request) -> Response:
        """Whoever is at the browser says yes at once, or no."""
        query = dict(request.query_params)
        told = {"state": query.get("state", "")}
        try:
            if google.at_the_browser:
                told["code"] = google.sign_in.agree(google.at_the_browser, query, google.ticked)
            else:
                told["error"] = "access_denied"
        except (NoToken, KeyError):
            return HTMLResponse("<html><body>Error 400: invalid_request</body></html>", 400)
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(told)}")

    return auth


def _subject(google: StandInGoogle, request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    granted = google.sign_in.whose(token)
    if scheme != "Bearer" or granted is None:
        raise No(401, "authError", "Invalid Credentials")
    wanted = SCOPES[1] if request.url.path.endswith("/freeBusy") else SCOPES[0]
    if request.url.path.startswith("/gmail/"):
        wanted = OF_MAIL
    if wanted not in granted.scopes:
        raise No(403, "insufficientPermissions", "Insufficient Permission")
    return granted.subject


async def _gone_wrong(fault: Fault | None, answer: Response) -> Response:
    if fault is Fault.SLOW:
        await asyncio.sleep(SLOWLY)
    return CutOff(answer) if fault is Fault.CUT else answer

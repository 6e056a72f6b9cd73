"""The stand-in's addresses: the Web API, answers to slash commands, the page that asks for consent, and Socket Mode."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from integrations.standins.slack.methods import call, consented, granted
from integrations.standins.slack.refusing import No
from integrations.standins.slack.slack import StandInSlack


def web(slack: StandInSlack) -> Starlette:
    async def ask(request: Request) -> Response:
        return await slack.mishaps.around(request, lambda: _ask(slack, request))

    async def whisper(request: Request) -> Response:
        person = slack.whispers.get(request.path_params["end"])
        told = await request.json()
        if person is None or told.get("response_type") != "ephemeral":
            return PlainTextResponse("expired_url", 404)
        person.whispers.append(told["text"])
        return PlainTextResponse("ok")

    async def authorize(request: Request) -> Response:
        """Says yes at once, for the workspace and the person that the test wants."""
        given = request.query_params
        try:
            code = consented(slack, given, given.get("team", "T1"), "U0ADMIN")
        except No as no:
            return PlainTextResponse(no.code, 400)
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}")

    async def line(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": slack.app_id}})
        slack.line = socket
        slack.opened.set()
        try:
            while True:
                slack.acknowledged.put_nowait(json.loads(await socket.receive_text()))
        except WebSocketDisconnect:
            slack.line = None
            slack.opened.clear()

    return Starlette(
        routes=[
            Route("/api/{method}", ask, methods=["GET", "POST"]),
            Route("/commands/{end}", whisper, methods=["POST"]),
            Route("/oauth/v2/authorize", authorize, methods=["GET"]),
            WebSocketRoute("/link/", line),
        ]
    )


async def _ask(slack: StandInSlack, request: Request) -> Response:
    method = request.path_params["method"]
    try:
        given = await _given(request)
        if method == "oauth.v2.access":
            return JSONResponse(granted(slack, _client(request), given))
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return JSONResponse(call(slack, method, token if kind == "Bearer" else "", given))
    except No as no:
        return no.answer()


async def _given(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/json":
        try:
            return given | dict(await request.json())
        except (ValueError, TypeError):
            raise No("invalid_json") from None
    async with request.form() as form:
        return given | {name: str(value) for name, value in form.items()}


def _client(request: Request) -> tuple[str, str]:
    """The app, as HTTP's Basic shows it."""
    try:
        shown = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise No("invalid_client_id") from None
    name, _, secret = shown.partition(":")
    return name, secret

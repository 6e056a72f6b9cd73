"""SendGrid's API as far as mails go: POST /v3/mail/send, as strict as SendGrid, and GET /v3/scopes."""

from __future__ import annotations

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.standins.sendgrid.account import StandInSendGrid
from integrations.standins.sendgrid.rules import faults

LARGEST = 30_000_000


def web(account: StandInSendGrid) -> Starlette:
    async def send(request: Request) -> Response:
        return await account.mishaps.around(request, lambda: _taken(account, request))

    async def scopes(request: Request) -> Response:
        return await account.mishaps.around(request, lambda: _scopes(account, request))

    return Starlette(
        routes=[Route("/v3/mail/send", send, methods=["POST"]), Route("/v3/scopes", scopes, methods=["GET"])]
    )


async def _scopes(account: StandInSendGrid, request: Request) -> Response:
    if request.headers.get("authorization") != f"Bearer {account.key}":
        return _refused(401, ("", "The provided authorization grant is invalid, expired, or revoked"))
    return JSONResponse({"scopes": list(account.scopes)})


async def _taken(account: StandInSendGrid, request: Request) -> Response:
    if request.headers.get("authorization") != f"Bearer {account.key}":
        return _refused(401, ("", "The provided authorization grant is invalid, expired, or revoked"))
    if request.headers.get("content-type") != "application/json":
        return _refused(415, ("", "Content-Type should be application/json."))
    if "application/json" not in request.headers.get("accept", ""):
        return _refused(406, ("", "Missing Accept header. For example: Accept: application/json"))
    raw = await request.body()
    if len(raw) > LARGEST:
        return _refused(413, ("", "The JSON payload you have included in your request is too large."))
    try:
        mail = json.loads(raw)
    except ValueError:
        return _refused(400, ("", "Bad Request"))
    if not isinstance(mail, dict):
        return _refused(400, ("", "Bad Request"))
    if wrong := list(faults(mail)):
        return _refused(400, *wrong)
    return Response(status_code=202, headers={"X-Message-Id": account.take(mail).id})


def _refused(status: int, *wrong: tuple[str, str]) -> Response:
    errors = [{"message": message, "field": name or None, "help": None} for name, message in wrong]
    return JSONResponse({"errors": errors}, status)

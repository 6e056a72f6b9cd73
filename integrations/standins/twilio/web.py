"""Twilio's two APIs over HTTP, Programmable Messaging and Content, at one address.

POST, GET  /2010-04-01/Accounts/{sid}/Messages.json             send, and look through what was sent
GET        /2010-04-01/Accounts/{sid}/Messages/{sid}.json
POST, GET  /v1/Content, /v1/ContentAndApprovals, /v2/Content    templates
…          /v1/Content/{sid}, …/ApprovalRequests[/whatsapp]
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.contents import Content
from integrations.standins.twilio.messages import Message
from integrations.standins.twilio.refusing import Refusal, nothing_there

Act = Callable[[StandInTwilio, Request], Awaitable[Response]]
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"
FILTERS = frozenset({"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"})
PAGES = frozenset({"PageSize", "Page", "PageToken"})


def web(twilio: StandInTwilio) -> Starlette:
    routes = [
        Route(path, _guarded(twilio, act), methods=[method])
        for method, path, act in (
            ("POST", "/2010-04-01/Accounts/{account}/Messages.json", _send),
            ("GET", "/2010-04-01/Accounts/{account}/Messages.json", _list_messages),
            ("GET", "/2010-04-01/Accounts/{account}/Messages/{sid}.json", _fetch_message),
            ("POST", "/v1/Content", _create_content),
            ("GET", "/v1/Content", _list_contents),
            ("GET", "/v2/Content", _search_contents),
            ("GET", "/v1/ContentAndApprovals", _list_approvals),
            ("GET", "/v1/Content/{sid}", _fetch_content),
            ("DELETE", "/v1/Content/{sid}", _delete_content),
            ("GET", "/v1/Content/{sid}/ApprovalRequests", _fetch_approval),
            ("POST", "/v1/Content/{sid}/ApprovalRequests/whatsapp", _ask_approval),
        )
    ]
    return Starlette(routes=routes)


def _guarded(twilio: StandInTwilio, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def acted(request: Request) -> Response:
        asked = f"{request.method} {request.url.path}"
        if failure := twilio.failure(asked, after_accepting=False):
            return failure.refusal.answer(modern=failure.modern)
        try:
            _let_in(twilio, request)
            answer = await act(twilio, request)
        except Refusal as refusal:
            return refusal.answer()
        if failure := twilio.failure(asked, after_accepting=True):
            return failure.refusal.answer(modern=failure.modern)
        return answer

    async def answered(request: Request) -> Response:
        return await twilio.mishaps.around(request, lambda: acted(request))

    return answered


def _let_in(twilio: StandInTwilio, request: Request) -> None:
    kind, _, words = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, secret = base64.b64decode(words, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        user, secret = "", ""
    if kind != "Basic" or not secret or twilio.credentials.get(user) != secret:
        raise Refusal(401, 20003, "Authenticate")
    if request.path_params.get("account", SID) != SID:
        raise nothing_there()


async def _send(twilio: StandInTwilio, request: Request) -> Response:
    fields = parse_qsl((await request.body()).decode(), keep_blank_values=True)
    if len(dict(fields)) != len(fields):
        raise Refusal(400, 20001, "A parameter is there twice")
    return JSONResponse(twilio.accept(dict(fields)).json(), 201)


async def _fetch_message(twilio: StandInTwilio, request: Request) -> Response:
    return JSONResponse(twilio.message(request.path_params["sid"]).json())


async def _list_messages(twilio: StandInTwilio, request: Request) -> Response:
    asked = _query(request, FILTERS)
    newest_first = [each for each in reversed(twilio.messages) if _fits(each, asked)]
    page, more = _page(newest_first, asked)
    told = {"messages": [each.json() for each in page], "page": int(asked.get("Page", 0)), "page_size": len(page)}
    next_page = f"{MESSAGES}.json?{urlencode(asked | more)}" if more else None
    return JSONResponse(told | {"next_page_uri": next_page, "uri": f"{MESSAGES}.json"})


def _fits(message: Message, asked: Mapping[str, str]) -> bool:
    if not all(getattr(message, key) == asked[name] for name, key in _ENDS if name in asked):
        return False
    days = {name: _instant(asked[name]) for name in ("DateSent", "DateSent<", "DateSent>") if name in asked}
    sent = message.sent_at
    if days and sent is None:
        return False  # what still waits was not sent on any day
    return all(_is_there(sent, name, day) for name, day in days.items()) if sent else True


_ENDS = (("To", "to"), ("From", "sender"))


def _is_there(sent: datetime, name: str, day: datetime) -> bool:
    if name == "DateSent":
        return sent.date() == day.date()
    return sent <= day if name == "DateSent<" else sent >= day


def _instant(words: str) -> datetime:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        raise Refusal(400, 20001, "DateSent is no date") from None
    return at.replace(tzinfo=at.tzinfo or UTC)


async def _create_content(twilio: StandInTwilio, request: Request) -> Response:
    return JSONResponse(twilio.contents.create(await _json(request)).json(_home(request)), 201)


async def _fetch_content(twilio: StandInTwilio, request: Request) -> Response:
    return JSONResponse(twilio.contents.get(request.path_params["sid"]).json(_home(request)))


async def _delete_content(twilio: StandInTwilio, request: Request) -> Response:
    twilio.contents.delete(request.path_params["sid"])
    return Response(status_code=204)


async def _list_contents(twilio: StandInTwilio, request: Request) -> Response:
    asked, home = _query(request, PAGES), _home(request)
    return _contents(request, list(twilio.contents.all.values()), asked, lambda each: each.json(home))


async def _search_contents(twilio: StandInTwilio, request: Request) -> Response:
    asked, home = _query(request, PAGES | {"ContentName"}), _home(request)
    return _contents(request, twilio.contents.named(asked.get("ContentName", "")), asked, lambda each: each.json(home))


async def _list_approvals(twilio: StandInTwilio, request: Request) -> Response:
    asked, home = _query(request, PAGES), _home(request)
    everything = list(twilio.contents.all.values())
    return _contents(
        request, everything, asked, lambda each: each.json(home) | {"approval_requests": each.approval, "links": {}}
    )


async def _ask_approval(twilio: StandInTwilio, request: Request) -> Response:
    return JSONResponse(twilio.contents.ask_approval(request.path_params["sid"], await _json(request)).approval, 201)


async def _fetch_approval(twilio: StandInTwilio, request: Request) -> Response:
    content = twilio.contents.get(request.path_params["sid"])
    url = f"{_home(request)}/v1/Content/{content.sid}/ApprovalRequests"
    return JSONResponse({"sid": content.sid, "account_sid": SID, "whatsapp": content.approval, "url": url})


def _contents(
    request: Request, everything: Sequence[Content], asked: Mapping[str, str], told: Callable[[Content], dict[str, Any]]
) -> Response:
    page, more = _page(everything, asked)
    url = f"{_home(request)}{request.url.path}"
    meta = {
        "key": "contents",
        "page": int(asked.get("Page", 0)),
        "page_size": int(asked.get("PageSize", 50)),
        "url": url,
        "first_page_url": url,
        "previous_page_url": None,
        "next_page_url": f"{url}?{urlencode({**asked, **more})}" if more else None,
    }
    return JSONResponse({"meta": meta, "contents": [told(each) for each in page]})


def _page(everything: Sequence[Any], asked: Mapping[str, str]) -> tuple[Sequence[Any], dict[str, str]]:
    """One page, and how the next is asked for."""
    try:
        size, number = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
    except ValueError:
        raise Refusal(400, 20006, "Invalid page") from None
    if not 1 <= size <= 1_000 or (number and asked.get("PageToken") != f"PA{number}"):
        raise Refusal(400, 20006, "Invalid page")
    more = (number + 1) * size < len(everything)
    page = everything[number * size : (number + 1) * size]
    return page, {"Page": str(number + 1), "PageToken": f"PA{number + 1}"} if more else {}


def _query(request: Request, known: frozenset[str]) -> dict[str, str]:
    asked = dict(request.query_params)
    if strange := set(asked) - known:
        raise Refusal(400, 20001, f"Unknown parameter {', '.join(sorted(strange))}")
    return asked


async def _json(request: Request) -> Any:
    """A form in its place is what the SDK's own asynchronous client sends."""
    if request.headers.get("content-type") != "application/json":
        raise Refusal(415, 20415, "Unsupported media type")
    try:
        return json.loads(await request.body())
    except ValueError:
        raise Refusal(400, 20001, "Invalid JSON") from None


def _home(request: Request) -> str:
    return str(request.base_url).rstrip("/")

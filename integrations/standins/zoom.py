"""A stand-in for Zoom: its sign-in, its meetings by the API, and its webhook, over HTTP.

POST /oauth/token                      a token for an hour, for the right keys
GET  /v2/users/{user}                  whoever is in the account
GET  /v2/users/{user}/meetings         a page of them
POST /v2/users/{user}/meetings         100 a day for each user, moves included
GET, PATCH, DELETE /v2/meetings/{id}
GET  /v2/past_meetings/{uuid}          encoded twice where Zoom wants it so
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import available_timezones

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.meetings.zoom.told import proof, sign
from integrations.standins.behind_doors import BehindDoors, Refused
from integrations.standins.mishaps import unknown

FIELDS = frozenset({"topic", "type", "agenda", "start_time", "duration", "timezone", "settings", "password"})
SETTINGS = frozenset({"join_before_host", "jbh_time", "waiting_room", "approval_type", "mute_upon_entry"})
PER_DAY = 100
PAGE_LIVES = timedelta(minutes=15)
TOO_OFTEN = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular "
    "user. You may resume these requests at GMT 00:00:00."
)


@dataclass
class Kept:
    """One meeting as Zoom has it."""

    id: int
    uuid: str
    user: str
    told: dict[str, Any]
    created: datetime

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "uuid": self.uuid,
            "host_id": self.user,
            "created_at": f"{self.created:%Y-%m-%dT%H:%M:%SZ}",
            "join_url": f"https://us05web.zoom.example/j/{self.id}?pwd=k",
            "status": "waiting",
            **self.told,
        }


class _Refused(Refused):
    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(JSONResponse({"code": code, "message": message}, status, headers))


@dataclass
class StandInZoom(BehindDoors):
    """One Zoom account with its users, its meetings, and one app that may use them."""

    now: Callable[[], datetime]
    users: tuple[str, ...] = ("rooms@firm.example",)
    account_id: str = "account"
    client_id: str = "client"
    client_secret: str = "secret"  # noqa: S105 – nothing is behind it
    allowed: bool = True  # has the app the scopes it needs?
    page: int = 300  # at most so many meetings in an answer, whatever is asked for

    meetings: dict[int, Kept] = field(default_factory=dict)
    past: dict[str, dict[str, Any]] = field(default_factory=dict)  # by UUID
    _tokens: dict[str, datetime] = field(default_factory=dict, init=False)
    _pages: dict[str, tuple[datetime, int]] = field(default_factory=dict, init=False)
    _today: Counter[tuple[str, str]] = field(default_factory=Counter, init=False)
    _number: int = field(default=85_000_000_000, init=False)

    # What happens in Zoom

    def take_back_tokens(self) -> None:
        """Every token is worth nothing from now on, as when the app was activated anew."""
        self._tokens.clear()

    def delete_by_hand(self, id: int) -> None:
        del self.meetings[id]

    def use_up(self, user: str, times: int) -> None:
        """So many of today's meetings were made or moved by others."""
        self._today[user, self.now().astimezone(UTC).date().isoformat()] += times

    def hold(self, uuid: str, start: datetime, minutes: int, participants: int) -> None:
        """A meeting that is over."""
        self.past[uuid] = {
            "uuid": uuid,
            "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "end_time": f"{start + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
            "participants_count": participants,
        }

    # What is asked of it

    async def sign_in(self, request: Request) -> Response:
        wanted = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return JSONResponse({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, 401)
        form = await request.form()
        if form.get("grant_type") != "account_credentials":
            return JSONResponse({"reason": "unsupported grant type", "error": "unsupported_grant_type"}, 400)
        if form.get("account_id") != self.account_id:
            return JSONResponse({"reason": "Bad Request", "error": "invalid_request"}, 400)
        token = f"token-{len(self._tokens)}-{len(self.asked)}"
        self._tokens[token] = self.now() + timedelta(hours=1)
        return JSONResponse(
            {"access_token": token, "token_type": "bearer", "expires_in": 3599, "scope": "meeting:write:admin"}
        )

    async def user(self, request: Request) -> Response:
        return JSONResponse({"id": "u1", "email": self._user(request), "type": 2, "status": "active"})

    async def listed(self, request: Request) -> Response:
        user, query = self._user(request), request.query_params
        if query.get("type", "scheduled") not in ("scheduled", "live", "upcoming", "upcoming_meetings"):
            raise _Refused(400, 300, "Validation Failed.")
        size = query.get("page_size", "30")
        if not size.isdecimal() or not 1 <= int(size) <= 300:
            raise _Refused(400, 300, "Validation Failed.")
        begin = self._begin(query.get("next_page_token", ""))
        mine = [each.shown() for each in self.meetings.values() if each.user == user]
        end = begin + min(int(size), self.page)
        return JSONResponse(
            {
                "page_size": int(size),
                "total_records": len(mine),
                "next_page_token": self._page_token(end) if end < len(mine) else "",
                "meetings": [each | {"agenda": each.get("agenda", "")[:250]} for each in mine[begin:end]],
            }
        )

    async def create(self, request: Request) -> Response:
        user = self._user(request)
        body = await _valid(request)
        for needed in ("topic", "type", "start_time", "duration"):
            if needed not in body:
                raise _Refused(400, 300, "Validation Failed.")
        self._count(user)
        self._number += 7
        uuid = base64.b64encode(self._number.to_bytes(16, "big")).decode()
        kept = self.meetings[self._number] = Kept(self._number, uuid, user, body, self.now())
        return JSONResponse(kept.shown(), 201)

    async def one(self, request: Request) -> Response:
        return JSONResponse(self._meeting(request).shown())

    async def change(self, request: Request) -> Response:
        kept, body = self._meeting(request), await _valid(request)
        self._count(kept.user)
        kept.told |= body
        return Response(status_code=204)

    async def delete(self, request: Request) -> Response:
        del self.meetings[self._meeting(request).id]
        return Response(status_code=204)

    async def was(self, request: Request) -> Response:
        """Zoom takes the address apart before it decodes it; a UUID with / in it does not survive that."""
        raw = request.scope["raw_path"].decode().removeprefix("/v2/past_meetings/")
        uuid = unquote(raw)
        twice = unquote(uuid)
        if twice.startswith("/") or "//" in twice:
            uuid = twice if "/" not in uuid else ""
        if "/" in raw or uuid not in self.past:
            raise _Refused(404, 3001, "This meeting is not available or ID is not valid.")
        return JSONResponse(self.past[uuid])

    def admit(self, request: Request) -> None:
        if request.url.path == "/oauth/token":
            return
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            raise _Refused(401, 124, "Invalid access token.")
        if self.now() >= self._tokens[token]:
            raise _Refused(401, 124, "Access token is expired.")
        if not self.allowed:
            raise _Refused(400, 4711, "Invalid access token, does not contain scopes:[meeting:write:meeting:admin].")

    def _user(self, request: Request) -> str:
        user = str(request.path_params["user"])
        if user not in self.users:
            raise _Refused(404, 1001, f"User does not exist: {user}.")
        return user

    def _meeting(self, request: Request) -> Kept:
        wanted = str(request.path_params["id"])
        if not wanted.isdecimal() or int(wanted) not in self.meetings:
            raise _Refused(404, 3001, f"Meeting does not exist: {wanted}.")
        return self.meetings[int(wanted)]

    def _count(self, user: str) -> None:
        today = (user, self.now().astimezone(UTC).date().isoformat())
        if self._today[today] >= PER_DAY:
            # As it was seen: the account's limit is told, and of this one only the sentence.
            raise _Refused(429, 429, TOO_OFTEN, {"X-RateLimit-Category": "Light", "X-RateLimit-Limit": "6000"})
        self._today[today] += 1

    def _begin(self, token: str) -> int:
        if not token:
            return 0
        made, begin = self._pages.get(token, (None, 0))
        if made is None or self.now() - made > PAGE_LIVES:
            raise _Refused(400, 300, "The next page token is invalid or expired.")
        return begin

    def _page_token(self, begin: int) -> str:
        token = f"page-{len(self._pages)}"
        self._pages[token] = (self.now(), begin)
        return token

    # Its webhook

    async def tell(self, url: str, secret: str, event: str, meeting: Kept, *, at: datetime | None = None) -> int:
        """Posts an event to our door, signed; what the door answers. `at`: signed then, and late."""
        about = {"id": str(meeting.id), "uuid": meeting.uuid, "topic": meeting.told["topic"]}
        told = {"event": event, "event_ts": _milliseconds(self.now()), "payload": {"account_id": "a", "object": about}}
        return (await self.post(url, secret, told, at=at)).status_code

    async def validate(self, url: str, secret: str) -> bool:
        """Asks whether the address is ours, as every 72 hours; False: the webhook is switched off."""
        told = {"event": "endpoint.url_validation", "event_ts": _milliseconds(self.now())}
        answer = await self.post(url, secret, told | {"payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}})
        return answer.status_code == 200 and answer.json() == proof("qgg8vlvZRS6UYooatFL8Aw", secret)

    async def post(
        self, url: str, secret: str, told: Mapping[str, Any], *, at: datetime | None = None
    ) -> httpx2.Response:
        # Escaped as Zoom writes it; read and written anew it would be another text.
        raw = json.dumps(told, separators=(", ", ":")).replace("/", "\\/").encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **sign(secret, raw, at or self.now())}
        async with httpx2.AsyncClient() as client:
            return await client.post(url, content=raw, headers=headers)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


async def _valid(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise _Refused(400, 300, "Request Body should be a valid JSON object.") from None
    wrong = unknown(body, FIELDS) + unknown(body.get("settings", {}), SETTINGS)
    start = body.get("start_time", "2026-01-01T00:00:00Z")
    sound = (
        body.get("type", 2) in (1, 2, 3, 8)
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", start)
        and isinstance(body.get("duration", 1), int)
        and body.get("duration", 1) > 0
        and body.get("timezone", "UTC") in available_timezones()
        and len(body.get("topic", "")) <= 200
        and len(body.get("agenda", "")) <= 2000
    )
    if wrong or not sound:
        raise _Refused(400, 300, "Validation Failed.")
    return dict(body)


def web(zoom: StandInZoom) -> Starlette:
    return zoom.doors(
        ("POST", "/oauth/token", zoom.sign_in),
        ("GET", "/v2/users/{user}", zoom.user),
        ("GET", "/v2/users/{user}/meetings", zoom.listed),
        ("POST", "/v2/users/{user}/meetings", zoom.create),
        ("GET", "/v2/meetings/{id}", zoom.one),
        ("PATCH", "/v2/meetings/{id}", zoom.change),
        ("DELETE", "/v2/meetings/{id}", zoom.delete),
        ("GET", "/v2/past_meetings/{uuid:path}", zoom.was),
    )

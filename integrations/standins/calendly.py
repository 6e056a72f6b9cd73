"""A stand-in for Calendly: one person's account by API v2, people who book with them, and the webhook that tells of it.

What happens is not told at once: each notice waits in `outbox` until it is sent, in whatever order, and as often, as a
test or a rehearsal likes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.links.calendly.told import sign
from integrations.standins.behind_doors import BehindDoors, Refused
from integrations.standins.mishaps import unknown

HOME = "https://api.calendly.com"
ORGANIZATION, USER, TYPE = f"{HOME}/organizations/ORG", f"{HOME}/users/NOOR", f"{HOME}/event_types/TALK"
GIVES_UP = timedelta(hours=24)
KNOWN_EVENTS = frozenset({"invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted"})


@dataclass
class Hook:
    """A subscription, and since when what it was sent has failed."""

    uri: str
    url: str
    key: str
    events: list[str]
    state: str = "active"
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody's booking as Calendly has it: one name before a move, another after it."""

    number: int
    email: str
    start: datetime
    status: str = "active"
    rescheduled: bool = False
    old: int = 0
    new: int = 0
    by: str = ""  # who called it off: invitee or host

    @property
    def event(self) -> str:
        return f"{HOME}/scheduled_events/E{self.number}"

    @property
    def uri(self) -> str:
        return named(self.number) or ""


def named(number: int) -> str | None:
    return f"{HOME}/scheduled_events/E{number}/invitees/I{number}" if number else None


class _Refused(Refused):
    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(JSONResponse({"title": title, "message": message}, status))


@dataclass
class StandInCalendly(BehindDoors):
    """The account of one person with one event type."""

    now: Callable[[], datetime]
    token: str = "token"  # noqa: S105 – nothing is behind it
    paid: bool = True  # has the account a plan with webhooks?
    minutes: int = 30
    page: int = 100

    guests: dict[int, Guest] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    # What people do

    def book(self, email: str, start: datetime) -> Guest:
        guest = self._new(email, start)
        self._note("invitee.created", guest)
        return guest

    def reschedule(self, guest: Guest, start: datetime) -> Guest:
        """Two notices: the old booking ends, and a new one begins."""
        new = self._new(guest.email, start, old=guest.number)
        self.guests[guest.number] = replace(guest, status="canceled", rescheduled=True, new=new.number, by="invitee")
        self._note("invitee.canceled", self.guests[guest.number])
        self._note("invitee.created", new)
        return new

    def cancel(self, guest: Guest, by: str = "invitee") -> None:
        self.guests[guest.number] = replace(guest, status="canceled", by=by)
        self._note("invitee.canceled", self.guests[guest.number])

    async def send(self, notice: dict[str, Any], *, at: datetime | None = None) -> list[int]:
        """Posts one notice to every subscription that is on; what each answered. `at`: signed then, and late."""
        raw = json.dumps(notice, separators=(",", ": "), ensure_ascii=True).encode()
        statuses = []
        async with httpx2.AsyncClient() as client:
            for hook in [each for each in self.hooks.values() if each.state == "active"]:
                headers = {"Content-Type": "application/json", **sign(hook.key, raw, at or self.now())}
                try:
                    status = (await client.post(hook.url, content=raw, headers=headers)).status_code
                except httpx2.TransportError:
                    status = 0
                self._judge(hook, status)
                statuses.append(status)
        return statuses

    async def send_all(self) -> None:
        """What was not taken stays, as it is tried again later."""
        for notice in list(self.outbox):
            if all(200 <= status < 300 for status in await self.send(notice)):
                self.outbox.remove(notice)

    def _judge(self, hook: Hook, status: int) -> None:
        if 200 <= status < 300:
            hook.failing_since = None
            return
        hook.failing_since = hook.failing_since or self.now()
        if self.now() - hook.failing_since >= GIVES_UP:
            hook.state = "disabled"  # for good, and without a word

    def _new(self, email: str, start: datetime, old: int = 0) -> Guest:
        number = len(self.guests) + 1
        self.guests[number] = Guest(number, email, start, old=old)
        return self.guests[number]

    def _note(self, event: str, guest: Guest) -> None:
        # Nobody is told of what happened while no subscription was on.
        if any(each.state == "active" for each in self.hooks.values()):
            payload = self._invitee(guest) | {"scheduled_event": self._event(guest)}
            self.outbox.append(
                {"event": event, "created_at": _written(self.now()), "created_by": USER, "payload": payload}
            )

    def _event(self, guest: Guest) -> dict[str, Any]:
        return {
            "uri": guest.event,
            "name": "First talk",
            "status": guest.status,
            "start_time": _written(guest.start),
            "end_time": _written(guest.start + timedelta(minutes=self.minutes)),
            "event_type": TYPE,
            "location": {"type": "custom", "location": "München"},
            "invitees_counter": {"total": 1, "active": int(guest.status == "active"), "limit": 1},
        }

    def _invitee(self, guest: Guest) -> dict[str, Any]:
        return {
            "uri": guest.uri,
            "email": guest.email,
            "name": "Ana Silva",
            "event": guest.event,
            "status": guest.status,
            "rescheduled": guest.rescheduled,
            "old_invitee": named(guest.old),
            "new_invitee": named(guest.new),
            "timezone": "Europe/Lisbon",
            "questions_and_answers": [],
            "cancellation": {"canceled_by": "Somebody", "canceler_type": guest.by, "reason": ""} if guest.by else None,
        }

    # What is asked of it

    async def me(self, _: Request) -> Response:
        user = {
            "uri": USER,
            "email": "noor@northwind.example",
            "name": "Noor Haddad",
            "slug": "noor",
            "scheduling_url": "https://calendly.com/noor",
            "timezone": "Europe/Amsterdam",
            "current_organization": ORGANIZATION,
        }
        return JSONResponse({"resource": user})

    async def event_types(self, request: Request) -> Response:
        _query(request, {"user", "active", "count", "page_token"}, needed={"user"})
        talk = {
            "uri": TYPE,
            "name": "First talk",
            "duration": self.minutes,
            "scheduling_url": "https://calendly.com/noor/first-talk",
            "active": True,
            "kind": "solo",
        }
        return self._page(request, [talk])

    async def link(self, request: Request) -> Response:
        body = await _body(request, {"max_event_count", "owner", "owner_type"})
        if body != {"max_event_count": 1, "owner": TYPE, "owner_type": "EventType"}:
            raise _Refused(400, "Invalid Argument", "The supplied parameters are invalid.")
        self.links.append(f"https://calendly.com/d/{len(self.links) + 1:03d}-xyz/first-talk")
        return JSONResponse(
            {"resource": {"booking_url": self.links[-1], "owner": TYPE, "owner_type": "EventType"}}, 201
        )

    async def scheduled(self, request: Request) -> Response:
        query = _query(
            request, {"user", "min_start_time", "max_start_time", "status", "count", "page_token"}, needed={"user"}
        )
        begin, end = (datetime.fromisoformat(query[name]) for name in ("min_start_time", "max_start_time"))
        return self._page(request, [self._event(each) for each in self.guests.values() if begin <= each.start < end])

    async def invitees(self, request: Request) -> Response:
        return self._page(request, [self._invitee(self._guest(request))])

    async def cancellation(self, request: Request) -> Response:
        guest = self._guest(request)
        await _body(request, {"reason"})
        if guest.status != "active":
            raise _Refused(403, "Permission Denied", "Event is already canceled")
        self.cancel(guest, by="host")
        return JSONResponse({"resource": {"canceled_by": "Noor Haddad", "canceler_type": "host"}}, 201)

    async def subscriptions(self, request: Request) -> Response:
        self._may_subscribe()
        _query(
            request, {"organization", "user", "scope", "count", "page_token"}, needed={"organization", "user", "scope"}
        )
        return self._page(request, [self._hook(each) for each in self.hooks.values()])

    async def subscribe(self, request: Request) -> Response:
        self._may_subscribe()
        body = await _body(request, {"url", "events", "organization", "user", "scope", "signing_key"})
        sound = body.get("organization") == ORGANIZATION and (body.get("scope"), body.get("user")) == ("user", USER)
        if not sound or not body.get("events") or not KNOWN_EVENTS.issuperset(body["events"]):
            raise _Refused(400, "Invalid Argument", "The supplied parameters are invalid.")
        if any(each.url == body["url"] for each in self.hooks.values()):
            raise _Refused(409, "Already Exists", "Hook with this url already exists")
        uri = f"{HOME}/webhook_subscriptions/W{len(self.asked)}"
        self.hooks[uri] = Hook(uri, body["url"], body.get("signing_key", ""), body["events"])
        return JSONResponse({"resource": self._hook(self.hooks[uri])}, 201)

    async def unsubscribe(self, request: Request) -> Response:
        if self.hooks.pop(HOME + request.url.path, None) is None:
            raise _Refused(404, "Resource Not Found", "The server could not find the requested resource.")
        return Response(status_code=204)

    def admit(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise _Refused(401, "Unauthenticated", "The access token is invalid")

    def _may_subscribe(self) -> None:
        if not self.paid:
            raise _Refused(403, "Permission Denied", "Please upgrade your Calendly account to Standard")

    def _hook(self, hook: Hook) -> dict[str, Any]:
        return {
            "uri": hook.uri,
            "callback_url": hook.url,
            "state": hook.state,
            "events": hook.events,
            "scope": "user",
            "organization": ORGANIZATION,
            "user": USER,
            "retry_started_at": _written(hook.failing_since) if hook.failing_since else None,
        }

    def _guest(self, request: Request) -> Guest:
        number = re.fullmatch(r"E(\d+)", str(request.path_params["event"]))
        guest = self.guests.get(int(number[1])) if number else None
        if guest is None:
            raise _Refused(404, "Resource Not Found", "The server could not find the requested resource.")
        return guest

    def _page(self, request: Request, everything: list[dict[str, Any]]) -> Response:
        begin = int(request.query_params.get("page_token", "0"))
        end = begin + min(int(request.query_params.get("count", "20")), self.page)
        token = str(end) if end < len(everything) else None
        return JSONResponse({"collection": everything[begin:end], "pagination": {"next_page_token": token}})


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _query(request: Request, known: set[str], *, needed: set[str]) -> dict[str, str]:
    query = dict(request.query_params)
    if unknown(query, frozenset(known)) or not needed <= set(query):
        raise _Refused(400, "Invalid Argument", "The supplied parameters are invalid.")
    if not all(urlsplit(query[name]).scheme == "https" for name in ("user", "organization") if name in query):
        raise _Refused(400, "Invalid Argument", "The supplied parameters are invalid.")
    return query


async def _body(request: Request, known: set[str]) -> dict[str, Any]:
    body = await request.json()
    if unknown(body, frozenset(known)):
        raise _Refused(400, "Invalid Argument", "The supplied parameters are invalid.")
    return dict(body)


def web(calendly: StandInCalendly) -> Starlette:
    return calendly.doors(
        ("GET", "/users/me", calendly.me),
        ("GET", "/event_types", calendly.event_types),
        ("POST", "/scheduling_links", calendly.link),
        ("GET", "/scheduled_events", calendly.scheduled),
        ("GET", "/scheduled_events/{event}/invitees", calendly.invitees),
        ("POST", "/scheduled_events/{event}/cancellation", calendly.cancellation),
        ("GET", "/webhook_subscriptions", calendly.subscriptions),
        ("POST", "/webhook_subscriptions", calendly.subscribe),
        ("DELETE", "/webhook_subscriptions/{uuid}", calendly.unsubscribe),
    )

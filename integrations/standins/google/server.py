"""The stand-in itself: what may be done with it by hand, and the API it answers over HTTP.

POST /token                                             signed grants and refresh tokens
…    /calendar/v3/calendars/{calendar}/events[/{id}]    list, insert, get, patch, delete; …/watch
POST /calendar/v3/freeBusy, /calendar/v3/channels/stop
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.calendars.google.access import SCOPES
from integrations.standins.google.answering import Api
from integrations.standins.google.bodies import check_query
from integrations.standins.google.diaries import Diaries, Diary, Role
from integrations.standins.google.pushing import Pushing
from integrations.standins.google.refusing import CutOff, Fault, No, failing
from integrations.standins.google.sign_in import NoToken, SignIn

DOMAIN = "acme.example"
IN_THE_OPEN = "somebody@acme.example"  # Google's texts name people; none of it may be passed on
SLOWLY = 60.0  # seconds; whoever waits for it waits too long


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, and how it was answered."""

    kind: str
    subject: str
    query: Mapping[str, str]
    status: int


class StandInGoogle:
    """What the server knows, and what happens at Google while nobody of ours is looking."""

    def __init__(self, now: Callable[[], datetime], *, page: int = 250, retry_after: int = 30) -> None:
        self.calls: list[Call] = []
        self.sign_in = SignIn(now)
        self.pushing = Pushing(now)
        self.diaries = Diaries(now, lambda diary: self.pushing.changed(diary.address))
        self.page = page  # so many events at a time, however many were asked for
        self.retry_after = retry_after
        self.per_minute: int | None = None  # so many requests of one person in a minute, and no more
        self.oldest_sync = 0  # sync tokens before this one have run out
        self._now = now
        self._faults: list[tuple[str, Fault]] = []
        self._races: list[str] = []
        self._times: dict[str, list[datetime]] = {}

    # Who is there

    def open(self, address: str, zone: str = "Europe/Lisbon") -> Diary:
        """Somebody has a calendar from now on."""
        return self.diaries.open(address, zone)

    def share(self, address: str, to: str, role: Role) -> None:
        self._diary(address).roles[to] = role

    def service_account(self, email: str = "robot@acme.iam.example", scopes: tuple[str, ...] = SCOPES) -> str:
        """The JSON key file of one that the domain lets act for its people."""
        return self.sign_in.employ(email, DOMAIN, frozenset(scopes))

    def consent(self, address: str, scopes: tuple[str, ...] = SCOPES) -> str:
        """The refresh token of somebody who let the app `app-id` in."""
        return self.sign_in.consent(address, "app-id", "app-secret", frozenset(scopes))

    # What people do by hand

    def add(self, address: str, **event: Any) -> str:
        """The owner writes an event of their own; the id Google gives it."""
        made = self.diaries.insert(self._diary(address), event, conference=True, mails="none")
        return str(made["id"])

    def change(self, address: str, google_id: str, **change: Any) -> None:
        self.diaries.patch(self._diary(address), google_id, change, "", conference=False, mails="none")

    def change_one(self, address: str, google_id: str, day: str, **change: Any) -> None:
        """One event of a series, the one that begins on that day."""
        self.diaries.except_one(self._diary(address), google_id, day, change)

    def delete(self, address: str, google_id: str) -> None:
        self.diaries.delete(self._diary(address), google_id, "", mails="none")

    def answer(self, address: str, google_id: str, guest: str, answer: str) -> None:
        """A guest answers; `address` is the calendar of the organizer."""
        self.diaries.answer(self._diary(address), google_id, guest, answer)

    def events(self, address: str) -> list[dict[str, Any]]:
        """What stands in the calendar, deleted ones left out."""
        diary = self._diary(address)
        return [diary.shown(event) for event in diary.events.values() if event["status"] != "cancelled"]

    # What goes wrong

    def fail(self, fault: Fault, times: int = 1, on: str = "") -> None:
        """The next requests to the API; with `on`, those of this kind: list, get, insert, patch, delete, freebusy,
        watch or stop; or token, which is asked for besides."""
        self._faults += [(on, fault)] * times

    def race(self, *google_ids: str) -> None:
        """Right before each of the next writes, somebody else touches the event."""
        self._races += google_ids

    def expire_sync_tokens(self) -> None:
        self.oldest_sync = 1 + max((len(each.changed) for each in self.diaries), default=0)

    async def close(self) -> None:
        await self.pushing.close()

    def next_fault(self, kind: str) -> Fault | None:
        for number, (on, fault) in enumerate(self._faults):
            if on == kind or (on == "" and kind != "token"):
                del self._faults[number]
                return fault
        return None

    def next_race(self, diary: Diary) -> None:
        if self._races and self._races[0] in diary.events:
            self.diaries.touch(diary, self._races.pop(0))

    def check_quota(self, subject: str) -> None:
        since = self._now() - timedelta(minutes=1)
        recent = [at for at in self._times.get(subject, ()) if at > since]
        self._times[subject] = [*recent, self._now()]
        if self.per_minute is not None and len(recent) >= self.per_minute:
            raise No(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")

    def _diary(self, address: str) -> Diary:
        diary = self.diaries.get(address)
        if diary is None:
            raise LookupError(f"{address} has no calendar here")
        return diary


Answering = Callable[[Request, str], Awaitable[Response]]


def web(google: StandInGoogle) -> Starlette:
    api = Api(google.diaries, google.pushing, google)

    def serve(kind: str, answering: Answering) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
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

        return endpoint

    async def token(request: Request) -> Response:
        fault = google.next_fault("token")
        google.sign_in.url = google.sign_in.url or str(request.url)
        if fault and (instead := failing(fault, google.retry_after)):
            return instead
        form = {name: str(value) for name, value in (await request.form()).items()}
        try:
            return await _gone_wrong(fault, JSONResponse(google.sign_in.token(form)))
        except NoToken as no:
            return JSONResponse({"error": no.error, "error_description": f"Not for {IN_THE_OPEN}"}, no.status)

    events = "/calendar/v3/calendars/{calendar}/events"
    routes = [
        Route("/token", token, methods=["POST"]),
        Route("/calendar/v3/freeBusy", serve("freebusy", api.free_busy), methods=["POST"]),
        Route("/calendar/v3/channels/stop", serve("stop", api.stop), methods=["POST"]),
        Route(f"{events}/watch", serve("watch", api.watch), methods=["POST"]),
        Route(events, serve("list", api.list), methods=["GET"]),
        Route(events, serve("insert", api.insert), methods=["POST"]),
        Route(f"{events}/{{event}}", serve("get", api.get), methods=["GET"]),
        Route(f"{events}/{{event}}", serve("patch", api.patch), methods=["PATCH"]),
        Route(f"{events}/{{event}}", serve("delete", api.delete), methods=["DELETE"]),
    ]

    @asynccontextmanager
    async def while_open(_: Starlette) -> AsyncIterator[None]:
        yield
        await google.close()

    return Starlette(routes=routes, lifespan=while_open)


def _subject(google: StandInGoogle, request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    granted = google.sign_in.whose(token)
    if scheme != "Bearer" or granted is None:
        raise No(401, "authError", "Invalid Credentials")
    wanted = SCOPES[1] if request.url.path.endswith("/freeBusy") else SCOPES[0]
    if wanted not in granted.scopes:
        raise No(403, "insufficientPermissions", "Insufficient Permission")
    return granted.subject


async def _gone_wrong(fault: Fault | None, answer: Response) -> Response:
    if fault is Fault.SLOW:
        await asyncio.sleep(SLOWLY)
    return CutOff(answer) if fault is Fault.CUT else answer

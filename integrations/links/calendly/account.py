"""One Calendly account by its API: event types, links that work once, what was booked, and the webhook."""

from __future__ import annotations

import asyncio
from collections import Counter as Counted
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from dialogs.scheduling.intervals import Interval
from integrations.links.account import Bookable, PageAccount, Subscription
from integrations.links.base import LinksDisconnected, LinksError, LinksRefused, LinksUnreachable
from integrations.links.calendly.told import EVENTS, Event, Invitee
from integrations.links.folding import Notice, Told
from integrations.statuses import Meaning, meaning

API = "https://api.calendly.com"
PATIENCE = timedelta(seconds=15)  # for one answer, all told
PAGE = "100"
SIGNED_OUT = "Calendly no longer lets us in. Make a new personal access token under Integrations, and connect it again."
OTHER_PLAN = "Calendly says no to this account. Webhooks need a paid plan, and a token of the person they are about."

Model = TypeVar("Model", bound=BaseModel)


class User(BaseModel):
    uri: str
    email: str
    scheduling_url: str
    timezone: str
    current_organization: str


class EventType(BaseModel):
    uri: str
    name: str
    duration: int  # minutes
    scheduling_url: str
    active: bool


class _Hook(BaseModel):
    uri: str
    callback_url: str
    state: str
    events: list[str]

    def as_wanted(self, known: str) -> bool:
        return self.uri == known and self.state == "active" and {*self.events} >= {*EVENTS}


class _Link(BaseModel):
    booking_url: str


class Calendly(PageAccount):
    """Every call for one personal access token."""

    tells = True

    def __init__(
        self,
        token: str,
        now: Callable[[], datetime],
        *,
        api: str = API,
        patience: timedelta = PATIENCE,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport`: to a stand-in within this process."""
        self._api = api
        self._now = now
        self._patience = patience
        self._user: User | None = None
        # The token goes to Calendly alone: no redirect takes it elsewhere.
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx2.Timeout(10, connect=3, pool=5),
            follow_redirects=False,
            transport=transport,
        )

    async def user(self) -> User:
        """Whose token it is."""
        if self._user is None:
            self._user = _one(User, await self._call("GET", "/users/me"))
        return self._user

    async def event_types(self) -> list[EventType]:
        """What can be booked with them now."""
        query = {"user": (await self.user()).uri, "active": "true"}
        return await self._all(EventType, "/event_types", query)

    async def name(self) -> str:
        return (await self.user()).email

    async def bookable(self) -> list[Bookable]:
        return [Bookable(each.name, each.duration, each.scheduling_url) for each in await self.event_types()]

    async def single_use_of(self, url: str) -> str | None:
        """Of a whole profile there is one only where nothing but one thing can be booked there."""
        wanted, types = url.rstrip("/"), await self.event_types()
        meant = [each for each in types if each.scheduling_url.rstrip("/") == wanted]
        if not meant and (await self.user()).scheduling_url.rstrip("/") == wanted:
            meant = types
        return await self.single_use(meant[0].uri) if len(meant) == 1 else None

    async def single_use(self, event_type: str) -> str:
        """A link with which somebody can book once. Every call makes another one."""
        body = {"max_event_count": 1, "owner": event_type, "owner_type": "EventType"}
        return _one(_Link, await self._call("POST", "/scheduling_links", body=body)).booking_url

    async def notices(self, between: Interval, known: Collection[Notice] = ()) -> list[Notice]:
        """All that the webhook would have told of what starts in `between`. What is `known` need not be asked for
        again: then this takes a single request, and can be done every minute."""
        query = {
            "user": (await self.user()).uri,
            "min_start_time": _written(between.start),
            "max_start_time": _written(between.end),
        }
        found: list[Notice] = []
        for event in await self._all(Event, "/scheduled_events", query):
            if _is_known(event, known):
                continue
            for invitee in await self._all(Invitee, f"{_path(event.uri)}/invitees", {}):
                found.append(invitee.began(event))
                if invitee.status == "canceled":
                    found.append(invitee.ended(event))
        return found

    async def call_off(self, event: str, reason: str) -> None:
        """Calendly writes to whoever booked. An event that is off already is left so."""
        try:
            await self._call("POST", f"{_path(event)}/cancellation", body={"reason": reason})
        except _AlreadySo:
            return

    async def subscribe(self, url: str, key: str, known: str = "") -> Subscription:
        """Bookings are told to `url` from now on, signed with `key`. `known` is the subscription made before.

        To be called every day: after 24 hours of failures Calendly switches a subscription off for good, and says
        nothing. One that is off, or that was made with a key we do not have, is made anew.
        """
        user = await self.user()
        scope = {"organization": user.current_organization, "user": user.uri, "scope": "user"}
        for hook in await self._all(_Hook, "/webhook_subscriptions", scope):
            if hook.callback_url != url:
                continue
            if hook.as_wanted(known):
                return Subscription(hook.uri, new=False)
            await self.unsubscribe(hook.uri)
        body = {"url": url, "events": list(EVENTS), "signing_key": key, **scope}
        made = _one(_Hook, await self._call("POST", "/webhook_subscriptions", body=body))
        return Subscription(made.uri, new=True)

    async def unsubscribe(self, uri: str) -> None:
        """No longer. One that is gone is left so."""
        try:
            await self._call("DELETE", _path(uri))
        except _NotThere:
            return

    async def close(self) -> None:
        await self._client.aclose()

    async def _all(self, model: type[Model], path: str, query: Mapping[str, str]) -> list[Model]:
        found: list[Model] = []
        asked = {**query, "count": PAGE}
        while True:
            told = await self._call("GET", path, query=asked)
            found += [_made(model, each) for each in told.get("collection", ())]
            token = (told.get("pagination") or {}).get("next_page_token")
            if not token:
                return found
            asked = {**query, "count": PAGE, "page_token": token}

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self._patience.total_seconds()):
                answer = await self._client.request(method, self._api + path, params=query, json=body)
        except (httpx2.RequestError, TimeoutError) as error:
            raise LinksUnreachable("Calendly did not answer") from error
        if not answer.is_success:
            raise _refusal(answer)
        return _json(answer)


def _is_known(event: Event, known: Collection[Notice]) -> bool:
    """Everyone who ever booked it, and whoever of them no longer comes, was told of."""
    if event.invitees_counter is None:
        return False
    told = Counted(each.kind for each in known if each.event == event.uri)
    ended = event.invitees_counter.total - event.invitees_counter.active
    return (told[Told.CREATED], told[Told.CANCELED]) == (event.invitees_counter.total, ended)


class _NotThere(LinksRefused):
    """Gone, or never was."""


class _AlreadySo(LinksRefused):
    """It is off already."""


def _refusal(answer: httpx2.Response) -> LinksError:
    status = answer.status_code
    if status == 429:
        return LinksUnreachable("Calendly asks to wait", retry_after=_wait(answer))
    meant = meaning(status)
    if meant is Meaning.COME_AGAIN:
        return LinksUnreachable(f"Calendly answered {status}")
    if meant is Meaning.CLASH:
        # Somebody subscribed the same address in this very moment; the next time theirs is found.
        return LinksUnreachable("Calendly has it already")
    if meant is Meaning.NOT_LET_IN:
        return LinksDisconnected("Calendly does not accept the token", remedy=SIGNED_OUT)
    if meant is Meaning.FORBIDDEN:
        off = "already canceled" in str(_details(answer).get("message", "")).lower()
        return _AlreadySo("it is off already") if off else LinksDisconnected("Calendly says no", remedy=OTHER_PLAN)
    if meant is Meaning.NOT_THERE:
        return _NotThere("Calendly knows no such thing")
    return LinksRefused(f"Calendly answered {status}")


def _wait(answer: httpx2.Response) -> float:
    """Seconds. Calendly counts by the minute, and says when the next one begins."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        words = answer.headers.get(name, "")
        if words.isdecimal():
            return min(float(words), 3_600)
    return 60


def _json(answer: httpx2.Response) -> dict[str, Any]:
    if not answer.content:
        return {}
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise LinksUnreachable("Calendly's answer cannot be read")
    return told


def _details(answer: httpx2.Response) -> dict[str, Any]:
    try:
        return _json(answer)
    except LinksUnreachable:
        return {}


def _one(model: type[Model], told: Mapping[str, Any]) -> Model:
    return _made(model, told.get("resource"))


def _made(model: type[Model], told: object) -> Model:
    try:
        return model.model_validate(told)
    except ValidationError:
        raise LinksUnreachable("Calendly's answer lacks what was asked for") from None


def _path(uri: str) -> str:
    """Things are named by their address, of which only the path is believed: the token goes nowhere else."""
    path = httpx2.URL(uri).path
    if not path.strip("/"):
        raise LinksRefused("Calendly knows no such thing")
    return path


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"

"""A stand-in Google on loopback, people with calendars there, and our calendar connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent
from integrations.calendars.google.access import Account, ServiceAccount, UserAccount
from integrations.calendars.google.calendar import GoogleCalendar, Mails
from integrations.calendars.google.calls import Calls
from integrations.calendars.google.wire import Wire, new_client
from integrations.standins.google.server import web
from integrations.standins.google.standin import StandInGoogle
from tests.loopback import serving
from tests.moved_clock import Clock

IDA, BEN = "ida@acme.example", "ben@acme.example"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = Interval(MONDAY, MONDAY + timedelta(days=7))


@dataclass(frozen=True)
class Office:
    """What a test needs at hand."""

    google: StandInGoogle
    calendar: GoogleCalendar
    calls: Calls
    clock: Clock
    url: str

    def kinds(self) -> list[str]:
        """What was asked of Google, in order."""
        return [call.kind for call in self.google.calls]


@lru_cache(maxsize=1)
def _robot(key: str) -> ServiceAccount:
    return ServiceAccount.from_key(key)  # the key is the same in all tests, and slow to read


def delegated(google: StandInGoogle) -> Account:
    return _robot(google.service_account())


def shared_with(google: StandInGoogle) -> Account:
    return replace(_robot(google.service_account()), delegated=False)


def signed_in(google: StandInGoogle) -> Account:
    return UserAccount("app-id", "app-secret", google.consent(IDA))


@dataclass
class Served:
    """One server for all tests of a module; each test brings a Google of its own, and some a door of ours."""

    google: ASGIApp
    door: ASGIApp
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_our_door = scope.get("path", "").startswith("/hooks/")
        await (self.door if at_our_door else self.google)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    everyones = Served(Starlette(), Starlette())
    async with serving(everyones) as everyones.url:
        yield everyones


class Opens(Protocol):
    def __call__(
        self,
        account: Callable[[StandInGoogle], Account] = delegated,
        *,
        zone: str = "Europe/Lisbon",
        also: tuple[str, ...] = (),
        mails: Mails = "none",
        patience: timedelta = timedelta(seconds=15),
        page: int = 250,
    ) -> AbstractAsyncContextManager[Office]:
        """Ida and Ben have calendars; it is Monday, eight o'clock."""


@pytest.fixture
def office(served: Served) -> Opens:
    @asynccontextmanager
    async def opened(
        account: Callable[[StandInGoogle], Account] = delegated,
        *,
        zone: str = "Europe/Lisbon",
        also: tuple[str, ...] = (),
        mails: Mails = "none",
        patience: timedelta = timedelta(seconds=15),
        page: int = 250,
    ) -> AsyncIterator[Office]:
        clock = Clock()
        google = StandInGoogle(clock, page=page)
        google.open(IDA, zone)
        google.open(BEN, zone)
        served.google = web(google)
        urls = {"url": f"{served.url}/calendar/v3/", "token_url": f"{served.url}/token"}
        wire = Wire(new_client(verify=False), patience)
        calls = Calls(account(google), clock, wire=wire, **urls)
        calendar = GoogleCalendar(calls, also=also, mails=mails)
        try:
            yield Office(google, calendar, calls, clock, served.url)
        finally:
            await calendar.close()
            await google.close()

    return opened


def at(hour: float, *, day: int = 0, minutes: int = 60) -> Interval:
    """From that hour on (UTC), so many days after Monday."""
    return Interval.lasting(datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day, hours=hour), minutes)


def times(when: Interval) -> dict[str, dict[str, str]]:
    """The start and end of an event, as Google has them."""
    return {"start": {"dateTime": when.start.isoformat()}, "end": {"dateTime": when.end.isoformat()}}


def all_day(first: str, after: str) -> dict[str, dict[str, str]]:
    return {"start": {"date": first}, "end": {"date": after}}


def interview(
    sequence: int = 0,
    *,
    who: str = IDA,
    when: Interval | None = None,
    tentative: bool = False,
    attendees: tuple[str, ...] = (),
    summary: str = "Ana Silva – Data Engineer",
) -> CalendarEvent:
    return CalendarEvent(
        uid="interview-17@askarsan.example",
        sequence=sequence,
        who=who,
        when=when or at(10),
        summary=summary,
        description="Round 1",
        location="https://meet.example/room",
        attendees=attendees,
        tentative=tentative,
    )


UID = interview().uid

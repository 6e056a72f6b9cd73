"""A stand-in Microsoft 365 on loopback, people with mailboxes there, and our calendar connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent
from integrations.calendars.microsoft.account import Account
from integrations.calendars.microsoft.calendar import MicrosoftCalendar
from integrations.calendars.microsoft.graph import Graph
from integrations.calendars.microsoft.notices import Certificate
from integrations.standins.microsoft.mailbox import Mailbox
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web
from tests.loopback import serving
from tests.moved_clock import Clock

RITA, IDA = "rita@acme.example", "ida@acme.example"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = Interval(MONDAY, MONDAY + timedelta(days=7))


@dataclass(frozen=True)
class Office:
    """What a test needs at hand."""

    microsoft: StandInMicrosoft
    rita: Mailbox
    graph: Graph
    calendar: MicrosoftCalendar
    clock: Clock
    url: str

    def asked(self, method: str = "") -> list[str]:
        """What was asked of Graph, in order."""
        return [each for each in self.microsoft.requests if each.startswith(method)]


def account(microsoft: StandInMicrosoft, url: str, **other: str) -> Account:
    known: dict[str, Any] = {"tenant": microsoft.tenant, "client_id": microsoft.client_id}
    known |= {"client_secret": microsoft.client_secret, "graph_url": f"{url}/v1.0", "login_url": url}
    return Account(**{**known, **other})


@asynccontextmanager
async def office(
    *, seconds: float = 20.0, certificate: Certificate | None = None, person: bool = False, **of_rita: Any
) -> AsyncIterator[Office]:
    """Rita and Ida have mailboxes; `person`: Rita let us in herself, instead of the firm its app."""
    clock = Clock()
    microsoft = StandInMicrosoft(clock)
    rita = microsoft.mailbox(RITA, **of_rita)
    microsoft.mailbox(IDA)
    async with serving(web(microsoft)) as url:
        let_in = {"refresh_token": microsoft.consent(RITA), "mailbox": RITA} if person else {}
        graph = Graph(account(microsoft, url, **let_in), clock, seconds=seconds)
        calendar = MicrosoftCalendar(graph, certificate)
        try:
            yield Office(microsoft, rita, graph, calendar, clock, url)
        finally:
            await calendar.close()
            await microsoft.close()


def at(day: int, hour: int, minutes: int = 60, minute: int = 0) -> Interval:
    """A time on that day of March 2026, in UTC."""
    return Interval.lasting(datetime(2026, 3, day, hour, minute, tzinfo=UTC), minutes)


def interview(sequence: int = 0, when: Interval | None = None, **other: Any) -> CalendarEvent:
    known: dict[str, Any] = {"who": RITA, "summary": "Interview with Ana Silva", "description": "For the job at Acme."}
    return CalendarEvent("uid-17@askarsan", sequence, when=when or at(3, 9), **{**known, **other})

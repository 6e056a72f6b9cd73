"""A stand-in Teams on loopback with our bot in it, and our door that it knocks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest_asyncio
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.channels import forms
from integrations.channels.base import Action, Button, Card, Inbound, Outbound, Style
from integrations.channels.desk import Asked, Form, Section
from integrations.channels.teams.account import Account
from integrations.channels.teams.connector import Connector
from integrations.channels.teams.door import TeamsDoor
from integrations.channels.teams.proof import Proof
from integrations.channels.teams.sending import TeamsChannel
from integrations.standins.teams.people import Person, Shown
from integrations.standins.teams.teams import TENANT, StandInTeams
from integrations.standins.teams.web import web
from tests.channels.cases import CARD, Clock
from tests.channels.hall import Hall
from tests.loopback import serving

RITA = "0a0a0a0a-1111-4222-8333-000000000001"
BEN = "0a0a0a0a-1111-4222-8333-000000000002"
TO_RITA, TO_BEN = f"{TENANT}:{RITA}", f"{TENANT}:{BEN}"
HELLO = Outbound("hello:1", TO_RITA, "Ana can do Tuesday at 10.")
OFFER = replace(
    HELLO,
    key="offer:1",
    text="Which one?",
    buttons=(
        Button("n1@2026-03-03T10:00Z", "Tue 3 March, 10:00"),
        Button("n1@2026-03-04T15:00Z", "Wed 4 March, 15:00"),
    ),
)
SHOWN = Outbound("card/n1", TO_RITA, "Ana Silva – Data Engineer, Acme: times are offered", card=CARD, thread="n1")
NEW = Action("new!schedule", "Schedule", Style.MAIN, form=forms.SCHEDULE)


@dataclass
class Office:
    """What a test needs at hand; it is the desk too."""

    teams: StandInTeams
    account: Account
    channel: TeamsChannel
    door: TeamsDoor
    hall: Hall
    clock: Clock
    asked: list[Asked] = field(default_factory=list)
    sections: tuple[Section, ...] | None = (Section("New", (Card("new", "New", "", actions=(NEW,)),)),)
    form: Form | None = None  # what opens, whatever is asked for
    sent_away: list[str] = field(default_factory=list)

    @property
    def rita(self) -> Person:
        return self.teams.people[RITA]

    def said(self, user: str = RITA) -> list[Shown]:
        return self.teams.said(user)

    async def heard(self) -> Inbound:
        """The one message that has come by now."""
        await self.told()
        (message,) = self.hall.messages
        return message

    async def told(self) -> None:
        """Everything that waits, and what is to be done once it is answered."""
        assert set(await self.teams.deliver()) <= {200}
        await self.hall.afterwards()


class OfficeDesk:
    """Who makes forms; what is asked of it stands in the office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def form(self, asked: Asked) -> Form | None:
        self._office.asked.append(asked)
        if self._office.form:
            return self._office.form
        match asked.form:
            case forms.SCHEDULE:
                jobs = (("j1", "Data Engineer, Acme"), ("j2", "Nurse, Clinic"))
                return forms.schedule(asked.id, "en", jobs=jobs)
            case forms.OUTCOME:
                return forms.outcome(asked.id, "en")
            case forms.WORDS:
                return forms.words(asked.id, "pt", "Hi Ana, which of these would suit you?")
        return None

    async def home(self, channel: str, sender: str) -> tuple[Section, ...] | None:
        return self._office.sections

    async def heard(self, message: Inbound) -> str:
        return ""

    async def gone(self, channel: str, to: str) -> None:
        self._office.sent_away.append(to)


@dataclass
class Served:
    """One server for all tests of a module; each test brings a Teams of its own, and a door of ours."""

    teams: ASGIApp
    ours: ASGIApp
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope.get("path", "").startswith("/hooks/")
        await (self.ours if ours else self.teams)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    everyones = Served(Starlette(), Starlette())
    async with serving(everyones) as everyones.url:
        yield everyones


@pytest_asyncio.fixture(loop_scope="module")
async def office(served: Served) -> AsyncIterator[Office]:
    """Rita recruits and Ben works there; both have the app, and nothing has been said yet."""
    clock = Clock()
    teams = StandInTeams(now=clock, url=served.url)
    teams.meet(RITA, "Rita Yew")
    teams.meet(BEN, "Ben Okafor")
    account = account_at(teams)
    door = TeamsDoor(Proof(account, clock), account.tenants)
    hall = Hall(door, f"{served.url}/hooks/{door.name}")
    teams.hook = hall.url
    served.teams, served.ours = web(teams), hall
    made = Office(teams, account, TeamsChannel(Connector(account, clock)), door, hall, clock)
    door.desk = OfficeDesk(made)
    yield made
    await made.channel.close()
    await teams.close()


def account_at(teams: StandInTeams) -> Account:
    """Our bot, whose services are all this stand-in's."""
    keys = f"{teams.url}/v1/.well-known/openidconfiguration"
    return Account(teams.app_id, teams.secret, (teams.tenant,), teams.service_url, teams.url, keys)

"""A stand-in Slack on loopback with a workspace of ours in it, and our door that it knocks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.channels import forms
from integrations.channels.base import Button, Inbound, Outbound
from integrations.channels.desk import Asked, Form, Section
from integrations.channels.slack.api import Slack
from integrations.channels.slack.door import SlackDoor
from integrations.channels.slack.sending import SlackChannel
from integrations.standins.slack.slack import StandInSlack
from integrations.standins.slack.web import web
from integrations.standins.slack.workspace import Person, Shown, Workspace
from tests.channels.cases import CARD, Clock
from tests.channels.hall import Hall
from tests.loopback import serving

RITA, ANA, BEN = "URITA", "UANA", "UBEN"
TO_RITA = f"T1:{RITA}"
HELLO = Outbound("hello:1", TO_RITA, "Ana can do Tuesday at 10.")
OFFER = Outbound(
    "offer:1",
    TO_RITA,
    "Which one?",
    buttons=(
        Button("n1@2026-03-03T10:00Z", "Tue 3 March, 10:00"),
        Button("n1@2026-03-04T15:00Z", "Wed 4 March, 15:00"),
    ),
)
SHOWN = Outbound("card/n1", TO_RITA, "Ana Silva – Data Engineer, Acme: times are offered", card=CARD, thread="n1")


@dataclass
class Office:
    """What a test needs at hand; it is the desk too."""

    slack: StandInSlack
    line: Slack
    channel: SlackChannel
    door: SlackDoor
    hall: Hall
    clock: Clock
    api: str
    asked: list[Asked] = field(default_factory=list)
    sections: tuple[Section, ...] | None = ()
    word: str = ""
    sent_away: list[str] = field(default_factory=list)

    @property
    def space(self) -> Workspace:
        return self.slack.workspace("T1")

    @property
    def rita(self) -> Person:
        return self.space.people[RITA]

    def said(self, person: str = RITA) -> list[Shown]:
        return self.space.said(f"D{person[1:]}")

    async def heard(self) -> Inbound:
        """The one message that has come by now."""
        assert await self.slack.deliver() == [200]
        (message,) = self.hall.messages
        return message

    async def told(self) -> None:
        """Everything that waits, and what is to be done once it is answered."""
        assert set(await self.slack.deliver()) <= {200}
        await self.hall.afterwards()


class OfficeDesk:
    """Who makes forms and the page; what it makes stands in the office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def form(self, asked: Asked) -> Form | None:
        self._office.asked.append(asked)
        match asked.form:
            case forms.SCHEDULE:
                jobs = (("j1", "Data Engineer, Acme"), ("j2", "Nurse, Clinic"))
                return forms.schedule("schedule", "en", jobs=jobs)
            case forms.OUTCOME:
                return forms.outcome(asked.id, "en")
            case forms.WORDS:
                return forms.words(asked.id, "pt", "Hi Ana, which of these would suit you?")
        return None

    async def home(self, channel: str, sender: str) -> tuple[Section, ...] | None:
        return self._office.sections

    async def heard(self, message: Inbound) -> str:
        return self._office.word

    async def gone(self, channel: str, to: str) -> None:
        self._office.sent_away.append(to)


@dataclass
class Served:
    """One server for all tests of a module; each test brings a Slack of its own, and a door of ours."""

    slack: ASGIApp
    ours: ASGIApp
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = path.startswith(("/hooks/", "/slack/", "/health"))
        await (self.ours if ours else self.slack)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    everyones = Served(Starlette(), Starlette())
    async with serving(everyones) as everyones.url:
        yield everyones


@pytest_asyncio.fixture(loop_scope="module")
async def office(served: Served) -> AsyncIterator[Office]:
    """Rita recruits, Ana and Ben work there, and #hiring has the bot in it; nothing has been said yet."""
    clock = Clock()
    slack = StandInSlack(clock, url=served.url)
    space = slack.workspace("T1")
    for person, name in ((RITA, "Rita Yew"), (ANA, "Ana Silva"), (BEN, "Ben Okafor")):
        space.meet(person, name, f"{name.split()[0].lower()}@acme.example")
    space.open_channel("C1", RITA, BEN)
    api = f"{served.url}/api/"

    async def token_of(team: str) -> str | None:
        return slack.workspaces[team].token if team in slack.workspaces else None

    line = Slack(token_of, clock, api)
    door = SlackDoor(slack.secret, clock, line)
    hall = Hall(door, f"{served.url}/hooks/{door.name}")
    slack.hook = hall.url
    served.slack, served.ours = web(slack), hall
    made = Office(slack, line, SlackChannel(line), door, hall, clock, api)
    door.desk = OfficeDesk(made)
    yield made
    await made.channel.close()
    await slack.close()

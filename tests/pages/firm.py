"""A firm with its pages on loopback: the real assistant, its clock and channels stand-ins, and people in a browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from bot.clock import JumpingClock
from bot.connections.connecting import Desks
from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.house import Firm
from bot.jobs import Job
from bot.records import people
from bot.records.venues import Venue
from bot.rehearsal.stage import Stage, World
from bot.seeding import NewPerson, NewRound, add_job, add_person
from bot.worker import Assistant
from dialogs.negotiation.facts import Rules
from dialogs.outreach.quiet import QuietHours
from dialogs.scheduling.hours import WorkingHours
from tests.databases import reopened
from tests.loopback import serving

LISBON = ZoneInfo("Europe/Lisbon")
# Monday, nine in Lisbon.
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALWAYS = Rules(quiet_hours=QuietHours(datetime.min.time(), datetime.min.time()))
CANDIDATES = {"ana": "Ana Silva", "ben": "Ben Okafor", "cleo": "Cléo Martin"}


@dataclass
class Staged:
    """Somebody has said something, and everything that follows from it has happened."""

    stage: Stage
    url: str

    @property
    def clock(self) -> JumpingClock:
        return self.stage.world.clock

    async def hear(self, who: str, text: str) -> None:
        """A mail, as it comes in."""
        channel = self.stage.world.channels["email"]
        await self.stage.hear([channel.hear(address(who), text)])

    async def speaks(self, who: str, locale: str) -> None:
        async with self.stage.house.records.write() as session:
            (await people.get(session, who)).locale = locale

    def mails(self, who: str) -> Sequence[str]:
        delivered = self.stage.world.channels["email"].delivered
        return [each.text for each in delivered if each.to == address(who)]

    def link(self, who: str, number: int = -1) -> str:
        """The link of a mail, the latest if not told otherwise."""
        found = [link for text in self.mails(who) for link in re.findall(r"https?://\S+/p/[\w-]{32}", text)]
        return str(found[number])


def address(who: str) -> str:
    return f"{who}@firm.example"


@asynccontextmanager
async def firm(
    database_url: str,
    *,
    candidates: Sequence[str] = ("ana",),
    rules: Rules = ALWAYS,
    prefix: str = "",
    calendar: bool = False,
    public: bool = True,
    company: str = "Acme",
) -> AsyncIterator[Staged]:
    """Rita's firm, with Carl of Acme and candidates for whom a time is being looked for. `prefix`: what a proxy in
    front of it takes off the path.
    """
    world = World(JumpingClock(MONDAY), database_url, reopened)
    stage = Stage(world, rules, Firm(name="Lopes & Co", zone=LISBON))
    at_work = asyncio.Lock()
    served: list[FastAPI] = []

    async def begin(jobs: Sequence[Job]) -> None:
        async with at_work:  # a stage does one thing after the other
            await stage.engine.begin(jobs)
            await stage.settle()

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if prefix and scope["type"] == "http":
            assert scope["path"].startswith(prefix), f"{scope['path']} is not ours to serve"
            scope = {**scope, "path": scope["path"].removeprefix(prefix), "raw_path": None}
        await served[0](scope, receive, send)

    async with serving(front) as url:
        stage.house = replace(
            stage.house,
            firm=replace(stage.house.firm, public_url=f"{url}{prefix}" if public else ""),
            desks=Desks(world.keys, world.clock.now, {}),
        )
        stage.engine = InlineEngine(Assistant(stage.house))
        served.append(make_app(stage.house, begin, None, "test"))
        await _people(stage, candidates, company, calendar=calendar)
        staged = Staged(stage, url)
        for name in candidates:
            await staged.hear("rita", f"schedule {CANDIDATES[name]} for Data Engineer")
        try:
            yield staged
        finally:
            await stage.close()


async def _people(stage: Stage, candidates: Sequence[str], company: str, *, calendar: bool) -> None:
    rounds = [
        NewRound("First interview", 45, "video"),
        NewRound("Technical interview", 60, "onsite", Venue("Rua do Ouro 1, Lisbon")),
        NewRound("Final interview", 30, "phone"),
    ]
    async with stage.house.records.write() as session:
        ids = stage.house.ids
        await add_person(session, ids, _person("rita", "recruiter", "Rita Lopes"))
        carl = _person("carl", "client", "Carl Olsen", company)
        if calendar:
            stage.world.calendar.connect(address("carl"), WorkingHours.parse("09:00-17:00", zone=LISBON))
            carl = replace(carl, calendar="standin")
        await add_person(session, ids, carl)
        for name in candidates:
            await add_person(session, ids, _person(name, "candidate", CANDIDATES[name]))
        await add_job(session, ids, "Data Engineer", company, rounds)


def _person(name: str, role: str, whole: str, company: str | None = None) -> NewPerson:
    mail = address(name)
    return NewPerson(
        id=name,
        role=role,
        name=whole,
        timezone="Europe/Lisbon",
        channels=["email"],
        consent=["email"],
        addresses={"email": mail},
        company=company,
        email=mail,
    )

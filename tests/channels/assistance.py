"""The assistant at work with real channels: Ana has been offered two times, and everybody can be written to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.connections.connecting import Desks
from bot.engine import InlineEngine
from bot.hearing.lines import hold
from bot.house import House
from bot.jobs import Job
from bot.records import everything
from bot.records.raw_events import RawEventRow
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from integrations.channels.line import Line

STORY = """\
name: Ana has two times to choose from
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [RITAS], addresses: {RITAS: "RITA"}}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Rome, channels: [email], email: c@a.example}
  ana:
    role: candidate
    name: Ana Silva
    timezone: Europe/Lisbon
    channels: [whatsapp, sms]
    phone: "+351912345678"
    email: ana@mail.example
jobs:
  - {title: Data Engineer, company: Acme, rounds: [{name: Technical, minutes: 45, mode: video}]}
script:
  - rita: schedule Ana Silva for Data Engineer at Acme
  - carl: Tuesday 10-12 or Wednesday after 3pm
"""


@dataclass
class Assistance:
    rehearsal: Rehearsal
    house: House
    engine: InlineEngine

    async def begin(self, jobs: Sequence[Job]) -> None:
        await self.engine.begin(jobs)

    async def wait(self, time: timedelta) -> None:
        self.rehearsal.world.clock.advance_to(self.house.clock.now() + time)
        await self.engine.settle()

    @asynccontextmanager
    async def holding(self, line: Line) -> AsyncIterator[None]:
        """What comes over this line is heard meanwhile."""
        holding = asyncio.create_task(hold(self.house, line, self.begin, timedelta(milliseconds=20)))
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)
            await line.close()

    async def comes_to(self, what: Callable[[], object]) -> None:
        """What comes over a line comes a moment later."""
        async with asyncio.timeout(30):
            while not what():
                await self.engine.settle()
                await asyncio.sleep(0.01)

    async def status(self) -> str:
        async with self.house.records.read() as session:
            return (await everything.negotiations(session))[0].status

    async def raw(self) -> list[RawEventRow]:
        async with self.house.records.read() as session:
            return list(await session.scalars(select(RawEventRow).order_by(RawEventRow.at)))


@asynccontextmanager
async def rehearsed(
    folder: Path, at: str = "slack", rita: str = "T1:URITA", story: str = STORY
) -> AsyncIterator[tuple[Rehearsal, House]]:
    """The story, played up to where Ana has to choose; `rita` is the recruiter's address on the channel `at`."""
    (folder / "story.yaml").write_text(story.replace("RITAS", at).replace("RITA", rita), "utf-8")
    rehearsal = Rehearsal(load(folder / "story.yaml"), f"sqlite+aiosqlite:///{folder / 'firm.db'}")
    await rehearsal.prepare()
    await rehearsal.run()
    house = rehearsal.stage.house
    yield rehearsal, replace(house, desks=Desks(rehearsal.world.keys, house.clock.now, {}))
    await rehearsal.stage.close()

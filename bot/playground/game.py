"""What is being played: the stage, every step so far, and who is told when something has changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.rehearsal.play import CannotPlay, Rehearsal
from bot.rehearsal.scenario import Scenario, load
from bot.rehearsal.script import read_step
from bot.rehearsal.steps import Step
from bot.rehearsal.yamlfile import fields, listed, read

DEMO = Path(str(files("prompts"))) / "demo"
CAST, STARTERS = DEMO / "playground.yaml", DEMO / "starters.yaml"
CARDS = ("slack",)  # where the real channel shows an interview as a card
MOST_STEPS = 2_000


class TooLong(Exception):
    """So much has been played that it is time to begin again."""


@dataclass(frozen=True, slots=True)
class Starter:
    """Something to begin with."""

    name: str
    about: str
    steps: tuple[Step, ...]


def starters(scenario: Scenario) -> Mapping[str, Starter]:
    people = {person.key: person for person in scenario.people}
    found = {}
    for key, value in read(STARTERS).values.items():
        said = fields(value, key)
        steps = tuple(read_step(step, people, scenario.calendars) for step in listed(said, "script"))
        found[key] = Starter(said.word("name"), said.word("about"), steps)
    return found


class Game:
    """One after the other: whoever does something waits until all that follows from it has happened."""

    def __init__(self) -> None:
        self.scenario = load(CAST)
        self.starters = starters(self.scenario)
        self.steps: list[Step] = []
        self.begun_with = ""  # the starter, by its key
        self.version = 0
        self._folder = TemporaryDirectory(prefix="askarsan-playground-")
        self._rehearsal: Rehearsal | None = None
        self._games = 0
        self._playing = asyncio.Lock()
        self._changed = asyncio.Condition()

    @property
    def rehearsal(self) -> Rehearsal:
        assert self._rehearsal, "nothing has begun"
        return self._rehearsal

    async def begin(self, starter: str = "") -> None:
        """From the beginning, on an empty database; what was played before is gone."""
        async with self._playing:
            before, self._rehearsal = self._rehearsal, await self._new()
            if before:
                await before.stage.close()
            self.steps, self.begun_with = [], starter
            steps: Sequence[Step] = self.starters[starter].steps if starter else ()
            for step in steps:
                await self._play(step)
        await self._tell()

    async def do(self, step: Step) -> None:
        """Raises CannotPlay, and then nothing has happened; TooLong."""
        async with self._playing:
            if len(self.steps) >= MOST_STEPS:
                raise TooLong
            await self._play(step)
        await self._tell()

    @asynccontextmanager
    async def still(self) -> AsyncIterator[Rehearsal]:
        """To look at: nothing happens meanwhile."""
        async with self._playing:
            yield self.rehearsal

    async def changed(self, since: int) -> int:
        """The version, once it is another one."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.version != since)
            return self.version

    async def close(self) -> None:
        if self._rehearsal:
            await self._rehearsal.stage.close()
        self._folder.cleanup()

    async def _play(self, step: Step) -> None:
        try:
            await self.rehearsal.step(step)
        except CannotPlay:
            raise  # and nothing has happened
        except Exception:
            self.steps.append(step)  # whoever saves the story shows how it broke
            raise
        self.steps.append(step)

    async def _new(self) -> Rehearsal:
        self._games += 1
        database = Path(self._folder.name) / f"{self._games}.db"
        rehearsal = Rehearsal(self.scenario, f"sqlite+aiosqlite:///{database}", cards=CARDS)
        await rehearsal.prepare()
        return rehearsal

    async def _tell(self) -> None:
        async with self._changed:
            self.version += 1
            self._changed.notify_all()

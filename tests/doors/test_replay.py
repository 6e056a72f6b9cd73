"""Vendors tell things twice, late and in odd order: such a conversation comes to the same end, word for word."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.hearing.inbox import keep
from bot.records.schema import migrate_url
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.report import Entry
from bot.rehearsal.scenario import load
from bot.rehearsal.stage import Stage
from integrations.channels.base import Inbound, Receipt
from tests.bot.test_stories import FILES, SOME, STORIES
from tests.conftest import Database
from tests.databases import reopened

WINDOW = 6  # so many of the last things are told again


class ToldAgain(Stage):
    """Everything comes twice, what came before comes once more in between, and receipts come when they like."""

    dice = random.Random(1)
    heard: tuple[Inbound | Receipt, ...] = ()

    async def hear(self, messages: Sequence[Inbound]) -> None:
        for inbound in messages:
            await self._again()
            await self.engine.begin(await keep(self.house, inbound))
            await self.engine.begin(await keep(self.house, inbound))
            self.heard = (*self.heard, inbound)[-WINDOW:]
        await self.settle()
        await self._again()
        await self.settle()

    async def settle(self) -> None:
        await self.engine.settle()
        while self.world.receipts:
            receipts, self.world.receipts[:] = [*self.world.receipts, *self.world.receipts], []
            for receipt in self.dice.sample(receipts, len(receipts)):
                await self.engine.begin(await keep(self.house, receipt))
            self.heard = (*self.heard, *receipts)[-WINDOW:]
            await self._again()
            await self.engine.settle()

    async def _again(self) -> None:
        for told in self.dice.sample(self.heard, len(self.heard)):
            await self.engine.begin(await keep(self.house, told))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "story" in metafunc.fixturenames:
        chosen = FILES if metafunc.config.getoption("thorough") else SOME[::8]
        metafunc.parametrize("story", chosen, ids=lambda path: str(path.relative_to(STORIES).with_suffix("")))


def test_a_story_told_twice_and_in_odd_order_ends_the_same(story: Path, sqlite: Database) -> None:
    told = []
    for stage in (Stage, ToldAgain):
        with sqlite(migrate_url) as url:
            told.append(asyncio.run(_played(story, url, stage)))
    once, again = told
    assert json.dumps(again, indent=1) == json.dumps(once, indent=1)


async def _played(story: Path, url: str, stage: type[Stage]) -> Entry:
    rehearsal = Rehearsal(load(story), url, reopened)
    there = rehearsal.stage.house
    await rehearsal.stage.close()
    rehearsal.stage = stage(rehearsal.world, there.rules, there.firm)
    try:
        await rehearsal.prepare()
        await rehearsal.run()
        return (await rehearsal.report()).data
    finally:
        await rehearsal.stage.close()

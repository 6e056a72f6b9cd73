"""The second reader at a terminal: the same model, budget and record as in service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.clock import RealClock
from bot.records.opening import NoDatabase, opened
from bot.second_opinion import Question, SecondReader
from bot.service import second_reader
from bot.settings.settings import Settings
from dialogs.understanding import Context, Understanding
from dialogs.understanding.second_opinion import worth_asking

Second = Callable[[str, Context, Understanding], Understanding]


@contextmanager
def asked_besides(settings: Settings) -> Iterator[Second]:
    """Makes of the rules' reading the better one, if there is one."""
    with asyncio.Runner() as runner:
        opening = _reader(settings)
        try:
            reader = runner.run(anext(opening))
        except NoDatabase:
            # Without its record nobody knows what was spent today.
            yield lambda _text, _context, rules: replace(rules, read_by="rules, model failed: no database")
            return

        def second(text: str, context: Context, rules: Understanding) -> Understanding:
            if not worth_asking(rules, text, settings.model_below):
                return rules
            return runner.run(reader.read(Question(text, context, rules)))

        try:
            yield second
        finally:
            runner.run(opening.aclose())


async def _reader(settings: Settings) -> AsyncGenerator[SecondReader, None]:
    async with opened(settings.database) as records:
        reader = second_reader(settings, records, RealClock())
        assert reader
        try:
            yield reader
        finally:
            await reader.close()

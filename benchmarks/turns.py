"""What a turn costs: durable turns a second and how long people wait, beside an echo that remembers nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.load import Load, as_fast_as_it_goes, at_a_rate, one_by_one
from benchmarks.rows import Row, at_least, at_most, below, compared, step
from benchmarks.service import Assistant, Echo, echoing, in_service, memory, processor
from tests.databases import Postgres

CROWD = range(64)
AT_ONCE = 32
SECONDS = 6.0
WARM_UP = 1.5
MODERATE = 25.0  # turns a second
MODERATE_SECONDS = 8.0

HALF = 0.5  # of the echo's rate
P99 = 50.0  # ms

OLD, YOUNG, GROWTH = 500, 5, 1.1  # the turn of one conversation that may cost no more than that other one
VETERANS = range(64, 68)
BEGINNERS = range(68, 98)
EACH = 3  # so many turns of every beginner are measured, the one in the middle is YOUNG

KILLS = 3
OWED = 16  # messages that were taken, and mostly not yet answered, when it was killed


class Durable(Postgres):
    """PostgreSQL as a firm runs it: what it says is kept lies on the disk."""

    options = ("max_connections=200", "listen_addresses=")


@dataclass(frozen=True)
class Busy:
    """A server under full load, and at a moderate rate."""

    full: Load
    moderate: Load
    memory: float  # MiB
    processor: float  # ms per turn


async def measure() -> list[Row]:
    with TemporaryDirectory(prefix="askarsan-bench-") as name:
        folder = Path(name)
        async with echoing(folder) as server:
            echo = await busy(server, "the echo")
        rows = await on_sqlite(folder, echo)
        with Durable() as postgres:
            return rows + await on_postgresql(folder, postgres.url(postgres.create()), echo)


async def on_sqlite(folder: Path, echo: Busy) -> list[Row]:
    step("SQLite: everyone is given an offer")
    everyone = len(CROWD) + len(VETERANS) + len(BEGINNERS)
    async with in_service(folder, f"sqlite+aiosqlite:///{folder / 'askarsan.db'}", everyone) as assistant:
        mine = await busy(assistant, "SQLite")
        return [
            *rows_of("SQLite", mine, echo),
            below("p99 at a moderate rate, SQLite", mine.moderate.percentile(99), "ms", P99),
            compared("memory of the serving process", mine.memory, "MiB", "echo", echo.memory),
            await growth(assistant),
            *await kills(assistant),
        ]


async def on_postgresql(folder: Path, url: str, echo: Busy) -> list[Row]:
    step("PostgreSQL: everyone is given an offer")
    async with in_service(folder, url, len(CROWD)) as assistant:
        mine = await busy(assistant, "PostgreSQL")
        other = echo.moderate.percentile(99)
        p99 = compared("p99 at a moderate rate, PostgreSQL", mine.moderate.percentile(99), "ms", "echo", other)
        return [*rows_of("PostgreSQL", mine, echo), p99]


def rows_of(database: str, mine: Busy, echo: Busy) -> list[Row]:
    full, moderate = f"with {AT_ONCE} at once, {database}", f"at a moderate rate, {database}"
    return [
        at_least(f"durable turns a second, {database}", mine.full.rate, "/s", "echo", echo.full.rate, HALF),
        compared(f"p50 {full}", mine.full.percentile(50), "ms", "echo", echo.full.percentile(50)),
        compared(f"p99 {full}", mine.full.percentile(99), "ms", "echo", echo.full.percentile(99)),
        compared(f"processor for a turn, {database}", mine.processor, "ms", "echo", echo.processor),
        compared(f"p50 {moderate}", mine.moderate.percentile(50), "ms", "echo", echo.moderate.percentile(50)),
    ]


async def busy(server: Assistant | Echo, name: str) -> Busy:
    step(f"{name}: {AT_ONCE} turns at once for {SECONDS:.0f} s")
    await as_fast_as_it_goes(server.turn, CROWD, AT_ONCE, WARM_UP)
    used = processor(server.pid)
    full = await as_fast_as_it_goes(server.turn, CROWD, AT_ONCE, SECONDS)
    used = processor(server.pid) - used
    step(f"{name}: {MODERATE:.0f} turns a second for {MODERATE_SECONDS:.0f} s")
    moderate = await at_a_rate(server.turn, CROWD, MODERATE, MODERATE_SECONDS)
    return Busy(full, moderate, memory(server.pid), used / len(full.waits) * 1000)


async def growth(assistant: Assistant) -> Row:
    """Old and young conversations take turns in the same seconds: whatever else the machine does, it does to both."""
    step(f"SQLite: conversations of {OLD} turns")
    middle = EACH // 2
    await talk(assistant, VETERANS, OLD - len(BEGINNERS) * EACH // len(VETERANS) // 2)
    await talk(assistant, BEGINNERS, YOUNG - middle - 1)
    old, young = [], []
    for number, beginner in enumerate(chain.from_iterable(repeat(BEGINNERS, EACH))):
        old += (await one_by_one(assistant.turn, [VETERANS[number % len(VETERANS)]])).waits
        young += (await one_by_one(assistant.turn, [beginner])).waits
    return at_most(
        f"turn {OLD} of a conversation", median(old) * 1000, "ms", f"turn {YOUNG}", median(young) * 1000, GROWTH
    )


async def talk(assistant: Assistant, people: Sequence[int], turns: int) -> None:
    await asyncio.gather(*(one_by_one(assistant.turn, repeat(person, turns)) for person in people))


async def kills(assistant: Assistant) -> list[Row]:
    step(f"SQLite: killed {2 * KILLS} times, and started again at once")
    new, owed = [], []
    for number in range(KILLS):
        killed = time.perf_counter()
        assistant.restart()
        await assistant.turn(CROWD[number])
        new.append(time.perf_counter() - killed)
        owed.append(await _answers_owed(assistant))
    return [
        Row("from kill -9 to the next reply", median(new), "s"),
        Row("from kill -9 to the last reply owed", median(owed), "s"),
    ]


async def _answers_owed(assistant: Assistant) -> float:
    """Messages are taken, the process dies before it has answered: how long until everyone has their answer."""
    answers = await asyncio.gather(*(assistant.ask(person) for person in CROWD[:OWED]))
    killed = time.perf_counter()
    assistant.restart()
    await asyncio.gather(*answers)
    return time.perf_counter() - killed

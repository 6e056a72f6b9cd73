"""Many people writing at once, and how long each waits."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from statistics import quantiles

# One person's message, from sending it to what it is answered with.
Turn = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Load:
    waits: list[float]  # seconds, one per turn
    lasted: float

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.waits) / self.lasted

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.waits, n=100, method="inclusive")[percent - 1] * 1000


async def as_fast_as_it_goes(turn: Turn, people: Iterable[int], at_once: int, seconds: float) -> Load:
    """So many turns are always under way, each of somebody else; whoever was answered queues up again."""
    waits: list[float] = []
    idle = deque(people)
    began = time.perf_counter()

    async def one_after_the_other() -> None:
        while time.perf_counter() < began + seconds:
            person = idle.popleft()
            sent = time.perf_counter()
            await turn(person)
            waits.append(time.perf_counter() - sent)
            idle.append(person)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return Load(waits, time.perf_counter() - began)


async def at_a_rate(turn: Turn, people: Iterable[int], rate: float, seconds: float) -> Load:
    """Turns begin at their moments, whatever became of those before. Waiting counts from that moment on, so a sender
    that is late, or has nobody left to send, hides nothing.
    """
    waits: list[float] = []
    idle: asyncio.Queue[int] = asyncio.Queue()
    for person in people:
        idle.put_nowait(person)
    began = time.perf_counter()

    async def one(due: float) -> None:
        person = await idle.get()
        await turn(person)
        waits.append(time.perf_counter() - due)
        idle.put_nowait(person)

    running: list[asyncio.Task[None]] = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        running.append(asyncio.create_task(one(due)))
    await asyncio.gather(*running)
    return Load(waits, time.perf_counter() - began)


async def one_by_one(turn: Turn, people: Iterable[int]) -> Load:
    """Nobody else is there: what one turn takes by itself."""
    waits: list[float] = []
    began = time.perf_counter()
    for person in people:
        sent = time.perf_counter()
        await turn(person)
        waits.append(time.perf_counter() - sent)
    return Load(waits, time.perf_counter() - began)

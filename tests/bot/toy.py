"""A small worker over real rows: messages are heard in turns, each heard message is answered by one effect.

Run as a program it is a whole little service: every line on its standard input is a message, `person text`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.engine import DurableEngine
from bot.jobs import Job, JobKind
from bot.logs import configure

TABLES = (
    "CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, person TEXT, stored FLOAT, heard INTEGER)",
    "CREATE TABLE IF NOT EXISTS effects (id TEXT PRIMARY KEY, stored FLOAT, done INTEGER)",
    "CREATE TABLE IF NOT EXISTS sent (effect TEXT)",  # no key: whatever is sent twice is seen twice
)


class Toy:
    def __init__(self, rows: AsyncEngine) -> None:
        self.rows = rows
        self.turn_takes = 0.0
        self.failing: Counter[str] = Counter()  # how often the turn of a person will still raise
        self.runs: list[Job] = []
        self.running: Counter[Job] = Counter()
        self.most_at_once: Counter[Job] = Counter()
        self._one_writer = asyncio.Lock()

    @classmethod
    async def over(cls, database_url: str) -> Self:
        toy = cls(create_async_engine(database_url))
        for statement in TABLES:
            await toy.write(statement)
        return toy

    async def store(self, person: str, words: str) -> Job:
        await self.write(
            "INSERT INTO messages VALUES (:id, :person, :now, 0) ON CONFLICT DO NOTHING",
            id=words,
            person=person,
            now=time.time(),
        )
        return Job(JobKind.TURN, person)

    async def run(self, job: Job) -> Sequence[Job]:
        self.runs.append(job)
        self.running[job] += 1
        self.most_at_once[job] = max(self.most_at_once[job], self.running[job])
        try:
            return await (self._turn(job.id) if job.kind is JobKind.TURN else self._send(job.id))
        finally:
            self.running[job] -= 1

    async def _turn(self, person: str) -> Sequence[Job]:
        heard = await self.read(
            "SELECT id FROM messages WHERE person = :person AND heard = 0 ORDER BY stored", person=person
        )
        await asyncio.sleep(self.turn_takes)
        if self.failing[person] > 0:
            self.failing[person] -= 1
            raise ConnectionError("the line is dead")
        async with self._one_writer, self.rows.begin() as connection:
            for message in heard:
                values = {"id": message, "now": time.time()}
                await connection.execute(text("UPDATE messages SET heard = 1 WHERE id = :id"), values)
                await connection.execute(
                    text("INSERT INTO effects VALUES (:id, :now, 0) ON CONFLICT DO NOTHING"), values
                )
        return [Job(JobKind.EFFECT, message) for message in heard]

    async def _send(self, effect: str) -> Sequence[Job]:
        async with self._one_writer, self.rows.begin() as connection:
            done = await connection.execute(
                text("UPDATE effects SET done = 1 WHERE id = :id AND done = 0"), {"id": effect}
            )
            if done.rowcount:
                await connection.execute(text("INSERT INTO sent VALUES (:id)"), {"id": effect})
        return []

    async def waiting(self, *, older_than: timedelta) -> Sequence[Job]:
        before = time.time() - older_than.total_seconds()
        people = await self.read(
            "SELECT person FROM messages WHERE heard = 0 AND stored <= :before GROUP BY person ORDER BY min(stored)",
            before=before,
        )
        effects = await self.read(
            "SELECT id FROM effects WHERE done = 0 AND stored <= :before ORDER BY stored", before=before
        )
        return [*(Job(JobKind.TURN, each) for each in people), *(Job(JobKind.EFFECT, each) for each in effects)]

    async def sent(self) -> list[str]:
        return await self.read("SELECT effect FROM sent")

    async def write(self, statement: str, **values: object) -> None:
        async with self._one_writer, self.rows.begin() as connection:
            await connection.execute(text(statement), values)

    async def read(self, statement: str, **values: object) -> list[str]:
        async with self.rows.connect() as connection:
            return [str(row[0]) for row in await connection.execute(text(statement), values)]


async def serve(database_url: str, turn_takes: float) -> None:
    toy = await Toy.over(database_url)
    toy.turn_takes = turn_takes
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    fast = timedelta(seconds=0.1)
    async with DurableEngine(toy, database_url, sweep_every=fast, poll_every=fast, grace=fast) as engine:
        while line := await lines.readline():
            person, words = line.decode().split()
            job = await toy.store(person, words)
            print(words, flush=True)  # only now is it acknowledged
            await engine.begin([job])


if __name__ == "__main__":
    configure("info", as_json=False)  # on standard error: standard output is for what is acknowledged
    asyncio.run(serve(sys.argv[1], float(sys.argv[2])))

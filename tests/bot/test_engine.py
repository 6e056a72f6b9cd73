"""The engines: whatever the rows say wants doing is done, in this process or the next."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import JumpingClock
from bot.engine import DurableEngine, InlineEngine
from bot.jobs import Job, JobKind
from bot.shared_queue import RelayEngine, beside, pause_after
from tests.bot.toy import Toy

ANA, BEN = Job(JobKind.TURN, "ana"), Job(JobKind.TURN, "ben")
FAST = timedelta(seconds=0.1)


@pytest.fixture
async def toy(database_url: str) -> AsyncIterator[Toy]:
    toy = await Toy.over(database_url)
    yield toy
    await toy.rows.dispose()


@pytest.fixture
async def engine(toy: Toy, database_url: str) -> AsyncIterator[DurableEngine]:
    """As in service: its sweep comes two seconds later, too late to help a test that asks for less."""
    async with DurableEngine(toy, database_url) as engine:
        yield engine


@pytest.fixture
async def sweeper(toy: Toy, database_url: str) -> AsyncIterator[DurableEngine]:
    async with swept(toy, database_url) as engine:
        yield engine


def swept(toy: Toy, database_url: str) -> DurableEngine:
    return DurableEngine(toy, database_url, sweep_every=FAST, poll_every=FAST, grace=FAST)


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not await holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.02)


def sent(toy: Toy, *words: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await toy.sent() == list(words)

    return holds


# In this process, in order


async def test_inline_runs_what_was_begun_and_what_that_causes(toy: Toy) -> None:
    engine = InlineEngine(toy)
    await engine.begin([await toy.store("ana", "hello"), await toy.store("ben", "hi"), await toy.store("ana", "again")])
    await engine.settle()
    assert await toy.sent() == ["hello", "again", "hi"]
    assert toy.runs[:2] == [ANA, BEN], "a turn begun twice before it runs is run once"


async def test_inline_finds_in_the_rows_what_nobody_began(toy: Toy) -> None:
    await toy.store("ana", "hello")
    await InlineEngine(toy).settle()
    assert await toy.sent() == ["hello"]


async def test_inline_shows_a_mistake_at_once(toy: Toy) -> None:
    toy.failing["ana"] = 1
    engine = InlineEngine(toy)
    await engine.begin([await toy.store("ana", "hello")])
    with pytest.raises(ConnectionError):
        await engine.settle()


async def test_inline_tries_what_is_down_once_each_time_it_settles(toy: Toy) -> None:
    toy.failing["ana"] = 2
    engine = InlineEngine(toy, forgiven=(ConnectionError,))
    await engine.begin([await toy.store("ana", "hello"), await toy.store("ben", "hi")])
    await engine.settle()
    assert await toy.sent() == ["hi"]
    await engine.settle()
    await engine.settle()
    assert await toy.sent() == ["hi", "hello"]


async def test_inline_gives_up_on_work_without_end() -> None:
    class Treadmill:
        async def run(self, job: Job) -> Sequence[Job]:
            return [job]

        async def waiting(self, *, older_than: timedelta) -> Sequence[Job]:
            return [ANA]

    with pytest.raises(RuntimeError, match=r"no end.*ana"):
        await InlineEngine(Treadmill(), at_most=50).settle()


# For real


async def test_a_begun_turn_runs_at_once_and_so_does_what_it_causes(toy: Toy, engine: DurableEngine) -> None:
    await engine.begin([await toy.store("ana", "hello")])
    await eventually(sent(toy, "hello"), within=1)
    assert toy.runs == [ANA, Job(JobKind.EFFECT, "hello")]


async def test_a_message_stored_while_the_turn_runs_gets_another_turn(toy: Toy, engine: DurableEngine) -> None:
    toy.turn_takes = 0.3
    await engine.begin([await toy.store("ana", "hello")])
    await asyncio.sleep(0.1)
    for words in ("one", "more", "thing"):
        await engine.begin([await toy.store("ana", words)])
    await eventually(sent(toy, "hello", "one", "more", "thing"), within=1.5)
    assert toy.runs.count(ANA) == 2, "three messages in a burst are one more turn"
    assert toy.most_at_once[ANA] == 1


async def test_turns_of_different_people_do_not_wait_for_each_other(toy: Toy, engine: DurableEngine) -> None:
    toy.turn_takes = 0.3
    begun = time.monotonic()
    await engine.begin([await toy.store(f"p{n}", f"m{n}") for n in range(20)])
    await eventually(lambda: has_sent(toy, 20))
    assert time.monotonic() - begun < 3, "one after the other they take six seconds"


async def has_sent(toy: Toy, many: int) -> bool:
    return len(await toy.sent()) == many


async def test_a_job_that_raises_is_tried_again_and_delays_nobody(toy: Toy, sweeper: DurableEngine) -> None:
    toy.failing["ana"] = 1
    await sweeper.begin([await toy.store("ana", "hello"), await toy.store("ben", "hi")])
    await eventually(sent(toy, "hi"), within=1)
    assert toy.runs.count(ANA) == 1, "it is held back for a while"
    await eventually(sent(toy, "hi", "hello"))
    assert toy.runs.count(ANA) == 2
    assert toy.most_at_once[ANA] == 1


async def test_a_new_message_does_not_wait_until_a_failed_turn_may_try_again(toy: Toy, engine: DurableEngine) -> None:
    toy.failing["ana"] = 1
    await engine.begin([await toy.store("ana", "hello")])
    await eventually(lambda: has_failed(toy))
    await engine.begin([await toy.store("ana", "anybody?")])
    await eventually(sent(toy, "hello", "anybody?"), within=1)


async def has_failed(toy: Toy) -> bool:
    return toy.failing["ana"] == 0


async def test_what_was_committed_but_never_begun_is_swept_up(toy: Toy, sweeper: DurableEngine) -> None:
    await toy.store("ana", "hello")
    await eventually(sent(toy, "hello"), within=10)


def test_each_pause_is_about_twice_the_last_up_to_ten_minutes() -> None:
    assert pause_after(0) == timedelta()
    for failures in range(1, 9):
        assert 0.75 * 2**failures <= pause_after(failures).total_seconds() <= 1.25 * 2**failures
    assert pause_after(1_000) <= timedelta(minutes=12.5)
    assert len({pause_after(5) for _ in range(10)}) > 1, "what failed together does not come back together"


async def test_what_is_finished_is_forgotten_after_a_day(toy: Toy, database_url: str) -> None:
    await toy.store("ana", "hello")
    tomorrow = JumpingClock(datetime.now(UTC) + timedelta(days=1, hours=1))
    async with swept(toy, database_url):
        await eventually(sent(toy, "hello"))
        # A sweep on a busy machine may have begun it more than once: what runs is not forgotten.
        await eventually(lambda: all_finished(database_url), within=30)
    async with DurableEngine(toy, database_url, sweep_every=FAST, clock=tomorrow):
        await eventually(lambda: nothing_remembered(database_url), within=30)


async def all_finished(database_url: str) -> bool:
    return await remembered(database_url, "SUCCESS") == await remembered(database_url) > 0


async def remembered(database_url: str, status: str = "%") -> int:
    table = "dbos.workflow_status" if database_url.startswith("postgresql") else "workflow_status"
    dbos = Toy(create_async_engine(beside(database_url).replace("sqlite:", "sqlite+aiosqlite:")))
    try:
        return len(await dbos.read(f"SELECT workflow_uuid FROM {table} WHERE status LIKE :status", status=status))
    finally:
        await dbos.rows.dispose()


async def nothing_remembered(database_url: str) -> bool:
    return await remembered(database_url) == 0


async def test_stopping_lets_a_running_turn_finish(toy: Toy, database_url: str) -> None:
    toy.turn_takes = 0.3
    async with DurableEngine(toy, database_url) as engine:
        await engine.begin([await toy.store("ana", "hello")])
        await asyncio.sleep(0.1)
    assert await toy.read("SELECT heard FROM messages") == ["1"]
    toy.turn_takes = 0
    async with swept(toy, database_url):
        await eventually(sent(toy, "hello"), within=10)


async def test_a_web_process_without_a_worker_hands_its_jobs_over(
    toy: Toy, engine: DurableEngine, database_url: str
) -> None:
    async with RelayEngine(database_url) as relay:
        await relay.begin([await toy.store("ana", "hello")])
        await eventually(sent(toy, "hello"), within=1.9)
        toy.turn_takes = 0.8
        await relay.begin([await toy.store("ana", "one")])
        await asyncio.sleep(0.6)
        await relay.begin([await toy.store("ana", "more")])
        await eventually(sent(toy, "hello", "one", "more"))
    assert toy.most_at_once[ANA] == 1


async def test_a_web_process_whose_queue_is_away_fails_nobody(toy: Toy, tmp_path: Path) -> None:
    async with RelayEngine(f"sqlite+aiosqlite:///{tmp_path}/never-made.db") as relay:
        await relay.begin([await toy.store("ana", "hello")])


async def test_two_engines_in_one_process_are_refused(toy: Toy, engine: DurableEngine, database_url: str) -> None:
    with pytest.raises(RuntimeError, match="once in a process"):
        await DurableEngine(toy, database_url).start()


# Killed


class Service:
    """The toy as a process of its own, to be killed."""

    def __init__(self, database_url: str, turn_takes: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.toy", database_url, str(turn_takes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, person: str, words: str) -> None:
        """Returns when the service has said that it keeps it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{person} {words}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == words

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> None:
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0


Start = Callable[..., Service]


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    started: list[Service] = []

    def start(turn_takes: float = 0.01) -> Service:
        started.append(Service(database_url, turn_takes))
        return started[-1]

    yield start
    for service in started:
        if service.process.poll() is None:
            service.kill()


async def test_killed_at_any_moment_and_started_again_it_loses_and_doubles_nothing(toy: Toy, start: Start) -> None:
    chance = random.Random(7)
    for life in range(4):
        service = start()
        for n in range(chance.randrange(1, 12)):
            service.say(f"p{n % 3}", f"m{life}.{n}")
        await asyncio.sleep(chance.random() * 0.04)
        service.kill()
    service = start()
    stored = await toy.read("SELECT id FROM messages")
    await eventually(lambda: has_sent(toy, len(stored)), within=30)
    service.stop()
    assert Counter(await toy.sent()) == Counter(stored)


async def test_what_a_killed_process_held_in_the_shared_queue_is_free_at_the_next_start(
    toy: Toy, start: Start, database_url: str
) -> None:
    service = start(turn_takes=3600)
    service.say("ben", "hi")
    await toy.store("ana", "hello")  # which nobody begins: the service sweeps it up
    await eventually(lambda: is_held(database_url))
    service.kill()
    service = start()
    await eventually(lambda: has_sent(toy, 2), within=10)
    service.stop()


async def is_held(database_url: str) -> bool:
    return await remembered(database_url, status="PENDING") == 1

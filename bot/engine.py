"""Who runs the work: in this process and in order, or durably, beside other processes and over crashes.

The rows of our own database are the truth and the queue: messages not yet heard, effects not yet done, timers due.
An engine only makes them run, so it may forget everything and lose nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, Self

import structlog

from bot.clock import Clock, RealClock
from bot.jobs import Job, JobKind, Worker
from bot.lanes import Lanes
from bot.precedence import Precedence
from bot.shared_queue import LEASE, SharedQueue, pause_after

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=5)  # what was put into the queue and is still open is put again after so long
TIDY_EVERY = timedelta(minutes=10)
KEPT = timedelta(days=1)  # what is finished stays in the queue's tables so long, for people who look


class Engine(Protocol):
    async def begin(self, jobs: Sequence[Job]) -> None:
        """Called after the commit that made the jobs: starts them now, in the background."""


class InlineEngine:
    """Runs everything here, one after the other, always in the same order: for rehearsals, simulations and tests."""

    def __init__(self, worker: Worker, *, forgiven: tuple[type[Exception], ...] = (), at_most: int = 10_000) -> None:
        """`forgiven` are the errors of an outside that is down: such a job waits for the next `settle`."""
        self._worker = worker
        self._forgiven = forgiven
        self._at_most = at_most
        self._queue: dict[Job, None] = {}  # a set that keeps its order

    async def begin(self, jobs: Sequence[Job]) -> None:
        self._queue.update(dict.fromkeys(jobs))

    async def settle(self) -> None:
        """Runs what was begun, what that causes and what the rows say is due, until nothing is left."""
        put_off: set[Job] = set()
        for _ in range(self._at_most):
            if not self._queue:
                due = await self._worker.waiting(older_than=timedelta())
                await self.begin([job for job in due if job not in put_off])
            if not self._queue:
                return
            job = next(iter(self._queue))
            del self._queue[job]
            try:
                await self.begin(await self._worker.run(job))
            except self._forgiven as error:
                log.info("job_put_off", kind=job.kind, id=job.id, error=repr(error))
                put_off.add(job)
        raise RuntimeError(f"{self._at_most} jobs were run and there is no end; left are {list(self._queue)[:3]}")


class DurableEngine:
    """Runs the work for real: at once where it can, over crashes and beside other processes where it must.

    What was just committed begins directly, as a task of this process: no poll, no write of the engine's own. That is
    the road of nearly every job, and it is kept short: through the shared queue a job costs 3 ms of processor more and
    waits for a poll.

    What that road loses (the process died, the job raised) and what only the clock begins, the sweep finds in the rows
    and puts into the shared queue. There one process at a time has a job, a backlog spreads over all of them, and a job
    that raised is held back for longer each time.

    The rows stay the judge: a job run again after it was done does nothing. Several processes may still hear one person
    in the same moment, or see a slow effect as a forgotten one: so a turn locks its person, an effect is marked when it
    begins, and `Worker.waiting` leaves out what was touched within `older_than`.
    """

    def __init__(
        self,
        worker: Worker,
        database_url: str,
        *,
        sweep_every: timedelta = timedelta(seconds=1),
        poll_every: timedelta = timedelta(seconds=0.5),
        grace: timedelta = timedelta(seconds=2),
        at_once: int = 32,
        clock: Clock | None = None,
        precedence: Precedence | None = None,
    ) -> None:
        """`database_url` is the one our records use. `grace` is left to whoever has just stored something to begin it;
        `poll_every` is how long a job waits at most that a RelayEngine passes on.
        """
        self._worker = worker
        self._sweep_every = sweep_every
        self._grace = grace
        self._clock = clock or RealClock()
        self._precedence = precedence or Precedence()
        self._gate = asyncio.Semaphore(at_once)
        self._lanes = Lanes(self._perform)
        self._shared = SharedQueue(database_url, self._run_from_thread, poll=poll_every, at_once=at_once)
        self._failures: dict[Job, int] = {}
        self._shared_until: dict[Job, float] = {}  # till then, on the loop's clock, the sweep leaves the job alone

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._shared.start()
        self._sweeping = asyncio.create_task(self._sweep_for_ever())

    async def stop(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Lets what runs finish; all the rest waits in its rows for the next start."""
        self._sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._sweeping
        await self._lanes.close(patience)
        await self._shared.stop()

    async def begin(self, jobs: Sequence[Job]) -> None:
        self._put(jobs)

    def _put(self, jobs: Sequence[Job], cause: Job | None = None) -> None:
        """A turn goes by itself. All else that has one cause goes in order, beside the next turn of that person."""
        for job in jobs:
            self._lanes.put(job, job if job.kind is JobKind.TURN else ("after", cause or jobs[0]))

    async def _perform(self, job: Job) -> None:
        self._shared_until.pop(job, None)
        try:
            async with self._gate, asyncio.timeout(LEASE.total_seconds()):
                await self._precedence.start()
                caused = await self._worker.run(job)
        except Exception:
            self._failures[job] = self._failures.get(job, 0) + 1
            log.warning("job_failed", kind=job.kind, id=job.id, failures=self._failures[job], exc_info=True)
            raise
        self._failures.pop(job, None)
        self._put(caused, cause=job)

    def _run_from_thread(self, job: Job) -> Future[None]:
        async def run() -> None:
            await self._lanes.put(job, job)

        return asyncio.run_coroutine_threadsafe(run(), self._loop)

    async def _sweep_for_ever(self) -> None:
        tidy_at = self._loop.time()
        while True:
            await self._survive(self._sweep)
            if self._loop.time() >= tidy_at:
                tidy_at += TIDY_EVERY.total_seconds()
                await self._survive(self._tidy)
            await asyncio.sleep(self._sweep_every.total_seconds())

    async def _survive(self, step: Callable[[], Awaitable[None]]) -> None:
        """A database that is away for a moment must not end the sweep."""
        try:
            await step()
        except Exception:
            log.exception("sweep_failed")

    async def _sweep(self) -> None:
        for job in await self._worker.waiting(older_than=self._grace):
            now = self._loop.time()
            if job in self._lanes or self._shared_until.get(job, now) > now:
                continue
            pause = pause_after(self._failures.get(job, 0))
            await self._shared.put(job, pause)
            self._shared_until[job] = now + (pause + LOOK_AGAIN).total_seconds()

    async def _tidy(self) -> None:
        now = self._loop.time()
        self._shared_until = {job: until for job, until in self._shared_until.items() if until > now}
        self._failures = {
            job: n for job, n in self._failures.items() if job in self._shared_until or job in self._lanes
        }
        await self._shared.forget(finished_before=self._clock.now() - KEPT)

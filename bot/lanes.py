"""Jobs side by side where they may, one after the other where they must."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta

from bot.jobs import Job


class Lanes:
    """Jobs one after the other along a lane, lanes side by side.

    A job asked for while it runs is run once more afterwards: that run sees what was stored in the meantime, so no
    wake-up is lost, and no job runs twice at once. A job asked for while it waits is run once.
    """

    def __init__(self, perform: Callable[[Job], Awaitable[None]]) -> None:
        self._perform = perform
        self._lanes: dict[Hashable, deque[Job]] = {}
        self._lane_of: dict[Job, Hashable] = {}
        self._waiting: dict[Job, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds a task only weakly
        self._closed = False

    def __contains__(self, job: Job) -> bool:
        return job in self._lane_of

    def put(self, job: Job, lane: Hashable) -> asyncio.Future[None]:
        """How a run went that begins after now. A job that is in a lane already stays in that one."""
        if job in self._waiting:
            return self._waiting[job]
        outcome = self._waiting[job] = asyncio.get_running_loop().create_future()
        lane = self._lane_of.setdefault(job, lane)
        if lane in self._lanes:
            self._lanes[lane].append(job)
        else:
            self._lanes[lane] = deque([job])
            task = asyncio.create_task(self._drain(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return outcome

    async def _drain(self, lane: Hashable) -> None:
        jobs = self._lanes[lane]
        while jobs and not self._closed:
            job = jobs.popleft()
            await self._attempt(job, self._waiting.pop(job))
            if job not in self._waiting:
                del self._lane_of[job]
        del self._lanes[lane]

    async def _attempt(self, job: Job, outcome: asyncio.Future[None]) -> None:
        try:
            await self._perform(job)
        except asyncio.CancelledError:
            outcome.cancel()
            raise
        except Exception as error:  # noqa: BLE001  it is for whoever waits for the outcome
            outcome.set_exception(error)
            outcome.exception()  # looked at: nobody may be waiting
        else:
            outcome.set_result(None)

    async def close(self, patience: timedelta) -> None:
        """Lets what runs finish, begins nothing more, and cancels what is not done in time."""
        self._closed = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for outcome in self._waiting.values():
            outcome.cancel()

"""The queue that processes share: DBOS, on a SQLite file or in PostgreSQL, and the only importer of it."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, ParamSpec, Self, TypeVar

import structlog

from bot.jobs import Job, JobKind

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig, EnqueueOptions

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

NAME = "askarsan"
# A constant: with a version of its own per release, what an old one has delayed would never run under a new one.
VERSION = "1"
LEASE = timedelta(seconds=60)  # so long may one job take
# What was held for twice as long (it may have had to wait for its lane) is set free by any process that lives.
PLACE: EnqueueOptions = {"queue_name": NAME, "workflow_name": NAME, "workflow_timeout": 2 * LEASE.total_seconds()}
STOPS_WITHIN = timedelta(seconds=0.5)  # a thread of DBOS sleeps so long at a time, and stopping waits for it
LONGEST_PAUSE = timedelta(minutes=10)


class SharedQueue:
    """Gives each job to one process at a time. `run` is called on a thread of DBOS, its future says how it went.

    All calls into DBOS are made from one thread of ours: called from our loop, it would take over the loop's own pool
    of threads.
    """

    _alive: ClassVar[bool] = False

    def __init__(self, database_url: str, run: Callable[[Job], Future[None]], *, poll: timedelta, at_once: int) -> None:
        self._url = beside(database_url)
        self._run = run
        self._poll = poll
        self._at_once = at_once
        self._id = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shared-queue")

    async def start(self) -> None:
        if SharedQueue._alive:
            raise RuntimeError("DBOS lives once in a process, and so does this queue")
        await self._call(self._launch)
        SharedQueue._alive = True
        await self._call(self._free_what_the_dead_hold)

    async def stop(self) -> None:
        await self._call(self._dbos.destroy)
        self._thread.shutdown()
        SharedQueue._alive = False

    async def put(self, job: Job, pause: timedelta) -> None:
        """To be run after `pause`. Where it is queued, delayed or running already, in any process, nothing happens."""
        await self._call(self._put, job, pause)

    async def forget(self, finished_before: datetime) -> None:
        """Deletes what DBOS remembers of jobs that finished before then: it deletes nothing by itself."""
        await self._call(self._delete, finished_before.isoformat())

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))

    def _launch(self) -> None:
        from dbos import DBOS

        self._dbos = DBOS
        config: DBOSConfig = {
            "name": NAME,
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self._id,
            "log_level": "WARNING",
            "sys_db_pool_size": 5,
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": STOPS_WITHIN.total_seconds(),
        }
        DBOS.workflow(name=NAME)(self._workflow())
        DBOS(config=config)
        DBOS.listen_queues([NAME])
        DBOS.launch()
        DBOS.register_queue(
            NAME,
            worker_concurrency=4 * self._at_once,  # taken along per poll; the engine's own gate says how many run
            polling_interval_sec=self._poll.total_seconds(),
            on_conflict="always_update",
        )

    def _workflow(self) -> Callable[[str, str], None]:
        def see_to(kind: str, id: str) -> None:
            self._run(Job(JobKind(kind), id)).result()

        return see_to

    def _put(self, job: Job, pause: timedelta) -> None:
        options: EnqueueOptions = {
            **PLACE,
            "deduplication_id": f"{job.kind}:{job.id}",
            "duplication_policy": "return-existing",
        }
        if pause:
            options["delay_seconds"] = pause.total_seconds()
        self._dbos.enqueue_workflow_with_options(options, job.kind.value, job.id)

    def _free_what_the_dead_hold(self) -> None:
        held = self._dbos.list_workflows(status="PENDING", queue_name=NAME, load_input=False, load_output=False)
        if dead := [
            each.workflow_id for each in held if each.executor_id != self._id and is_dead(each.executor_id or "")
        ]:
            log.info("jobs_of_dead_processes_freed", jobs=len(dead))
            self._dbos.cancel_workflows(dead)

    def _delete(self, finished_before: str) -> None:
        while finished := self._dbos.list_workflows(
            completed_before=finished_before, limit=500, load_input=False, load_output=False
        ):
            self._dbos.delete_workflows([each.workflow_id for each in finished])


class RelayEngine:
    """The engine of a web process that does no work itself: puts each job where the workers poll."""

    def __init__(self, database_url: str) -> None:
        self._url = beside(database_url)

    async def __aenter__(self) -> Self:
        self._client = await asyncio.to_thread(self._connected)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._client.destroy)

    async def begin(self, jobs: Sequence[Job]) -> None:
        # Not deduplicated: a message stored while a turn runs must lead to a turn that begins after it.
        for job in jobs:
            try:
                await self._client.enqueue_async(PLACE, job.kind.value, job.id)
            except Exception:
                # It is committed, and a worker's sweep will find its row: no reason to fail the one who wrote to us.
                log.exception("job_not_passed_on", kind=job.kind, id=job.id)

    def _connected(self) -> DBOSClient:
        from dbos import DBOSClient

        return DBOSClient(
            system_database_url=self._url, application_name=NAME, lazy=True, retry_connection_errors=False
        )


def pause_after(failures: int) -> timedelta:
    """None before the first failure, then about twice as long each time: spread, so that what failed together parts."""
    if not failures:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures, 20)), LONGEST_PAUSE) * random.uniform(0.75, 1.25)


def is_dead(executor_id: str) -> bool:
    """Is this other process known to be gone? Of another machine's nothing is known: its lease runs out."""
    host, _, rest = executor_id.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    # With our own number: one before us had it, as the first process of a container always does.
    return int(pid) == os.getpid() or not is_running(int(pid))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def beside(database_url: str) -> str:
    """Where DBOS keeps its tables: a file of its own beside a SQLite file, a schema of its own in the same PostgreSQL.

    A file of its own, because SQLite lets one write at a time and our turns should not wait for its bookkeeping.
    """
    if not database_url.startswith("sqlite"):
        return database_url
    path = PurePath(database_url.partition(":///")[2].partition("?")[0])
    return f"sqlite:///{path.with_suffix('.queue.db')}"

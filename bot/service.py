"""The assistant in service: settings become a house, the house gets an engine, and the doors open."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from bot.clock import RealClock
from bot.doors.web import Begin, make_app
from bot.engine import DurableEngine
from bot.house import Firm, House
from bot.jobs import Job, JobKind
from bot.logs import configure
from bot.records.base import Records
from bot.records.schema import migrate
from bot.settings import Settings
from bot.shared_queue import RelayEngine
from bot.worker import Assistant
from dialogs.wording import Phrasebook
from integrations import catalog

log = structlog.get_logger()

CHANNELS = ("whatsapp", "sms", "telegram", "slack", "teams", "email")


def build(settings: Settings) -> House:
    """Everything the settings ask for. Without a gateway, what would be sent is printed."""
    clock = RealClock()
    given = {}
    if settings.gateway_url and settings.gateway_secret:
        given = {
            "gateway_url": settings.gateway_url,
            "gateway_secret": settings.gateway_secret.get_secret_value(),
        }
    means = catalog.Means(clock.now, given)
    vendor = "gateway" if given else "console"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return House(
        records=Records(settings.database),
        clock=clock,
        channels=catalog.channels(dict.fromkeys(CHANNELS, vendor), means),
        calendar=catalog.calendar("standin", means),
        meetings=catalog.meetings("standin", means),
        phrasebook=Phrasebook.load(),
        rules=settings.rules,
        firm=Firm(
            name=settings.firm_name,
            organizer_name=settings.organizer_name,
            organizer_email=settings.organizer_email,
            zone=ZoneInfo(settings.firm_timezone),
        ),
        burst=timedelta(seconds=settings.burst_seconds),
    )


async def serve(settings: Settings, *, worker: bool = True) -> None:
    """The web application, with the worker in the same process unless it runs elsewhere. Until told to stop."""
    configure(settings.log_level, as_json=settings.log_json)
    async with _house(settings) as house, _engine(settings, house, worker=worker) as engine:
        secret = settings.gateway_secret.get_secret_value() if settings.gateway_secret else None
        app = make_app(house, patiently(engine.begin, house.burst), secret, version("askarsan"))
        config = uvicorn.Config(
            app, settings.host, settings.port, log_config=None, access_log=False, lifespan="off", server_header=False
        )
        server = uvicorn.Server(config)
        log.info("serving", host=settings.host, port=settings.port, worker=worker)
        await server.serve()


async def work(settings: Settings) -> None:
    """Only the worker, beside web processes on the same database. Until told to stop."""
    configure(settings.log_level, as_json=settings.log_json)
    async with _house(settings) as house, _engine(settings, house, worker=True):
        stopped = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
        log.info("working")
        await stopped.wait()


def patiently(begin: Begin, burst: timedelta) -> Begin:
    """Begins a turn only after the burst; until then somebody may still be writing. Lost with the process, the sweep
    finds the message.
    """
    waiting: set[asyncio.Task[None]] = set()

    async def later(jobs: Sequence[Job]) -> None:
        await asyncio.sleep(burst.total_seconds())
        await begin(jobs)

    async def begin_later(jobs: Sequence[Job]) -> None:
        await begin(jobs)  # a recruiter's command, a receipt: at once; a turn that is too early does nothing
        if burst and any(job.kind is JobKind.TURN for job in jobs):
            task = asyncio.create_task(later(jobs))
            waiting.add(task)
            task.add_done_callback(waiting.discard)

    return begin_later


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[House]:
    house = build(settings)
    try:
        await migrate(house.records)
        yield house
    finally:
        for channel in house.channels.values():
            with suppress(Exception):
                await channel.close()
        await house.records.close()


@asynccontextmanager
async def _engine(settings: Settings, house: House, *, worker: bool) -> AsyncIterator[DurableEngine | RelayEngine]:
    if not worker:
        async with RelayEngine(settings.database) as relay:
            yield relay
        return
    sweep = timedelta(seconds=settings.sweep_seconds)
    async with DurableEngine(Assistant(house), settings.database, sweep_every=sweep) as engine:
        yield engine

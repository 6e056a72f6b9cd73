"""The assistant in service: settings become a house, the house gets an engine, and the doors open."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from bot import claims
from bot.carriers import approvals_of, channels_of, doors_of, lines_of, of_vendors, workspaces_of
from bot.clock import Clock, RealClock
from bot.connections.connecting import Desks
from bot.connections.keys import keys_of
from bot.connections.link_desk import LinkDesk
from bot.connections.switchboard import Switchboard
from bot.counting import Counted
from bot.doors.channels import HOOKS
from bot.doors.web import Begin, make_app
from bot.engine import DurableEngine
from bot.hearing.front_desk import FrontDesk
from bot.hearing.lines import hold
from bot.hearing.mailbox import follow
from bot.house import Firm, House
from bot.jobs import Job, JobKind
from bot.logs import configure
from bot.precedence import AtTheDoors, Precedence
from bot.records.base import Records
from bot.records.opening import ready
from bot.second_opinion import Limits, SecondReader
from bot.settings.environment import PREFIX, SettingsError
from bot.settings.settings import Settings
from bot.shared_queue import RelayEngine
from bot.watching.following import catch_up
from bot.worker import Assistant
from dialogs.understanding import Context, understand
from dialogs.wording import Phrasebook
from integrations import carriers, catalog
from integrations.means import Means, NotMade

log = structlog.get_logger()

WRITE_AT_ONCE = 4


def build(settings: Settings, *, hears: bool = True) -> House:
    """Everything the settings ask for, and no stand-in. Without a gateway, what would be sent is printed.

    `hears`: turns are taken in this process; where none are, nobody needs a model.
    """
    clock = RealClock()
    set_by_firm = of_vendors(settings)
    records = Records(settings.database)
    desks = desks_of(settings, clock, records)
    workspaces = workspaces_of(settings, records, desks.keys, clock.now)
    means = Means(clock.now, set_by_firm, token_of=workspaces.token_of if workspaces else None)
    return House(
        records=records,
        clock=clock,
        channels=channels_of(settings, means),
        approvals=approvals_of(settings, means),
        limits=Counted(clock.now, settings.redis_url),
        allowed=settings.allowed,
        calendar=Switchboard(records, desks, catalog.calendar("none", means), clock.now),
        desks=desks,
        link_desk=LinkDesk(desks.keys, clock.now, set_by_firm),
        workspaces=workspaces,
        meetings=catalog.meetings(settings.meetings, means),
        links=catalog.links("opened", means),
        phrasebook=Phrasebook.load(),
        rules=settings.rules,
        firm=Firm(
            name=settings.firm_name or "",
            organizer_name=settings.organizer_name,
            organizer_email=settings.organizer_email,
            zone=ZoneInfo(settings.firm_timezone),
            language=settings.firm_language,
            public_url=settings.public_url or "",
            single_use_links=settings.single_use_links,
        ),
        burst=timedelta(seconds=settings.burst_seconds),
        second=second_reader(settings, records, clock) if hears else None,
    )


def desks_of(settings: Settings, clock: Clock, records: Records) -> Desks:
    keys = keys_of(settings.keys.get_secret_value() if settings.keys else None, settings.data_dir)
    return Desks(keys, clock.now, of_vendors(settings), records)


def second_reader(settings: Settings, records: Records, clock: Clock) -> SecondReader | None:
    """Raises SettingsError where a model is asked for and cannot be made."""
    if settings.model is None:
        return None
    given = {"model": settings.model, "model_seconds": str(settings.model_seconds), "model_shape": settings.model_shape}
    if settings.model_url:
        given["model_url"] = settings.model_url
    if settings.model_key:
        given["model_key"] = settings.model_key.get_secret_value()
    try:
        model = catalog.model("langchain", Means(clock.now, given))
    except NotMade as error:
        raise SettingsError(f"{PREFIX}MODEL is set, but {error}.") from error
    limits = Limits(
        below=settings.model_below,
        calls_per_day=settings.model_calls_per_day,
        cost_per_day=settings.model_cost_per_day,
        price_in=settings.model_price_in,
        price_out=settings.model_price_out,
    )
    return SecondReader(model, limits, records, clock.now)


def run(service: Coroutine[Any, Any, None]) -> None:
    """On the fastest loop there is for this machine."""
    with asyncio.Runner(loop_factory=uvicorn.Config(app="").get_loop_factory()) as runner:
        runner.run(service)


async def serve(settings: Settings, *, worker: bool = True) -> None:
    """The web application, with the worker in the same process unless it runs elsewhere. Until told to stop."""
    configure(settings.log_level, as_json=settings.log_json)
    if not worker:
        _need_a_shared_database(settings, "askarsan serve --no-worker")
    alone = claims.alone_with(settings.sqlite_file) if settings.sqlite_file else nullcontext()
    precedence = _precedence(settings)
    with claims.port(settings.host, settings.port) as door, alone:
        async with (
            _house(settings, hears=worker) as house,
            _engine(settings, house, precedence, worker=worker) as engine,
        ):
            secret = settings.gateway_secret.get_secret_value() if settings.gateway_secret else None
            zoom = settings.zoom_webhook_secret.get_secret_value() if settings.zoom_webhook_secret else None
            begin = patiently(engine.begin, house.burst)
            doors = doors_of(settings, _heard_by(settings, house))
            app = make_app(
                house,
                begin,
                secret,
                version("askarsan"),
                doors=doors,
                zoom_secret=zoom,
                metrics=settings.metrics,
            )
            first = AtTheDoors(app, precedence, HOOKS)
            config = uvicorn.Config(first, log_config=None, access_log=False, lifespan="off", server_header=False)
            log.info("serving", url=settings.url, worker=worker)
            async with _listening(settings, house, begin) if worker else nullcontext():
                await uvicorn.Server(config).serve(sockets=[door])
            for each in doors:
                await each.close()


async def work(settings: Settings) -> None:
    """Only the worker, beside web processes on the same database. Until told to stop."""
    configure(settings.log_level, as_json=settings.log_json)
    _need_a_shared_database(settings, "askarsan worker")
    async with (
        _house(settings) as house,
        _engine(settings, house, _precedence(settings), worker=True) as engine,
        _listening(settings, house, patiently(engine.begin, house.burst)),
    ):
        stopped = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
        log.info("working")
        await stopped.wait()


def _need_a_shared_database(settings: Settings, command: str) -> None:
    if settings.sqlite_file:
        raise SettingsError(
            f"`{command}` shares its database with other processes, and SQLite is for one: set ASKARSAN_DATABASE_URL"
            " to postgresql://USER:PASSWORD@HOST/NAME, or run `askarsan serve` alone."
        )


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


def _heard_by(settings: Settings, house: House) -> Means:
    """What vendors' ways in are made with."""
    token_of = house.workspaces.token_of if house.workspaces else None
    return Means(house.clock.now, of_vendors(settings), desk=FrontDesk(house), token_of=token_of)


@asynccontextmanager
async def _listening(settings: Settings, house: House, begin: Begin) -> AsyncIterator[None]:
    """All that does not come to our doors by itself."""
    async with _mailbox(settings, house, begin), _lines(settings, house, begin):
        yield


@asynccontextmanager
async def _lines(settings: Settings, house: House, begin: Begin) -> AsyncIterator[None]:
    """Open to vendors that cannot knock."""
    lines = lines_of(settings, _heard_by(settings, house))
    held = [asyncio.create_task(hold(house, line, begin)) for line in lines]
    try:
        yield
    finally:
        for each in held:
            each.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        for line in lines:
            await line.close()


@asynccontextmanager
async def _mailbox(settings: Settings, house: House, begin: Begin) -> AsyncIterator[None]:
    """The firm's mailbox is read, where there is one to be read."""
    try:
        mailbox = carriers.mailbox(Means(house.clock.now, of_vendors(settings)))
    except NotMade as error:
        raise SettingsError(f"Answers are to be read, but {error}.") from error
    if mailbox is None:
        yield
        return
    following = asyncio.create_task(follow(house, mailbox, begin))
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await mailbox.close()


@asynccontextmanager
async def _house(settings: Settings, *, hears: bool = True) -> AsyncIterator[House]:
    house = build(settings, hears=hears)
    try:
        await ready(house.records)
        yield house
    finally:
        for channel in house.channels.values():
            with suppress(Exception):
                await channel.close()
        for desk in (house.calendar, house.meetings, house.links, house.approvals, house.limits):
            with suppress(Exception):
                if desk:
                    await desk.close()
        for each in (house.workspaces, house.second):
            if each:
                with suppress(Exception):
                    await each.close()
        await house.records.close()


def _precedence(settings: Settings) -> Precedence:
    """SQLite lets one write at a time; of PostgreSQL's connections most are left to those at the doors."""
    return Precedence(1 if settings.sqlite_file else WRITE_AT_ONCE)


@asynccontextmanager
async def _engine(
    settings: Settings, house: House, precedence: Precedence, *, worker: bool
) -> AsyncIterator[DurableEngine | RelayEngine]:
    if not worker:
        async with RelayEngine(settings.database) as relay:
            yield relay
        return
    # A language is made ready by the first words read in it: not while somebody waits.
    understand("", Context(house.clock.now(), house.firm.zone))
    sweep = timedelta(seconds=settings.sweep_seconds)
    await catch_up(house)
    assistant = Assistant(replace(house, records=house.records.behind(precedence.writing)))
    async with DurableEngine(assistant, settings.database, sweep_every=sweep, precedence=precedence) as engine:
        gc.freeze()  # all this is here to stay: looking through it for rubbish would hold everyone up each time
        yield engine

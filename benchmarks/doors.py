"""How long vendors wait at our doors for their answer while every API of theirs hangs, and what a proof costs."""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.datastructures import Headers

from benchmarks.load import Load
from benchmarks.rows import Row, below, compared, step
from benchmarks.service import in_service, processor
from benchmarks.turns import Durable
from bot.connections.keys import GivenKeys
from bot.records.base import Records
from bot.records.sealed import Key
from integrations import carriers
from integrations.channels import gateway
from integrations.channels.base import Knock
from integrations.links.calendly import told as calendly
from integrations.means import Means
from integrations.meetings.zoom import told as zoom
from integrations.standins.sendgrid.account import StandInSendGrid
from tests.doors.callers import OURS, PUBLIC, callers
from tests.doors.firm import settings_of, watched
from tests.service.firm import ROOT

PEOPLE = 64
RATE = 200.0  # requests a second
SECONDS = 10.0
WARM_UP = 2.0
P99 = 50.0  # ms
CHECKS = 0.3  # seconds for each door


async def measure() -> list[Row]:
    with TemporaryDirectory(prefix="askarsan-bench-") as name:
        folder = Path(name)
        rows = await under_load(folder, "SQLite", f"sqlite+aiosqlite:///{folder / 'askarsan.db'}")
        with Durable() as postgres:
            rows += await under_load(folder, "PostgreSQL", postgres.url(postgres.create()))
    return rows + await checks()


async def under_load(folder: Path, database: str, url: str) -> list[Row]:
    step(f"{database}: {PEOPLE} candidates are given an offer, then every vendor falls silent")
    sendgrid = StandInSendGrid(lambda: datetime.now(UTC))
    async with (
        silence() as silent,
        in_service(folder, url, PEOPLE, everywhere=True, **hanging(sendgrid, silent)) as assistant,
    ):
        records = Records(url)
        await watched(records, GivenKeys(KEYS), datetime.now(UTC), "carl0")
        await records.close()
        assistant.gateway.falls_silent()
        port = assistant.client.port
        await knocked(sendgrid, port, 0, WARM_UP)
        step(f"{database}: {RATE:.0f} requests a second for {SECONDS:.0f} s, over all doors")
        used = processor(assistant.pid)
        found = await knocked(sendgrid, port, 1_000_000, SECONDS)
        used = processor(assistant.pid) - used
    if found.wrong:
        step(f"not taken: {found.wrong}")
    for door, waits in sorted(found.by.items()):
        step(f"{door}: p50 {waits.percentile(50):.1f} ms, p99 {waits.percentile(99):.1f} ms")
    return [
        Row(f"p50 at {RATE:.0f} requests/s, {database}", found.all.percentile(50), "ms"),
        below(f"p99 at {RATE:.0f} requests/s, {database}", found.all.percentile(99), "ms", P99),
        Row(f"processor for a request and what it begins, {database}", used / len(found.all.waits) * 1000, "ms"),
        below(f"not taken at {RATE:.0f} requests/s, {database}", sum(found.wrong.values()), "requests", 0),
    ]


KEYS = str(Key.new())


def hanging(sendgrid: StandInSendGrid, silent: str) -> dict[str, str]:
    """What a firm has set whose vendors' addresses all lead to one that takes everything and answers nothing."""
    return {
        **settings_of(sendgrid),
        "channels": "whatsapp=twilio, telegram=telegram, email=sendgrid, slack=slack",
        "twilio_whatsapp_senders": "+15550100200",
        "sendgrid_key": "SG.1",
        "keys": KEYS,
        "zoom_webhook_secret": OURS,
        "twilio_api_url": silent,
        "twilio_content_url": silent,
        "telegram_url": f"{silent}/bot",
        "slack_url": f"{silent}/api",
        "sendgrid_url": silent,
        "calendly_url": silent,
        "google_url": silent,
        "google_token_url": silent,
        "microsoft_graph_url": silent,
        "microsoft_login_url": silent,
    }


@asynccontextmanager
async def silence() -> AsyncIterator[str]:
    """Somebody who takes every call and says nothing."""

    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@dataclass(frozen=True)
class Knocked:
    all: Load
    by: dict[str, Load]
    wrong: dict[str, int]


async def knocked(sendgrid: StandInSendGrid, port: int, first: int, seconds: float) -> Knocked:
    """By a process of its own: what we do here keeps nobody there waiting."""
    pem = sendgrid.signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {"port": port, "pem": pem, "people": PEOPLE, "first": first, "rate": RATE, "seconds": seconds}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.knocks"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(json.dumps(told).encode())
    found = json.loads(out)
    lasted = found["lasted"]
    return Knocked(
        Load(found["waits"], lasted), {door: Load(waits, lasted) for door, waits in found["by"].items()}, found["wrong"]
    )


Check = Callable[[Knock], Awaitable[None]]


async def checks() -> list[Row]:
    """Signatures checked in a second, one after the other, beside one HMAC-SHA256 of the same body."""
    now = datetime.now(UTC)
    sendgrid = StandInSendGrid(lambda: now)
    means = Means(lambda: now, settings_of(sendgrid))
    rows = []
    for caller in callers(sendgrid):
        if not caller.signs_body:
            continue  # a secret that is looked up, and nothing that is reckoned
        told = caller.knocks(caller.says(1), now)
        knock = Knock(PUBLIC + told.target, {name.lower(): value for name, value in told.headers.items()}, told.body)
        rate = await _rate(_check(caller.name, means), knock)
        rows.append(compared(f"signature checks, {caller.name}", rate, "/s", "one HMAC", await _rate(_plain, knock)))
    return rows


def _check(name: str, means: Means) -> Check:
    if name in carriers.DOORS:
        return carriers.door(name, means).verify
    checked: dict[str, Callable[..., None]] = {
        "gateway": gateway.verify,
        "zoom": zoom.verify,
        "calendly": calendly.verify,
    }

    async def check(knock: Knock) -> None:
        checked[name](Headers(knock.headers), knock.body, OURS, means.now())

    return check


async def _plain(knock: Knock) -> None:
    hmac.digest(OURS.encode(), knock.body, "sha256")


async def _rate(check: Check, knock: Knock) -> float:
    began, done = time.perf_counter(), 0
    while time.perf_counter() < began + CHECKS:
        for _ in range(100):
            await check(knock)
        done += 100
    return done / (time.perf_counter() - began)

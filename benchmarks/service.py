"""The real thing to be measured: `askarsan serve` as a process of its own, its outside played by this one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import echo
from benchmarks.wire import Client, Gateway, request
from bot.house import Counted
from bot.records.base import Records
from bot.records.schema import migrate
from bot.seeding import NewPerson, NewRound, add_job, add_person
from integrations.channels.gateway import SIGNATURE, sign
from tests.service.firm import ROOT, SECRET, Process, free_port

PATH = "/hooks/gateway"
QUESTION, ANSWER = "who will I meet?", "You will meet"
RECRUITER = "+10"
PATIENCE = 60
AT_ONCE = 8
SERVE = [sys.executable, "-m", "app", "serve"]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Assistant:
    """One assistant in service, everyone who writes to it, and the gateway it answers through."""

    process: Process
    client: Client
    gateway: Gateway
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    async def turn(self, candidate: int) -> None:
        """From a question to its answer."""
        async with asyncio.timeout(PATIENCE):
            assert ANSWER in await (await self.ask(candidate))

    async def ask(self, candidate: int) -> asyncio.Future[str]:
        """The question is taken; its answer is still to come."""
        answered = self.gateway.word_to(phone(candidate))
        await self.write(phone(candidate), QUESTION)
        return answered

    async def write(self, sender: str, text: str) -> None:
        """As a vendor delivers: again and again until it is taken."""
        message = {"type": "message", "id": f"in-{next(self._ids)}", "channel": "sms", "sender": sender}
        raw = json.dumps(message | {"text": text}).encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            signature = {SIGNATURE: sign(SECRET, raw, datetime.now(UTC))}
            try:
                if await self.client.post(request(PATH, raw, **signature)) == 200:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.005)
        raise TimeoutError(f"nobody took {text!r}: {self.process.log.read_text()[-2000:]}")

    async def told(self, address: str, sender: str, text: str) -> None:
        """Somebody writes, somebody hears of it."""
        heard = self.gateway.word_to(address)
        await self.write(sender, text)
        await asyncio.wait_for(heard, PATIENCE)

    async def offer_to_all(self, candidates: int, day: str) -> None:
        at_once = asyncio.Semaphore(AT_ONCE)

        async def offer(candidate: int) -> None:
            async with at_once:
                await self._offer(candidate, day)

        await asyncio.gather(*map(offer, range(candidates)))

    async def _offer(self, candidate: int, day: str) -> None:
        """The search is begun, the client says when, and the candidate has an offer on the table."""
        client = phone(candidate, client=True)
        await self.told(client, RECRUITER, f"schedule Ana{candidate} Silva for Engineer at Acme{candidate}")
        await self.told(phone(candidate), client, f"{day} 10:00-12:00 or 14:00-17:00")

    def restart(self) -> None:
        """kill -9, and whoever looks after processes starts it again at once."""
        self.process.kill()
        self.process.start()

    @property
    def pid(self) -> int:
        assert self.process.running
        return self.process.running.pid


@asynccontextmanager
async def in_service(
    folder: Path, database_url: str, candidates: int, *, everywhere: bool = False, **settings: str
) -> AsyncIterator[Assistant]:
    """Everyone is in the records and has an offer; nobody was answered yet. `everywhere`: known on every channel."""
    await _seed(database_url, candidates, everywhere=everywhere)
    port = free_port()
    async with Gateway() as gateway:
        environment = {
            "PYTHONPATH": str(ROOT),
            "ASKARSAN_DATA_DIR": str(folder),
            "ASKARSAN_DATABASE_URL": database_url,
            "ASKARSAN_PORT": str(port),
            "ASKARSAN_GATEWAY_URL": f"http://127.0.0.1:{gateway.port}/messages",
            "ASKARSAN_GATEWAY_SECRET": SECRET,
            "ASKARSAN_BURST_SECONDS": "0",
            "ASKARSAN_QUIET_HOURS": "none",
            **{f"ASKARSAN_{name.upper()}": value for name, value in settings.items()},
        }
        process = Process(SERVE, environment, folder / "assistant.log")
        assistant = Assistant(process, Client(port), gateway)
        process.start()
        try:
            day = (datetime.now(UTC) + timedelta(days=9)).strftime("%-d %B %Y")
            await assistant.offer_to_all(candidates, day)
            yield assistant
        finally:
            assistant.client.close()
            process.stop()


async def _seed(database_url: str, candidates: int, *, everywhere: bool) -> None:
    records = Records(database_url)
    await migrate(records)
    async with records.write() as session:
        ids = Counted()
        await add_person(session, ids, _person("rita", "recruiter", "Rita Lopes", RECRUITER))
        for n in range(candidates):
            await add_person(session, ids, _person(f"carl{n}", "client", f"Carl{n} Olsen", phone(n, client=True), n))
            ana = _person(f"ana{n}", "candidate", f"Ana{n} Silva", phone(n))
            await add_person(session, ids, _everywhere(ana, n) if everywhere else ana)
            if everywhere:
                rita = _person(f"rita{n}", "recruiter", f"Rita{n} Lopes", f"+9{n:06d}")
                await add_person(session, ids, replace(rita, channels=["slack"], addresses={"slack": f"T1:URITA{n}"}))
            await add_job(session, ids, "Engineer", f"Acme{n}", [NewRound("First", 45, "video")])
    await records.close()


def _person(key: str, role: str, name: str, address: str, company: int | None = None) -> NewPerson:
    of = None if company is None else f"Acme{company}"
    return NewPerson(key, role, name, "Europe/Berlin", ["sms"], ["sms"], {"sms": address}, company=of)


def _everywhere(ana: NewPerson, n: int) -> NewPerson:
    addresses = {"email": f"ana{n}@mail.example", "telegram": str(1_000 + n), "whatsapp": phone(n)}
    channels = [*ana.channels, *addresses]
    return replace(ana, channels=channels, consent=channels, addresses={**ana.addresses, **addresses})


def phone(candidate: int, *, client: bool = False) -> str:
    return f"+{2 if client else 3}{candidate:06d}"


@dataclass
class Echo:
    """The echo in its own process, loaded in the same way."""

    process: Process
    client: Client
    raw: bytes

    async def turn(self, _: int) -> None:
        assert await self.client.post(self.raw) == 200

    @property
    def pid(self) -> int:
        assert self.process.running
        return self.process.running.pid


@asynccontextmanager
async def echoing(folder: Path) -> AsyncIterator[Echo]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.echo", str(port), SECRET]
    process = Process(command, {"PYTHONPATH": str(ROOT)}, folder / "echo.log")
    echoing = Echo(process, Client(port), _signed(port))
    process.start()
    try:
        await _until_it_answers(echoing.client)
        yield echoing
    finally:
        echoing.client.close()
        process.stop()


def _signed(port: int) -> bytes:
    """As Twilio signs a form: over the address and every field in alphabetical order."""
    # https://www.twilio.com/docs/usage/security#validating-requests
    form = {"From": "+3000001", "To": "+4000001", "Body": QUESTION, "MessageSid": "SM" + 32 * "0", "NumMedia": "0"}
    told = f"http://127.0.0.1:{port}{echo.PATH}" + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(SECRET.encode(), told.encode(), hashlib.sha1).digest()).decode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature,
    }
    return request(echo.PATH, urlencode(form).encode(), **headers)


async def _until_it_answers(client: Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await client.post(b"GET /health HTTP/1.1\r\nHost: loopback\r\n\r\n")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)


def memory(pid: int) -> float:
    """What lies in memory of this process now, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def processor(pid: int) -> float:
    """The seconds of processor this process has used so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / CLOCK_TICKS

"""A firm's whole set-up as real processes on loopback: the assistant in service, and the gateway it sends through."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from bot.house import Counted
from bot.records.base import Records
from bot.records.schema import migrate
from bot.seeding import NewPerson, NewRound, add_job, add_person
from integrations.channels.gateway import SIGNATURE, sign

SECRET = "both-sides-know-this"
PATIENCE = 300  # seconds: on a busy machine fifty starts alone take two minutes
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@dataclass
class Process:
    """A program that is started, killed without warning, and started again."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, env=os.environ | self.environment, cwd=self.log.parent, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """kill -9: no time for a last word."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.running:
            self.running.send_signal(how)
            self.running.wait(timeout=30)
            self.running = None


class Firm:
    """One assistant, one gateway. What people write goes in signed; what they got stands in the gateway's journal."""

    def __init__(self, folder: Path, database_url: str | None = None, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database_url = database_url or f"sqlite+aiosqlite:///{folder / 'askarsan.db'}"
        port, gateway_port = free_port(), free_port()
        self.url, self.gateway_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{gateway_port}"
        self.assistant = Process(
            [sys.executable, "-m", "app", "serve"],
            {
                "PYTHONPATH": str(ROOT),
                "ASKARSAN_DATA_DIR": str(folder),
                "ASKARSAN_DATABASE_URL": self.database_url,
                "ASKARSAN_PORT": str(port),
                "ASKARSAN_GATEWAY_URL": f"{self.gateway_url}/messages",
                "ASKARSAN_GATEWAY_SECRET": SECRET,
                "ASKARSAN_BURST_SECONDS": "0",
                "ASKARSAN_SWEEP_SECONDS": "0.2",
                "ASKARSAN_QUIET_HOURS": "none",
                **{f"ASKARSAN_{name.upper()}": value for name, value in settings.items()},
            },
            folder / "assistant.log",
        )
        journal = str(folder / "journal")
        self.gateway = Process(
            [
                *(sys.executable, "-m", "integrations.standins.gateway", "--secret", SECRET),
                *("--journal", journal, "--port", str(gateway_port)),
            ],
            {"PYTHONPATH": str(ROOT)},
            folder / "gateway.log",
        )
        self.client = httpx2.AsyncClient(timeout=5)

    async def open(self, candidates: int) -> None:
        """Everyone is in the records, every process answers."""
        records = Records(self.database_url)
        await migrate(records)
        async with records.write() as session:
            ids = Counted()
            await add_person(session, ids, _person("rita", "recruiter", "Rita Lopes"))
            for n in range(candidates):
                await add_person(session, ids, _person(f"carl{n}", "client", f"Carl{n} Olsen", f"Acme{n}"))
                await add_person(session, ids, _person(f"ana{n}", "candidate", f"Ana{n} Silva"))
                await add_job(session, ids, "Engineer", f"Acme{n}", [NewRound("First", 45, "video")])
        await records.close()
        self.gateway.start()
        self.assistant.start()
        await self.until_well()
        await self._until_answered(f"{self.gateway_url}/messages")

    async def close(self) -> None:
        self.assistant.stop()
        self.gateway.kill()
        await self.client.aclose()

    async def until_well(self) -> None:
        await self._until_answered(f"{self.url}/health")

    async def _until_answered(self, url: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if (await self.client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{url} does not answer: {(self.folder / 'assistant.log').read_text()[-2000:]}")

    async def write(self, who: str, text: str, vendor_id: str) -> None:
        """As a vendor delivers: the same message again and again, until it is acknowledged."""
        message = {"type": "message", "id": vendor_id, "channel": "sms", "sender": _address(who), "text": text}
        raw = json.dumps(message).encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            headers = {SIGNATURE: sign(SECRET, raw, datetime.now(UTC))}
            try:
                answer = await self.client.post(f"{self.url}/hooks/gateway", content=raw, headers=headers)
                if answer.status_code == 200:
                    return
                assert answer.status_code >= 500, answer.text
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)
        raise TimeoutError(f"nobody took the message of {who}: {text}")

    async def sent(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{self.gateway_url}/messages")
        return list(answer.json()["messages"])

    async def until_told(self, who: str, words: str) -> None:
        """This person got a message with these words."""
        deadline = time.monotonic() + PATIENCE
        mine: list[str] = []
        while time.monotonic() < deadline:
            mine = [each["text"] for each in await self.sent() if each["to"] == _address(who)]
            if any(words in text for text in mine):
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{who} was not told {words!r}, only {[text[:60] for text in mine]}")

    async def everything_said(self) -> Counter[tuple[str, str]]:
        return Counter((each["to"], each["text"]) for each in await self.sent())


def _address(who: str) -> str:
    return who if "@" in who else f"+{sum(ord(c) * 31**i for i, c in enumerate(who)) % 10**11:011d}"


def _person(key: str, role: str, name: str, company: str | None = None) -> NewPerson:
    return NewPerson(
        id=key,
        role=role,
        name=name,
        timezone="Europe/Berlin",
        channels=["sms"],
        consent=["sms"],
        addresses={"sms": _address(key)},
        company=company,
        email=f"{key}@x.example",
    )

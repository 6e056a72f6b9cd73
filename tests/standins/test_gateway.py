"""The gateway in its own process: what it took is on the disk, once, and it fails when told to."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from integrations.channels import base
from integrations.channels.base import Abilities, Inbound, Outbound
from integrations.channels.gateway import Gateway, GatewayChannel, read, verify
from integrations.standins.gateway import Journal
from tests.loopback import serving

SECRET = "a secret both sides know"


def real_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def running(journal: Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The program itself; it names its port in its first line."""
    command = [sys.executable, "-m", "integrations.standins.gateway", "--secret", SECRET, "--journal", str(journal)]
    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("gateway") / "journal") as (url, _):
        yield url


@pytest.fixture
async def sms(url: str) -> AsyncIterator[GatewayChannel]:
    channel = channel_to(url)
    yield channel
    await channel.close()


def channel_to(url: str, secret: str = SECRET) -> GatewayChannel:
    return GatewayChannel("sms", Abilities(takes_key=True), Gateway(f"{url}/messages", secret, real_now))


def taken(url: str) -> dict[str, Any]:
    answer: dict[str, Any] = httpx2.get(f"{url}/messages").json()
    return answer


def keys(url: str) -> list[str]:
    return [each["key"] for each in taken(url)["messages"]]


def hello(key: str) -> Outbound:
    return Outbound(key, "+351912345678", "Olá – é só um teste")


async def test_a_message_is_taken_once_however_often_it_is_sent(sms: GatewayChannel, url: str) -> None:
    before = taken(url)["repeats"]
    ids = {(await sms.send(hello("once"))).vendor_id for _ in range(3)}
    assert len(ids) == 1
    assert keys(url).count("once") == 1
    assert taken(url)["repeats"] == before + 2


async def test_the_same_message_sent_at_the_same_moment_is_taken_once(sms: GatewayChannel, url: str) -> None:
    sent = await asyncio.gather(*(sms.send(hello("at once")) for _ in range(20)))
    assert len({each.vendor_id for each in sent}) == 1
    assert keys(url).count("at once") == 1


async def test_it_fails_as_often_as_asked(sms: GatewayChannel, url: str) -> None:
    httpx2.post(f"{url}/fail", json={"status": 503, "times": 2, "retry_after": 7})
    for _ in range(2):
        with pytest.raises(base.Temporary) as caught:
            await sms.send(hello("late"))
        assert caught.value.retry_after == timedelta(seconds=7)
    await sms.send(hello("late"))
    assert keys(url).count("late") == 1


async def test_it_refuses_with_a_reason(sms: GatewayChannel, url: str) -> None:
    httpx2.post(f"{url}/fail", json={"status": 422, "error": "opted_out"})
    with pytest.raises(base.OptedOut):
        await sms.send(hello("unwanted"))
    assert "unwanted" not in keys(url)


async def test_an_answer_that_is_lost_leaves_one_message(sms: GatewayChannel, url: str) -> None:
    httpx2.post(f"{url}/fail", json={"drop": 1})
    with pytest.raises(base.Unanswered):
        await sms.send(hello("lost"))
    await sms.send(hello("lost"))
    assert keys(url).count("lost") == 1


async def test_what_another_secret_signed_is_not_taken(url: str) -> None:
    before = taken(url)["refused"]
    stranger = channel_to(url, "another secret")
    with pytest.raises(base.KeyRefused):
        await stranger.send(hello("forged"))
    await stranger.close()
    assert "forged" not in keys(url)
    assert taken(url)["refused"] == before + 1


async def test_what_was_taken_outlives_the_process_even_if_its_last_line_was_cut(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with running(journal) as (url, process):
        sms = channel_to(url)
        first = await sms.send(hello("kept"))
        await sms.close()
        process.kill()
    with journal.open("ab") as file:
        file.write(b'{"id": "sms-000002", "key": "cut o')
    with running(journal) as (url, _):
        sms = channel_to(url)
        assert await sms.send(hello("kept")) == first
        assert (await sms.send(hello("new"))).vendor_id == "sms-000002"
        await sms.close()
        assert keys(url) == ["kept", "new"]
    assert [each["key"] for each in Journal.lines(journal)] == ["kept", "new"]


class Assistant:
    """The assistant's door, as far as the gateway sees it."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        verify(request.headers, raw, SECRET, real_now())
        self.heard.append(read(raw))
        await Response(status_code=204)(scope, receive, send)


async def test_it_tells_the_assistant_what_people_write_signed(tmp_path: Path) -> None:
    assistant = Assistant()
    message = {"type": "message", "id": "in-1", "channel": "sms", "sender": "+351912345678", "text": "Tuesday"}
    async with serving(assistant) as door, httpx2.AsyncClient() as client:
        with running(tmp_path / "journal", "--assistant", door) as (url, _):
            answer = await client.post(f"{url}/tell", json=message)
    assert answer.status_code == 204
    assert assistant.heard == [Inbound("in-1", "sms", "+351912345678", "Tuesday")]


async def test_it_says_when_the_assistant_is_not_there(tmp_path: Path) -> None:
    with running(tmp_path / "journal", "--assistant", "http://127.0.0.1:9") as (url, _):
        assert httpx2.post(f"{url}/tell", content=json.dumps({})).status_code == 502


async def test_a_full_disk_is_an_error_and_nothing_counts_as_kept() -> None:
    journal = Journal(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left"):
        await journal.keep(b"line\n")
    journal.close()

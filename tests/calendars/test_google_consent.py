"""Somebody lets us into their Google calendar in a browser."""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from integrations.calendars.base import CalendarDisconnected, CalendarUnreachable
from integrations.calendars.google.access import SCOPES, UserAccount
from integrations.calendars.google.calendar import GoogleCalendar
from integrations.calendars.google.calls import Calls
from integrations.calendars.google.consent import Consent
from integrations.calendars.google.wire import Wire, new_client
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import IDA, WEEK, Office, Opens, at, office, served, times

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def asking() -> Consent:
    return Consent(client_id="app-id", client_secret="app-secret")


async def browsed(there: Office, consent: Consent, who: str = IDA) -> str:
    """Where the browser ends when somebody opens the link."""
    there.google.at_the_browser = who
    async with httpx2.AsyncClient(verify=False) as browser:
        answer = await browser.get(consent.link(IDA, url=f"{there.url}/o/oauth2/v2/auth"))
    return answer.headers["Location"]


async def token(there: Office, consent: Consent, ended_at: str) -> str:
    wire = Wire(new_client(verify=False))
    try:
        return await consent.refresh_token(ended_at, wire, token_url=f"{there.url}/token")
    finally:
        await wire.client.aclose()


async def test_whoever_says_yes_is_let_us_in_from_then_on(office: Opens) -> None:
    async with office() as there:
        there.google.add(IDA, **times(at(10)))
        consent = asking()
        account = UserAccount("app-id", "app-secret", await token(there, consent, await browsed(there, consent)))
        calls = Calls(account, there.clock, url=f"{there.url}/calendar/v3/", token_url=f"{there.url}/token")
        assert (await GoogleCalendar(calls).busy(IDA, WEEK)).intervals == (at(10),)
        await calls.close()


async def test_whoever_said_yes_before_gets_a_token_again(office: Opens) -> None:
    """Google gives a second one only where it is asked for."""
    async with office() as there:
        for _ in range(2):
            consent = asking()
            assert await token(there, consent, await browsed(there, consent))


async def test_whoever_says_no_is_not_connected(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        with pytest.raises(CalendarDisconnected, match="nobody said yes"):
            await token(there, consent, await browsed(there, consent, who=""))


async def test_a_box_that_is_not_ticked_is_said_at_once(office: Opens) -> None:
    async with office() as there:
        there.google.ticked = frozenset(SCOPES[1:])
        consent = asking()
        with pytest.raises(CalendarDisconnected, match="every box"):
            await token(there, consent, await browsed(there, consent))


async def test_an_answer_to_somebody_elses_asking_is_not_taken(office: Opens) -> None:
    """Nobody is to be talked into connecting the calendar of somebody else."""
    async with office() as there:
        foreign = await browsed(there, asking())
        for ended_at in (foreign, "", "http://127.0.0.1:8765/?code=4/code-0", "nonsense"):
            with pytest.raises(CalendarDisconnected, match="not the answer"):
                await token(there, asking(), ended_at)
        assert there.google.sign_in.given == 0


async def test_an_answer_works_once(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        await token(there, consent, ended_at)
        with pytest.raises(CalendarDisconnected, match="once"):
            await token(there, consent, ended_at)


async def test_a_code_that_was_seen_on_the_way_is_worth_nothing(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        thief = replace(asking(), state=consent.state)
        with pytest.raises(CalendarDisconnected):
            await token(there, thief, ended_at)


async def test_a_sign_in_that_is_down_is_no_no(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        there.google.fail(Fault.BROKEN, on="token")
        with pytest.raises(CalendarUnreachable):
            await token(there, consent, ended_at)
        assert await token(there, consent, ended_at)


@asynccontextmanager
async def program(there: Office, file: Path) -> AsyncIterator[tuple[Process, str]]:
    """The program that asks, running in a house of its own, and the link it shows."""
    command = [sys.executable, "-W", "ignore", "-m", "integrations.calendars.google.consent", "--client-id", "app-id"]
    command += ["--token-url", f"{there.url}/token", "--to", str(file)]
    asks = await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert asks.stdin
    assert asks.stdout
    try:
        asks.stdin.write(b"app-secret\n")
        while not (line := await asks.stdout.readline()).startswith(b"https://"):
            assert line, "it ended without a link"
        yield asks, line.decode().strip()
    finally:
        if asks.returncode is None:
            asks.kill()
            await asks.wait()


async def test_the_program_that_asks_writes_what_connecting_needs(office: Opens, tmp_path: Path) -> None:
    async with office() as there, program(there, tmp_path / "token.txt") as (asks, link):
        there.google.at_the_browser = IDA
        async with httpx2.AsyncClient(verify=False) as browser:
            answer = await browser.get(f"{there.url}/o/oauth2/v2/auth?{link.partition('?')[2]}")
        said, _ = await asks.communicate(answer.headers["Location"].encode() + b"\n")
        assert asks.returncode == 0
    assert (tmp_path / "token.txt").read_text("utf-8") == "google_refresh_token=1//refresh-0\n"
    assert (tmp_path / "token.txt").stat().st_mode & 0o777 == 0o600
    assert b"refresh-0" not in said


async def test_the_program_says_what_was_wrong_and_writes_nothing(office: Opens, tmp_path: Path) -> None:
    async with office() as there, program(there, tmp_path / "token.txt") as (asks, _):
        _, wrong = await asks.communicate(b"https://www.google.com/\n")
        assert asks.returncode == 1
    assert b"It did not work: this is not the answer to what was asked" in wrong
    assert not (tmp_path / "token.txt").exists()

"""What Prometheus is told: how much there is and how long it waits, read from the database at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2

from bot.doors.web import make_app
from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from bot.records.base import Records
from bot.rehearsal.play import Rehearsal, played
from bot.rehearsal.scenario import load
from bot.terminal.demo import SCENARIO
from tests.loopback import serving


async def begin(_: Sequence[Job]) -> None:
    """Nobody is there to do it."""


async def scraped(house: House, *, metrics: bool = True) -> httpx2.Response:
    async with serving(make_app(house, begin, None, "1", metrics=metrics)) as url, httpx2.AsyncClient() as client:
        return await client.get(f"{url}/metrics")


async def waits_for_an_answer(rehearsal: Rehearsal) -> House:
    """Ana has written an hour ago, and nobody has heard it."""
    house = rehearsal.stage.house
    await keep(house, rehearsal.world.channels["whatsapp"].hear("+351912345678", "hello?"))
    rehearsal.world.clock.advance_to(rehearsal.world.clock.now() + timedelta(hours=1))
    return house


async def test_what_waits_and_what_was_said_is_counted(database_url: str) -> None:
    async with played(load(SCENARIO), database_url) as rehearsal:
        answer = await scraped(await waits_for_an_answer(rehearsal))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(told["askarsan_oldest_waiting_seconds"]) >= 3600
    assert {"askarsan_open_effects", "askarsan_timers_due"} <= told.keys()
    assert float(told['askarsan_messages{channel="slack",direction="in",status="received"}']) == 2
    assert float(told['askarsan_messages{channel="email",direction="out",status="delivered"}']) > 5
    assert "Ana" not in answer.text


async def test_whoever_does_not_want_it_has_no_such_page(database_url: str) -> None:
    async with played(load(SCENARIO), database_url) as rehearsal:
        assert (await scraped(rehearsal.stage.house, metrics=False)).status_code == 404


async def test_without_the_database_it_says_so(tmp_path: Path) -> None:
    async with played(load(SCENARIO), f"sqlite+aiosqlite:///{tmp_path / 'played.db'}") as rehearsal:
        nowhere = replace(rehearsal.stage.house, records=Records("sqlite+aiosqlite:////no/such/folder.db"))
        answer = await scraped(nowhere)
    assert answer.status_code == 503

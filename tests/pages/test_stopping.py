"""The foot of a mail ends all messages: by a button or in one click, and never because a program opened the link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.records import people
from bot.stopping import stop_link, whose_stop
from tests.pages.firm import Staged, firm
from tests.pages.looking import PHONE, fits, reader

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        await staged.hear("carl", "Wednesday 10-12 or Thursday 14-16")
        yield staged


async def link(acme: Staged, who: str) -> str:
    async with acme.stage.house.records.read() as session:
        found = stop_link(acme.stage.house, await people.get(session, who), "email")
    assert found
    return found


async def left(acme: Staged, who: str) -> bool:
    async with acme.stage.house.records.read() as session:
        return (await people.get(session, who)).opted_out_at is not None


async def test_each_mail_to_those_outside_has_the_link_and_none_to_colleagues(acme: Staged) -> None:
    mails = acme.stage.world.channels["email"].delivered
    keys = acme.stage.world.keys
    for mail in mails:
        who = mail.to.partition("@")[0]
        token = (mail.unsubscribe or "").rpartition("/")[2]
        assert whose_stop(token, keys) == (None if who == "rita" else who)
    assert {mail.to.partition("@")[0] for mail in mails} == {"rita", "carl", "ana"}


async def test_programs_that_open_every_link_end_nothing(acme: Staged, http: httpx2.AsyncClient) -> None:
    url = await link(acme, "ana")
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        await http.request(method, url)
    assert not await left(acme, "ana")


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b"\xff\x00" * 40_000},
    ],
    ids=["form", "multipart", "nonsense"],
)
async def test_one_click_of_a_mail_program_ends_everything(
    acme: Staged, http: httpx2.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await http.post(await link(acme, "ana"), **body)
    assert (answer.status_code, answer.history) == (200, [])
    assert await left(acme, "ana")
    before = len(acme.mails("ana"))
    await acme.stage.advance_to(acme.clock.now() + timedelta(days=9))
    assert len(acme.mails("ana")) == before, "no reminder that was queued goes out"
    assert any("Ana Silva" in mail for mail in acme.mails("rita")[-2:]), "the recruiter is told"


async def test_a_mail_of_last_year_still_ends_everything_and_twice_is_once(
    acme: Staged, http: httpx2.AsyncClient
) -> None:
    url = await link(acme, "ana")
    await acme.stage.advance_to(acme.clock.now() + timedelta(days=400))
    assert [(await http.post(url)).status_code for _ in range(2)] == [200, 200]
    assert await left(acme, "ana")


async def test_whoever_guesses_ends_nothing_for_anybody(acme: Staged, http: httpx2.AsyncClient) -> None:
    url = await link(acme, "ana")
    place, _, token = url.rpartition("/")
    version, key, box = token.split(".")
    wrong = "A" if box[20] != "A" else "B"
    for made_up in (
        f"{version}.{key}.{box[:20]}{wrong}{box[21:]}",
        f"{version}.no-key.{box}",
        "ana",
        "1.1.1",
        "x" * 900,
    ):
        for answer in (await http.post(f"{place}/{made_up}"), await http.get(f"{place}/{made_up}")):
            assert answer.status_code in (404, 429)
    assert not await left(acme, "ana")


async def test_on_a_phone_a_person_sees_what_it_means_and_presses(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE, java_script_enabled=False) as page:
        await page.goto(await link(acme, "ana"))
        await fits(page)
        await page.get_by_role("button", name="Yes, no more messages").click()
        await expect(page.get_by_role("heading", name="Done: no more messages")).to_be_visible()
        assert await left(acme, "ana")
        await page.goto(await link(acme, "ana"))
        await expect(page.get_by_role("button")).to_have_count(0)

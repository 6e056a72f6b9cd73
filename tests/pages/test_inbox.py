"""A recruiter's own page: who wrote is told apart by a click and a second one, and nobody else opens it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.desk_links import desk_link
from bot.records import everything, people
from tests.pages.firm import Staged, firm
from tests.pages.looking import PHONE, fits, good_for_everyone, reader

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBER = "+351910000001"


@pytest_asyncio.fixture(loop_scope="module")
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        await staged.hear("carl", "Wednesday 10-12 or Thursday 14-16")
        whatsapp = staged.stage.world.channels["whatsapp"]
        await staged.stage.hear([whatsapp.hear(NUMBER, "Ana here: <b>Wednesday at 10</b> is good")])
        yield staged


async def link(acme: Staged, who: str = "rita") -> str:
    house, keys = acme.stage.house, acme.stage.world.keys
    async with house.records.read() as session:
        return desk_link(house, keys, await people.get(session, who))


async def status(acme: Staged) -> str:
    async with acme.stage.house.records.read() as session:
        return next(each.status for each in await everything.negotiations(session) if each.candidate_id == "ana")


async def test_a_name_alone_books_nothing_and_the_second_click_does(acme: Staged, http: httpx2.AsyncClient) -> None:
    page = await link(acme)
    shown = (await http.get(page)).text
    assert NUMBER in shown
    assert "&lt;b&gt;Wednesday at 10&lt;/b&gt;" in shown
    number = re.search(r'name="number" value="(\d+)"', shown)
    assert number
    asked = (await http.post(page, data={"number": number[1], "person": "ana", "do": "known"})).text
    assert f"Is {NUMBER} really Ana Silva?" in asked
    assert await status(acme) == "offered"
    done = await http.post(page, data={"number": number[1], "person": "ana", "do": "known", "sure": "yes"})
    assert "Nobody waits" in done.text
    await acme.stage.settle()
    assert await status(acme) == "confirmed"


async def test_one_click_leaves_somebody_alone_and_shows_when_and_how(acme: Staged, http: httpx2.AsyncClient) -> None:
    page = await link(acme)
    assert f"{page}/people/ana" in (await http.get(page, params={"who": "sil"})).text.replace(
        'href="/', f'href="{acme.url}/'
    )
    left = (await http.post(f"{page}/people/ana")).text
    assert "noted by a colleague · Rita Lopes" in left
    assert "danger" not in left
    async with acme.stage.house.records.read() as session:
        assert (await people.get(session, "ana")).opted_out_at is not None


@pytest.mark.parametrize("who", ["ana", "carl"])
async def test_it_opens_for_recruiters_alone(acme: Staged, http: httpx2.AsyncClient, who: str) -> None:
    page = await link(acme, who)
    assert (await http.get(page)).status_code == 404
    assert (await http.post(f"{page}/people/ben")).status_code == 404


async def test_it_opens_no_more_after_a_month_and_never_by_a_guess(acme: Staged, http: httpx2.AsyncClient) -> None:
    page = await link(acme)
    for wrong in (page[:-3], f"{acme.url}/desk/1.{'a' * 8}.AAAA", f"{acme.url}/desk/x"):
        assert (await http.get(wrong)).status_code == 404
    acme.clock.advance_to(acme.clock.now() + timedelta(days=31))
    assert (await http.get(page)).status_code == 404


async def test_garbage_settles_nothing(acme: Staged, http: httpx2.AsyncClient) -> None:
    page = await link(acme)
    for form in (
        {},
        {"number": "99"},
        {"number": "1", "do": "dance"},
        {"number": "1", "do": "known", "person": "rita"},
    ):
        answer = await http.post(page, data=form)
        assert answer.status_code == 200
        assert NUMBER in answer.text


async def test_on_a_phone(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE) as page:
        await page.goto(await link(acme))
        await expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
        await page.get_by_label("Who it is").select_option(label="Ana Silva")
        await page.get_by_role("button", name="That is the one").click()
        await expect(page.get_by_role("heading", name=f"Is {NUMBER} really Ana Silva?")).to_be_visible()
        await fits(page)
        await good_for_everyone(page)

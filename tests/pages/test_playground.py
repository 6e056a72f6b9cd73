"""The playground as a newcomer has it: all parts played in a browser, with the clock in their hands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from bot.playground.door import playground_app
from bot.playground.game import Game
from bot.rehearsal.play import played
from bot.rehearsal.scenario import load
from tests.loopback import serving
from tests.pages.looking import PHONE, fits, good_for_everyone, reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script> {{ 7*7 }} 👩🏽‍🚀 \u202eمرحبا'


@dataclass
class Playing:
    game: Game
    url: str

    @asynccontextmanager
    async def opened(self, browser: Browser, starter: str = "", **device: Any) -> AsyncIterator[Page]:
        await self.game.begin(starter)
        async with reader(browser, **device) as page:
            await page.goto(f"{self.url}/playground")
            yield page


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def playing() -> AsyncIterator[Playing]:
    game = Game()
    async with serving(playground_app(game)) as url:
        yield Playing(game, url)
    await game.close()


def phone(page: Page, role: str) -> Locator:
    return page.locator(f"#phone-{role}")


async def write(page: Page, role: str, words: str) -> None:
    await phone(page, role).locator("textarea").fill(words)
    await phone(page, role).locator("textarea").press("Enter")


async def test_a_newcomer_plays_all_parts(playing: Playing, browser: Browser, tmp_path: Path) -> None:
    async with playing.opened(browser) as page:
        candidate, client, behind = phone(page, "candidate"), phone(page, "client"), page.locator("#behind")
        await phone(page, "recruiter").get_by_role("button", name="schedule Ana Silva").click()
        await page.get_by_role("button", name="Send as Rita Lopes").click()
        await expect(client.locator(".assistant").last).to_contain_text("When would suit you?")
        await write(page, "client", "Tuesday 10-12 or Wednesday after 3pm")
        await expect(candidate.locator(".receipt").last).to_contain_text("delivered")
        await candidate.get_by_role("button", name="Wed 4 Mar, 14:00").click()
        await expect(behind.locator(".interview")).to_contain_text("booked Wed 4 Mar 15:00–15:45 Madrid")
        await expect(phone(page, "recruiter").locator(".card")).to_contain_text("Ana Silva")
        await candidate.locator(".invite").get_by_role("button", name="Yes").click()
        await expect(page.locator("#to-come")).to_be_visible()
        await page.get_by_role("button", name="Next alarm").click()
        await expect(candidate.locator(".assistant").last).to_contain_text("reminder")
        await expect(page.locator("#clock")).to_contain_text("Tuesday 3 March 2026")
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Save as a story").click()
        await (await coming.value).save_as(tmp_path / "story.yaml")
    async with played(load(tmp_path / "story.yaml"), f"sqlite+aiosqlite:///{tmp_path / 'again.db'}") as again:
        report = await again.report()
    assert report.data["interviews"][0]["start"] == "2026-03-04T15:00:00+01:00"
    assert report.ok, [each for each in report.data["expectations"] if not each["ok"]]


async def test_what_does_not_arrive_goes_another_way_without_buttons(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser) as page:
        candidate = phone(page, "candidate")
        await candidate.get_by_text("Make something go wrong").click()
        await candidate.get_by_role("button", name="is not delivered").click()
        await expect(candidate).to_contain_text("The next message here is not delivered.")
        await write(page, "recruiter", "schedule Ana Silva for Data Engineer at Acme")
        await expect(phone(page, "client").locator(".assistant")).to_have_count(1)
        await write(page, "client", "Tuesday 10-12")
        await expect(candidate.get_by_role("link", name="SMS")).to_have_attribute("aria-current", "true")
        await expect(candidate.locator(".assistant").last).to_contain_text("1. Tue 3 Mar, 09:00")
        await expect(candidate.locator(".buttons")).to_have_count(0)
        await candidate.get_by_role("link", name="WhatsApp").click()
        await expect(candidate.locator(".receipt").last).to_contain_text("not delivered")
        await candidate.get_by_role("link", name="SMS 1 new").click()
        await candidate.get_by_role("button", name="was read").click()
        await expect(candidate.locator(".receipt.read")).to_contain_text("read")
        await candidate.get_by_role("button", name="Ana writes STOP").click()
        await expect(page.locator("#behind table")).to_contain_text("Opted out")


async def test_hostile_words_are_words_and_what_is_wrong_is_said(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser) as page:
        title = await page.title()
        for words in (HOSTILE, "x" * 10_000, "🦄" * 10_000):
            await write(page, "candidate", words)
            await phone(page, "candidate").locator("textarea").press("Enter")  # pressed twice, it is said once
            await expect(phone(page, "candidate").locator(".own .text").last).to_have_text(words)
        await expect(phone(page, "candidate").locator(".own")).to_have_count(3)
        assert await page.title() == title
        await expect(page.locator(".text img, .text script")).to_have_count(0)
        await fits(page)
        await page.get_by_role("button", name="Send as Ana Silva").click()
        await expect(page.get_by_role("alert")).to_have_text("There is nothing in it yet. Write a word or two.")
        await page.get_by_text("A day and time").click()
        await page.get_by_label("Go on to").evaluate("box => { box.min = ''; box.value = '2026-03-01T10:00' }")
        await page.get_by_role("button", name="Go", exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text(
            "That is past: here it is Mon 2 Mar 09:03. The clock only goes on."
        )
        await page.get_by_role("button", name="+ 1 h").click()
        await expect(page.get_by_role("alert")).to_have_count(0)
        await expect(page.locator("#clock")).to_contain_text("10:03")


async def test_somebody_who_is_typing_is_not_disturbed(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser) as mine, reader(browser) as theirs:
        await theirs.goto(f"{playing.url}/playground")
        await phone(mine, "client").locator("textarea").fill("Tuesday 10")
        await write(theirs, "recruiter", "schedule Ana Silva for Data Engineer at Acme")
        await expect(phone(mine, "client").locator(".assistant")).to_contain_text("When would suit you?")
        await expect(phone(mine, "client").locator("textarea")).to_have_value("Tuesday 10")
        await expect(phone(mine, "client").locator("textarea")).to_be_focused()
        await expect(mine.locator("#said")).to_contain_text("Carl Olsen hears")


async def test_a_small_screen_shows_one_phone_at_a_time(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser, "first-interview", viewport=PHONE) as page:
        await expect(phone(page, "candidate")).to_be_visible()
        await expect(phone(page, "client")).to_be_hidden()
        for tab, part in (("Carl", "#phone-client"), ("Rita", "#phone-recruiter"), ("Behind it", "#behind")):
            await page.get_by_role("link", name=tab, exact=True).first.click()
            await expect(page.locator(part)).to_be_visible()
            await expect(phone(page, "candidate")).to_be_hidden()
            await fits(page)
        await page.go_back()
        await expect(phone(page, "recruiter")).to_be_visible()
        await good_for_everyone(page)


async def test_it_works_without_a_script(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser, "first-interview", java_script_enabled=False) as page:
        await page.get_by_role("button", name="Tue 3 Mar, 09:00").click()
        await expect(page.locator("#behind .interview")).to_contain_text("booked Tue 3 Mar 10:00–10:45 Madrid")
        await page.get_by_text("Call off", exact=True).click()
        await page.get_by_role("button", name="Yes: Call off").click()
        await expect(page.locator("#behind .interview")).to_contain_text("called off")
        await page.get_by_role("link", name="Ben", exact=True).click()
        await expect(page.get_by_role("heading", name="Ben Okafor")).to_be_visible()
        await page.get_by_label("Begin with").select_option(label="An empty stage")
        await page.get_by_role("button", name="Begin anew").click()
        await expect(page.locator("#behind .interview")).to_have_count(0)


async def test_everyone_can_use_it(playing: Playing, browser: Browser) -> None:
    async with playing.opened(browser, "first-interview", color_scheme="dark") as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the phones")).to_be_focused()
        await phone(page, "candidate").get_by_role("button", name="Tue 3 Mar, 09:00").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#behind .interview")).to_contain_text("booked")
        await page.get_by_role("button", name="+ 10 min").focus()
        await page.keyboard.press("Space")
        await expect(page.locator("#clock")).to_contain_text("09:13")
        await expect(page.get_by_role("button", name="+ 10 min")).to_be_focused()
        await phone(page, "candidate").get_by_text("Make something go wrong").click()
        await good_for_everyone(page)

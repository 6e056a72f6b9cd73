"""The page of tasks on a recruiter's phone: good for everyone, in every language, and one tap books."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from dialogs.wording import Phrasebook
from tests.pages.firm import Staged, firm
from tests.pages.looking import PHONE, fits, good_for_everyone, reader
from tests.pages.test_tasks import by_phone, link, status

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        await by_phone(staged)
        yield staged


async def test_the_page_is_good_for_everyone_and_one_tap_books(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE) as page:
        for language in (*sorted(Phrasebook.load().languages), "pt-BR", "en"):
            await acme.speaks("rita", language)
            await page.goto(link(acme))
            for each in await page.locator("summary").all():
                await each.click()
            await fits(page)
        await good_for_everyone(page)
        await page.get_by_text("Call back at…").click()
        await page.get_by_role("button", name="Took Wed 4 Mar, 10:00").click()
        await expect(page.locator("#notice")).to_contain_text("Noted, what you heard from Ana Silva: Wed 4 Mar, 10:00")
        await expect(page.get_by_text("Nothing needs you.")).to_be_visible()
        await good_for_everyone(page)
    assert await status(acme) == "confirmed"

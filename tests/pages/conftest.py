"""Who reads our pages: a browser, and a client that only knows HTML."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.records.schema import migrate_url
from tests.conftest import Database

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture
def sqlite_url(sqlite: Database) -> Iterator[str]:
    """With our tables in it."""
    with sqlite(migrate_url) as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """A reader without a script, who follows where they are sent."""
    async with httpx2.AsyncClient(follow_redirects=True, timeout=60) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("These tests click through our pages, and there is no Chromium: `make browser` says how to get it.")
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        await found.close()

"""Somebody with a browser: what they see fits, is good for everyone, and nothing goes wrong behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PATIENCE = 30_000  # ms: on a busy machine


@asynccontextmanager
async def reader(browser: Browser, **device: Any) -> AsyncIterator[Page]:
    """Somebody with a browser of their own. What goes wrong behind the page is told to nobody but the test."""
    context = await browser.new_context(**{"timezone_id": "Europe/Lisbon", "viewport": DESK, **device})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: wrong.append(told.text) if "Security Policy" in told.text else None)
    page.on("request", lambda asked: wrong.append(asked.url) if "127.0.0.1" not in asked.url[:20] else None)
    yield page
    await context.close()
    told = [each for each in wrong if not each.startswith("data:")]
    assert told == [], told


async def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def good_for_everyone(page: Page) -> None:
    """What axe finds against WCAG 2.2 AA."""
    await page.evaluate(AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("(tags) => axe.run(document, {runOnly: tags})", rules)
    wrong = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
    assert wrong == [], wrong

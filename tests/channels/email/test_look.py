"""How our mails look: on a phone and at a desk, in light and in dark, for everyone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, ViewportSize

from integrations.channels.email.look import look

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXE = (Path(__file__).parents[2] / "pages" / "axe.min.js").read_text("utf-8")
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
OFFER = (
    """Hi Ana,

Maria of Acme would like to meet you. Which of these suits you?
1. Tuesday 10 March, 10:00
2. Wednesday 11 March, 15:30
3. Thursday 12 March, 09:00

Just answer with the number.
Or choose on this page: https://firm.example/p/ab12cd34

More on the firm: see https://acme.example/about?for=candidates&lang=en.

https://maps.example/"""
    + "x" * 300
)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_mail_reads_well_everywhere(
    browser: Browser, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(viewport=size, color_scheme=scheme)
    page = await context.new_page()
    html = look(OFFER, title="Your interview", unsubscribe="https://firm.example/out/ab12")
    await page.set_content(html)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.evaluate(AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("(tags) => axe.run(document, {runOnly: tags})", rules)
    # A mail has a subject, and programs show it as the heading.
    serious = [each for each in found["violations"] if each["id"] != "page-has-heading-one"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []
    button = page.get_by_role("link", name="Or choose on this page")
    box = await button.bounding_box()
    assert box
    assert box["height"] >= 44, "a thumb hits it"
    assert float(await button.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")) >= 16
    width = await page.locator(".card").evaluate("each => each.getBoundingClientRect().width")
    assert width <= 600
    await context.close()


async def test_what_was_typed_is_shown_and_never_run() -> None:
    html = look('<script>alert(1)</script> "A&B" <b>bold</b> http://x.example/"><img src=x>', title="<i>")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;b&gt;bold" in html
    assert "<title>&lt;i&gt;</title>" in html


async def test_a_link_that_is_no_web_address_is_no_link() -> None:
    html = look("Press here: javascript:alert(1) or data:text/html,x", unsubscribe=None)
    assert "<a " not in html


async def test_a_page_link_is_a_button_with_the_words_before_it() -> None:
    html = look("Or choose on this page: https://firm.example/p/ab12")
    assert '<a class="button" href="https://firm.example/p/ab12"' in html
    assert "Or choose on this page</a>" in html


async def test_a_link_in_a_sentence_stays_in_it_without_its_full_stop() -> None:
    html = look("See (https://acme.example/a?b=c&d=e), please.")
    assert 'href="https://acme.example/a?b=c&amp;d=e"' in html
    assert "</a>), please." in html


async def test_html_that_somebody_laid_out_is_cleaned() -> None:
    html = look(
        "Hi", html='<p onclick="x()">Hi <a href="javascript:x()">you</a><script>x()</script><iframe src=x></iframe>'
    )
    assert "Hi <a" in html
    for bad in ("onclick", "javascript", "<script", "<iframe"):
        assert bad not in html

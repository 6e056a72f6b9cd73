"""The pages as people have them: on a phone and at a desk, by finger, mouse or keyboard, and without a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.pages.firm import Staged, firm
from tests.pages.looking import DESK, PHONE, fits, good_for_everyone, reader

pytestmark = pytest.mark.asyncio(loop_scope="module")

READERS = pytest.mark.parametrize(
    ("size", "script"), [(PHONE, True), (DESK, True), (PHONE, False)], ids=["390", "1280", "plain"]
)
TIMES = "Wednesday 10-12 or Thursday 14-16"


@pytest_asyncio.fixture(loop_scope="module")
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url, candidates=("ana", "ben")) as staged:
        yield staged


@READERS
async def test_a_candidate_picks_moves_and_withdraws(acme: Staged, browser: Browser, size: Any, script: bool) -> None:
    await acme.hear("carl", f"Ana: {TIMES}")
    async with reader(browser, viewport=size, java_script_enabled=script) as page:
        await page.goto(acme.link("ana"))
        await page.get_by_role("button", name="Wednesday 4 March, 10:00").click()
        await expect(page.locator("#notice")).to_contain_text("Done: Wednesday 4 March, 10:00 is yours.")
        await fits(page)
        await page.get_by_role("button", name="Find another time").click()
        await expect(page.get_by_role("button", name="Keep Wed 4 Mar, 10:00")).to_be_visible()
        await page.locator(".time").first.click()
        await expect(page.get_by_role("heading", name="It is booked")).to_be_visible()
        await page.get_by_text("Withdraw from this interview").click()
        await page.get_by_role("button", name="Yes, withdraw").click()
        await expect(page.locator("#notice")).to_contain_text("You have withdrawn.")
    assert any("Ana Silva is no longer available" in mail for mail in acme.mails("carl"))


@READERS
async def test_a_client_gives_times(acme: Staged, browser: Browser, size: Any, script: bool) -> None:
    async with reader(browser, viewport=size, java_script_enabled=script) as page:
        await page.goto(acme.link("carl", 0))
        await page.get_by_role("link", name="Mark times in a week").click()
        for half in ("10:00", "10:30"):
            await page.get_by_label(f"Wednesday 4 March {half}", exact=True).check()
        await page.get_by_role("button", name="Later week").click()
        await expect(page.get_by_text("Also marked in other weeks")).to_be_visible()
        await page.get_by_label("Monday 9 March 15:00", exact=True).check()
        await page.get_by_label("Monday 9 March 15:30", exact=True).check()
        await page.get_by_role("button", name="Send these times").click()
        await expect(page.locator("#notice")).to_have_text("Thank you, your times are noted.")
    offer = acme.mails("ana")[-1]
    assert "Wed 4 Mar, 10:00" in offer
    assert "Mon 9 Mar, 15:00" in offer


async def test_a_mouse_draws_over_the_hours(acme: Staged, browser: Browser) -> None:
    async with reader(browser) as page:
        await page.goto(f"{acme.link('carl', 0)}/times")
        await draw(page, "Wednesday 4 March 10:00", "Thursday 5 March 12:00")
        assert await page.locator(".week input:checked").count() == 10
        await draw(page, "Wednesday 4 March 11:00", "Wednesday 4 March 11:30")
        assert await page.locator(".week input:checked").count() == 8, "what begins on a marked one clears"
        await page.get_by_role("button", name="Send these times").click()
        await expect(page.locator("#notice")).to_have_text("Thank you, your times are noted.")
    assert "Wed 4 Mar, 10:00" in acme.mails("ana")[-1]


async def draw(page: Page, first: str, last: str) -> None:
    for number, name in enumerate((first, last)):
        cell = page.get_by_label(name, exact=True)
        await cell.scroll_into_view_if_needed()
        box = await cell.bounding_box()
        assert box
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        if number == 0:
            await page.mouse.down()
    await page.mouse.up()


async def test_a_finger_taps_and_draws(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        await page.goto(f"{acme.link('carl', 0)}/times")
        await page.get_by_label("Wednesday 4 March 10:00", exact=True).tap()
        assert await page.locator(".week input:checked").count() == 1
        await finger(page, "Thursday 5 March 10:00", "Thursday 5 March 12:00", rests=True)
        assert await page.locator(".week input:checked").count() == 6
        await finger(page, "Friday 6 March 10:00", "Friday 6 March 12:00", rests=False)
        assert await page.locator(".week input:checked").count() == 6, "a quick finger scrolls"


async def finger(page: Page, first: str, last: str, *, rests: bool) -> None:
    """Down on the one, over to the other, and up, as the browser's own touch screen does it."""
    screen = await page.context.new_cdp_session(page)
    spots = []
    for name in (first, last):
        box = await page.get_by_label(name, exact=True).bounding_box()
        assert box
        spots.append({"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2})

    async def touch(kind: str, *at: dict[str, float]) -> None:
        await screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [*at]})

    await touch("touchStart", spots[0])
    if rests:
        await expect(page.get_by_label(first, exact=True)).to_be_checked()
    for step in (0.25, 0.5, 0.75, 1.0):
        await touch("touchMove", {axis: spots[0][axis] + (spots[1][axis] - spots[0][axis]) * step for axis in "xy"})
    await touch("touchEnd")


async def test_the_keyboard_is_enough(acme: Staged, browser: Browser) -> None:
    async with reader(browser) as page:
        await page.goto(f"{acme.link('carl', 0)}/times")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.get_by_label("Tuesday 3 March 10:00", exact=True).focus()
        await page.keyboard.press("Space")
        for key in ("Shift+ArrowDown", "Shift+ArrowDown", "ArrowRight", "Space"):
            await page.keyboard.press(key)
        checked = page.locator(".week input:checked")
        assert [await cell.get_attribute("aria-label") for cell in await checked.all()] == [
            *("Tuesday 3 March 10:00", "Tuesday 3 March 10:30", "Tuesday 3 March 11:00", "Wednesday 4 March 11:00"),
        ]
        await page.get_by_role("button", name="Send these times").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#notice")).to_be_focused()
        await page.goto(acme.link("ana"))
        await page.get_by_role("button", name="Tuesday 3 March, 10:00").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#notice")).to_contain_text("Done: Tuesday 3 March, 10:00 is yours.")


async def test_several_are_seen_back_to_back(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE) as page:
        await page.goto(acme.link("carl"))
        await page.get_by_role("link", name="See them back to back").click()
        await page.get_by_label("Day").select_option(label="Wednesday 4 March")
        await page.get_by_label("Pause between").select_option(label="15 minutes")
        await page.get_by_role("button", name="Show the plan").click()
        await expect(page.locator(".rounds li")).to_have_text(
            ["Ana Silva Wednesday 4 March 10:00–10:45", "Ben Okafor Wednesday 4 March 11:00–11:45"]
        )
        await fits(page)
        await page.get_by_role("button", name="Send these times").click()
        await expect(page.locator("#notice")).to_have_text("Thank you. Each of them is asked now.")
    assert "Wed 4 Mar, 10:00" in acme.mails("ana")[-1]
    assert "Wed 4 Mar, 11:00" in acme.mails("ben")[-1]


async def test_the_devices_own_zone_is_found_and_a_chosen_one_is_kept(acme: Staged, browser: Browser) -> None:
    await acme.hear("carl", f"Ana: {TIMES}")
    async with reader(browser, timezone_id="Asia/Tokyo") as page:
        await page.goto(acme.link("ana"))
        await expect(page.get_by_role("button", name="Wednesday 4 March, 19:00")).to_be_visible()
        await page.get_by_role("link", name="Change time zone").click()
        await page.get_by_label("City or country").press_sequentially("madri")
        await page.get_by_role("button", name="Madrid, Spain").click()
        await expect(page.get_by_role("button", name="Wednesday 4 March, 11:00")).to_be_visible()
        await page.goto(acme.link("ana"))
        await expect(page.get_by_text("All times are Madrid time.")).to_be_visible()


async def test_what_was_typed_survives_what_was_wrong(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE) as page:
        await page.goto(acme.link("carl", 0))
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text("There is nothing in it yet. Please write a word or two.")
        await expect(page.get_by_label("Your message")).to_have_attribute("aria-invalid", "true")
        await page.get_by_label("Your message").fill("Wednesday 10-12")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("heading", name="Ana is choosing a time")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["light", "dark"])
async def test_everyone_can_use_every_page(acme: Staged, browser: Browser, size: Any, scheme: Any) -> None:
    await acme.hear("carl", f"Ana: {TIMES}")
    async with reader(browser, viewport=size, color_scheme=scheme) as page:
        everywhere = [acme.link("ana"), f"{acme.link('carl')}/times"]
        once = [acme.link("carl"), f"{acme.link('ana')}/zone?q=new", f"{acme.url}/p/{'x' * 32}"]
        for address in (*everywhere, *(once if scheme == "dark" else ())):
            await page.goto(address)
            await good_for_everyone(page)
            await fits(page)
        await page.goto(acme.link("ana"))
        await page.locator(".time").first.click()
        await expect(page.locator("#notice")).to_be_visible()
        await good_for_everyone(page)


async def test_every_language_fits_on_a_phone(acme: Staged, browser: Browser) -> None:
    async with reader(browser, viewport=PHONE) as page:
        for locale in ("de", "es", "fr", "it", "nl", "pt", "pt-BR"):
            await acme.speaks("carl", locale)
            for address in (acme.link("carl"), f"{acme.link('carl')}/times"):
                await page.goto(address)
                assert await page.locator("html").get_attribute("lang") == locale
                await fits(page)

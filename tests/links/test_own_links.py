"""A booking link sent to a candidate is theirs alone: passed on, it books nothing a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import InlineEngine
from bot.watching.links import save_link, switch_link
from bot.worker import Assistant
from tests.links.test_taking_up import Desk, copy, desk, migrated

__all__ = ["copy", "desk", "migrated"]

TALK = "https://calendly.com/noor/first-talk"
OWN = "https://calendly.com/d/001-xyz/first-talk"


async def told(desk: Desk, words: str) -> str:
    """What Ana reads when Rita says this to her."""
    await desk.rita_says(f"say Ana Silva: {words}")
    return [each.text for each in desk.stage.world.channels["email"].delivered if each.to == "ana@mail.example"][-1]


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (f"Please choose a time: {TALK}.", f"Please choose a time: {OWN}."),
        (f"({TALK}) or {TALK}", f"({OWN}) or {OWN}"),
        (f"see {TALK}-long", f"see {TALK}-long"),
        (f"see {TALK}/2026", f"see {TALK}/2026"),
        ("see https://calendly.com/somebody", "see https://calendly.com/somebody"),
    ],
)
async def test_the_link_of_a_connected_page_becomes_one_that_books_once(desk: Desk, words: str, read: str) -> None:
    await save_link(desk.house, "noor", TALK)
    assert read in await told(desk, words)
    assert desk.calendly.links == ([OWN] if OWN in read else [])


async def test_of_a_whole_profile_with_one_thing_to_book_too(desk: Desk) -> None:
    await save_link(desk.house, "noor", "https://calendly.com/noor")
    assert OWN in await told(desk, "Here: https://calendly.com/noor")


async def test_each_message_has_one_of_its_own_and_only_the_candidate_gets_it(desk: Desk) -> None:
    await save_link(desk.house, "noor", TALK)
    assert "/001-xyz/" in await told(desk, f"Here: {TALK}")
    assert "/002-xyz/" in await told(desk, f"Again: {TALK}")


@pytest.mark.parametrize("status", [429, 403, 500])
async def test_where_none_can_be_made_the_plain_link_does(desk: Desk, status: int) -> None:
    await save_link(desk.house, "noor", TALK)
    desk.calendly.mishaps.refuse(status, {}, on="POST /scheduling_links", times=9)
    assert TALK in await told(desk, f"Here: {TALK}")


async def test_a_message_that_is_sent_again_has_the_same_link(desk: Desk) -> None:
    await save_link(desk.house, "noor", TALK)
    desk.stage.world.channels["email"].fail(desk.house.clock.now() + timedelta(minutes=3))
    await desk.rita_says(f"say Ana Silva: Here: {TALK}")
    await desk.wait(timedelta(minutes=10))
    assert len(desk.heard("email", OWN)) == 1
    assert desk.calendly.links == [OWN]


async def test_a_link_that_is_off_or_a_setting_that_says_so_leaves_it_as_it_is(desk: Desk) -> None:
    await save_link(desk.house, "noor", TALK)
    await switch_link(desk.house, "noor", on=False)
    assert TALK in await told(desk, f"Here: {TALK}")
    await switch_link(desk.house, "noor", on=True)
    desk.stage.house = replace(desk.house, firm=replace(desk.house.firm, single_use_links=False))
    desk.stage.engine = InlineEngine(Assistant(desk.house))
    assert TALK in await told(desk, f"Again: {TALK}")
    assert desk.calendly.links == []

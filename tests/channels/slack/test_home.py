"""The App Home shows today, who is waited for, and what needs somebody, with what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels import base
from integrations.channels.base import Action, Card
from integrations.channels.desk import Section
from integrations.channels.slack import home
from integrations.standins.slack import kit
from integrations.standins.slack.workspace import buttons_in, words_in
from tests.channels.cases import CARD
from tests.channels.slack.at_slack import RITA, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = (
    Section("Today", (replace(CARD, text="", actions=CARD.actions[:1]),), "Nothing today."),
    Section("Waiting for", (), "Nobody keeps us waiting."),
    Section("Needs you", (Card("n2", "Ben Okafor – Nurse, Clinic", "nobody answers"),), "", "And more."),
)


async def test_the_page_is_shown_when_somebody_opens_it(office: Office) -> None:
    office.sections = PAGE
    office.slack.open_home(RITA)
    await office.told()
    assert office.rita.home
    assert words_in(office.rita.home["blocks"]).splitlines() == [
        "Today",
        "Ana Silva – Data Engineer, Acme – times are offered",
        "Round: first talk, 45 minutes",
        "With: Carl Zorn",
        "Waiting for",
        "Nobody keeps us waiting.",
        "Needs you",
        "Ben Okafor – Nurse, Clinic – nobody answers",
    ]
    assert office.hall.unknown == ["app_home_opened"], "which is no message, and nobody answers it"


async def test_what_can_be_done_is_done_from_there(office: Office) -> None:
    await home.publish(office.line, TO_RITA, PAGE)
    office.slack.press_at_home(RITA, "Take over")
    message = await office.heard()
    assert (message.pressed, message.thread, message.text) == (CARD.actions[0].id, None, "Take over")


async def test_there_too_what_cannot_be_undone_is_asked_in_the_readers_language(office: Office) -> None:
    await home.publish(office.line, TO_RITA, (Section("Heute", (CARD,), language="de"),))
    assert office.rita.home
    (confirm,) = [each["confirm"] for each in buttons_in(office.rita.home["blocks"]) if "confirm" in each]
    assert confirm["deny"]["text"] == "Zurück"


async def test_published_anew_it_shows_how_things_are_now(office: Office) -> None:
    await home.publish(office.line, TO_RITA, PAGE)
    await home.publish(office.line, TO_RITA, (Section("Today", (), "Nothing today."),))
    assert office.rita.home
    assert words_in(office.rita.home["blocks"]).splitlines() == ["Today", "Nothing today."]


async def test_somebody_nobody_knows_sees_nothing(office: Office) -> None:
    office.sections = None
    office.slack.open_home(RITA)
    await office.told()
    assert office.rita.home is None


async def test_whoever_is_not_there_any_more_has_no_page(office: Office) -> None:
    with pytest.raises(base.BadAddress):
        await home.publish(office.line, "T1:UNOBODY", PAGE)


async def test_of_a_hundred_interviews_every_section_shows_some_and_says_that_there_are_more() -> None:
    crowd = tuple(replace(CARD, name=f"n{number}", title=f"Candidate {number}") for number in range(100))
    view = home.view_of([Section(name, crowd, more="And more.") for name in ("Today", "Waiting for", "Needs you")])
    kit.check_view(view, "home")
    lines = words_in(view["blocks"]).splitlines()
    assert lines.count("And more.") == 3
    assert [line for line in lines if line in ("Today", "Waiting for", "Needs you")] == [
        "Today",
        "Waiting for",
        "Needs you",
    ]
    assert len(view["blocks"]) > 80, "there is little room to spare"


words = st.text(max_size=300)
actions = st.builds(Action, id=st.text(min_size=1, max_size=50), label=words, sure=words)
cards = st.builds(
    Card,
    name=st.just("n"),
    title=words,
    state=words,
    facts=st.lists(st.tuples(words, words), max_size=9).map(tuple),
    text=words,
    actions=st.lists(actions, max_size=8).map(tuple),
)
sections = st.lists(
    st.builds(Section, heading=words, cards=st.lists(cards, max_size=6).map(tuple), empty=words, more=words), max_size=5
)


@settings(max_examples=40, deadline=None)
@given(page=sections)
async def test_whatever_stands_there_slack_takes_it(page: list[Section]) -> None:
    view = home.view_of(page)
    kit.check_view(view, "home")
    assert all(each["value"] for each in buttons_in(view["blocks"]))

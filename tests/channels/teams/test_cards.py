"""An interview is shown as a card that stays where it is and changes with what becomes of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels import base
from integrations.channels.base import Action, Card, Outbound, Style
from integrations.channels.teams import cards
from integrations.standins.teams.rules import LARGEST, check_card
from tests.channels.cases import CARD
from tests.channels.teams.at_teams import RITA, SHOWN, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_card_shows_its_state_its_facts_the_words_that_would_go_out_and_what_can_be_done(
    office: Office,
) -> None:
    await office.channel.send(SHOWN)
    (shown,) = office.said()
    assert shown.words().splitlines() == [
        "Ana Silva – Data Engineer, Acme",
        "times are offered",
        "Round: first talk, 45 minutes",
        "With: Carl Zorn",
        "Hi Ana, which of these would suit you?",
    ]
    assert shown.labels() == [each.label for each in CARD.actions]
    assert shown.activity["summary"] == SHOWN.text


async def test_what_cannot_be_undone_is_asked_once_more(office: Office) -> None:
    await office.channel.send(SHOWN)
    take, *_, cancel = office.said()[0].buttons()
    assert (take["type"], take["style"]) == ("Action.Execute", "positive")
    assert cancel["type"] == "Action.ShowCard"
    (asks,), (sure,) = cancel["card"]["body"], cancel["card"]["actions"]
    assert asks["inlines"][0]["text"] == CARD.actions[3].sure
    assert (sure["title"], sure["style"]) == ("Call off", "destructive")
    office.teams.press(RITA, office.said()[0], "Call off")
    assert (await office.heard()).pressed == "card:n1:cancel"


async def test_shown_again_it_takes_its_own_place(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    again = replace(SHOWN, card=replace(CARD, state="booked", actions=()), instead_of=sent.vendor_id)
    assert (await office.channel.send(again)).vendor_id == sent.vendor_id
    (shown,) = office.said()
    assert "booked" in shown.words()
    assert (shown.buttons(), shown.edited) == ([], True)


@pytest.mark.parametrize("gone", ["deleted", "with its history", "another conversation's", "no place", "not ours"])
async def test_where_its_place_is_gone_it_is_shown_anew(office: Office, gone: str) -> None:
    sent = await office.channel.send(SHOWN)
    place = sent.vendor_id
    match gone:
        case "deleted":
            office.teams.messages.clear()
        case "with its history":
            office.rita.cleared += 1
        case "another conversation's":
            place = "a:1nobody|1"
        case "no place":
            place = "x"
        case _:
            office.teams.mishaps.refuse(403, {"error": {"code": "NotEnoughPermissions"}}, on="PUT ")
    office.clock.passes(seconds=5)
    again = await office.channel.send(replace(SHOWN, instead_of=place))
    assert again.vendor_id != sent.vendor_id


async def test_a_lost_answer_to_a_change_is_changed_again_without_harm(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    again = replace(SHOWN, instead_of=sent.vendor_id)
    office.teams.mishaps.lose(on="PUT ")
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(again)
    assert not isinstance(caught.value, base.Unanswered)
    await office.channel.send(again)
    assert len(office.said()) == 1


async def test_a_change_that_is_answered_without_an_id_is_one(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.teams.mishaps.refuse(200, {}, on="PUT ")
    assert (await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))).vendor_id == sent.vendor_id


async def test_a_card_too_large_for_its_place_becomes_plain_words_there(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.teams.mishaps.refuse(413, on="PUT ")
    await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    (shown,) = office.said()
    assert shown.words() == SHOWN.text


async def test_a_throttled_change_waits_and_is_not_sent_as_a_new_card(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.teams.mishaps.refuse(429, None, {"Retry-After": "3"}, on="PUT ")
    with pytest.raises(base.Temporary):
        await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    assert len(office.said()) == 1


async def test_more_than_six_actions_stand_in_a_menu(office: Office) -> None:
    many = tuple(Action(f"a{number}", f"Do {number}") for number in range(9))
    await office.channel.send(replace(SHOWN, card=replace(CARD, actions=many)))
    modes = [each.get("mode", "primary") for each in office.said()[0].buttons()]
    assert modes == ["primary"] * 6 + ["secondary"] * 3


words = st.text(max_size=60) | st.sampled_from(["x" * 30_000, "👋🏽" * 9_000, "*a* [b](c)\n\n- d", ""])
actions = st.builds(
    Action,
    st.text(max_size=20),
    st.text("ab ", min_size=1, max_size=9).filter(str.strip),
    st.sampled_from(Style),
    st.sampled_from(["", "Sure?"]),
    st.sampled_from(["", "words"]),
)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        Card,
        st.just("n1"),
        words,
        words,
        st.lists(st.tuples(words, words), max_size=40).map(tuple),
        words,
        st.lists(actions, max_size=8).map(tuple),
    )
)
async def test_whatever_is_on_a_card_teams_takes_it(card: Card) -> None:
    made = cards.card(card)
    assert made is not None
    check_card(made)
    assert len(json.dumps(made, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) < LARGEST


async def test_a_card_for_nobody_in_particular_goes_as_words_where_there_is_none(office: Office) -> None:
    await office.channel.send(Outbound("card/x", SHOWN.to, "", card=Card("x", "Only a title", "")))
    assert office.said()[0].words() == "Only a title"

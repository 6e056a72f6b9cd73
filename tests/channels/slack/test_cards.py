"""An interview is shown as a card that stays where it is and changes with what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels import base
from integrations.channels.base import Action, Card, Outbound, Style
from integrations.channels.slack import blocks
from integrations.channels.slack.words import Block
from integrations.standins.slack import kit
from tests.channels.cases import CARD
from tests.channels.slack.at_slack import SHOWN, Office, office, served

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
    assert [each["text"]["text"] for each in shown.buttons()] == [each.label for each in CARD.actions]


async def test_what_cannot_be_undone_is_asked_once_more_in_the_readers_language(office: Office) -> None:
    await office.channel.send(replace(SHOWN, language="de"))
    take, *_, cancel = office.said()[0].buttons()
    assert (take["style"], cancel["style"]) == ("primary", "danger")
    assert "confirm" not in take
    assert cancel["confirm"]["text"]["text"] == CARD.actions[3].sure
    assert cancel["confirm"]["deny"]["text"] == "Zurück"


async def test_shown_again_it_takes_its_own_place(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    again = replace(SHOWN, card=replace(CARD, state="booked", actions=()), instead_of=sent.vendor_id)
    assert (await office.channel.send(again)).vendor_id == sent.vendor_id
    (shown,) = office.said()
    assert "booked" in shown.words()
    assert shown.buttons() == []


@pytest.mark.parametrize("gone", ["deleted", "somebody else's", "no place at all"])
async def test_where_its_place_is_gone_it_is_shown_anew(office: Office, gone: str) -> None:
    sent = await office.channel.send(SHOWN)
    (shown,) = office.said()
    match gone:
        case "deleted":
            del office.space.messages[shown.channel, shown.ts]
        case "somebody else's":
            shown.user = "UBEN"
    place = "Ev0001" if gone == "no place at all" else sent.vendor_id
    again = await office.channel.send(replace(SHOWN, instead_of=place))
    assert again.vendor_id != sent.vendor_id


async def test_an_answer_lost_while_it_changes_is_no_doubt_it_may_change_twice(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.slack.mishaps.lose(on="POST /api/chat.update")
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    assert not isinstance(caught.value, base.Unanswered)
    await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    assert len(office.said()) == 1


async def test_a_change_that_slack_finds_too_long_is_made_in_plain_text(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.slack.mishaps.refuse(200, {"ok": False, "error": "msg_blocks_too_long"}, on="POST /api/chat.update")
    again = await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    (shown,) = office.said()
    assert (again, shown.words(), shown.blocks) == (sent, SHOWN.text, [])


async def test_a_message_without_looks_loses_the_old_ones(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    too_much = tuple(Action(f"{number:02d}" + "x" * 1_900, f"Do {number}") for number in range(12))
    plain = replace(SHOWN, text="It is off.", card=replace(CARD, actions=too_much), instead_of=sent.vendor_id)
    for message in (plain, Outbound("k", SHOWN.to, "It is off.", instead_of=sent.vendor_id)):
        await office.channel.send(message)
        (shown,) = office.said()
        assert (shown.words(), shown.buttons()) == ("It is off.", [])


async def test_a_throttled_change_waits(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.slack.mishaps.refuse(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(replace(SHOWN, instead_of=sent.vendor_id))
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 30


words = st.text(max_size=400)
actions = st.builds(
    Action,
    id=st.text(min_size=1, max_size=120),
    label=words,
    style=st.sampled_from(Style),
    sure=words,
    form=st.sampled_from(["", "outcome", "words"]),
)
cards = st.builds(
    Card,
    name=st.just("n"),
    title=words,
    state=words,
    facts=st.lists(st.tuples(words, words), max_size=60).map(tuple),
    text=st.text(max_size=20_000),
    actions=st.lists(actions, max_size=60).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(card=cards)
async def test_whatever_stands_on_a_card_slack_takes_it_or_it_goes_as_plain_text(card: Card) -> None:
    made = blocks.card(card, "en")
    if made is not None:
        kit.check_message(made)
        assert blocks.length(made) <= blocks.TOGETHER


async def test_of_words_too_long_for_a_card_as_much_is_shown_as_there_is_room_for() -> None:
    facts = tuple((f"Fact {number}", "long " * 50) for number in range(30))
    made = blocks.card(replace(CARD, text="word " * 5_000, facts=facts), "en")
    assert made is not None
    kit.check_message(made)
    assert 6_000 < blocks.length(made) <= blocks.TOGETHER
    assert len(kit_buttons(made)) == len(CARD.actions), "what can be done is never cut off"


async def test_a_card_with_more_to_press_than_slack_takes_goes_as_plain_text(office: Office) -> None:
    many = tuple(Action(f"{number:02d}" + "x" * 1_900, f"Do {number}") for number in range(12))
    await office.channel.send(replace(SHOWN, card=replace(CARD, actions=many)))
    (shown,) = office.said()
    assert (shown.blocks, shown.words()) == ([], SHOWN.text)


def kit_buttons(made: list[Block]) -> list[Block]:
    return [each for block in made if block["type"] == "actions" for each in block["elements"]]

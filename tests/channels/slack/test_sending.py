"""A message at Slack arrives as it was meant, once, in its thread; what goes wrong says what to do next."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from integrations.channels import base
from integrations.channels.base import Button, Outbound
from integrations.channels.slack.addresses import Address, Spot
from integrations.channels.slack.api import Slack
from integrations.channels.slack.errors import AGAIN, NOBODY, PERHAPS
from integrations.channels.slack.sending import SlackChannel
from integrations.standins.slack.refusing import BURST
from tests.channels.cases import MONDAY
from tests.channels.slack.at_slack import BEN, HELLO, OFFER, RITA, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def refusal(code: str, **more: Any) -> dict[str, Any]:
    return {"ok": False, "error": code, **more}


async def given(token: str) -> str:
    return token


# What arrives


async def test_a_message_arrives_in_the_conversation_of_the_two_and_is_called_by_its_place(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    (shown,) = office.said()
    assert (shown.words(), sent.vendor_id, sent.also) == (HELLO.text, f"DRITA:{shown.ts}", ())


@pytest.mark.parametrize(
    "text", ["*bold* _it_ ~no~ `c`", "<b>Ana & Ben</b>", "<!channel> <@UANA> :tada:", "&amp; &lt;"]
)
async def test_no_sign_in_a_name_is_taken_for_markup_and_nobody_is_called_by_accident(
    office: Office, text: str
) -> None:
    await office.channel.send(replace(HELLO, text=text))
    (shown,) = office.said()
    assert shown.words() == text
    assert shown.asked["mrkdwn"] is False
    assert not set("<>") & set(shown.asked["text"]), "what notifications show is escaped"


async def test_there_is_always_a_text_for_those_who_do_not_see_the_blocks(office: Office) -> None:
    await office.channel.send(OFFER)
    assert office.said()[0].asked["text"] == "Which one?"


async def test_an_address_becomes_a_link_and_slack_does_not_open_it_to_show_what_is_there(office: Office) -> None:
    await office.channel.send(replace(HELLO, text="Pick here: https://firm.example/p/one-persons-secret. Thank you!"))
    (shown,) = office.said()
    links = [each for each in shown.blocks[0]["elements"][0]["elements"] if each["type"] == "link"]
    assert links == [{"type": "link", "url": "https://firm.example/p/one-persons-secret"}]
    assert (shown.asked["unfurl_links"], shown.asked["unfurl_media"]) == (False, False)
    assert shown.words().endswith("secret. Thank you!")


async def test_our_lists_have_dots_as_slack_shows_them(office: Office) -> None:
    await office.channel.send(replace(HELLO, text="Still open:\n- Ana\n- Ben"))
    assert office.said()[0].words() == "Still open:\n• Ana\n• Ben"


async def test_buttons_carry_their_ids(office: Office) -> None:
    await office.channel.send(OFFER)
    shown = [(each["text"]["text"], each["value"]) for each in office.said()[0].buttons()]
    assert shown == [(button.label, button.id) for button in OFFER.buttons]


async def test_a_label_over_75_characters_is_cut_and_two_do_not_become_alike(office: Office) -> None:
    long = "A conversation with everybody in the platform team and the one next to it at "
    await office.channel.send(replace(OFFER, buttons=(Button("a", long + "10:00"), Button("b", long + "15:00"))))
    labels = [each["text"]["text"] for each in office.said()[0].buttons()]
    assert len(set(labels)) == 2
    assert all(len(label) <= 75 for label in labels)


async def test_a_long_text_goes_in_pieces_with_the_buttons_below_the_last(office: Office) -> None:
    text = " ".join(["See you there."] * 400)
    sent = await office.channel.send(replace(OFFER, text=text))
    *before, last = office.said()
    assert len(before) == len(sent.also) == 1
    assert " ".join(each.words() for each in (*before, last)) == text
    assert [len(each.buttons()) for each in (*before, last)] == [0, 2]


async def test_blocks_each_legal_but_together_too_long_go_as_numbered_lines(office: Office) -> None:
    many = tuple(Button(f"{number:02d}" + "x" * 700, f"Choice {number}") for number in range(25))
    await office.channel.send(replace(OFFER, buttons=many))
    (shown,) = office.said()
    assert shown.blocks == []
    assert "25. Choice 24" in shown.words()


async def test_what_slack_finds_too_long_all_the_same_goes_as_plain_text(office: Office) -> None:
    office.slack.mishaps.refuse(200, refusal("msg_blocks_too_long"), on="POST /api/chat.postMessage")
    await office.channel.send(OFFER)
    (shown,) = office.said()
    assert shown.blocks == []
    assert shown.words().splitlines() == ["Which one?", "", "1. Tue 3 March, 10:00", "2. Wed 4 March, 15:00"]


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_a_message_without_words_is_refused(office: Office, text: str) -> None:
    with pytest.raises(base.Refused):
        await office.channel.send(replace(HELLO, text=text))


# Threads


async def test_a_negotiation_has_one_thread_however_much_is_said_in_it(office: Office) -> None:
    first = await office.channel.send(HELLO)
    second = await office.channel.send(replace(OFFER, answers=("Ev00000001", first.vendor_id)))
    third = await office.channel.send(replace(HELLO, key="3", answers=(first.vendor_id, "Ev2", second.vendor_id)))
    one, two, three = office.said()
    assert (one.thread, two.thread, three.thread) == (None, one.ts, one.ts)
    assert str(Spot("DRITA", three.ts)) == third.vendor_id


async def test_a_threads_name_is_text_to_its_last_digit(office: Office) -> None:
    ts = "1772438400.000100"  # as a float it would end in .0001
    await office.channel.send(replace(HELLO, answers=(f"DRITA:{ts}",)))
    assert office.said()[0].thread == ts


async def test_a_thread_of_another_conversation_is_none_of_theirs(office: Office) -> None:
    await office.channel.send(replace(HELLO, answers=("C1:1772438400.000100", "DBEN:1772438400.000200")))
    assert office.said()[0].thread is None


async def test_below_a_mention_the_answer_goes_where_it_was_asked(office: Office) -> None:
    office.slack.mention(RITA, "who do we wait for?")
    mention = await office.heard()
    assert mention.thread
    spot = Spot.read(mention.thread)
    assert spot
    await office.channel.send(replace(HELLO, to=f"T1:{spot.channel}", answers=(mention.thread,)))
    assert [(each.channel, each.thread) for each in office.space.said("C1")] == [("C1", spot.ts)]


# Addresses


async def test_a_conversation_is_opened_once_and_then_known(office: Office) -> None:
    for number in range(3):
        await office.channel.send(replace(HELLO, key=str(number)))
    assert [method for method, _ in office.slack.asked].count("conversations.open") == 1


@pytest.mark.parametrize("to", ["", "URITA", "T1", "T1:", "T1:rita", "T1:URITA:x", "rita@acme.example", "T1:URITA\n"])
async def test_an_address_is_a_workspace_and_a_person(office: Office, to: str) -> None:
    with pytest.raises(base.BadAddress):
        await office.channel.send(replace(HELLO, to=to))
    assert office.slack.asked == []


async def test_each_workspace_is_written_to_with_its_own_token(office: Office) -> None:
    other = office.slack.workspace("T2", "Globex")
    other.meet(RITA, "Another Rita")
    await office.channel.send(replace(HELLO, to=f"T2:{RITA}"))
    assert (len(other.said("DRITA")), office.said()) == (1, [])


async def test_a_workspace_that_never_let_us_in_is_nobodys_fault_but_ours(office: Office) -> None:
    with pytest.raises(base.Refused) as caught:
        await office.channel.send(replace(HELLO, to="T9:URITA"))
    assert caught.value.code == "not_installed"


@pytest.mark.parametrize("gone", ["deactivated before", "deactivated since", "never there"])
async def test_whoever_is_not_there_any_more_is_a_bad_address(office: Office, gone: str) -> None:
    if gone == "deactivated since":
        await office.channel.send(HELLO)
    office.rita.deactivated = gone != "never there"
    with pytest.raises(base.BadAddress):
        await office.channel.send(HELLO if gone != "never there" else replace(HELLO, to="T1:UNOBODY"))


@pytest.mark.parametrize("trouble", ["archived", "without us", "unknown"])
async def test_a_channel_we_cannot_write_to_is_a_bad_address(office: Office, trouble: str) -> None:
    office.space.channels["C1"].archived = trouble == "archived"
    office.space.channels["C1"].has_bot = trouble != "without us"
    with pytest.raises(base.BadAddress):
        await office.channel.send(replace(HELLO, to="T1:C9" if trouble == "unknown" else "T1:C1"))


# What does not work


# We were sent away, or our key is no longer good.
KEYS = {"account_inactive", "token_revoked", "invalid_auth", "not_authed"}
OTHERS = {"restricted_action", "made_up_next_year"}


@pytest.mark.parametrize("code", sorted(NOBODY | AGAIN | PERHAPS | KEYS | OTHERS))
async def test_slacks_words_are_sorted_into_again_perhaps_never_and_nobody_there(office: Office, code: str) -> None:
    await office.channel.send(HELLO)  # the conversation is open by then
    office.slack.mishaps.refuse(200, refusal(code))
    with pytest.raises(base.ChannelError) as caught:
        await office.channel.send(HELLO)
    wanted: type[base.ChannelError] = base.KeyRefused if code in KEYS else base.Refused
    for codes, kind in ((NOBODY, base.BadAddress), (AGAIN, base.Temporary), (PERHAPS, base.Unanswered)):
        wanted = kind if code in codes else wanted
    assert (type(caught.value), caught.value.code) == (wanted, code)
    assert len(office.said()) == 1


async def test_throttled_it_waits_as_long_as_slack_says_and_repeats_nothing_by_itself(office: Office) -> None:
    for number in range(BURST):
        await office.channel.send(replace(HELLO, key=str(number)))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert (caught.value.code, caught.value.retry_after) == ("ratelimited", timedelta(seconds=1))
    assert not isinstance(caught.value, base.Unanswered)
    assert len(office.said()) == BURST
    office.clock.passes(seconds=1)
    await office.channel.send(HELLO)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "service_unavailable", base.Temporary),
        (500, "fatal_error", base.Unanswered),
        (500, "made_up_next_year", base.Temporary),
        (429, "made_up_next_year", base.Temporary),
        (403, "made_up_next_year", base.Refused),
    ],
)
async def test_where_slacks_word_is_new_its_status_counts(
    office: Office, status: int, code: str, kind: type[base.ChannelError]
) -> None:
    await office.channel.send(HELLO)
    office.slack.mishaps.refuse(status, refusal(code))
    with pytest.raises(base.ChannelError) as caught:
        await office.channel.send(HELLO)
    assert type(caught.value) is kind


async def test_another_conversation_is_not_slowed_down_by_a_busy_one(office: Office) -> None:
    for number in range(BURST):
        await office.channel.send(replace(HELLO, key=str(number)))
    await office.channel.send(replace(HELLO, to=f"T1:{BEN}"))


async def test_a_connection_that_breaks_is_not_tried_again_behind_our_back(office: Office) -> None:
    """The SDK's own way is to send it once more."""
    asked = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = SlackChannel(Slack(lambda team: given("xoxb-1"), office.clock, f"http://127.0.0.1:{port}/api/"))
    with pytest.raises(base.Unanswered):
        await channel.send(replace(HELLO, to="T1:C1"))
    assert asked == [b"POST /api/chat.postMessage HTTP/1.1\r\n"]
    await channel.close()
    server.close()


async def test_when_no_conversation_could_be_opened_nothing_is_out(office: Office) -> None:
    office.slack.mishaps.lose(on="POST /api/conversations.open")
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)


async def test_of_signs_that_take_much_room_the_buttons_still_stand_below_the_last_piece_alone(office: Office) -> None:
    sent = await office.channel.send(replace(OFFER, text="\x01" * 2_990 + " " + "\x01" * 2_990))
    *before, last = office.said()
    assert len(before) == len(sent.also) == 1
    assert ("1. Tue" in before[0].words(), "1. Tue" in last.words()) == (False, True)


async def test_after_a_lost_answer_the_message_is_found_again_by_its_key(office: Office) -> None:
    office.slack.mishaps.lose(on="POST /api/chat.postMessage")
    with pytest.raises(base.Unanswered):
        await office.channel.send(HELLO)
    found = await office.channel.look_up(HELLO, MONDAY)
    assert found == base.Sent(f"DRITA:{office.said()[0].ts}")
    assert await office.channel.look_up(OFFER, MONDAY) is None


async def test_in_a_thread_it_is_found_too_and_behind_many_others(office: Office) -> None:
    first = await office.channel.send(HELLO)
    for number in range(40):
        office.clock.passes(seconds=1)
        await office.channel.send(replace(HELLO, key=f"other:{number}", answers=(first.vendor_id,)))
    message = replace(OFFER, answers=(first.vendor_id,))
    office.clock.passes(seconds=1)
    sent = await office.channel.send(message)
    assert await office.channel.look_up(message, MONDAY) == sent
    assert await office.channel.look_up(message, office.clock() + timedelta(minutes=5)) is None, "it is older than that"


async def test_it_is_found_though_slacks_clock_and_ours_are_a_minute_apart(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    assert await office.channel.look_up(HELLO, MONDAY + timedelta(minutes=1)) == sent


async def test_what_began_the_thread_is_found_even_when_the_thread_goes_on_by_now(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    other = await office.channel.send(OFFER)
    assert await office.channel.look_up(replace(HELLO, answers=(other.vendor_id,)), MONDAY) == sent


async def test_where_somebody_deleted_what_began_the_thread_it_is_still_found_or_not(office: Office) -> None:
    first = await office.channel.send(HELLO)
    shown = office.said()[0]
    del office.space.messages[shown.channel, shown.ts]
    assert await office.channel.look_up(replace(OFFER, answers=(first.vendor_id,)), MONDAY) is None


async def test_behind_too_many_others_nobody_says_that_it_was_never_sent(office: Office) -> None:
    for number in range(80):
        office.clock.passes(seconds=1)
        await office.channel.send(replace(HELLO, key=f"other:{number}"))
    with pytest.raises(base.Temporary):
        await office.channel.look_up(OFFER, MONDAY)


async def test_of_a_long_message_it_counts_as_out_only_when_all_of_it_is(office: Office) -> None:
    long = replace(HELLO, text="A sentence. " * 500)
    sent = await office.channel.send(long)
    assert await office.channel.look_up(long, MONDAY) == sent
    first = office.said()[0]
    del office.space.messages[first.channel, first.ts]
    assert await office.channel.look_up(long, MONDAY) is None


async def test_when_only_half_of_a_long_message_went_out_nobody_believes_that_none_did(office: Office) -> None:
    for number in range(BURST - 1):
        await office.channel.send(replace(HELLO, key=str(number)))
    with pytest.raises(base.Unanswered) as caught:
        await office.channel.send(replace(HELLO, text="A sentence. " * 500))
    assert caught.value.retry_after == timedelta(seconds=1)


async def test_a_server_that_dawdles_leaves_it_open(office: Office) -> None:
    await office.channel.send(HELLO)

    hasty = SlackChannel(
        Slack(lambda team: given(office.space.token), office.clock, office.api, timedelta(seconds=0.2))
    )
    office.slack.mishaps.dawdle(0.4)
    with pytest.raises(base.Unanswered):
        await hasty.send(replace(HELLO, to="T1:C1"))
    await hasty.close()


async def test_where_nobody_listens_nothing_left_the_house(office: Office) -> None:
    channel = SlackChannel(Slack(lambda team: given("xoxb-1"), office.clock, "http://127.0.0.1:9/api/"))
    with pytest.raises(base.Temporary) as caught:
        await channel.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)
    await channel.close()


@pytest.mark.parametrize("body", ["hello", {}, [], None, {"ok": True}, {"ok": True, "channel": "DRITA", "ts": 1.5}, 7])
async def test_an_answer_that_is_none_is_no_answer(office: Office, body: object) -> None:
    await office.channel.send(HELLO)
    office.slack.mishaps.refuse(200, body)
    with pytest.raises(base.Unanswered):
        await office.channel.send(HELLO)


@pytest.mark.parametrize(("status", "kind"), [(502, base.Temporary), (404, base.Refused), (200, base.Unanswered)])
async def test_a_proxy_that_answers_in_slacks_place_is_no_crash(
    office: Office, status: int, kind: type[base.ChannelError]
) -> None:
    await office.channel.send(HELLO)
    for media in ("text/html", "text/plain", "application/json"):
        office.slack.mishaps.answer(partial(PlainTextResponse, "<html>", status, media_type=media))
        with pytest.raises(base.ChannelError) as caught:
            await office.channel.send(HELLO)
        assert type(caught.value) is kind


async def test_neither_tokens_nor_words_are_logged_whatever_happens(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await office.channel.send(replace(HELLO, text="canary"))
    office.slack.mishaps.answer(lambda: PlainTextResponse("not JSON but canary", 200, media_type="application/json"))
    with pytest.raises(base.Unanswered) as caught:
        await office.channel.send(replace(HELLO, text="canary"))
    assert caught.value.__suppress_context__, "the SDK's own words would show in a traceback"
    assert "canary" not in caplog.text
    assert office.space.token not in caplog.text


async def test_what_goes_to_slack_beside_the_words_is_ids_alone(office: Office) -> None:
    await office.channel.send(OFFER)
    metadata = office.said()[0].metadata
    assert json.loads(json.dumps(metadata)) == {
        "event_type": "askarsan_message",
        "event_payload": {"key": "offer:1", "part": 0},
    }


async def test_an_address_is_written_as_it_is_read() -> None:
    assert str(Address.read(TO_RITA)) == TO_RITA
    assert Spot.read("C1:1.5") is None
    assert Outbound("k", TO_RITA, "x").to == TO_RITA

"""A message to Telegram arrives as it was meant, once; what goes wrong says what to do next."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.channels import base
from integrations.channels.base import Button, Outbound, Unit
from integrations.channels.fitting import length
from integrations.channels.telegram.api import Account, Api
from integrations.channels.telegram.buttons import data_for
from integrations.channels.telegram.sending import TelegramChannel
from integrations.standins.telegram.rules import BURST
from tests.channels.telegram.at_telegram import ANA, OFFER, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

HELLO = Outbound(key="hello", to=str(ANA), text="Hello Ana")


def refusal(status: int, words: str, **parameters: int) -> dict[str, object]:
    more = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": status, "description": words, **more}


# What arrives


async def test_a_message_arrives_and_has_an_id_of_its_own_chat(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    (shown,) = office.said()
    assert (sent.vendor_id, sent.also, shown.text) == (f"{ANA}/{shown.id}", (), "Hello Ana")


async def test_buttons_stand_one_below_the_other_and_carry_their_ids(office: Office) -> None:
    await office.channel.send(OFFER)
    (shown,) = office.said()
    assert [[(each["text"], each["callback_data"]) for each in row] for row in shown.buttons] == [
        [(button.label, button.id)] for button in OFFER.buttons
    ]


@pytest.mark.parametrize("text", ["1. Tue (10:00) - *ok*!", "<b>Ana & Ben</b>", "a_b [c](d) `e` #1 +351"])
async def test_no_sign_in_a_name_or_a_time_is_taken_for_markdown(office: Office, text: str) -> None:
    await office.channel.send(replace(HELLO, text=text))
    assert [shown.text for shown in office.said()] == [text]


async def test_telegram_does_not_open_a_link_that_is_for_one_persons_eyes(office: Office) -> None:
    await office.channel.send(replace(HELLO, text="Pick here: https://firm.example/p/one-persons-secret"))
    (shown,) = office.said()
    assert shown.fields["link_preview_options"] == {"is_disabled": True}


async def test_a_text_of_emoji_is_measured_as_telegram_measures_it(office: Office) -> None:
    text = " ".join(["See you there 👋🏽."] * 400)
    sent = await office.channel.send(replace(OFFER, text=text))
    *before, last = office.said()
    assert len(before) == len(sent.also) > 0
    assert all(length(each.text, Unit.UTF16) <= 4_096 for each in (*before, last))
    assert " ".join(each.text for each in (*before, last)) == text
    assert [bool(each.buttons) for each in before] == [False] * len(before), "buttons stand below the end"
    assert len(last.buttons) == 2


async def test_a_button_whose_id_is_over_64_bytes_carries_a_hash_that_any_process_finds_again(office: Office) -> None:
    ids = [f"negotiation_{'é' * 20}@2026-03-0{day}T10:00:00+00:00" for day in (3, 4)]
    await office.channel.send(replace(OFFER, buttons=tuple(Button(each, each[-20:]) for each in ids)))
    carried = [row[0]["callback_data"] for row in office.said()[0].buttons]
    assert carried == [data_for(each) for each in ids]
    assert len(set(carried)) == 2
    assert all(len(data.encode()) <= 64 for data in carried)


async def test_labels_cut_to_the_width_of_a_phone_do_not_become_alike(office: Office) -> None:
    long = "A conversation with the whole of the platform team at "
    await office.channel.send(replace(OFFER, buttons=(Button("a", long + "10:00"), Button("b", long + "15:00"))))
    labels = [row[0]["text"] for row in office.said()[0].buttons]
    assert len(set(labels)) == 2
    assert all(len(label) <= 40 for label in labels)


# What does not


async def test_throttled_it_waits_as_long_as_the_body_says_and_sends_nothing_again_by_itself(office: Office) -> None:
    for number in range(BURST):
        await office.channel.send(replace(HELLO, text=f"{number}"))
    asked = len(office.telegram.asked)
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert (caught.value.code, caught.value.retry_after) == ("429", timedelta(seconds=1))
    assert not isinstance(caught.value, base.Unanswered)
    assert len(office.telegram.asked) == asked + 1
    office.clock.passes(seconds=1)
    await office.channel.send(HELLO)


async def test_thirty_a_second_in_all_are_let_through_and_no_more(office: Office) -> None:
    for chat in range(1_000, 1_031):
        office.chats.meet(chat).started = True
    for chat in range(1_000, 1_030):
        await office.channel.send(replace(HELLO, to=str(chat)))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(replace(HELLO, to="1030"))
    assert caught.value.retry_after == timedelta(seconds=1)


@pytest.mark.parametrize("asked", [-5, 10**12])
async def test_an_odd_wait_is_bounded_and_never_a_crash(office: Office, asked: int) -> None:
    office.telegram.mishaps.refuse(429, refusal(429, "Too Many Requests", retry_after=asked))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert caught.value.retry_after in (timedelta(), timedelta(days=1))


async def test_who_blocked_the_bot_has_opted_out_there(office: Office) -> None:
    office.chats.block(ANA)
    with pytest.raises(base.OptedOut):
        await office.channel.send(HELLO)


async def test_a_deleted_account_is_a_bad_address_and_no_opt_out(office: Office) -> None:
    office.chats.deactivate(ANA)
    with pytest.raises(base.BadAddress):
        await office.channel.send(HELLO)


async def test_nobody_can_be_written_to_who_never_pressed_start(office: Office) -> None:
    assert not office.channel.abilities.opens
    office.chats.meet(777, "Never Wrote")
    with pytest.raises(base.BadAddress):
        await office.channel.send(replace(HELLO, to="777"))


@pytest.mark.parametrize("to", ["999", "@ana", "ana@acme.example", "", "12 34", "٣٣"])
async def test_a_chat_that_is_not_there_is_a_bad_address(office: Office, to: str) -> None:
    with pytest.raises(base.BadAddress):
        await office.channel.send(replace(HELLO, to=to))


async def test_a_group_that_became_a_supergroup_says_where_to_write_instead(office: Office) -> None:
    office.chats.found(-44)
    office.chats.move(-44, -100_200)
    with pytest.raises(base.Moved) as caught:
        await office.channel.send(replace(HELLO, to="-44"))
    assert isinstance(caught.value, base.BadAddress), "who knows nothing of moving gives the old address up"
    await office.channel.send(replace(HELLO, to=caught.value.to))
    assert [shown.text for shown in office.said(-100_200)] == ["Hello Ana"]


async def test_a_ban_that_comes_and_goes_gives_no_address_up(office: Office) -> None:
    office.telegram.mishaps.refuse(403, refusal(403, "Forbidden: bot can't send messages to the user"))
    with pytest.raises(base.Permanent) as caught:
        await office.channel.send(HELLO)
    assert type(caught.value) is base.Refused


async def test_a_wrong_token_is_nobodys_fault_but_ours(office: Office) -> None:
    api = Api(Account("110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", office.url))
    channel = TelegramChannel(api, office.channel.abilities)
    with pytest.raises(base.KeyRefused) as caught:
        await channel.send(HELLO)
    assert caught.value.code == "401"
    await channel.close()


@pytest.mark.parametrize("text", ["", "  \n ", " " * 9_000])
async def test_a_message_without_words_is_refused(office: Office, text: str) -> None:
    with pytest.raises(base.Refused):
        await office.channel.send(replace(HELLO, text=text))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_when_telegram_is_out_of_order_it_is_tried_later(office: Office, status: int) -> None:
    office.telegram.mishaps.refuse(status, refusal(status, "Internal Server Error"))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert type(caught.value) is base.Temporary
    await office.channel.send(HELLO)


@pytest.mark.parametrize("body", ["<html>", [], {"description": 5}, {"parameters": {"retry_after": 7}}])
async def test_a_proxy_that_answers_in_telegrams_place_is_no_crash(office: Office, body: object) -> None:
    office.telegram.mishaps.refuse(502, body)
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert caught.value.code == "502"


async def test_an_answer_lost_on_the_way_leaves_open_whether_the_message_is_out(office: Office) -> None:
    office.telegram.mishaps.lose()
    with pytest.raises(base.Unanswered):
        await office.channel.send(HELLO)
    assert [shown.text for shown in office.said()] == ["Hello Ana"], "once, and nobody sent it again"


async def test_a_server_that_dawdles_leaves_it_open_too(office: Office) -> None:
    office.telegram.mishaps.dawdle(0.4)
    api = Api(Account(office.telegram.token, office.url, patience=timedelta(seconds=0.1)))
    channel = TelegramChannel(api, office.channel.abilities)
    with pytest.raises(base.Unanswered):
        await channel.send(HELLO)
    await channel.close()


@pytest.mark.parametrize("body", ["hello", {}, {"ok": True}, {"ok": True, "result": {}}, {"ok": True, "result": 7}])
async def test_an_answer_that_is_none_is_no_answer(office: Office, body: object) -> None:
    office.telegram.mishaps.refuse(200, body)
    with pytest.raises(base.Unanswered):
        await office.channel.send(HELLO)


async def test_when_only_half_of_a_long_message_went_out_nobody_believes_that_none_did(office: Office) -> None:
    for number in range(BURST - 1):
        await office.channel.send(replace(HELLO, text=f"{number}"))
    with pytest.raises(base.Unanswered) as caught:
        await office.channel.send(replace(HELLO, text="A sentence. " * 500))
    assert caught.value.retry_after == timedelta(seconds=1)


async def test_where_nobody_listens_nothing_left_the_house() -> None:
    api = Api(Account("1:key", "http://127.0.0.1:9"))
    channel = TelegramChannel(api, base.Abilities())
    with pytest.raises(base.Temporary) as caught:
        await channel.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)
    await channel.close()


@pytest.mark.parametrize("body", [None, "not what Telegram says, but Hello Ana", {"ok": True, "result": {}}])
async def test_neither_the_token_nor_what_was_written_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture, body: object
) -> None:
    caplog.set_level(logging.DEBUG)
    if body:
        office.telegram.mishaps.refuse(200, body)
        with pytest.raises(base.Unanswered) as caught:
            await office.channel.send(HELLO)
        assert caught.value.__suppress_context__, "the SDK's own words would show in a traceback"
    else:
        await office.channel.send(HELLO)
    for private in (office.telegram.token, HELLO.text, "AAHdqTcvCH1v"):
        assert private not in caplog.text
        assert private not in repr(Account(office.telegram.token))


@pytest.mark.parametrize(
    ("token", "url"), [("", "https://x"), ("abc", "https://x"), ("a:b", "https://x"), ("1:b", "ftp://x")]
)
async def test_a_bot_that_could_not_work_is_not_made(token: str, url: str) -> None:
    with pytest.raises(ValueError, match=r"<number>:<key>|https://"):
        Account(token, url)

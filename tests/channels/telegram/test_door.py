"""What people write, press and do in Telegram reaches us once, as it was, and from nobody but Telegram."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from integrations.channels.base import BadMessage, BadSignature, Inbound, Knock, Unknown, Wish
from integrations.channels.telegram.buttons import data_for
from integrations.channels.telegram.door import SECRET as HEADER
from integrations.channels.telegram.door import TelegramDoor
from integrations.channels.telegram.starting import LASTS, start_link
from tests.channels.telegram.at_telegram import ANA, BEN, MONDAY, OFFER, SECRET, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON = "person_AbCdEf-h_jKlMnOp"


async def heard(office: Office) -> Inbound:
    """The one message that has come by now."""
    assert await office.telegram.deliver() == [200]
    (message,) = office.hall.messages
    return message


def told(office: Office, update: dict[str, Any]) -> Inbound | Unknown:
    """What the door makes of an update that no well-behaved Telegram would send."""
    (found,) = office.door.read(Knock("", {}, json.dumps(update).encode())).told
    assert isinstance(found, Inbound | Unknown)
    return found


def message(**fields: Any) -> dict[str, Any]:
    chat = {"id": ANA, "type": "private", "first_name": "Ana"}
    return {"update_id": 9, "message": {"message_id": 1, "date": 1_772_438_400, "chat": chat, "text": "hi"} | fields}


# Who may knock


@pytest.mark.parametrize("given", ["", "wrong", SECRET.upper(), SECRET + "x", SECRET[:-1], "é", "\x00"])
async def test_without_the_secret_nobody_is_let_in(office: Office, given: str) -> None:
    async with httpx2.AsyncClient() as client:
        headers = [(HEADER.encode(), given.encode("utf-8").replace(b"\x00", b""))]
        answer = await client.post(office.hall.url, headers=headers, content=json.dumps(message()))
    assert (answer.status_code, office.hall.kept) == (401, {})


async def test_without_any_header_nobody_is_let_in(office: Office) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.post(office.hall.url, json=message())).status_code == 401


async def test_a_door_without_a_secret_lets_nobody_in() -> None:
    with pytest.raises(BadSignature, match="no secret"):
        await TelegramDoor("", lambda: MONDAY).verify(Knock("", {HEADER.lower(): ""}, b"{}"))


# What people write


async def test_a_message_comes_with_who_wrote_it_and_when(office: Office) -> None:
    update = office.chats.write(ANA, "Tuesday after 3")
    assert await heard(office) == Inbound(
        str(update), "telegram", str(ANA), "Tuesday after 3", at=MONDAY, name="Ana Silva"
    )


async def test_a_message_told_twice_is_kept_once(office: Office) -> None:
    office.chats.write(ANA, "Tuesday after 3")
    (update,) = office.chats.waiting()
    assert await office.telegram.knock(update) == await office.telegram.knock(update) == 200
    assert len(office.hall.knocks) == 2
    assert len(office.hall.messages) == 1


async def test_what_we_could_not_keep_comes_again_until_we_can(office: Office) -> None:
    office.chats.write(ANA, "Tuesday after 3")
    office.hall.broken = 503
    assert await office.telegram.deliver() == [503]
    office.hall.broken = None
    assert (await heard(office)).text == "Tuesday after 3"
    assert await office.telegram.deliver() == []


async def test_what_waits_longer_than_a_day_is_gone(office: Office) -> None:
    office.chats.write(ANA, "Tuesday after 3")
    office.clock.passes(hours=25)
    assert await office.telegram.deliver() == []


async def test_a_corrected_message_is_one_more_message_under_its_own_id(office: Office) -> None:
    office.chats.write(ANA, "Tuesday")
    await office.telegram.deliver()
    office.clock.passes(minutes=2)
    office.chats.edit(ANA, 1, "Wednesday")
    await office.telegram.deliver()
    first, second = office.hall.messages
    assert (first.text, second.text) == ("Tuesday", "Wednesday")
    assert first.vendor_id != second.vendor_id
    assert second.at == office.clock()


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker"])
async def test_a_picture_or_a_voice_note_is_a_file_that_nobody_looks_at(office: Office, kind: str) -> None:
    office.chats.write(ANA, "", file=kind)
    message = await heard(office)
    assert (message.text, message.files) == ("", 1)


async def test_words_below_a_picture_are_read(office: Office) -> None:
    office.chats.write(ANA, "Tuesday works", file="photo")
    message = await heard(office)
    assert (message.text, message.files) == ("Tuesday works", 1)


async def test_a_command_is_a_word_with_a_slash(office: Office) -> None:
    office.chats.write(ANA, "/stop")
    message = await heard(office)
    assert (message.text, message.wish) == ("stop", None), "what it means is not for the door to say"


async def test_in_a_group_nobody_is_answered(office: Office) -> None:
    office.chats.found(-44)
    office.chats.write(ANA, "Tuesday", to=-44)
    await office.telegram.deliver()
    assert (office.hall.messages, office.hall.unknown) == ([], ["message not in private"])


async def test_another_bot_is_never_answered(office: Office) -> None:
    found = told(office, message(**{"from": {"id": 7, "is_bot": True, "first_name": "Robot"}}))
    assert isinstance(found, Inbound)
    assert found.automatic


# What people press


async def test_a_press_says_which_button_and_what_stood_on_it(office: Office) -> None:
    await office.channel.send(OFFER)
    office.chats.press(ANA, office.said()[0].id, "Wed 4 March, 15:00")
    pressed = await heard(office)
    assert (pressed.pressed, pressed.text) == (OFFER.buttons[1].id, "Wed 4 March, 15:00")
    assert (pressed.sender, pressed.name) == (str(ANA), "Ana Silva")


async def test_a_press_below_an_old_message_is_told_apart_from_the_same_words_below_a_new_one(office: Office) -> None:
    newer = replace(OFFER.buttons[0], id=OFFER.buttons[0].id.replace("AbCdEf", "ZyXwVu"))
    await office.channel.send(OFFER)
    await office.channel.send(replace(OFFER, buttons=(newer,)))
    old, new = office.said()
    office.chats.press(ANA, old.id, OFFER.buttons[0].label)
    office.chats.press(ANA, new.id, newer.label)
    await office.telegram.deliver()
    assert [each.pressed for each in office.hall.messages] == [OFFER.buttons[0].id, newer.id]


async def test_a_press_of_a_button_with_a_long_id_is_found_by_comparing(office: Office) -> None:
    button = replace(OFFER.buttons[0], id="x" * 100)
    await office.channel.send(replace(OFFER, buttons=(button,)))
    office.chats.press(ANA, office.said()[0].id, button.label)
    pressed = await heard(office)
    assert (pressed.pressed, pressed.text) == (data_for(button.id), button.label)


async def test_every_press_is_answered_by_the_answer_to_the_webhook_and_waits_for_no_call(office: Office) -> None:
    await office.channel.send(OFFER)
    office.chats.press(ANA, office.said()[0].id, OFFER.buttons[0].label)
    assert office.chats.unanswered
    await heard(office)
    assert office.chats.unanswered == {}
    assert [method for method, _ in office.telegram.asked][-1] == "answerCallbackQuery"


@pytest.mark.parametrize(
    "fields",
    [
        {"data": "x", "message": {"message_id": 1, "date": 0, "chat": {"id": ANA, "type": "private"}}},
        {"data": "x", "inline_message_id": "somewhere else"},
        {"game_short_name": "chess"},
        {"data": "x", "message": {"message_id": 1, "date": 5, "chat": {"id": -44, "type": "group", "title": "G"}}},
        {"data": {}},
        {"message": 7},
    ],
)
async def test_even_a_press_that_cannot_be_read_is_answered(office: Office, fields: dict[str, Any]) -> None:
    person = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    query = {"id": "4242", "from": person, "chat_instance": "1", **fields}
    read = office.door.read(Knock("", {}, json.dumps({"update_id": 9, "callback_query": query}).encode()))
    assert json.loads(read.answer.body) == {"method": "answerCallbackQuery", "callback_query_id": "4242"}
    assert read.answer.content_type == "application/json"


async def test_a_message_too_old_to_be_shown_says_which_button_all_the_same(office: Office) -> None:
    gone = {"message_id": 1, "date": 0, "chat": {"id": ANA, "type": "private"}}
    person = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    query = {"id": "1", "from": person, "chat_instance": "1", "message": gone, "data": OFFER.buttons[0].id}
    found = told(office, {"update_id": 9, "callback_query": query})
    assert isinstance(found, Inbound)
    assert (found.pressed, found.text) == (OFFER.buttons[0].id, "")


async def test_a_press_in_a_group_is_nobodys(office: Office) -> None:
    group = {"message_id": 1, "date": 5, "chat": {"id": -44, "type": "group", "title": "Interviews"}}
    person = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    query = {"id": "1", "from": person, "chat_instance": "1", "message": group, "data": OFFER.buttons[0].id}
    assert told(office, {"update_id": 9, "callback_query": query}) == Unknown("9", "callback_query not in private")


# Who comes and who goes


async def test_who_blocks_the_bot_wants_nothing_more_there(office: Office) -> None:
    office.chats.block(ANA)
    message = await heard(office)
    assert (message.sender, message.text, message.wish) == (str(ANA), "", Wish.OUT)


async def test_who_lets_it_back_in_may_be_written_to_again(office: Office) -> None:
    office.chats.block(ANA)
    office.chats.unblock(ANA)
    await office.telegram.deliver()
    assert [each.wish for each in office.hall.messages] == [Wish.OUT, Wish.IN]


async def test_whoever_presses_start_may_be_written_to(office: Office) -> None:
    office.chats.start(BEN)
    message = await heard(office)
    assert (message.sender, message.text, message.wish, message.person) == (str(BEN), "start", Wish.IN, None)


async def test_a_link_of_ours_says_whose_chat_this_is(office: Office) -> None:
    link = start_link("askarsan_bot", PERSON, SECRET, MONDAY + LASTS)
    payload = parse_qs(urlsplit(link).query)["start"][0]
    office.chats.start(BEN, payload)
    message = await heard(office)
    assert (message.sender, message.person, message.wish) == (str(BEN), PERSON, Wish.IN)
    assert payload not in message.text, "whoever reads along must not be able to use it"


async def test_a_link_that_is_over_opens_the_chat_and_binds_nobody(office: Office) -> None:
    link = start_link("askarsan_bot", PERSON, SECRET, MONDAY + LASTS)
    office.clock.passes(days=15)
    office.chats.start(BEN, parse_qs(urlsplit(link).query)["start"][0])
    message = await heard(office)
    assert (message.person, message.text) == (None, "start")


async def test_only_start_binds_somebody(office: Office) -> None:
    link = start_link("askarsan_bot", PERSON, SECRET, MONDAY + LASTS)
    office.chats.write(BEN, parse_qs(urlsplit(link).query)["start"][0])
    assert (await heard(office)).person is None


async def test_what_becomes_of_the_bot_in_a_group_is_nobodys_wish(office: Office) -> None:
    office.chats.block(ANA)
    (update,) = office.chats.waiting()
    group = {"id": -44, "type": "group", "title": "Interviews"}
    change = {**update["my_chat_member"], "chat": group}
    assert told(office, {"update_id": 9, "my_chat_member": change}) == Unknown("9", "my_chat_member not in private")


async def test_whoever_only_comes_back_has_not_unblocked_anything(office: Office) -> None:
    office.chats.block(ANA)
    office.chats.unblock(ANA)
    _, update = office.chats.waiting()
    was = {**update["my_chat_member"]["old_chat_member"], "status": "left"}
    change = {**update["my_chat_member"], "old_chat_member": was}
    found = told(office, {"update_id": 9, "my_chat_member": change})
    assert found == Unknown("9", "my_chat_member neither in nor out")


# What nobody knows


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"update_id": 9}, "nothing"),
        ({"update_id": 9, "poll_answer": {"poll_id": "1"}}, "poll_answer"),
        ({"update_id": 9, "invented_next_year": {}}, "invented_next_year"),
        ({"update_id": 9, "<script>": {}}, "nothing"),
        ({"update_id": 9, "message": "hello"}, "message unreadable"),
        ({"update_id": 9, "message": []}, "message unreadable"),
        ({"update_id": 9, "message": None}, "message unreadable"),
        (message(date=10**30), "message unreadable"),
        (message(chat={"id": "x", "type": "private"}), "message unreadable"),
        (message(text=5), "message without words"),
        (message(text=None, new_chat_title="x"), "message without words"),
        ({"update_id": 9, "callback_query": {}}, "callback_query unreadable"),
        ({"update_id": 9, "my_chat_member": {"chat": 5}}, "my_chat_member unreadable"),
    ],
)
async def test_what_nobody_knows_is_unknown_under_its_own_id(office: Office, update: dict[str, Any], kind: str) -> None:
    assert told(office, update) == Unknown("9", kind)


async def test_a_field_that_telegram_adds_next_year_is_passed_over(office: Office) -> None:
    found = told(office, message(mood="sunny"))
    assert isinstance(found, Inbound)
    assert found.text == "hi"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"update_id": "9"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 1e99}',
        b'{"update_id": ' + b"9" * 5_000 + b"}",
        b"[" * 1_000_000,
        b'"' + b"x" * 1_000_000,
    ],
    ids=lambda body: f"{body[:20]!r} {len(body)}",
)
async def test_what_is_no_update_at_all_is_said_so(office: Office, body: bytes) -> None:
    with pytest.raises(BadMessage):
        office.door.read(Knock("", {}, body))


async def test_characters_no_database_keeps_are_left_out(office: Office) -> None:
    found = told(office, message(text="a\0b\ud83d"))
    assert isinstance(found, Inbound)
    assert found.text == "ab?"

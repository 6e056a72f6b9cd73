"""Telegram is told where our door is, and says how it goes; on a machine without an address it is asked."""

from datetime import timedelta

import pytest

from integrations.carriers import channels, door
from integrations.channels import base
from integrations.channels.base import Inbound
from integrations.channels.telegram.polling import answer, fetch
from integrations.channels.telegram.set_up import close_door, open_door, troubles, username
from integrations.means import Means, NotMade
from tests.channels.telegram.at_telegram import ANA, MONDAY, OFFER, SECRET, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = timedelta()


async def test_telegram_is_told_where_how_often_and_of_what(office: Office) -> None:
    hook = office.telegram.webhook
    assert hook
    assert (hook.url, hook.secret, hook.connections) == (office.hall.url, SECRET, 40)
    assert office.chats.allowed == ("message", "edited_message", "callback_query", "my_chat_member")


async def test_nothing_is_wrong_where_nothing_is(office: Office) -> None:
    assert await troubles(office.api, office.hall.url, office.clock()) == ()
    assert await username(office.api) == "askarsan_bot"


async def test_a_door_that_answers_with_errors_is_noticed_and_forgotten_after_an_hour(office: Office) -> None:
    office.hall.broken = 500
    office.chats.write(ANA, "hello")
    await office.telegram.deliver()
    (trouble,) = await troubles(office.api, office.hall.url, office.clock())
    assert trouble == (
        "Telegram could not tell us something at 08:00 UTC: Wrong response from the webhook: 500 Internal Server Error"
    )
    office.clock.passes(hours=1)
    assert await troubles(office.api, office.hall.url, office.clock()) == ()


async def test_updates_that_pile_up_are_noticed(office: Office) -> None:
    for number in range(100):
        office.chats.write(ANA, f"{number}")
    assert await troubles(office.api, office.hall.url, office.clock()) == ("100 updates wait at Telegram.",)


async def test_another_address_than_ours_is_noticed(office: Office) -> None:
    elsewhere = "https://firm.example/hooks/telegram"
    assert await troubles(office.api, elsewhere, office.clock()) == (
        f"Telegram knocks at {office.hall.url}, and our door is at {elsewhere}.",
    )
    await close_door(office.api)
    assert await troubles(office.api, elsewhere, office.clock()) == ("Telegram was not told where our door is.",)


async def test_updates_that_somebody_else_switched_off_are_noticed(office: Office) -> None:
    office.chats.allowed = ("message",)
    (trouble,) = await troubles(office.api, office.hall.url, office.clock())
    assert trouble == "Telegram tells nothing of callback_query, edited_message, my_chat_member."


@pytest.mark.parametrize("secret", ["", "with space", "é", "x" * 257])
async def test_a_secret_that_telegram_would_not_send_is_not_set(office: Office, secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        await open_door(office.api, office.hall.url, secret)


async def test_a_port_where_telegram_does_not_knock_is_said_before_it_is_asked(office: Office) -> None:
    asked = len(office.telegram.asked)
    with pytest.raises(ValueError, match="443, 80, 88, 8443"):
        await open_door(office.api, "https://firm.example:8000/hooks/telegram", SECRET)
    assert len(office.telegram.asked) == asked


async def test_an_address_that_telegram_refuses_is_refused(office: Office) -> None:
    office.telegram.local = False
    with pytest.raises(base.Refused):
        await open_door(office.api, "http://firm.example/hooks/telegram", SECRET)


# Where Telegram cannot reach us


async def test_what_was_fetched_is_forgotten_only_with_the_next_offset(office: Office) -> None:
    await close_door(office.api)
    office.chats.write(ANA, "Tuesday")
    office.chats.write(ANA, "or Wednesday")
    first, offset = await fetch(office.api, office.door, None, AT_ONCE)
    again, _ = await fetch(office.api, office.door, None, AT_ONCE)
    assert first == again, "a crash before they were kept loses nothing"
    texts = [told.text for read, _ in first for told in read.told if isinstance(told, Inbound)]
    assert texts == ["Tuesday", "or Wednesday"]
    assert await fetch(office.api, office.door, offset, AT_ONCE) == ([], offset)
    assert office.chats.pending == {}


async def test_a_press_that_was_fetched_is_answered_too(office: Office) -> None:
    await close_door(office.api)
    await office.channel.send(OFFER)
    office.chats.press(ANA, office.said()[0].id, OFFER.buttons[0].label)
    [(read, _)], _ = await fetch(office.api, office.door, None, AT_ONCE)
    assert office.chats.unanswered
    await answer(office.api, read)
    assert office.chats.unanswered == {}
    (pressed,) = read.told
    assert isinstance(pressed, Inbound)
    assert pressed.pressed == OFFER.buttons[0].id


async def test_nobody_fetches_while_telegram_knocks(office: Office) -> None:
    with pytest.raises(base.ChannelError):
        await fetch(office.api, office.door, None, AT_ONCE)


# As the assistant makes it from its settings


@pytest.mark.parametrize("ending", ["", "/", "/bot", "/bot/"])
async def test_a_bot_is_made_from_settings_and_reaches_its_person(office: Office, ending: str) -> None:
    url = office.url + ending
    given = {"telegram_token": office.telegram.token, "telegram_url": url, "telegram_secret": SECRET}
    means = Means(office.clock, given)
    made = channels({"telegram": "telegram"}, means)["telegram"]
    await made.send(OFFER)
    assert [shown.text for shown in office.said()] == [OFFER.text]
    assert door("telegram", means).name == "telegram"
    await made.close()


@pytest.mark.parametrize(
    ("chosen", "given", "words"),
    [
        ("telegram", {}, "Telegram: ASKARSAN_TELEGRAM_TOKEN is not set"),
        ("telegram", {"telegram_token": "nonsense"}, "Telegram: a bot's token reads <number>:<key>"),
        ("whatsapp", {"telegram_token": "1:key"}, "telegram carries no whatsapp"),
    ],
)
async def test_what_is_missing_is_said_by_its_name(chosen: str, given: dict[str, str], words: str) -> None:
    with pytest.raises(NotMade, match=f"^{words}"):
        channels({chosen: "telegram"}, Means(lambda: MONDAY, given))


async def test_a_door_without_a_secret_is_not_opened() -> None:
    with pytest.raises(NotMade, match="ASKARSAN_TELEGRAM_SECRET"):
        door("telegram", Means(lambda: MONDAY))

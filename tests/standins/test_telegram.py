"""The stand-in refuses what Telegram refuses, asked as anybody may ask it, without an SDK between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from integrations.standins.telegram.server import StandInTelegram, web

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANA = 501


@dataclass(frozen=True)
class Asked:
    telegram: StandInTelegram
    client: httpx2.AsyncClient

    async def __call__(self, method: str, token: str = "", **given: Any) -> tuple[int, dict[str, Any]]:
        answer = await self.client.post(f"/bot{token or self.telegram.token}/{method}", data=given)
        return answer.status_code, answer.json()


@pytest.fixture
async def ask() -> AsyncIterator[Asked]:
    telegram = StandInTelegram(lambda: MONDAY)
    telegram.chats.meet(ANA).started = True
    transport = httpx2.ASGITransport(web(telegram))
    async with httpx2.AsyncClient(transport=transport, base_url="http://telegram") as client:
        yield Asked(telegram, client)
    await telegram.close()


def keyboard(*buttons: dict[str, str]) -> str:
    return json.dumps({"inline_keyboard": [list(buttons)]})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": "x" * 4_097}, "message is too long"),
        ({"text": "😀" * 2_049}, "message is too long"),
        ({"text": " "}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": "@ana"}, "invalid chat_id specified"),
        ({"text": "x", "chat_id": "7"}, "chat not found"),
        ({"text": "x", "subject": "hello"}, "unknown parameter subject"),
        ({"text": "10.30", "parse_mode": "MarkdownV2"}, "can't parse entities: Character '.' is reserved"),
        ({"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "x" * 65})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "é" * 33})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard({"text": "a"})}, "can't parse inline keyboard button"),
        ({"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "x", "url": "u"})}, "can't parse"),
        ({"text": "x", "reply_markup": keyboard({"text": " ", "callback_data": "x"})}, "can't parse"),
    ],
)
async def test_a_message_that_is_wrong_is_refused_in_telegrams_words(
    ask: Asked, given: dict[str, str], words: str
) -> None:
    status, told = await ask("sendMessage", **({"chat_id": str(ANA)} | given))
    assert (status, told["ok"], told["error_code"]) == (400, False, 400)
    assert told["description"].startswith(f"Bad Request: {words}")
    assert ask.telegram.chats.said(ANA) == []


async def test_exactly_as_much_as_is_allowed_is_taken(ask: Asked) -> None:
    markup = keyboard({"text": "a", "callback_data": "x" * 64})
    status, told = await ask("sendMessage", chat_id=str(ANA), text="😀" * 2_048, reply_markup=markup)
    assert (status, told["result"]["text"]) == (200, "😀" * 2_048)


@pytest.mark.parametrize(
    ("token", "method", "status"),
    [("1:AAAAAAAAAAAAAAAAAAAAAAAAA", "getMe", 401), ("nonsense", "getMe", 404), ("", "sendFax", 404)],
)
async def test_a_wrong_key_and_a_wrong_method_are_told_apart(ask: Asked, token: str, method: str, status: int) -> None:
    assert (await ask(method, token))[0] == status


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "ftp://x"}, "bad webhook: An HTTPS URL must be provided"),
        ({"url": "https://x", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://x", "max_connections": "101"}, "max_connections is out of range"),
    ],
)
async def test_a_webhook_that_is_wrong_is_refused(ask: Asked, given: dict[str, str], words: str) -> None:
    status, told = await ask("setWebhook", **given)
    assert status == 400
    assert told["description"].startswith(f"Bad Request: {words}")
    assert ask.telegram.webhook is None


async def test_telegrams_own_servers_knock_at_four_ports_by_https(ask: Asked) -> None:
    ask.telegram.local = False
    assert (await ask("setWebhook", url="http://firm.example"))[0] == 400
    assert (await ask("setWebhook", url="https://firm.example:8000"))[0] == 400
    assert (await ask("setWebhook", url="https://firm.example:8443"))[0] == 200


async def test_buttons_can_be_taken_off_once(ask: Asked) -> None:
    markup = keyboard({"text": "a", "callback_data": "x"})
    _, told = await ask("sendMessage", chat_id=str(ANA), text="Which?", reply_markup=markup)
    number = str(told["result"]["message_id"])
    assert (await ask("editMessageReplyMarkup", chat_id=str(ANA), message_id=number))[0] == 200
    again = await ask("editMessageReplyMarkup", chat_id=str(ANA), message_id=number)
    assert again[1]["description"] == "Bad Request: message is not modified"
    other = await ask("editMessageReplyMarkup", chat_id=str(ANA), message_id="99")
    assert other[1]["description"] == "Bad Request: message to edit not found"


async def test_a_press_is_answered_once_and_only_if_it_was_one(ask: Asked) -> None:
    await ask("sendMessage", chat_id=str(ANA), text="?", reply_markup=keyboard({"text": "a", "callback_data": "x"}))
    ask.telegram.chats.press(ANA, 1, "a")
    (query,) = ask.telegram.chats.unanswered
    assert (await ask("answerCallbackQuery", callback_query_id=query))[0] == 200
    assert (await ask("answerCallbackQuery", callback_query_id=query))[0] == 400
    assert (await ask("answerCallbackQuery", callback_query_id="1", text="x" * 201))[0] == 400


async def test_json_is_as_good_as_a_form_unless_it_is_none(ask: Asked) -> None:
    path = f"/bot{ask.telegram.token}/sendMessage"
    good = await ask.client.post(path, json={"chat_id": ANA, "text": "hello"})
    assert good.json()["ok"]
    bad = await ask.client.post(path, content=b"{", headers={"Content-Type": "application/json"})
    assert bad.status_code == 400


async def test_updates_go_up_by_one_and_those_nobody_asked_for_are_not_told(ask: Asked) -> None:
    await ask("getUpdates", allowed_updates='["message"]')
    first = ask.telegram.chats.write(ANA, "hello")
    ask.telegram.chats.block(ANA)
    last = ask.telegram.chats.write(ANA, "again")
    _, told = await ask("getUpdates")
    assert [each["update_id"] for each in told["result"]] == [first, last] == [first, first + 2]

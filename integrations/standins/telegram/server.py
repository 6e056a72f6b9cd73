"""A stand-in for Telegram's Bot API over HTTP, as a server in the firm's own net runs it: its webhook may be local.

POST /bot<token>/<method>, with a form, a multipart form or JSON. Telegram itself passes over what it does not know;
here an unknown field is refused, so that a slip of the pen is seen.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.standins.mishaps import Mishaps, unknown
from integrations.standins.telegram.chats import USUAL, Chats, Shown
from integrations.standins.telegram.rules import No, Pace, bad, json_in, keyboard_in, number_in, text_in

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the header's name
PORTS = (443, 80, 88, 8443)
FIELDS: dict[str, frozenset[str]] = {
    "getMe": frozenset(),
    "sendMessage": frozenset({"chat_id", "text", "parse_mode", "reply_markup", "link_preview_options"}),
    "editMessageReplyMarkup": frozenset({"chat_id", "message_id", "reply_markup"}),
    "answerCallbackQuery": frozenset({"callback_query_id", "text", "show_alert", "cache_time"}),
    "setWebhook": frozenset({"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"}),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset(),
    "getUpdates": frozenset({"offset", "limit", "timeout", "allowed_updates"}),
}


@dataclass
class Webhook:
    url: str
    secret: str
    connections: int
    failed_at: datetime | None = None
    failure: str = ""


@dataclass
class StandInTelegram:
    """One bot with its token, and everybody it may meet."""

    now: Callable[[], datetime]
    token: str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 – nothing is behind it
    username: str = "askarsan_bot"
    local: bool = True  # Telegram's own servers knock at https only
    mishaps: Mishaps = field(default_factory=Mishaps)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # each method with what it was given
    webhook: Webhook | None = None
    chats: Chats = field(init=False)
    pace: Pace = field(init=False)
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.chats = Chats(self.now, self.me())
        self.pace = Pace(self.now)
        self._client = httpx2.AsyncClient(timeout=10, follow_redirects=False, trust_env=False, verify=_everybodys())

    def me(self) -> dict[str, Any]:
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "askARSAN",
            "username": self.username,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    # Knocking

    async def deliver(self) -> list[int]:
        """Tells the webhook what waits, oldest first; what it does not take with 2xx waits on. The statuses."""
        return [await self.knock(update) for update in self.chats.waiting()]

    async def knock(self, update: Mapping[str, Any]) -> int:
        """Tells this one, whether it was taken before or not; 0 where nobody answered."""
        hook = self.webhook
        if hook is None:
            raise ValueError("no webhook is set")
        headers = {"Content-Type": "application/json"} | ({SECRET: hook.secret} if hook.secret else {})
        body = json.dumps(update).encode()
        try:
            answer = await self._client.post(hook.url, content=body, headers=headers)
        except httpx2.TransportError:
            self._failed(hook, "Connection timed out")
            return 0
        if not answer.is_success:
            self._failed(hook, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
            return answer.status_code
        self.chats.pending.pop(update["update_id"], None)
        self._do_as_answered(answer)
        return answer.status_code

    def _failed(self, hook: Webhook, words: str) -> None:
        hook.failed_at, hook.failure = self.now(), words

    def _do_as_answered(self, answer: httpx2.Response) -> None:
        """A method may be called by the answer itself; what becomes of it the bot never learns."""
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return
        match answer.json():
            case {"method": str() as method, **given}:
                try:
                    self._call(method, {str(name): _as_text(value) for name, value in given.items()})
                except No:
                    return

    async def close(self) -> None:
        await self._client.aclose()

    # The Bot API

    async def take(self, request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        try:
            if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]{20,}", token):
                raise No(404, "Not Found")
            if token != self.token:
                raise No(401, "Unauthorized")
            given = await _given(request)
            result = self._call(method, given)
            if method == "getUpdates" and not result:
                result = await self._wait(request, given)
            return JSONResponse({"ok": True, "result": result})
        except No as refusal:
            return refusal.answer()

    async def _wait(self, request: Request, given: dict[str, str]) -> object:
        """Holds the line until there is something to tell, or for as long as it was asked to."""
        loop = asyncio.get_running_loop()
        until = loop.time() + number_in(given, "timeout", 0)
        while not (waiting := self.chats.waiting()) and loop.time() < until:  # noqa: ASYNC110 – anybody may write
            await asyncio.sleep(0.02)
        return waiting

    def _call(self, method: str, given: dict[str, str]) -> object:
        if method not in FIELDS:
            raise No(404, "Not Found: method not found")
        if strange := unknown(given, FIELDS[method]):
            raise bad(f"unknown parameter {strange[0]}")
        self.asked.append((method, given))
        calls: dict[str, Callable[[dict[str, str]], object]] = {
            "getMe": lambda _: self.me(),
            "sendMessage": self._send,
            "editMessageReplyMarkup": self._edit,
            "answerCallbackQuery": self._answer,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self._webhook_info(),
            "getUpdates": self._updates,
        }
        return calls[method](given)

    def _send(self, given: dict[str, str]) -> object:
        text, buttons, chat = text_in(given), keyboard_in(given), self._chat(number_in(given, "chat_id"))
        self.pace.take(chat["id"])
        preview = json_in(given, "link_preview_options", {})
        shown = self.chats.keep(chat, self.me(), text, link_preview_options=preview)
        shown.buttons = buttons
        return shown.told()

    def _chat(self, id: int) -> dict[str, Any]:
        """The chat, if the bot may write there."""
        if group := self.chats.groups.get(id):
            if group.moved_to:
                words = "Bad Request: group chat was upgraded to a supergroup chat"
                raise No(400, words, migrate_to_chat_id=group.moved_to)
            return group.chat()
        person = self.chats.people.get(id)
        if person is None:
            raise bad("chat not found")
        if person.deactivated:
            raise No(403, "Forbidden: user is deactivated")
        if person.blocked:
            raise No(403, "Forbidden: bot was blocked by the user")
        if not person.started:
            raise No(403, "Forbidden: bot can't initiate conversation with a user")
        return person.chat()

    def _edit(self, given: dict[str, str]) -> object:
        chat = self._chat(number_in(given, "chat_id"))
        shown: Shown | None = self.chats.messages.get((chat["id"], number_in(given, "message_id")))
        if shown is None or not shown.sender["is_bot"]:
            raise bad("message to edit not found")
        buttons = keyboard_in(given)
        if buttons == shown.buttons:
            raise bad("message is not modified")
        shown.buttons = buttons
        return shown.told()

    def _answer(self, given: dict[str, str]) -> object:
        if len(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if self.chats.unanswered.pop(given.get("callback_query_id", ""), None) is None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    def _set_webhook(self, given: dict[str, str]) -> object:
        url, secret = given.get("url", ""), given.get("secret_token", "")
        place, connections = urlsplit(url), number_in(given, "max_connections", 40)
        if url and place.scheme != "https" and not (self.local and place.scheme == "http"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not self.local and url and (place.port or 443) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        if not 1 <= connections <= 100:
            raise bad("max_connections is out of range")
        self.chats.allowed = tuple(json_in(given, "allowed_updates", self.chats.allowed)) or USUAL
        self._drop(given)
        self.webhook = Webhook(url, secret, connections) if url else None
        return True

    def _delete_webhook(self, given: dict[str, str]) -> object:
        self._drop(given)
        self.webhook = None
        return True

    def _drop(self, given: Mapping[str, str]) -> None:
        if given.get("drop_pending_updates", "false").lower() == "true":
            self.chats.pending.clear()

    def _webhook_info(self) -> object:
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.chats.waiting()),
        }
        if hook:
            info |= {"max_connections": hook.connections, "allowed_updates": list(self.chats.allowed)}
        if hook and hook.failed_at:
            info |= {"last_error_date": int(hook.failed_at.timestamp()), "last_error_message": hook.failure}
        return info

    def _updates(self, given: dict[str, str]) -> object:
        """What waits from `offset` on; everything below it is forgotten."""
        if self.webhook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise No(409, f"Conflict: {words}")
        self.chats.allowed = tuple(json_in(given, "allowed_updates", self.chats.allowed)) or USUAL
        offset, limit = number_in(given, "offset", 0), number_in(given, "limit", 100)
        for update in [each for each in self.chats.pending if each < offset]:
            del self.chats.pending[update]
        return self.chats.waiting()[:limit]


@lru_cache(maxsize=1)
def _everybodys() -> ssl.SSLContext:
    return httpx2.create_ssl_context()  # a fifth of a second, which not every stand-in has to take


async def _given(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/json":
        try:
            return {name: _as_text(value) for name, value in (await request.json()).items()}
        except (ValueError, AttributeError):
            raise bad("can't parse JSON object") from None
    async with request.form() as form:
        return {name: str(value) for name, value in form.items()}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def web(telegram: StandInTelegram) -> Starlette:
    async def take(request: Request) -> Response:
        return await telegram.mishaps.around(request, lambda: telegram.take(request))

    return Starlette(routes=[Route("/bot{token}/{method}", take, methods=["GET", "POST"])])

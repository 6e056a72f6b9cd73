"""What Telegram refuses, in its own words."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

LONGEST = 4_096  # UTF-16 units, the strictest that "characters" can mean
LONGEST_DATA = 64  # bytes
ACTIONS = frozenset({"callback_data", "url", "web_app", "login_url", "switch_inline_query", "pay", "copy_text"})
RESERVED = re.compile(r"(?<!\\)[_*\[\]()~`>#+\-=|{}.!]")  # unescaped in MarkdownV2

IN_ALL = 30  # messages a second
IN_ONE_CHAT = 1
BURST = 5  # so many to one chat at once are let through


class No(Exception):
    """Telegram's answer where it does not do what was asked."""

    def __init__(self, status: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameters = parameters

    def answer(self) -> Response:
        more = {"parameters": self.parameters} if self.parameters else {}
        body = {"ok": False, "error_code": self.status, "description": self.words, **more}
        return JSONResponse(body, self.status)


def bad(words: str) -> No:
    return No(400, f"Bad Request: {words}")


def text_in(given: Mapping[str, str]) -> str:
    text = given.get("text", "").strip()
    if not text:
        raise bad("message text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise bad("message is too long")
    mode = given.get("parse_mode")
    if mode == "MarkdownV2" and (found := RESERVED.search(text)):
        sign = found[0]
        raise bad(f"can't parse entities: Character '{sign}' is reserved and must be escaped with the preceding '\\'")
    if mode not in (None, "MarkdownV2"):
        raise bad("unsupported parse_mode")
    return text


def keyboard_in(given: Mapping[str, str]) -> list[list[dict[str, str]]]:
    markup = json_in(given, "reply_markup", {})
    match markup:
        case {"inline_keyboard": list() as rows} if len(markup) == 1:
            for button in (button for row in rows for button in row):
                _check(button)
            return [list(row) for row in rows if row]
        case {} if not markup:
            return []
    raise bad("object expected as reply markup")


def _check(button: Mapping[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if len(ACTIONS & set(button)) != 1 or set(button) - ACTIONS - {"text"}:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")


def json_in(given: Mapping[str, str], name: str, default: object) -> Any:
    try:
        return json.loads(given[name]) if name in given else default
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def number_in(given: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = given.get(name, "")
    if re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if default is None or value:
        raise bad(f"invalid {name} specified" if value else f"{name} is empty")
    return default


@dataclass
class Pace:
    """Thirty messages a second in all and one a second to each chat, after a few at once."""

    now: Callable[[], datetime]
    _all: deque[datetime] = field(default_factory=deque, init=False)
    _free: dict[int, datetime] = field(default_factory=dict, init=False)  # when a chat's burst would be used up no more

    def take(self, chat: int) -> None:
        now, second = self.now(), timedelta(seconds=1)
        while self._all and now - self._all[0] >= second:
            self._all.popleft()
        if len(self._all) >= IN_ALL:
            self._refuse(second - (now - self._all[0]))
        free = max(self._free.get(chat, now), now)
        ahead = free - now - (BURST - 1) * second / IN_ONE_CHAT
        if ahead > timedelta():
            self._refuse(ahead)
        self._all.append(now)
        self._free[chat] = free + second / IN_ONE_CHAT

    @staticmethod
    def _refuse(wait: timedelta) -> None:
        seconds = math.ceil(wait.total_seconds())
        raise No(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

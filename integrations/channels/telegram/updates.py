"""What Telegram's updates say, one by one. An update that nobody here knows is Unknown, and never an error.

An edited message is read as one more message, under its own id: what somebody corrects is what they say now. Groups and
public channels are not answered: an interview is nobody else's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update

from integrations.channels.base import Inbound, Told, Unknown, Wish
from integrations.channels.telegram.starting import started_by

# What setWebhook asks for: nothing else is told.
HEARD = ("message", "edited_message", "callback_query", "my_chat_member")
# A command is a word with a slash before it: /stop is "stop".
COMMAND = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
# What the SDK stumbles over when an update is not of its shape.
ODD = (AttributeError, LookupError, OSError, OverflowError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Told:
    """Beside the update itself."""

    vendor_id: str
    secret: str  # of the links that lead here
    now: datetime

    def unknown(self, kind: str) -> Unknown:
        return Unknown(self.vendor_id, kind)


def read_update(update: Mapping[str, Any], secret: str, now: datetime) -> Told:
    """`update_id` is known to be a number; anything may stand in all the rest."""
    told = _Told(str(update["update_id"]), secret, now)
    kind = next((name for name in update if name != "update_id"), "")
    if kind not in HEARD:
        return told.unknown(kind if re.fullmatch(r"[a-z_]{1,40}", kind) else "nothing")
    try:
        found = Update.de_json(dict(update))
        return _READERS[kind](told, getattr(found, kind))
    except ODD:
        return told.unknown(f"{kind} unreadable")


def _message(told: _Told, message: Message) -> Told:
    if message.chat.type != Chat.PRIVATE:
        return told.unknown("message not in private")
    text, files = _words(message.text or message.caption), 1 if message.effective_attachment else 0
    if not text and not files:
        return told.unknown("message without words")  # something was pinned, a picture changed
    wish, person = None, None
    if command := COMMAND.fullmatch(text):
        text, rest = command[1].lower(), (command[2] or "").strip()
        if text == "start":
            wish, person = Wish.IN, started_by(rest, told.secret, told.now)
        elif rest:
            text = f"{text} {rest}"
    return Inbound(
        told.vendor_id,
        "telegram",
        sender=_number(message.chat.id),
        text=text,
        at=message.edit_date or message.date,
        name=_words(message.from_user.full_name) if message.from_user else "",
        wish=wish,
        files=files,
        automatic=bool(message.from_user and message.from_user.is_bot),
        person=person,
    )


def _press(told: _Told, query: CallbackQuery) -> Told:
    message = query.message
    if message and message.chat.type != Chat.PRIVATE:
        return told.unknown("callback_query not in private")
    pressed = _words(query.data)
    if not pressed:
        return told.unknown("callback_query without data")  # a game
    label = _label(message, pressed) if isinstance(message, Message) else ""
    return Inbound(
        told.vendor_id,
        "telegram",
        sender=_number(query.from_user.id),  # of a private chat it is the chat's number too
        text=label,
        pressed=pressed,
        name=_words(query.from_user.full_name),
    )


def _label(message: Message, data: str) -> str:
    """As it stood on the button. A message too old, or changed since, shows none."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((_words(button.text) for row in rows for button in row if button.callback_data == data), "")


def _member(told: _Told, change: ChatMemberUpdated) -> Told:
    """In private Telegram tells this when somebody blocks the bot, and when they let it back in."""
    if change.chat.type != Chat.PRIVATE:
        return told.unknown("my_chat_member not in private")
    match change.old_chat_member.status, change.new_chat_member.status:
        case _, ChatMember.BANNED:
            wish = Wish.OUT
        case ChatMember.BANNED, ChatMember.MEMBER:
            wish = Wish.IN
        case _:
            return told.unknown("my_chat_member neither in nor out")
    name = _words(change.from_user.full_name)
    return Inbound(told.vendor_id, "telegram", _number(change.chat.id), text="", at=change.date, name=name, wish=wish)


_READERS: dict[str, Callable[[_Told, Any], Told]] = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _press,
    "my_chat_member": _member,
}


def _words(text: object) -> str:
    """As any database takes it: PostgreSQL has no zero byte, and half a surrogate is no character."""
    if not isinstance(text, str):
        return ""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _number(id: object) -> str:
    if isinstance(id, int) and not isinstance(id, bool):
        return str(id)
    raise TypeError("a chat has a number")

"""What Telegram knows: who is there, what was written, and which updates the bot has not been told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

KEPT = timedelta(hours=24)  # an update that nobody took by then is gone
# Told unless a bot asks for more; the others exist, and are told to whoever names them.
USUAL = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post", "poll", "inline_query")
FILES: dict[str, object] = {
    "photo": [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}],
    "voice": {"file_id": "v", "file_unique_id": "v", "duration": 4},
    "sticker": {
        "file_id": "s",
        "file_unique_id": "s",
        "type": "regular",
        "width": 9,
        "height": 9,
        "is_animated": False,
        "is_video": False,
    },
}


@dataclass
class Person:
    """Somebody with a private chat, whose number is theirs."""

    id: int
    name: str
    started: bool = False  # a bot may write to nobody who has not
    blocked: bool = False
    deactivated: bool = False

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "en"}

    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass
class Group:
    id: int
    title: str
    moved_to: int | None = None  # it became a supergroup, under another number

    def chat(self) -> dict[str, Any]:
        kind = "supergroup" if str(self.id).startswith("-100") else "group"
        return {"id": self.id, "type": kind, "title": self.title}


@dataclass
class Shown:
    """A message as it stands in a chat."""

    id: int
    chat: dict[str, Any]
    sender: dict[str, Any]
    at: datetime
    text: str
    fields: dict[str, Any] = field(default_factory=dict)  # whatever the bot asked for
    buttons: list[list[dict[str, str]]] = field(default_factory=list)
    edited: datetime | None = None

    def told(self) -> dict[str, Any]:
        more: dict[str, Any] = {"reply_markup": {"inline_keyboard": self.buttons}} if self.buttons else {}
        if self.text:
            more["text"] = self.text
        if self.edited:
            more["edit_date"] = int(self.edited.timestamp())
        date = int(self.at.timestamp())
        return {"message_id": self.id, "from": self.sender, "chat": self.chat, "date": date, **more}


@dataclass
class Chats:
    """Everybody's chats with one bot. The verbs are what people do; each puts an update into the bot's queue."""

    now: Callable[[], datetime]
    bot: Mapping[str, Any]
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    messages: dict[tuple[int, int], Shown] = field(default_factory=dict)
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)  # by update_id, oldest first
    allowed: tuple[str, ...] = USUAL
    unanswered: dict[str, int] = field(default_factory=dict)  # presses whose button still waits, and whose they are
    _last_update: int = field(default=731_000_000, init=False)
    _kept_since: dict[int, datetime] = field(default_factory=dict, init=False)

    def meet(self, id: int, name: str = "Ana") -> Person:
        return self.people.setdefault(id, Person(id, name))

    def found(self, id: int) -> Group:
        """A group that has the bot in it."""
        return self.groups.setdefault(id, Group(id, "Interviews"))

    def start(self, id: int, payload: str = "") -> int:
        """Presses Start, or opens a link that leads here."""
        person = self.meet(id)
        person.started = True
        if person.blocked:
            self.unblock(id)
        return self.write(id, f"/start {payload}".strip())

    def write(self, id: int, text: str, *, to: int | None = None, file: str = "") -> int:
        """In private, or in a group. Somebody who writes has started."""
        person = self.meet(id)
        person.started = True
        chat = self.groups[to].chat() if to else person.chat()
        message = self.keep(chat, person.shown(), "" if file else text)
        told = message.told()
        if file:
            told |= {file: FILES[file]} | ({"caption": text} if text else {})
        return self.queue("message", told)

    def edit(self, id: int, message: int, text: str) -> int:
        shown = self.messages[id, message]
        shown.text, shown.edited = text, self.now()
        return self.queue("edited_message", shown.told())

    def press(self, id: int, message: int, label: str) -> int:
        """A button below one of the bot's messages, however old."""
        shown, query = self.messages[id, message], f"{id}{self._last_update}"
        (button,) = [each for row in shown.buttons for each in row if each["text"] == label]
        self.unanswered[query] = id
        told = {"id": query, "from": self.people[id].shown(), "chat_instance": str(-id), "message": shown.told()}
        return self.queue("callback_query", {**told, "data": button["callback_data"]})

    def block(self, id: int) -> int:
        self.people[id].blocked = True
        return self._changed(id, "member", "kicked")

    def unblock(self, id: int) -> int:
        self.people[id].blocked = False
        return self._changed(id, "kicked", "member")

    def deactivate(self, id: int) -> None:
        """They deleted their account. Nobody is told."""
        self.people[id].deactivated = True

    def move(self, group: int, to: int) -> None:
        """A group grows into a supergroup."""
        self.groups[group].moved_to = to
        self.found(to)

    def queue(self, kind: str, told: Mapping[str, Any]) -> int:
        """Numbers go up by one; what the bot did not ask for is not told, and has a number all the same."""
        self._last_update += 1
        if kind in self.allowed:
            self.pending[self._last_update] = {"update_id": self._last_update, kind: dict(told)}
            self._kept_since[self._last_update] = self.now()
        return self._last_update

    def waiting(self) -> list[dict[str, Any]]:
        """What the bot was not told yet, without what is too old by now."""
        for update in [each for each in self.pending if self.now() - self._kept_since[each] > KEPT]:
            del self.pending[update]
        return list(self.pending.values())

    def keep(self, chat: dict[str, Any], sender: dict[str, Any], text: str, **fields: Any) -> Shown:
        number = 1 + max((message for each, message in self.messages if each == chat["id"]), default=0)
        shown = Shown(number, chat, sender, self.now(), text, fields)
        self.messages[chat["id"], number] = shown
        return shown

    def said(self, id: int) -> list[Shown]:
        """What the bot wrote to that chat, in order."""
        return [each for (chat, _), each in self.messages.items() if chat == id and each.sender["is_bot"]]

    def _changed(self, id: int, old: str, new: str) -> int:
        person = self.people[id]
        until = {"kicked": {"until_date": 0}}
        was, now = ({"user": dict(self.bot), "status": each, **until.get(each, {})} for each in (old, new))
        told = {"chat": person.chat(), "from": person.shown(), "date": int(self.now().timestamp())}
        return self.queue("my_chat_member", {**told, "old_chat_member": was, "new_chat_member": now})

"""One workspace: its people, its channels, what was written there, and what the app may do in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.standins.slack.refusing import No, Pace

PATIENCE = timedelta(seconds=3)  # so long a trigger may open something


@dataclass
class Person:
    id: str
    name: str
    email: str = ""
    timezone: str = "Europe/Lisbon"
    deactivated: bool = False
    home: dict[str, Any] | None = None  # as it was published
    modal: dict[str, Any] | None = None  # that stands open
    errors: dict[str, str] = field(default_factory=dict)  # shown below its fields
    whispers: list[str] = field(default_factory=list)  # what they alone were told

    def shown(self, team: str) -> dict[str, Any]:
        profile = {"real_name": self.name, "email": self.email}
        return {
            "id": self.id,
            "team_id": team,
            "name": self.name.lower().replace(" ", "."),
            "deleted": self.deactivated,
            "is_bot": False,
            "tz": self.timezone,
            "locale": "en-GB",
            "profile": profile,
        }


@dataclass
class Channel:
    id: str
    people: list[str]
    archived: bool = False
    has_bot: bool = True

    @property
    def private(self) -> bool:
        return self.id.startswith("D")


@dataclass
class Shown:
    """A message as it stands in a channel."""

    channel: str
    ts: str
    user: str
    text: str  # as Slack keeps it: escaped
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread: str | None = None
    metadata: dict[str, Any] | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)  # how the app wanted it
    edited: bool = False

    def told(self, *, metadata: bool = False) -> dict[str, Any]:
        more: dict[str, Any] = {"thread_ts": self.thread} if self.thread else {}
        if self.blocks:
            more["blocks"] = self.blocks
        if metadata and self.metadata:
            more["metadata"] = self.metadata
        return {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, **more}

    def buttons(self) -> list[dict[str, Any]]:
        return buttons_in(self.blocks)

    def words(self) -> str:
        """What stands on the screen, without what is pressed."""
        return words_in(self.blocks) if self.blocks else unescaped(self.text)


@dataclass
class Workspace:
    """`token` is the bot's. The times of messages are their names, and no two are the same."""

    id: str
    name: str
    now: Callable[[], datetime]
    token: str
    scopes: frozenset[str]
    bot: str = "U0BOT"
    bot_id: str = "B0BOT"
    installed: bool = True
    revoked: bool = False
    until: datetime | None = None  # of the token
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[tuple[str, str], Shown] = field(default_factory=dict)
    triggers: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # whose, and since when
    pace: Pace = field(init=False)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1), init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.now)

    def meet(self, id: str, name: str, email: str = "") -> Person:
        return self.people.setdefault(id, Person(id, name, email))

    def open_channel(self, id: str, *people: str, has_bot: bool = True) -> Channel:
        return self.channels.setdefault(id, Channel(id, list(people), has_bot=has_bot))

    def private(self, person: str) -> Channel:
        """Of the bot and this person."""
        return self.open_channel(f"D{person[1:]}", person)

    def next_ts(self) -> str:
        return f"{int(self.now().timestamp())}.{next(self._count):06d}"

    def next_id(self, kind: str) -> str:
        """The same in no other workspace."""
        return f"{kind}{self.id}{next(self._count):08d}"

    def keep(self, shown: Shown) -> Shown:
        self.messages[shown.channel, shown.ts] = shown
        return shown

    def said(self, channel: str) -> list[Shown]:
        """What the bot wrote there, in order."""
        return [each for (where, _), each in self.messages.items() if where == channel and each.user == self.bot]

    def trigger(self, person: str) -> str:
        made = f"{self.next_id('')}.{self.id}.{person}"
        self.triggers[made] = (person, self.now())
        return made

    def pulled(self, trigger: str) -> str:
        """Whose it is; it works once, and not for long."""
        if trigger not in self.triggers:
            raise No("invalid_trigger_id")
        person, since = self.triggers.pop(trigger)
        if self.now() - since > PATIENCE:
            raise No("expired_trigger_id")
        return person


def buttons_in(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]


def words_in(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(text for block in blocks if (text := _words(block)))


def _words(block: Mapping[str, Any]) -> str:
    match block:
        case {"type": "rich_text", "elements": list() as parts}:
            return "\n".join("".join(_inline(each) for each in part["elements"]) for part in parts)
        case {"type": "header" | "section", "text": {"text": str() as text}}:
            return unescaped(text)
        case {"type": "context", "elements": list() as parts}:
            return " ".join(unescaped(part["text"]) for part in parts)
    return ""


def _inline(element: Mapping[str, Any]) -> str:
    return str(element.get("text") or element.get("url") or "")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

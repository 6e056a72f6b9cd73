"""Who is at Teams, and what stands in their conversations with the bot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Person:
    """`user` is how Microsoft Entra names them, `mri` how this bot does."""

    user: str
    name: str
    installed: bool = True
    blocked: bool = False
    cleared: int = 0  # how often they cleared the chat's history
    dialog: dict[str, Any] | None = None  # that stands open
    toasts: list[str] = field(default_factory=list)  # what was shown to them for a moment
    trouble: int = 0  # how often "something went wrong" was shown

    @property
    def mri(self) -> str:
        return f"29:1{self.user.replace('-', '')}"

    @property
    def conversation(self) -> str:
        return f"a:1{self.user.replace('-', '')}_{self.cleared}"


@dataclass
class Shown:
    """A message of the bot's as it stands there."""

    conversation: str
    id: str
    activity: dict[str, Any]
    edited: bool = False

    @property
    def card(self) -> dict[str, Any] | None:
        attached = self.activity.get("attachments") or []
        return attached[0]["content"] if attached else None

    def words(self) -> str:
        """What stands on the screen, without what is pressed."""
        return "\n".join(words_in(self.card["body"])) if self.card else str(self.activity.get("text", ""))

    def buttons(self) -> list[dict[str, Any]]:
        return list(self.card["actions"]) if self.card else []

    def labels(self) -> list[str]:
        return [each["title"] for each in self.buttons()]


def words_in(body: list[dict[str, Any]]) -> Iterator[str]:
    for element in body:
        match element:
            case {"type": "RichTextBlock", "inlines": list() as runs}:
                yield "".join(run["text"] for run in runs)
            case {"type": "Container", "items": list() as items}:
                yield from words_in(items)
            case {"text": str() as text}:
                yield text


def to_press(card: Mapping[str, Any], label: str) -> dict[str, Any]:
    """What a press on this label comes to; below what asks once more stands the real one."""
    found = next(each for each in card["actions"] if each["title"] == label)
    return to_press(found["card"], label) if found["type"] == "Action.ShowCard" else found

"""Messages with buttons on WhatsApp: each goes out as a Content of Twilio's, made once for all of the same shape.

A shape is everything but the words: how many buttons of which kind, and where the lines of the text break. The words
are its variables. They may not break lines themselves, so the breaks belong to the shape.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from twilio.rest.content.v1.content import ContentList

from integrations.channels.base import Button, Refused, Unit
from integrations.channels.fitting import labels, length
from integrations.channels.twilio.account import Twilio
from integrations.channels.twilio.limits import (
    ABOVE_BUTTONS,
    LIST_ITEMS,
    LIST_TITLE,
    QUICK_REPLIES,
    QUICK_REPLY_TITLE,
)

VARIABLES = 100
OURS = "askarsan-session"


class Kind(StrEnum):
    QUICK_REPLY = "twilio/quick-reply"
    LIST_PICKER = "twilio/list-picker"


MOST = {Kind.QUICK_REPLY: QUICK_REPLIES, Kind.LIST_PICKER: LIST_ITEMS}
TITLE = {Kind.QUICK_REPLY: QUICK_REPLY_TITLE, Kind.LIST_PICKER: LIST_TITLE}
DESCRIPTION = 72
ID = 200
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Shape:
    kind: Kind
    lines: tuple[bool, ...]  # of the text: True has words, False is empty
    buttons: int
    described: bool = False  # each item of the list has a second line

    @property
    def name(self) -> str:
        """The same for the same shape, whoever makes it."""
        mark = hashlib.sha256(json.dumps(self.types, sort_keys=True).encode()).hexdigest()
        return f"{OURS}-{mark[:24]}"

    @property
    def types(self) -> dict[str, Any]:
        """As the Content API has it. The variables count up: the lines, then of each button title, id and the rest."""
        variables = (f"{{{{{number}}}}}" for number in range(1, VARIABLES + 1))
        body = "\n".join(next(variables) if words else "" for words in self.lines)
        if self.kind is Kind.QUICK_REPLY:
            actions = [
                {"type": "QUICK_REPLY", "title": next(variables), "id": next(variables)} for _ in range(self.buttons)
            ]
            return {self.kind.value: {"body": body, "actions": actions}}
        items = [self._item(variables) for _ in range(self.buttons)]
        # What opens the list reads the same in every language, so one shape serves them all.
        return {self.kind.value: {"body": body, "button": f"☰ 1–{self.buttons}", "items": items}}

    def _item(self, variables: Iterator[str]) -> dict[str, str]:
        item = {"item": next(variables), "id": next(variables)}
        return item | {"description": next(variables)} if self.described else item


@dataclass(frozen=True, slots=True)
class Filled:
    """A shape with its words."""

    shape: Shape
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        """What Twilio's record of the message says."""
        words = iter(self.values.values())
        return "\n".join(next(words) if has else "" for has in self.shape.lines)


def filled(text: str, buttons: Sequence[Button]) -> Filled | None:
    """The message as a shape and its words; None where WhatsApp would not take it with buttons."""
    lines = [one_line(line) for line in text.strip().split("\n")]
    buttons = [Button(button.id, one_line(button.label)) for button in buttons]
    kind = _kind(buttons)
    if kind is None or not all(button.label and 0 < len(button.id) <= ID for button in buttons):
        return None
    titles = labels(buttons, TITLE[kind])
    described = kind is Kind.LIST_PICKER and any(len(button.label) > TITLE[kind] for button in buttons)
    shape = Shape(kind, tuple(map(bool, lines)), len(buttons), described)
    words = [line for line in lines if line]
    for button, title in zip(buttons, titles, strict=True):
        words += [title, button.id, button.label] if described else [title, button.id]
    if not any(lines) or length("\n".join(lines), Unit.UTF16) > ABOVE_BUTTONS or len(words) > VARIABLES:
        return None
    return Filled(shape, {str(number): word for number, word in enumerate(words, 1)})


def _kind(buttons: Sequence[Button]) -> Kind | None:
    """Which buttons: a label too long for a button stands whole in the second line of a list."""
    longest = max((len(button.label) for button in buttons), default=0)
    if len(buttons) <= MOST[Kind.QUICK_REPLY] and longest <= TITLE[Kind.QUICK_REPLY]:
        return Kind.QUICK_REPLY
    return Kind.LIST_PICKER if len(buttons) <= MOST[Kind.LIST_PICKER] and longest <= DESCRIPTION else None


def one_line(words: str) -> str:
    """As a variable may be: Twilio refuses line breaks, tabs and long runs of spaces in it (21656)."""
    return " ".join(words.split())


def variables(values: Mapping[str, str]) -> str:
    """ContentVariables: a JSON object as a string, each value a string with words in it. Raises Refused."""
    told = {str(name): one_line(str(value or "")) for name, value in values.items()}
    if not all(told.values()):
        # Twilio would refuse it, or put the template's sample in its place and send that to a person.
        raise Refused("21656")
    return json.dumps(told, ensure_ascii=False)


def body_of(types: Mapping[str, Any]) -> str:
    """The text of a Content, whatever kind it is."""
    return next((str(each["body"]) for each in types.values() if isinstance(each, dict) and each.get("body")), "")


class Contents:
    """The shapes at Twilio. What is remembered here saves a call, and is looked up again by another process."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio
        self._known: dict[str, str] = {}

    async def sid(self, shape: Shape) -> str:
        """The Content of this shape, found or made. Raises ChannelError, and nothing was sent."""
        name = shape.name
        if name not in self._known:
            # Two at once may make two, which harms nobody; waiting for each other, one slow answer would hold up all.
            self._known[name] = await self._found(name) or await self._made(name, shape)
        return self._known[name]

    def forget(self, shape: Shape) -> None:
        """Somebody deleted it at Twilio."""
        self._known.pop(shape.name, None)

    async def text(self, sid: str, values: Mapping[str, str]) -> str:
        """What a Content reads with these values. Raises ChannelError."""
        async with self._twilio.call() as client:
            text = body_of((await client.content.v1.contents(sid).fetch_async()).types or {})
        return PLACE.sub(lambda place: one_line(str(values.get(place[1], place[0]))), text)

    async def _found(self, name: str) -> str | None:
        async with self._twilio.call() as client:
            there = await client.content.v2.contents.list_async(content_name=name, limit=50)
        return next((str(each.sid) for each in there if each.friendly_name == name), None)

    async def _made(self, name: str, shape: Shape) -> str:
        samples = {number: number for number in PLACE.findall(json.dumps(shape.types))}  # Twilio wants one for each
        asked = ContentList.ContentCreateRequest(
            {"friendly_name": name, "language": "en", "variables": samples, "types": shape.types}
        )
        async with self._twilio.call() as client:
            return str((await client.content.v1.contents.create_async(asked)).sid)

"""A message is made to fit its channel: buttons become numbered lines, long texts are cut between sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from integrations.channels.base import Abilities, Button, Outbound, Unit

# Where a text may be cut, the best first: between paragraphs, lines, sentences, words.
JOINTS = (r"\n\n+", r"\n", r"(?<=[.!?…。])\s+", r"\s+")

# What ends a sentence, or closes what stood around it, is no part of an address.
URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'…]")


def linked(text: str) -> Iterator[tuple[str, str]]:
    """The text in runs, each with the address that it is, or none: for channels that show links as such."""
    at = 0
    for link in URL.finditer(text):
        if link.start() > at:
            yield text[at : link.start()], ""
        yield link[0], link[0]
        at = link.end()
    if at < len(text):
        yield text[at:], ""


def plain(message: Outbound, abilities: Abilities) -> Outbound:
    """The same message with no more than the channel can carry: too many buttons become numbered lines.

    Subject, look and invite are left out where there is no place for them. The length stays as it is: see `pieces`.
    """
    return replace(
        message if len(message.buttons) <= abilities.buttons else _numbered(message),
        subject=message.subject if abilities.subject else None,
        html=message.html if abilities.html else None,
        invite=message.invite if abilities.invites else None,
    )


def _numbered(message: Outbound) -> Outbound:
    lines = [f"{number}. {button.label}" for number, button in enumerate(message.buttons, 1)]
    # An offer often lists its slots already; listed twice they would read as twice as many.
    if set(lines) <= {line.strip() for line in message.text.splitlines()}:
        return replace(message, buttons=())
    text = "\n\n".join(part for part in (message.text, "\n".join(lines)) if part)
    return replace(message, text=text, buttons=())


def labels(buttons: Sequence[Button], most: int) -> tuple[str, ...]:
    """Each button's label in at most so many characters (0: any); where two would read alike then, all are numbered."""
    cut = tuple(_short(button.label, most) for button in buttons)
    if len(set(cut)) == len(cut):
        return cut
    return tuple(_short(f"{number}. {button.label}", most) for number, button in enumerate(buttons, 1))


def _short(label: str, most: int) -> str:
    return label if not most or len(label) <= most else label[: most - 1].rstrip() + "…"


def length(text: str, unit: Unit) -> int:
    match unit:
        case Unit.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Unit.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))
        case Unit.CHARACTERS:
            return len(text)


def pieces(text: str, abilities: Abilities) -> tuple[str, ...]:
    """The text in pieces the channel takes, cut where a reader would pause; nothing but space is lost."""
    if abilities.max_length is None or length(text, abilities.unit) <= abilities.max_length:
        return (text,)
    return tuple(_cut(text.strip(), abilities.max_length, abilities.unit))


def _cut(text: str, most: int, unit: Unit) -> Iterator[str]:
    while length(text, unit) > most:
        end, rest = _joint(text, _reach(text, most, unit))
        yield text[:end]
        text = text[rest:].lstrip()
    if text:
        yield text


def _reach(text: str, most: int, unit: Unit) -> int:
    """How many characters of it fit, at least one."""
    used = 0
    for index, character in enumerate(text):
        used += length(character, unit)
        if used > most:
            return max(index, 1)
    return len(text)


def _joint(text: str, reach: int) -> tuple[int, int]:
    """Where the first piece ends and the next begins. A joint in the first half would leave too much for later."""
    for joint in JOINTS:
        # One character further: a piece may end right before a space.
        last = max(re.finditer(joint, text[: reach + 1]), key=lambda found: found.start(), default=None)
        if last and last.start() > reach // 2:
            return last.start(), last.end()
    return reach, reach

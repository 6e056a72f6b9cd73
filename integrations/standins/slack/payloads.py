"""What Slack's own clients make of what people type: rich text with emoji in it, and the same as escaped text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    "(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
)
MENTION = re.compile(r"@([UW][A-Z0-9]+)")
LINK = re.compile(r"https?://[^\s<>]+")
SPECIAL = re.compile(f"({MENTION.pattern})|({LINK.pattern})|({EMOJI.pattern})")


def typed(text: str) -> list[dict[str, Any]]:
    """The blocks of a message somebody typed."""
    elements = list(_elements(text))
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}] if elements else []


def _elements(text: str) -> Iterator[dict[str, Any]]:
    at = 0
    for found in SPECIAL.finditer(text):
        if found.start() > at:
            yield {"type": "text", "text": text[at : found.start()]}
        yield _element(found)
        at = found.end()
    if at < len(text):
        yield {"type": "text", "text": text[at:]}


def _element(found: re.Match[str]) -> dict[str, Any]:
    whole = found[0]
    if found[1]:
        return {"type": "user", "user_id": found[2]}
    if found[3]:
        return {"type": "link", "url": whole}
    codes = "-".join(f"{ord(each):x}" for each in whole)
    return {"type": "emoji", "name": _name(whole), "unicode": codes}


def escaped(text: str) -> str:
    """The same as `text`, with emoji by their names, and mentions and links in angle brackets."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = EMOJI.sub(lambda found: f":{_name(found[0])}:", safe)
    safe = MENTION.sub(r"<@\1>", safe)
    return LINK.sub(lambda found: f"<{found[0]}>", safe)


def _name(emoji: str) -> str:
    known = {"👍": "+1", "👎": "-1"}
    return known.get(emoji[0]) or unicodedata.name(emoji[0], "unknown").lower().replace(" ", "_")

"""Words to Slack and from it: ours arrive as they are written, and theirs are read as they meant them.

Slack's own markup makes *this* bold and takes <that> for a link. So ours go as rich text, which is never parsed, and
besides as `text` with the three signs escaped that are parsed wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.channels.fitting import linked

BULLET = re.compile(r"^(\s*)[-*] ", re.MULTILINE)

Block = dict[str, Any]


# Ours


def escaped(text: str) -> str:
    """As `text`, with markup off: what screen readers and notifications get."""
    return bulleted(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bulleted(text: str) -> str:
    return BULLET.sub(r"\1• ", text)


def rich(*sections: Block) -> Block:
    return {"type": "rich_text", "elements": list(sections)}


def section(text: str, label: str = "") -> Block:
    """Literal words, with links where addresses stand, behind a bold label."""
    return {"type": "rich_text_section", "elements": [*_bold(label), *_linked(bulleted(text))]}


def facts_of(facts: Sequence[tuple[str, str]]) -> Block:
    """A line each, in one section."""
    lines = [[*_bold(f"{label}: "), *_linked(value)] for label, value in facts]
    for line in lines[:-1]:
        line.append({"type": "text", "text": "\n"})
    return {"type": "rich_text_section", "elements": [each for line in lines for each in line]}


def _bold(label: str) -> list[Block]:
    return [{"type": "text", "text": label, "style": {"bold": True}}] if label else []


def quote(text: str) -> Block:
    return {"type": "rich_text_quote", "elements": list(_linked(bulleted(text)))}


def _linked(text: str) -> Iterator[Block]:
    for run, url in linked(text):
        yield {"type": "link", "url": url} if url else {"type": "text", "text": run}


# Theirs


class _New(Exception):
    """An element that nobody here knows; the message's `text` says the same, a little less exactly."""


def said(event: Mapping[str, Any], bot: str = "") -> str:
    """What somebody wrote, without the mention of the bot. People's own clients send rich text with emoji in it."""
    match event.get("blocks"):
        case [{"type": "rich_text", "elements": list() as parts}]:
            try:
                return _tidy(_joined(parts, bot))
            except _New:
                pass
    text = event.get("text")
    return _tidy(unescaped(text, bot)) if isinstance(text, str) else ""


def _joined(parts: Sequence[Any], bot: str) -> str:
    whole = ""
    for part in parts:
        words = _part(part, bot)
        whole += words if not whole or whole.endswith("\n") else f"\n{words}"
    return whole


def _part(part: Any, bot: str) -> str:
    match part:
        case {"type": "rich_text_section" | "rich_text_quote" | "rich_text_preformatted", "elements": list() as inner}:
            return "".join(_word(each, bot) for each in inner)
        case {"type": "rich_text_list", "elements": list() as items, **rest}:
            offset = rest.get("offset")
            first = 1 + (offset if isinstance(offset, int) else 0)
            ordered = rest.get("style") == "ordered"
            marks = (f"{number}." if ordered else "•" for number in range(first, first + len(items)))
            return "\n".join(f"{mark} {_part(item, bot)}" for mark, item in zip(marks, items, strict=True))
    raise _New


def _word(element: Any, bot: str) -> str:
    match element:
        case {"type": "text", "text": str() as text}:
            return text
        case {"type": "emoji", "unicode": str() as codes}:
            return _emoji(codes)
        case {"type": "emoji", "name": str() as name}:
            return f":{name}:"
        case {"type": "link", "url": str() as url, **rest}:
            return _link(url, rest.get("text"))
        case {"type": "user", "user_id": str() as user}:
            return "" if user == bot else f"@{user}"
        case {"type": "channel", "channel_id": str() as channel}:
            return f"#{channel}"
        case {"type": "broadcast", "range": str() as whom}:
            return f"@{whom}"
        case {"type": "date", "fallback": str() as words}:
            return words
    raise _New


def _emoji(codes: str) -> str:
    """From hexadecimal numbers with dashes between, as in 1f44b-1f3fd."""
    try:
        return "".join(chr(int(code, 16)) for code in codes.split("-"))
    except (ValueError, OverflowError):
        raise _New from None


def _link(url: str, label: object) -> str:
    shown = url.removeprefix("mailto:").removeprefix("tel:")
    if not isinstance(label, str) or not label:
        return shown
    return label if label in url else f"{label} {shown}"


# By hand only where no rich text came along: the emoji that are an answer.
_ANSWERS = {"+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "white_check_mark": "✅"}
_CONTROL = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")


def unescaped(text: str, bot: str = "") -> str:
    """Slack's `text`, or what stands behind a slash command, as it was meant."""
    plain = _CONTROL.sub(lambda found: _control(found[1], found[2], bot), text)
    plain = _SHORTCODE.sub(lambda found: _ANSWERS.get(found[1], found[0]), plain)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _control(inside: str, label: str | None, bot: str) -> str:
    match inside[:1]:
        case "@":
            return "" if inside[1:] == bot else f"@{label or inside[1:]}"
        case "#":
            return f"#{label or inside[1:]}"
        case "!":
            return label or f"@{inside[1:].partition('^')[0]}"
    return _link(inside, label)


def _tidy(text: str) -> str:
    """As any database takes it: PostgreSQL has no zero byte, and half a surrogate is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def name(words: object) -> str:
    return _tidy(words) if isinstance(words, str) else ""

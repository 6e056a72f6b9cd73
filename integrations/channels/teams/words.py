"""Words to Teams and from it: ours arrive as they are written, and theirs are read as they meant them.

Teams' cards make *this* italic and take [this](that) for a link wherever a TextBlock stands. So ours are runs of text,
which are never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from integrations.channels.fitting import linked

Element = dict[str, Any]


# Ours


def lines(text: str, label: str = "", **look: Any) -> Iterator[Element]:
    """A block for each line, behind a bold label; a line left out between two is a wider gap."""
    gap = "Default"
    for number, line in enumerate(text.splitlines() or [""]):
        if not line.strip():
            gap = "Medium"
            continue
        bold = [_run(label, weight="Bolder")] if label and not number else []
        runs = [*bold, *(_run(each, url, **look) for each, url in linked(line))]
        yield {"type": "RichTextBlock", "inlines": runs, "spacing": gap}
        gap = "None"


def _run(text: str, url: str = "", **look: Any) -> Element:
    run: Element = {"type": "TextRun", "text": text, **look}
    return run | {"selectAction": {"type": "Action.OpenUrl", "url": url}} if url else run


# Theirs

# A quoted message leaves this in the text, and its words beside it.
QUOTED = re.compile(r"<quoted\b[^>]*?(?:/>|>.*?</quoted>)", re.DOTALL | re.IGNORECASE)
REPLY = "http://schema.skype.com/Reply"
LONGEST = 100_000


def said(activity: Mapping[str, Any]) -> str:
    """What somebody wrote, without the mention of the bot and without what they quote: that may be our own offer."""
    quoting = _beside_the_quote(activity)
    text = _text(activity.get("text")) if quoting is None else quoting
    for mention in mentions(activity):
        text = text.replace(mention, " ", 1)
    return tidy(QUOTED.sub(" ", text).replace("&nbsp;", " ").replace("\xa0", " "))


def mentions(activity: Mapping[str, Any]) -> Iterator[str]:
    """How the bot itself is mentioned in the text, each time; whoever else is mentioned was meant."""
    match activity.get("recipient"), activity.get("entities"):
        case {"id": str() as bot}, list() as entities if bot:
            for entity in entities:
                match entity:
                    case {"type": "mention", "mentioned": {"id": str() as who}, "text": str() as text} if text:
                        if who.lower() == bot.lower():
                            yield text


def files_in(activity: Mapping[str, Any]) -> int:
    kinds = [each.get("contentType") for each in _attached(activity)]
    return sum(isinstance(kind, str) and kind != "text/html" and not kind.endswith(".card.adaptive") for kind in kinds)


def _beside_the_quote(activity: Mapping[str, Any]) -> str | None:
    """None where nothing is quoted. The quoted words stand in the text too, and only its HTML tells them apart."""
    for each in _attached(activity):
        match each:
            case {"contentType": "text/html", "content": str() as html} if REPLY in html:
                reader = _Beside()
                reader.feed(html[:LONGEST])
                reader.close()
                return reader.words()
    return None


def _attached(activity: Mapping[str, Any]) -> list[dict[str, Any]]:
    attached = activity.get("attachments")
    return [each for each in attached if isinstance(each, dict)] if isinstance(attached, list) else []


class _Beside(HTMLParser):
    """The words of a message outside of its quotes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._quotes = 0
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote":
            self._quotes += 1
        if self._quotes:
            return
        if tag in ("br", "p", "div"):
            self._parts.append("\n")
        if tag == "img":  # an emoji
            self._parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self._quotes:
            self._quotes -= 1

    def handle_data(self, data: str) -> None:
        if not self._quotes:
            self._parts.append(data)

    def words(self) -> str:
        return re.sub(r"\n\s*\n+", "\n", "".join(self._parts))


def tidy(text: str) -> str:
    """As any database takes it: PostgreSQL has no zero byte, and half a surrogate is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

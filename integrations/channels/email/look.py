"""How a mail looks: plain text as HTML that is good to read on a phone, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import nh3
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from integrations.channels.email.words import around

LABEL = 60  # characters at most on a button

URL = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
LISTED = re.compile(r"\s*(?:\d{1,2}[.)]|[-–•*])\s+\S")
# "Or choose on this page: https://…", as our own messages put it, and a link alone on its line.
LEADS_TO = re.compile(rf"(?P<words>[^:\n]*?)\s*:?\s*(?P<url>{URL.pattern})", re.IGNORECASE)
BR = Markup("<br>\n")

TAGS = {"a", "b", "blockquote", "br", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p", "span", "strong", "ul"}


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together: a paragraph, the lines of a list, or a link to press."""

    lines: tuple[Markup, ...] = ()
    listed: bool = False
    button: Button | None = None


def look(
    text: str, *, title: str = "", language: str = "en", unsubscribe: str | None = None, html: str | None = None
) -> str:
    """The mail as a page. `html`: the same as `text`, where somebody has laid it out already; it is cleaned."""
    given = Markup(nh3.clean(html, tags=TAGS, url_schemes={"http", "https", "mailto", "tel"})) if html else None  # noqa: S704
    return _template().render(
        blocks=list(_blocks(text)),
        given=given,
        title=title,
        language=language,
        above=around("answer_above", language),
        unsubscribe=unsubscribe,
        unsubscribe_words=around("unsubscribe", language),
        br=BR,
    )


@cache
def _template() -> Template:
    page = files("integrations.channels.email").joinpath("look.html").read_text("utf-8")
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string(page)


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        plain: list[str] = []
        for line in paragraph.splitlines():
            button = _button(line.strip())
            if button or (plain and bool(LISTED.match(line)) != bool(LISTED.match(plain[-1]))):
                yield from _together(plain)
                plain = []
            if button:
                yield Block(button=button)
            else:
                plain.append(line.strip())
        yield from _together(plain)


def _together(lines: list[str]) -> Iterator[Block]:
    if any(lines):
        yield Block(tuple(map(_linked, lines)), listed=bool(LISTED.match(lines[0])))


def _button(line: str) -> Button | None:
    found = LEADS_TO.fullmatch(line)
    if not found or LISTED.match(line):
        return None
    url, words = found["url"], found["words"].strip()
    label = words or re.sub(r"^https?://([^/?#]+).*", r"\1", url, flags=re.IGNORECASE)
    return Button(label, url) if len(label) <= LABEL and not URL.search(words) else None


def _linked(line: str) -> Markup:
    """The line with its links to press, everything else as it was typed."""
    made, here = Markup(), 0
    for found in URL.finditer(line):
        url = found.group().rstrip(".,;:!?)]}…»")
        end = found.start() + len(url)
        made += escape(line[here : found.start()]) + Markup('<a href="{0}" style="color:#1f4fa3;">{0}</a>').format(url)
        here = end
    return made + escape(line[here:])

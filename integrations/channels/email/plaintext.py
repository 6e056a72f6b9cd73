"""HTML of strangers as plain text, with a mark before what it quotes, so that it is read like any other mail."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

from integrations.channels.email.words import FENCE

LARGEST = 1_000_000  # characters; Word needs many for few words

BLOCKS = frozenset(
    {"address", "blockquote", "center", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"}
)
ROWS = frozenset({"section", "table", "tbody", "tr", "ul", "article", "main", "header", "footer"})
INLINE = frozenset({"a", "b", "br", "em", "font", "i", "img", "span", "strong", "td", "th", "u"})
VOID = frozenset({"br", "hr", "img"})
APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "ul", "ol"})  # an empty line around them

# Programs wrap what they quote in these; what follows the second kind is quoted to the end.
QUOTES = frozenset({"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "gmail_extra_quote"})
ENDS = frozenset(
    {"appendonsend", "divrplyfwdmsg", "olk_src_body_section", "mail-editor-reference-message-container", "stopspelling"}
)
ENDS_LIKE = ("ms-outlook-mobile-reference-message", "outlookmessageheader", "moz-forward-container", "x_divrplyfwdmsg")
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all", re.IGNORECASE
)
INDENTED = re.compile(r"border\s*:\s*none", re.IGNORECASE)  # how Gmail writes an indent, which is no quote


OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
CLOSED_BY_THE_NEXT = VOID | {"p", "li", "td", "th", "tr", "tbody", "dt", "dd", "meta", "link", "input", "col"}
DEEPEST = 400


def as_text(html: str) -> str:
    """The text that is seen, a line per line, quoted ones with `>`, and a fence where the rest is quoted."""
    clean = nh3.clean(
        _not_too_deep(html[:LARGEST]),
        tags=set(BLOCKS | ROWS | INLINE),
        clean_content_tags={"script", "style", "title", "textarea", "select", "noscript", "svg", "object"},
        attributes={"*": {"class", "id", "style", "type"}, "img": {"alt"}},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.told()


def _not_too_deep(html: str) -> str:
    """As far as a person's program would nest; unpicking what is a hundred thousand deep takes minutes."""
    depth = 0
    for found in OPENING.finditer(html):
        if found[2].lower() not in CLOSED_BY_THE_NEXT:
            depth = max(depth + (-1 if found[1] else 1), 0)
        if depth > DEEPEST:
            return html[: found.start()]
    return html


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quoted = 0
        self._hidden = 0
        self._verbatim = 0
        self._open: list[tuple[str, bool, bool]] = []  # the tag, does it quote, does it hide

    def told(self) -> str:
        self._break()
        return "\n".join(self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._break(even_empty=True)
        elif tag == "img":
            self._say(told.get("alt", "") if len(told.get("alt", "")) <= 4 else "")  # an emoji, as Gmail sends it
        if tag in BLOCKS or tag in ROWS:
            self._break()
            if tag in APART:
                self._apart()
        if tag == "li":
            self._say("- ")
        if tag in ("td", "th"):
            self._say(" ")
        if _ends(told):
            self._break()
            self._lines.append("> " * self._quoted + FENCE)
        if tag in VOID:
            return
        quotes, hides = _quotes(tag, told), bool(HIDDEN.search(told.get("style", "")))
        self._open.append((tag, quotes, hides))
        self._quoted += quotes
        self._hidden += hides
        self._verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if not any(each == tag for each, _, _ in self._open):
            return
        if tag in BLOCKS or tag in ROWS:
            self._break()
        while self._open:
            closed, quotes, hides = self._open.pop()
            self._quoted -= quotes
            self._hidden -= hides
            self._verbatim -= closed == "pre"
            if closed == tag:
                break
        if tag in APART:
            self._apart()

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            first, *rest = data.split("\n")
            self._say(first)
            for line in rest:
                self._break(even_empty=True)
                self._say(line)
        else:
            self._say(re.sub(r"[ \t\r\n]+", " ", data))

    def _say(self, words: str) -> None:
        if not self._hidden:
            self._line += words

    def _break(self, *, even_empty: bool = False) -> None:
        words = self._line.strip()
        if words or even_empty:
            self._lines.append("> " * self._quoted + words if self._quoted else words)
        self._line = ""

    def _apart(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append("> " * self._quoted if self._quoted else "")


def _quotes(tag: str, told: dict[str, str]) -> bool:
    classes = {each.lower() for each in told.get("class", "").split()}
    if tag == "blockquote":
        return "gmail_quote" in classes or told.get("type") == "cite" or not INDENTED.search(told.get("style", ""))
    return bool(classes & QUOTES)


def _ends(told: dict[str, str]) -> bool:
    names = [told.get("id", "").lower(), *told.get("class", "").lower().split()]
    return any(name.removeprefix("x_") in ENDS or name.startswith(ENDS_LIKE) for name in names if name)

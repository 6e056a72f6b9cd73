"""A page as somebody without a script has it: its words, its forms, and what comes when one is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

VOID = frozenset({"meta", "link", "input", "br"})
ASIDE = frozenset({"style", "script", "head"})


@dataclass
class Node:
    tag: str
    attributes: Mapping[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    def all(self, tag: str = "", **wanted: str) -> list[Node]:
        """Every part of this tag with these attributes; `class_` is one of its classes."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == (tag or child.tag) and all(child.has(*pair) for pair in wanted.items()):
                    found.append(child)
                found.extend(child.all(tag, **wanted))
        return found

    def has(self, name: str, value: str) -> bool:
        if name == "class_":
            return value in self.attributes.get("class", "").split()
        return self.attributes.get(name) == value

    @property
    def words(self) -> str:
        parts = (child if isinstance(child, str) else child.words for child in self.children if not _aside(child))
        return " ".join(" ".join(parts).split())


def _aside(child: Node | str) -> bool:
    return isinstance(child, Node) and child.tag in ASIDE


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = self.here = Node("", {})

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass
class Page:
    http: httpx2.AsyncClient
    answer: httpx2.Response
    top: Node

    @property
    def status(self) -> int:
        return int(self.answer.status_code)

    @property
    def words(self) -> str:
        return self.top.words

    @property
    def heading(self) -> str:
        return self.top.all("h2")[0].words

    @property
    def notice(self) -> str:
        found = self.top.all(id="notice")
        return found[0].words if found else ""

    @property
    def times(self) -> list[str]:
        """The buttons that take a time, each in words."""
        return [button.attributes["aria-label"] for button in self.top.all("button", class_="time")]

    @property
    def rounds(self) -> list[str]:
        return [line.words for line in self.top.all("li") if line.parent and line.parent.has("class_", "rounds")]

    def does(self, name: str) -> bool:
        """Is there a button for this?"""
        return bool(self.top.all("button", name="do", value=name))

    async def pick(self, number: int) -> Page:
        return await self._press(self.top.all("button", class_="time")[number])

    async def do(self, name: str, **typed: str) -> Page:
        return await self._press(self.top.all("button", name="do", value=name)[0], typed)

    async def go(self, value: str, **typed: str | list[str]) -> Page:
        return await self._press(self.top.all("button", name="go", value=value)[0], typed)

    async def press(self, words: str) -> Page:
        return await self._press(next(button for button in self.top.all("button") if button.words == words))

    async def search(self, words: str) -> Page:
        form = self.top.all("form", role="search")[0]
        answer = await self.http.get(str(self.answer.url.join(form.attributes["action"])), params={"q": words})
        return _page(self.http, answer)

    @property
    def choices(self) -> list[str]:
        """What a search has found."""
        return [button.words for button in self.top.all("button", name="to")]

    async def follow(self, words: str) -> Page:
        link = next(link for link in self.top.all("a") if link.words == words)
        return await read(self.http, str(self.answer.url.join(link.attributes["href"])))

    async def _press(self, button: Node, typed: Mapping[str, str | list[str]] | None = None) -> Page:
        form = button.parent
        while form and form.tag != "form":
            form = form.parent
        assert form
        sent = {**_filled(form), **(typed or {}), button.attributes["name"]: button.attributes["value"]}
        address = str(self.answer.url.join(form.attributes["action"]))
        return _page(self.http, await self.http.post(address, data=sent))


async def read(http: httpx2.AsyncClient, address: str) -> Page:
    return _page(http, await http.get(address))


def _page(http: httpx2.AsyncClient, answer: httpx2.Response) -> Page:
    reader = _Reader()
    reader.feed(answer.text)
    return Page(http, answer, reader.top)


def _filled(form: Node) -> dict[str, str | list[str]]:
    """What a browser would send as the form stands."""
    sent: dict[str, list[str]] = {}
    for each in form.all("input"):
        if each.attributes.get("type") != "checkbox" or "checked" in each.attributes:
            sent.setdefault(each.attributes.get("name", ""), []).append(each.attributes.get("value", ""))
    for each in form.all("textarea"):
        sent[each.attributes["name"]] = ["".join(child for child in each.children if isinstance(child, str))]
    for each in form.all("select"):
        chosen = [option for option in each.all("option") if "selected" in option.attributes]
        sent[each.attributes["name"]] = [(chosen or each.all("option"))[0].attributes["value"]]
    return dict(sent)

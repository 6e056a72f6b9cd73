"""The words of the pages in the reader's language, with days and clocks as they write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from jinja2 import Template

from dialogs.reader import Reader
from dialogs.templates import Cage, render
from dialogs.wording import WordingError, fallbacks

Texts = Mapping[str, str]


class PageBook:
    """Every sentence on our pages: a file per language, a text per key. A region holds only what differs."""

    def __init__(self, languages: Mapping[str, Texts]) -> None:
        self._languages = languages
        self._cage = Cage()
        self._compiled: dict[tuple[str, str], Template] = {
            (language, key): self._cage.from_string(text)
            for language, texts in languages.items()
            for key, text in texts.items()
        }

    @classmethod
    def read(cls, directory: Path) -> PageBook:
        paths = sorted(directory.glob("*.yaml"))
        return cls({path.stem.lower(): yaml.safe_load(path.read_text("utf-8")) for path in paths})

    @property
    def languages(self) -> Collection[str]:
        return self._languages.keys()

    def texts(self, language: str) -> Texts:
        return self._languages[language]

    def fields(self, language: str, key: str) -> set[str]:
        """What the text wants to be told."""
        return self._cage.fields_of(self._languages[language][key])

    def say(self, key: str, reader: Reader, locale: str, fields: Mapping[str, object]) -> str:
        """Plain text: what shows it as HTML escapes it. Raises WordingError for a key nobody wrote."""
        for language in fallbacks(locale):
            if template := self._compiled.get((language, key)):
                return render(template, {"zone": reader.zone, "now": reader.now, **fields}, reader)
        raise WordingError(f"there is no text {key} for the pages")


@cache
def shipped() -> PageBook:
    return PageBook.read(Path(str(files("prompts") / "pages")))


def html_language(locale: str) -> str:
    """The language the page is really in, as HTML names it: "pt-BR" for Brazil, "de" for Austria."""
    known = shipped().languages
    return next(_as_written(tag) for tag in fallbacks(locale) if tag in known)


def spoken_in(accepted: str) -> Iterator[str]:
    """The languages of an Accept-Language header, in the reader's order."""
    wishes = []
    for position, wish in enumerate(accepted.split(",")[:20]):
        tag, _, weight = wish.partition(";q=")
        wishes.append((-_weight(weight), position, tag.strip()))
    yield from (tag for _, _, tag in sorted(wishes) if tag)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _as_written(tag: str) -> str:
    language, _, region = tag.partition("-")
    return f"{language}-{region.upper()}" if region else language

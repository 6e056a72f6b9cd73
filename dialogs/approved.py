"""What a vendor has to have approved before it may be sent: texts with numbered places, filled from the same facts.

A file in prompts/templates reads like one in prompts/messages: `{{ first_name }}` is written where a name goes. The
vendor sees `{{1}}` there; what stands for it is written when the message goes out. A line that is only `{{ times }}`
stands for the times of an offer, one a line, so a text with it is a text for each number of times.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from jinja2 import Template, TemplateSyntaxError

from dialogs.outreach.traps import is_trap, told_to_send
from dialogs.reader import Reader
from dialogs.templates import Cage, render
from dialogs.wording import ANYONE, GIVEN, LOADER, READERS, Phrasebook, WordingError, fallbacks

SAMPLES = "samples"
TIMES = re.compile(r"^\{\{ times \}\}$", re.MULTILINE)
PLACE = re.compile(r"\{\{(.+?)\}\}")
MOST_TIMES = 5
SAMPLE_ZONE = ZoneInfo("Europe/Lisbon")

# Which of our messages each text stands in for: it says the same, or as much of it as can be said unasked.
STANDS_FOR = {
    "availability_request": "availability_request",
    "more_times": "availability_request_more availability_request_again_called_off availability_request_move",
    "offer": "offer offer_again offer_on_again offer_gone offer_one_gone offer_freed offer_refreshed offer_counter"
    " concession_after concession_before concession_on",
    "offer_move": "offer_move",
    "nudge": "nudge",
    "nudge_offer": "nudge_offer",
    "confirmation": "confirmation confirmation_on_again",
    "confirmation_moved": "confirmation_moved",
    "reminder": "reminder",
    "reminder_soon": "reminder_soon",
    "follow_up": "follow_up",
    "feedback_request": "feedback_request",
    "reschedule": "reschedule cancellation_search_again cannot_come",
    "cancellation": "cancellation_by_other cancellation_by_firm",
    "next_round": "next_round",
    "late_other": "late_other",
    "calendar_deleted": "calendar_deleted",
    "human_words": "human_words",
}
NAME_OF = {message: name for name, messages in STANDS_FOR.items() for message in messages.split()}
# What a message may say besides and need not: links that no text may have, and what the rest of it says as well.
BESIDES = frozenset({"page_choose", "page_give_times", "page_see", "calendar_moved", "do_not_count_on_it"})


@dataclass(frozen=True, slots=True)
class Approvable:
    """One text as the vendor sees it. Its places in order are filled with what `sources` come to."""

    name: str  # of the text, its reader and, where there are times, how many: offer.candidate.3
    language: str
    body: str  # with {{1}}, {{2}}, …
    sources: tuple[str, ...]
    labels: tuple[str, ...]  # of the buttons: the number of each time, then one for another time
    times: int = 0


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Book:
    """One language: what a reviewer is shown in its places, and the texts by name and reader."""

    samples: Mapping[str, object]
    texts: Mapping[str, Mapping[str, _Text]]


class Templatebook:
    """All texts that may be approved, in every language."""

    def __init__(self, books: Mapping[str, _Book], phrasebook: Phrasebook) -> None:
        self._books = books
        self._phrasebook = phrasebook
        self._cage = Cage()
        self._places: dict[str, Template] = {}

    @classmethod
    def load(cls, directory: Path | str | None = None) -> Templatebook:
        """Those in a directory of YAML files; by default those we ship."""
        return _shipped() if directory is None else cls._read(Path(directory))

    @classmethod
    def _read(cls, root: Path) -> Templatebook:
        paths = sorted(root.glob("*.yaml"), key=lambda path: len(path.stem))
        books: dict[str, _Book] = {}
        for path in paths:
            parent = books.get(path.stem.partition("-")[0])
            books[path.stem] = _book(path, parent)
        return cls(books, Phrasebook.load())

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self._books))

    def all(self, language: str) -> Iterator[Approvable]:
        """Every text of a language, one for each number of times."""
        for name, readers in self._books[language].texts.items():
            for reader, text in readers.items():
                yield from (self._made(name, reader, language, text, times) for times in _how_many(text))

    def find(self, messages: Sequence[str], reader: str, times: int, language: str) -> Approvable | None:
        """What stands in for a message of these parts; None where nothing does, or it would leave something out."""
        told = [NAME_OF.get(message) for message in messages if message not in BESIDES]
        if len(told) != 1 or told[0] is None or language not in self._books:
            return None
        readers = self._books[language].texts.get(told[0], {})
        found = reader if reader in readers else ANYONE
        text = readers.get(found)
        if text is None or times not in _how_many(text):
            return None
        return self._made(told[0], found, language, text, times)

    def tongues(self, tongue: str, firm: str) -> tuple[str, ...]:
        """In which languages somebody may be written to, the best first: theirs, or English as in all our messages.

        The firm's own only where it is theirs too: Portuguese as in Brazil for somebody who reads Portuguese.
        """
        known = {name.lower(): name for name in self._books}
        spoken = tongue.replace("_", "-").partition("-")[0].lower()
        theirs = [known[tag] for tag in fallbacks(tongue) if tag in known and tag.partition("-")[0] == spoken]
        at_home = [known[tag] for tag in fallbacks(firm) if tag in known and tag.partition("-")[0] == spoken]
        return tuple(dict.fromkeys([*theirs, *at_home])) or ("en",)

    def values(self, text: Approvable, fields: Mapping[str, object], zone: ZoneInfo) -> dict[str, str]:
        """What stands for each place, by its number, each in one line. Raises WordingError."""
        now = fields.get("now")
        if not isinstance(now, datetime):
            raise WordingError(f"{text.name}: nobody says when it is now")
        told = {"zone": zone, "locale": text.language, **fields}
        reader = self._phrasebook.reader(zone, text.language, now)
        return {
            str(number): self._written(text.name, source, told, reader) for number, source in enumerate(text.sources, 1)
        }

    def samples(self, text: Approvable) -> dict[str, str]:
        """What each place may read, for a reviewer who knows nobody of ours."""
        return self.values(text, _as_fields(self._books[text.language].samples), SAMPLE_ZONE)

    def problems(self, fields: Collection[str]) -> list[str]:
        """What would fail a reader or a reviewer one day, found without one."""
        return sorted({*self._missing(), *self._faults(set(fields) | GIVEN)})

    def _missing(self) -> Iterator[str]:
        english = self._books["en"].texts
        for name in STANDS_FOR.keys() ^ english.keys():
            yield f"en: {name} is missing, or stands for nothing"
        for language, book in self._books.items():
            for name in english.keys() ^ book.texts.keys():
                yield f"{language}: {name} is here or in English alone"
            for name in english.keys() & book.texts.keys():
                for reader in english[name].keys() ^ book.texts[name].keys():
                    yield f"{language}: {name} for {reader} is here or in English alone"
            for name in self._books["en"].samples.keys() ^ book.samples.keys():
                yield f"{language}: the sample of {name} is here or in English alone"

    def _faults(self, fields: set[str]) -> Iterator[str]:
        for language, book in self._books.items():
            for name, reader, text in _each(book):
                here = f"{language}: {name} for {reader}"
                if reader not in READERS:
                    yield f"{here}: there is no such reader"
                if "{%" in text.text:
                    yield f"{here}: the words are the same for everybody, so there is no if and no for"
                for source in PLACE.findall(text.text):
                    yield from (f"{here}: {fault}" for fault in self._wrong(source, fields))
                spoken = language.partition("-")[0]
                told = told_to_send(text.text, spoken) or next((b for b in text.buttons if is_trap(b, spoken)), None)
                if told:
                    yield f"{here}: the carriers take the one-word answer {told!r} as opting out or in"

    def _wrong(self, source: str, fields: set[str]) -> Iterator[str]:
        try:
            used = self._cage.fields_of("{{" + source + "}}")
        except TemplateSyntaxError as problem:
            yield f"{source.strip()} is no place: {problem.message}"
            return
        yield from (f"there is no field {name}" for name in used - fields)

    def _made(self, name: str, reader: str, language: str, text: _Text, times: int) -> Approvable:
        lines = "\n".join(f"{number}. {{{{ times[{number - 1}] | slot }}}}" for number in range(1, times + 1))
        sources: list[str] = []

        def numbered(place: re.Match[str]) -> str:
            if place[0] not in sources:
                sources.append(place[0])
            return f"{{{{{sources.index(place[0]) + 1}}}}}"

        body = PLACE.sub(numbered, TIMES.sub(lambda _: lines, text.text))
        labels = (*map(str, range(1, times + 1)), *text.buttons)
        full = f"{name}.{reader}.{times}" if times else f"{name}.{reader}"
        return Approvable(full, language, body, tuple(sources), labels, times)

    def _written(self, name: str, source: str, fields: Mapping[str, object], reader: Reader) -> str:
        try:
            return " ".join(render(self._compiled(source), fields, reader).split())
        except Exception as problem:
            # A place may fail in any way a value can; the caller knows one kind of failure.
            raise WordingError(f"{name}: {source}: {problem}") from problem

    def _compiled(self, source: str) -> Template:
        if source not in self._places:
            self._places[source] = self._cage.from_string(source)
        return self._places[source]


def _how_many(text: _Text) -> range:
    """Of which numbers of times it can speak."""
    return range(1, MOST_TIMES + 1) if TIMES.search(text.text) else range(1)


def _each(book: _Book) -> Iterator[tuple[str, str, _Text]]:
    for name, readers in book.texts.items():
        for reader, text in readers.items():
            yield name, reader, text


def _as_fields(samples: Mapping[str, object]) -> dict[str, object]:
    """The samples of a file as a message has its fields: instants are instants again."""
    told = dict(samples)
    start = datetime.fromisoformat(str(told["start"]))
    times = [start + timedelta(hours=number) for number in range(MOST_TIMES)]
    words = {"said": told.pop("said", "")}
    return {**told, "start": start, "times": times, "now": start - timedelta(days=2), "words": defaultdict(str, words)}


@cache
def _shipped() -> Templatebook:
    return Templatebook.load(str(files("prompts") / "templates"))


def _book(path: Path, parent: _Book | None) -> _Book:
    """A region of a language says what it says otherwise, and the rest as the language does."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {}  # noqa: S506 – a safe one
    samples = content.pop(SAMPLES, None) or {}
    texts = {name: {reader: _text(each) for reader, each in readers.items()} for name, readers in content.items()}
    if parent is None:
        return _Book(samples, texts)
    inherited = {name: {**readers, **texts.get(name, {})} for name, readers in parent.texts.items()}
    return _Book({**parent.samples, **samples}, {**texts, **inherited})


def _text(told: str | Mapping[str, str]) -> _Text:
    if isinstance(told, str):
        return _Text(told.strip())
    return _Text(told["text"].strip(), (told["button"],))

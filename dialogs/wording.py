"""A Say becomes a sentence in the reader's language and zone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from jinja2 import Template, TemplateSyntaxError

from dialogs.outreach.traps import is_trap, told_to_send
from dialogs.reader import ENGLISH_PHRASES, MAY_HAVE, Reader, locale_of
from dialogs.templates import Cage, render

ANYONE = "anyone"
READERS = frozenset({"candidate", "host", "recruiter", ANYONE})
PARTS = frozenset({"subject", "text", "buttons", "opt_out"})
PHRASES = "phrases"

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one written in C is ten times as fast

# In every template besides the fields of its Say: `{{ zone | zone }}` is "Lisbon time".
GIVEN = frozenset({"zone", "locale"})


class WordingError(Exception):
    """A sentence could not be made. The message is for whoever wrote the template or the call, never for the reader."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What goes out. A channel without subjects or buttons sends the text alone."""

    text: str
    subject: str | None = None
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Message:
    """One message for one reader as it stands in the file: templates."""

    text: str
    subject: str = ""
    buttons: tuple[str, ...] = ()
    opt_out: bool = False  # tells how to opt out, so it may name the words for it

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.text, self.subject, *self.buttons)


@dataclass(frozen=True, slots=True)
class _Language:
    """One file: messages by kind and reader, and the phrases for windows open to one side."""

    messages: Mapping[str, Mapping[str, _Message]]
    phrases: Mapping[str, str]


class Phrasebook:
    """Every sentence we say. `en.yaml` holds English, `de.yaml` German, `pt-BR.yaml` what Brazilians say otherwise.

    A file has a key per kind of message, below it one per reader (candidate, host, recruiter, or `anyone`), and there
    the text, or `text` with `subject` and `buttons`: all of them templates over the fields of the Say. Buttons are a
    list, or one template that writes one a line.
    """

    def __init__(self, languages: Mapping[str, _Language]) -> None:
        self._languages = languages
        self._cage = Cage()
        self._compiled: dict[str, Template] = {}

    @classmethod
    def load(cls, directory: Path | str | None = None) -> Phrasebook:
        """The sentences in a directory of YAML files; by default those we ship."""
        return _shipped() if directory is None else cls._read(Path(directory))

    @classmethod
    def _read(cls, root: Path) -> Phrasebook:
        languages = {path.stem.lower(): _read(path) for path in sorted(root.glob("*.yaml"))}
        if "en" not in languages:
            raise WordingError(f"there is no en.yaml in {root}, and every language falls back to it")
        return cls(languages)

    @property
    def languages(self) -> frozenset[str]:
        """Those that are whole: "de", but not "de-AT"."""
        return frozenset(name for name in self._languages if "-" not in name)

    def say(self, key: str, reader_role: str, fields: Mapping[str, object], *, zone: ZoneInfo, locale: str) -> Wording:
        """The message `key` for this reader. `fields["now"]` decides whether a year is written."""
        language, message = self._find(key, reader_role, locale)
        values = {"zone": zone, "locale": locale, **fields}
        try:
            reader = self._reader(language, locale, zone, fields.get("now"))
            text, subject, *buttons = (render(self._template(source), values, reader) for source in message.sources)
        except WordingError:
            raise
        except Exception as problem:
            # A template may fail in any way a value can; the caller knows one kind of failure.
            raise WordingError(f"{key} for {reader_role} in {language}: {problem}") from problem
        labels = (line for button in buttons for line in button.splitlines() if line)
        return Wording(text, " ".join(subject.split()) or None, tuple(labels))

    def problems(
        self, known: Mapping[str, Collection[str]], readers: Mapping[str, Collection[str]] | None = None
    ) -> list[str]:
        """What would fail a reader one day, found without one.

        `known` gives the fields of each kind of message, `readers` to whom a kind goes, where that is settled.
        """
        found = set(self._missing(known, readers or {}))
        for language, key, reader, message in self._all():
            here = f"{language}: {key} for {reader}"
            if key not in known:
                found.add(f"{here}: nobody says this")
            if reader not in READERS:
                found.add(f"{here}: there is no such reader, only {', '.join(sorted(READERS))}")
            found.update(f"{here}: {fault}" for fault in self._faults(message, known.get(key, ()), language))
        return sorted(found)

    def reader(self, zone: ZoneInfo, locale: str, now: datetime) -> Reader:
        """How this reader writes days and clocks, for whoever tells them something that is no message."""
        language = next(tag for tag in fallbacks(locale) if tag in self._languages)
        return self._reader(language, locale, zone, now)

    def _all(self) -> Iterator[tuple[str, str, str, _Message]]:
        for name, language in self._languages.items():
            for key, readers in language.messages.items():
                for reader, message in readers.items():
                    yield name, key, reader, message

    def _messages(self, language: str) -> Mapping[str, Mapping[str, _Message]]:
        known = self._languages.get(language)
        return known.messages if known else {}

    def _find(self, key: str, reader: str, locale: str) -> tuple[str, _Message]:
        for language in fallbacks(locale):
            readers = self._messages(language).get(key, {})
            message = readers.get(reader) or readers.get(ANYONE)
            if message:
                return language, message
        raise WordingError(f"there is no message {key} for {reader}")

    def _reader(self, language: str, locale: str, zone: ZoneInfo, now: object) -> Reader:
        spoken, asked = language.partition("-")[0], locale_of(locale)
        same = asked.language == spoken
        phrases = dict(ENGLISH_PHRASES)
        for tag in reversed(list(fallbacks(locale)) if same else [spoken]):
            if tag.partition("-")[0] == spoken and tag in self._languages:
                phrases.update(self._languages[tag].phrases)
        # A text that fell back to English says its days in English.
        return Reader(zone, asked if same else locale_of(spoken), now if isinstance(now, datetime) else None, phrases)

    def _template(self, source: str) -> Template:
        """Compiled when it is first said: all of them take seconds, and a command says one or two."""
        if source not in self._compiled:
            try:
                self._compiled[source] = self._cage.from_string(source)
            except TemplateSyntaxError as problem:
                raise WordingError(f"{_no_template(problem)}: {source}") from problem
        return self._compiled[source]

    def _missing(self, known: Collection[str], readers: Mapping[str, Collection[str]]) -> Iterator[str]:
        """A language is whole; a region of it holds only what differs."""
        english = self._messages("en")
        for language in (name for name in self._languages if "-" not in name):
            own = self._messages(language)
            for key in known:
                if key not in own:
                    yield f"{language}: {key} is missing"
                    continue
                wanted = set(readers.get(key, ())) if ANYONE not in own[key] else set()
                for reader in (wanted | english.get(key, {}).keys()) - own[key].keys():
                    yield f"{language}: {key} for {reader} is missing"
            phrases = self._languages[language].phrases
            for name, english_phrase in ENGLISH_PHRASES.items():
                phrase = phrases.get(name, english_phrase if language == "en" else "")
                if _places(phrase) != _places(english_phrase):
                    yield f"{language}: {name} under {PHRASES} must be like {english_phrase!r}"
            for name in phrases.keys() - ENGLISH_PHRASES.keys() - MAY_HAVE:
                yield f"{language}: there is no {name} among {PHRASES}"
            if _places(phrases.get("when", "{day} {clock}")) != ["clock", "day"]:
                yield f"{language}: when under {PHRASES} must have {{day}} and {{clock}}"

    def _faults(self, message: _Message, fields: Collection[str], tag: str) -> Iterator[str]:
        language = tag.partition("-")[0]
        if not message.text.strip():
            yield "there is no text"
        for source in message.sources:
            try:
                used = self._cage.fields_of(source)
            except TemplateSyntaxError as problem:
                yield _no_template(problem)
                continue
            for name in used - set(fields) - GIVEN:
                yield f"there is no field {name}"
            told = told_to_send(source, language)
            if not told and source in message.buttons and is_trap(source, language):
                told = source.strip()
            if told and not message.opt_out:
                yield f"the carriers take the one-word answer {told!r} as opting out or in: ask for other words"


@cache
def _shipped() -> Phrasebook:
    """They do not change while we run, and eight files take a moment to read."""
    return Phrasebook.load(str(files("prompts") / "messages"))


def _no_template(problem: TemplateSyntaxError) -> str:
    return f"this is no template: line {problem.lineno}: {problem.message}"


def _places(phrase: str) -> list[str]:
    """What is put into a phrase: "{day} from {clock}" has clock and day."""
    return sorted(re.findall(r"{(.*?)}", phrase))


def fallbacks(locale: str) -> Iterator[str]:
    """pt-BR, pt, en: as the files are named."""
    tag = locale.replace("_", "-").lower()
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
    yield "en"


def _read(path: Path) -> _Language:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {}  # noqa: S506 – a safe one
    except yaml.YAMLError as problem:
        raise WordingError(f"{path.name} is not valid YAML: {problem}") from problem
    if not isinstance(content, dict):
        raise WordingError(f"{path.name} holds no messages: a key per kind of message is expected")
    phrases = content.pop(PHRASES, None) or {}
    if not isinstance(phrases, dict):
        raise WordingError(f"{path.name}: {PHRASES} are {', '.join(ENGLISH_PHRASES)}, each with its words")
    messages = {str(key): _readers(f"{path.name}: {key}", value) for key, value in content.items()}
    return _Language(messages, {str(name): str(phrase) for name, phrase in phrases.items()})


def _readers(where: str, value: object) -> Mapping[str, _Message]:
    if not isinstance(value, dict):
        raise WordingError(f"{where} needs a key per reader below it: {', '.join(sorted(READERS))}")
    return {str(reader): _message(f"{where} for {reader}", content) for reader, content in value.items()}


def _message(where: str, content: object) -> _Message:
    if isinstance(content, str):
        return _Message(content)
    if not isinstance(content, dict) or "text" not in content or not PARTS.issuperset(content):
        raise WordingError(f"{where} is neither a text nor text, subject, buttons and opt_out")
    buttons = content.get("buttons") or ()
    return _Message(
        text=str(content["text"]),
        subject=str(content.get("subject") or ""),
        buttons=(buttons,) if isinstance(buttons, str) else tuple(str(button) for button in buttons),
        opt_out=content.get("opt_out") is True,
    )

"""A language as its data file says it: what words mean, how they are put together; compiled once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dialogs.understanding.building import BUILDERS, digit_kinds, kinds_of, number_kinds, ordinal_kinds
from dialogs.understanding.patterns import Patterns
from dialogs.understanding.tokens import Number, Piece, tokenize
from dialogs.understanding.values import Part


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Words stay words: "no" and "on" are not false and true here."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp", ":float", ":null"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(slots=True)
class Language:
    """Words, their slips and the layers of patterns. Nothing in it changes once it is made."""

    code: str
    spellings: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    slips: dict[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    layers: list[Patterns] = field(default_factory=list)
    signs: Patterns = field(default_factory=lambda: Patterns({}))
    acts: Patterns = field(default_factory=lambda: Patterns({}))
    lists: dict[str, frozenset[str]] = field(default_factory=dict)

    def annotate(self, pieces: Iterable[Piece]) -> None:
        """What each word or number may be, on its own."""
        for piece in pieces:
            word = piece.word
            if word.isdecimal():
                piece.kinds = digit_kinds(word)
                continue
            word = self.spellings.get(word, word)
            if word not in self.known and len(word) > 4:
                word = self._mended(word)
            piece.word = word
            kinds = self.words.get(word)
            if kinds:
                piece.kinds = kinds

    def _mended(self, word: str) -> str:
        if word.endswith("'s") and word[:-2] in self.known:
            return word[:-2]
        if len(word) > 14:
            return word
        for candidate in _deletions(word):
            right = self.slips.get(candidate)
            if right is not None and abs(len(right) - len(word)) <= 1 and right[0] == word[0]:
                return right
        return word


@functools.cache
def language(code: str) -> Language:
    raw = yaml.load(
        resources.files("dialogs.understanding").joinpath(f"languages/{code}.yaml").read_text(encoding="utf-8"),
        Loader=_Loader,  # noqa: S506 – a safe loader, with less magic
    )
    return _compiled(raw)


def _compiled(raw: Mapping[str, Any]) -> Language:
    made = Language(raw["language"], {str(k): str(v) for k, v in raw["spellings"].items()})
    phrases = _phrases(raw)
    made.words = {words[0]: kinds for words, kinds in phrases.items() if len(words) == 1}
    first = Patterns(made.spellings)
    for words, kinds in phrases.items():
        if len(words) > 1:
            first.add(" ".join(words), _constant, {"kinds": kinds})
    made.layers = [first]
    for layer in raw["layers"]:
        made.layers.append(_layer(layer, made.spellings))
    made.signs, made.acts = _signs(raw["signs"], made.spellings), _signs(raw["acts"], made.spellings)
    made.lists = {name: frozenset(words) for name, words in raw["lists"].items()}
    literal = set().union(*(patterns.words() for patterns in (*made.layers, made.signs, made.acts)))
    made.known = frozenset(literal | set(made.words) | set(raw["no_slips"]) | set(raw["slips"]))
    made.slips = _slips(raw["slips"])
    return made


def _layer(rules: Iterable[Mapping[str, Any]], spellings: Mapping[str, str]) -> Patterns:
    layer = Patterns(spellings)
    for rule in rules:
        constants = dict(rule.get("with", {}))
        build = BUILDERS[rule["build"]] if rule["build"] != "word" else _constant
        if rule["build"] == "word":
            constants = {"kinds": {rule["kind"]: constants["value"]}}
        else:
            build = _kinded(build)
        for pattern in rule["say"]:
            layer.add(pattern, build, constants)
    return layer


def _signs(raw: Mapping[str, Iterable[str]], spellings: Mapping[str, str]) -> Patterns:
    """Phrases that show what a message does: each becomes a piece of the kind "sign"."""
    signs = Patterns(spellings)
    for name, phrases in raw.items():
        for phrase in phrases:
            signs.add(phrase, _sign, {"sign": name})
    return signs


def _kinded(build: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(build)  # keeps the signature, by which patterns know the slots it wants
    def kinded(frame: object, **slots: Any) -> dict[str, Any] | None:
        value = build(frame, **slots)
        return None if value is None else kinds_of(value)

    return kinded


def _constant(frame: object, *, kinds: dict[str, Any]) -> dict[str, Any]:
    return kinds


def _sign(frame: object, *, sign: str, **slots: object) -> dict[str, Any]:
    return {"sign": sign, **slots}


def _phrases(raw: Mapping[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for kind, values in raw["words"].items():
        for value, words in values.items():
            for phrase in words:
                key = tuple(piece.word for piece in tokenize(str(phrase)))
                found.setdefault(key, {}).update(_word_kinds(kind, value, raw["parts"]))
    return found


def _word_kinds(kind: str, value: Any, parts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    match kind:
        case "n":
            return number_kinds(Number(value))
        case "ordinal":
            return ordinal_kinds(Number(value))
        case _ if kind.endswith("part"):
            return {kind: _part(value, parts[value])}
        case "zone" | "city":
            return {kind: ZoneInfo(value)}
        case _:
            return {kind: value}


def _part(name: str, hours: Mapping[str, Any]) -> Part:
    edges = {edge: (_minutes(span[0]), _minutes(span[1])) for edge, span in hours.items() if edge not in ("from", "to")}
    return Part(name, _minutes(hours["from"]), _minutes(hours["to"]), edges)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _slips(words: Iterable[str]) -> dict[str, str]:
    """Every word less one letter, and the word it came from; those of two words are nobody's."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for word in words:
        for less in _deletions(word):
            if found.setdefault(less, word) != word:
                doubled.add(less)
    return {less: word for less, word in found.items() if less not in doubled}


def _deletions(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]

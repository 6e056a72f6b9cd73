"""A language as its data files say it: what words mean, how they are put together; compiled once."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.understanding import datafiles
from dialogs.understanding.building import BUILDERS, digit_kinds, kinds_of, number_kinds, ordinal_kinds
from dialogs.understanding.datafiles import LanguageError
from dialogs.understanding.patterns import Patterns
from dialogs.understanding.spelling import bare, deletions, ending_in_an_accent, less_one_letter, undrawn
from dialogs.understanding.tokens import Number, Piece, tokenize
from dialogs.understanding.values import Order, Part

Kinds = dict[str, Any]


@dataclass(slots=True)
class Language:
    """Words, their slips and the layers of patterns. Nothing in it changes once it is made."""

    code: str
    order: Order = Order.UNKNOWN  # of day and month in 5/6
    elisions: frozenset[str] = frozenset()  # the l' of l'après-midi is a word of its own
    spellings: dict[str, str] = field(default_factory=dict)
    words: dict[str, Kinds] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)  # two words written as one, and where the second begins
    slips: dict[str, str] = field(default_factory=dict)
    accented: dict[str, str] = field(default_factory=dict)  # by the word without its last accent
    known: frozenset[str] = frozenset()
    layers: dict[str, Patterns] = field(default_factory=dict)  # by name, in their order
    signs: Patterns = field(default_factory=lambda: Patterns({}))
    acts: Patterns = field(default_factory=lambda: Patterns({}))
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def pieces(self, text: str, loans: Mapping[str, Kinds]) -> list[Piece]:
        """The words of a plain text and what each may be on its own. A word the language does not know may be one
        of the `loans`: "Tuesday geht klar"."""
        pieces = self._unpointed(self._accents(tokenize(text, self.elisions)), text)
        if self.joined:
            pieces = self._parted(pieces)
        for piece in pieces:
            self._annotate(piece, loans)
        return pieces

    def _accents(self, pieces: list[Piece]) -> list[Piece]:
        """Perche' is perché."""
        kept: list[Piece] = []
        for piece in pieces:
            right = self.accented.get(kept[-1].word) if piece.word == "'" and piece.glued and kept else None
            if right is None:
                kept.append(piece)
            else:
                kept[-1].word, kept[-1].end = right, piece.end
        return kept

    def _unpointed(self, pieces: list[Piece], text: str) -> list[Piece]:
        """Without the points of short forms, "ca. 10 Uhr", "Di. Vormittag": no sentence ends there. The point of a
        date, "am 9. geht es", stays, but ends none either."""
        short = self.lists["abbreviations"]
        if not short:
            return pieces
        kept: list[Piece] = []
        for index, piece in enumerate(pieces):
            if piece.word == "." and piece.glued and kept and kept[-1].word in short:
                following = pieces[index + 1] if index + 1 < len(pieces) else None
                if following and (following.word in self.words or not text[following.start].isupper()):
                    kept[-1].end = piece.end
                    continue
            if piece.word == "." and piece.glued and kept and kept[-1].word.isdecimal():
                following = pieces[index + 1] if index + 1 < len(pieces) else None
                if following and text[following.start].islower():
                    piece.kinds = {"inside": 1}
            kept.append(piece)
        return kept

    def _parted(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Dienstagnachmittag is Dienstag and Nachmittag."""
        parted: list[Piece] = []
        for piece in pieces:
            at = self.joined.get(piece.word)
            if at is None:
                parted.append(piece)
                continue
            middle = piece.start + at
            parted.append(Piece(piece.word[:at], piece.start, middle, piece.glued))
            parted.append(Piece(piece.word[at:], middle, piece.end))
        return parted

    def _annotate(self, piece: Piece, loans: Mapping[str, Kinds]) -> None:
        word = piece.word
        if word.isdecimal():
            piece.kinds = digit_kinds(word)
            return
        word = self.spellings.get(word, word)
        if word not in self.known:
            shorter = (self.spellings.get(each, each) for each in undrawn(word))
            word = next((each for each in shorter if each in self.known), word)
        if word not in self.known:
            if kinds := loans.get(word):
                piece.kinds = kinds
                return
            if len(word) > 4:
                word = self._mended(word)
        piece.word = word
        if kinds := self.words.get(word):
            piece.kinds = kinds

    def _mended(self, word: str) -> str:
        if word.endswith("'s") and word[:-2] in self.known:
            return word[:-2]
        if len(word) > 14:
            return word
        for candidate in deletions(word):
            right = self.slips.get(candidate)
            if right is not None and abs(len(right) - len(word)) <= 1 and right[0] == word[0]:
                return right
        return word


@functools.cache
def language(code: str) -> Language:
    """Raises LanguageError where the files of the language do not hold together."""
    return _compiled(datafiles.read(code))


def _compiled(raw: Mapping[str, Any]) -> Language:
    made = Language(
        raw["language"],
        Order(raw.get("order", Order.UNKNOWN)),
        frozenset(raw.get("elisions", ())),
        {str(word): str(meant) for word, meant in raw["spellings"].items()},
    )
    phrases = word_kinds(raw, made.elisions)
    made.words = {words[0]: kinds for words, kinds in phrases.items() if len(words) == 1}
    first = Patterns(made.spellings)
    for words, kinds in phrases.items():
        if len(words) > 1:
            first.add(" ".join(words), _constant, {"kinds": kinds})
    made.layers = {"phrases": first, **{name: _layer(rules, made.spellings) for name, rules in raw["times"].items()}}
    made.signs, made.acts = _signs(raw["signs"], made.spellings), _signs(raw["acts"], made.spellings)
    made.lists = defaultdict(frozenset, {name: frozenset(map(str, words)) for name, words in raw["lists"].items()})
    literal = set().union(*(patterns.words() for patterns in (*made.layers.values(), made.signs, made.acts)))
    made.known = frozenset(literal | set(made.words) | set(raw["no_slips"]) | set(raw["slips"]))
    made.slips, made.accented = less_one_letter(raw["slips"]), ending_in_an_accent(made.known)
    made.joined = _joined(raw["joined"], made)
    for word in made.known:  # "uebermorgen" and "ubermorgen" are übermorgen
        for other in bare(word):
            if other not in made.known:
                made.spellings.setdefault(other, word)
    return made


def _joined(pairs: Iterable[Mapping[str, str]], made: Language) -> dict[str, int]:
    """Every word of the one kind with every word of the other right behind it."""
    found: dict[str, int] = {}
    for pair in pairs:
        firsts = [word for word, kinds in made.words.items() if pair["first"] in kinds]
        seconds = [word for word, kinds in made.words.items() if pair["second"] in kinds]
        for first in firsts:
            for second in seconds:
                if first + second not in made.known:
                    found[first + second] = len(first)
    return found


def _layer(rules: Iterable[Mapping[str, Any]], spellings: Mapping[str, str]) -> Patterns:
    layer = Patterns(spellings)
    for rule in rules:
        constants = dict(rule.get("with", {}))
        if rule["build"] == "word":
            build: Callable[..., Any] = _constant
            constants = {"kinds": {rule["kind"]: constants["value"]}}
        elif rule["build"] in BUILDERS:
            build = _kinded(BUILDERS[rule["build"]])
            build.__name__ = rule["build"]
        else:
            raise LanguageError(f"there is no builder {rule['build']!r}")
        for pattern in rule["say"]:
            layer.add(str(pattern), build, constants)
    layer.compact()
    return layer


def _signs(raw: Mapping[str, Iterable[str]], spellings: Mapping[str, str]) -> Patterns:
    """Phrases that show what a message does: each becomes a piece of the kind "sign"."""
    signs = Patterns(spellings)
    for name, phrases in raw.items():
        for phrase in phrases:
            signs.add(str(phrase), _sign, {"sign": name})
    signs.compact()
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


def word_kinds(raw: Mapping[str, Any], elisions: frozenset[str] = frozenset()) -> dict[tuple[str, ...], Kinds]:
    """Every word or phrase of the files and the kinds it has."""
    found: dict[tuple[str, ...], Kinds] = {}
    for kind, values in raw["words"].items():
        for value, words in values.items():
            for phrase in words:
                key = tuple(piece.word for piece in tokenize(str(phrase), elisions))
                found.setdefault(key, {}).update(_of_kind(kind, value, raw["parts"]))
    return found


def _of_kind(kind: str, value: Any, parts: Mapping[str, Mapping[str, str]]) -> Kinds:
    match kind:
        case "n":
            return number_kinds(Number(value))
        case "ordinal":
            return ordinal_kinds(Number(value))
        case "year":
            return {kind: Number(value, 4)}
        case "ordinal_day" | "one_n":  # segunda: the second, and Monday; une: one, and an article
            return {kind: Number(value)}
        case _ if kind.endswith("part"):
            return {kind: _part(value, parts)}
        case "zone" | "city":
            return {kind: ZoneInfo(value)}
        case _:
            return {kind: value}


def _part(name: str, parts: Mapping[str, Mapping[str, Any]]) -> Part:
    if name not in parts:
        raise LanguageError(f"words.yaml has no hours for the part of the day {name!r}")
    hours = parts[name]
    edges = {edge: (_minutes(span[0]), _minutes(span[1])) for edge, span in hours.items() if edge not in ("from", "to")}
    return Part(name, _minutes(hours["from"]), _minutes(hours["to"]), edges)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)

"""Which language a text is in: by the words that only one of the languages knows.

A statistical detector was tried and is right for about half of the messages of one or two words, which most are;
see docs/decisions/0008.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dialogs.understanding import datafiles
from dialogs.understanding.language import word_kinds
from dialogs.understanding.spelling import bare

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LITERAL = re.compile(r"<[^<>]*>|[^\W\d_]+(?:'[^\W\d_]+)*'?")
_ENDING = re.compile(r"\d([^\W\d_]+)")  # 15h and 15u, the 2nd and de 2e
_GLUED = re.compile(r"(?<![^\s|(])\+([^\W\d_]+)")
_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;\n]+|$)")
_LENT = frozenset({"weekday", "month", "sure_month", "offset", "part", "half"})  # what people say in another language
_SHORTEST_LOAN = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What all languages know."""

    known: Mapping[str, frozenset[str]]  # by language
    loans: Mapping[str, dict[str, Any]]  # words of time, whatever language they are from
    elisions: frozenset[str]  # the l' of l'après-midi
    slipped: Mapping[str, frozenset[str]]  # by language: what is known only as another way to write a word

    def words(self, text: str) -> frozenset[str]:
        found = set()
        for whole in _WORD.findall(text.lower()):
            word = whole
            while (at := word.find("'") + 1) and word[:at] in self.elisions:
                found.add(word[:at])
                word = word[at:]
            found.add(word)
        found.update("+" + ending for ending in _ENDING.findall(text.lower()) if ending not in ("am", "pm"))
        return frozenset(found)

    def better(self, words: frozenset[str], mine: str) -> str | None:
        """The language that knows more of the words than `mine`, which knows few; None when none is clearly better."""
        known = self.known[mine]
        others = (code for code in self.known if code != mine)
        best = max(others, key=lambda code: self._gain(words, code, mine), default=mine)
        gain, loss = self._gain(words, best, mine), len((words & known) - self.known[best])
        return best if gain >= 2 and gain > loss else None

    def only(self, words: frozenset[str], mine: str) -> str | None:
        """The language that knows all these words, of which `mine` knows none."""
        if not words or words & self.known[mine]:
            return None
        return next((code for code in self.known if words <= self.known[code]), None)

    def likeliest(self, words: frozenset[str]) -> str:
        """The language that knows most; words many know count less, and so do misspelled ones. English in doubt."""

        def weight(code: str) -> float:
            mine = words & self.known[code]
            ahead = 0.3 if code == "en" else 0.0
            return ahead + sum(0.5 + 1 / self._knowers(word) for word in mine) - 0.25 * len(mine & self.slipped[code])

        return max(self.known, key=weight)

    def _gain(self, words: frozenset[str], code: str, mine: str) -> int:
        return len((words & self.known[code]) - self.known[mine])

    def _knowers(self, word: str) -> int:
        return sum(word in known for known in self.known.values())


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text and the language to read it in."""

    start: int
    end: int
    code: str


def spoken(text: str, hint: str | None) -> tuple[str, list[Stretch]]:
    """The language of a plain text, and the stretches to read, each in its own language.

    One word never switches from `hint`, the language the writer is known to write: a lone "danke" is read as German,
    and the text stays in the language of the hint.
    """
    found = lexicon()
    words = found.words(text)
    main = hint if hint in found.known else None
    main = (found.better(words, main) or main) if main else found.likeliest(words)
    if words <= found.known[main]:
        return main, [Stretch(0, len(text), main)]
    stretches: list[Stretch] = []
    for start, end in _sentences(text):
        inside = found.words(text[start:end])
        code = found.better(inside, main) or found.only(inside, main) or main
        if stretches and (code == stretches[-1].code or not inside):
            stretches[-1] = Stretch(stretches[-1].start, end, stretches[-1].code)
        else:
            stretches.append(Stretch(start, end, code))
    return main, stretches or [Stretch(0, len(text), main)]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """A point within a number, a clock time or a short form ends none."""
    begun = 0
    for found in _SENTENCE.finditer(text):
        if found.end() == found.start():
            continue
        following = text[found.end() : found.end() + 1]
        if following and not following.isspace() and not text[found.end() - 1].isspace():
            continue
        yield begun, found.end()
        begun = found.end()
    if begun < len(text):
        yield begun, len(text)


@functools.cache
def lexicon() -> Lexicon:
    """Read once, from the files of all languages; their patterns are not compiled for it."""
    known: dict[str, frozenset[str]] = {}
    loans: dict[str, dict[str, Any]] = {}
    elisions: set[str] = set()
    slipped: dict[str, frozenset[str]] = {}
    for code in datafiles.codes():
        raw = datafiles.read(code)
        by_kind = word_kinds(raw)
        right = _written(raw) | frozenset(_joined(raw, by_kind))
        right |= {other for word in right for other in bare(word)}
        known[code] = right | _literals(raw["spellings"])
        slipped[code] = known[code] - right
        elisions.update(raw.get("elisions", ()))
        for words, kinds in by_kind.items():
            lent = {kind: value for kind, value in kinds.items() if kind in _LENT}
            if lent and len(words) == 1 and len(words[0]) >= _SHORTEST_LOAN:
                loans.setdefault(words[0], lent)
    return Lexicon(known, loans, frozenset(elisions), slipped)


def _written(raw: Mapping[str, Any]) -> frozenset[str]:
    """Every word that stands in some file of a language, but for what is only another way to write one."""
    phrases: list[Any] = [*raw["slips"], *raw["no_slips"]]
    for kind, values in raw["words"].items():
        if kind != "city":
            phrases.extend(phrase for listed in values.values() for phrase in listed)
    for listed in (*raw["signs"].values(), *raw["acts"].values(), *raw["lists"].values()):
        phrases.extend(listed)
    for rules in raw["times"].values():
        phrases.extend(pattern for rule in rules for pattern in rule["say"])
    return _literals(phrases) | frozenset(raw.get("elisions", ()))  # j' is French, whatever stands behind it


def _literals(phrases: Iterable[Any]) -> frozenset[str]:
    """The words of some phrases, with a plus where they stand glued to what is before them."""
    text = "\n".join(map(str, phrases)).lower()
    words = {word for word in _LITERAL.findall(text) if not word.startswith("<")}
    return frozenset(words | {"+" + ending for ending in _GLUED.findall(text)})


def _joined(raw: Mapping[str, Any], kinds: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Iterator[str]:
    """Dienstagnachmittag: every word of the one kind with every word of the other right behind it."""
    for pair in raw["joined"]:
        seconds = [words[0] for words, found in kinds.items() if len(words) == 1 and pair["second"] in found]
        for words, found in kinds.items():
            if len(words) == 1 and pair["first"] in found:
                yield from (words[0] + second for second in seconds)

"""How words are misspelled: a slip of the finger, or an accent that was too much trouble."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_SHORT = str.maketrans({"ß": "ss"})


def bare(word: str) -> tuple[str, ...]:
    """The word as people write it who have no keys for its accents; nothing for a word that has none."""
    if word.isascii():
        return ()
    letters = unicodedata.normalize("NFD", word.translate(_SHORT))
    short = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(other for other in dict.fromkeys((short, word.translate(_LONG))) if other != word)


def ending_in_an_accent(words: Iterable[str]) -> dict[str, str]:
    """By what stands before the apostrophe where people write one for the accent: perche' is perché."""
    return {other: word for word in sorted(words) if word and not word[-1].isascii() for other in bare(word)}


def less_one_letter(words: Iterable[str]) -> dict[str, str]:
    """Every word less one letter, with or without its accents, and the word it came from; those of two words are
    nobody's."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for word in words:
        for less in (less for form in (word, *bare(word)) for less in deletions(form)):
            if found.setdefault(less, word) != word:
                doubled.add(less)
    return {less: word for less, word in found.items() if less not in doubled}


def undrawn(word: str) -> tuple[str, ...]:
    """Siiii, vaaale, goood: with two and with one of the letters that are drawn out; nothing for any other word."""
    found = (_DRAWN.sub(r"\1\1", word), _DRAWN.sub(r"\1", word))
    return () if found[0] == word else found


def deletions(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]

"""Text cut into words, numbers and signs, in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*|\n|[^\w\s]|_")
# Addresses and telephone numbers; each part is bounded, so no text can make this slow.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S{1,300}|[\w.+-]{1,64}@[\w.-]{1,64}\.\w{2,20}|\+\d[\d ()-]{7,20}\d"
    r"|\b\d{3,5}[ /-]\d{5,10}\b|\b0\d{2,4} \d{3,4} \d{2,4}\b"
    r"|\b0\d([ .-]?)\d\d(?:\1\d\d){3}\b|\b0\d\d\d?(?:[ ./]\d\d\d?){3}\b"  # 06 12 34 56 78, 0470 12 34 56, 079 123 45 67
    r"|(?<=number is )[\d ()/-]{6,20}\d|(?<=phone: )[\d ()/-]{6,20}\d|(?<=tel: )[\d ()/-]{6,20}\d"
    r"|(?<=tel\. )[\d ()/-]{6,20}\d|(?<=mobile: )[\d ()/-]{6,20}\d",
    re.IGNORECASE,
)
_PLAIN = str.maketrans(
    {
        "’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-",
        "：": ":", "¿": " ", "¡": " ", "\ufe0f": None, "\u20e3": None, "\u200d": None, "\r": "\n", "\u2028": "\n",
        "\xa0": " ",
        "🏻": None, "🏼": None, "🏽": None, "🏾": None, "🏿": None,
    }
)  # fmt: skip


@dataclass(slots=True)
class Piece:
    """A stretch of the text and what it may be: first one token, later a whole date or range.

    `kinds` maps a kind of meaning ("weekday", "hour", "day") to its value. `glued`: no space before it.
    """

    word: str
    start: int
    end: int
    glued: bool = False
    kinds: dict[str, Any] = field(default_factory=dict)


def plain(text: str) -> str:
    """One spelling for quotes, dashes and digits in boxes; blanks for addresses; everything else stays."""
    return _ADDRESS.sub(lambda found: " " * len(found.group()), text.replace("🔟", "10").translate(_PLAIN))


def tokenize(text: str, elisions: frozenset[str] = frozenset()) -> list[Piece]:
    """The pieces of a text that went through `plain`; offsets are into that text. `elisions` are words that stand
    apart although nothing but their apostrophe parts them from the next: l' in l'après-midi."""
    pieces: list[Piece] = []
    behind = -1
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        word = found.group().lower()
        glued = start == behind
        if word == "'" and glued and pieces[-1].word + word in elisions:  # l'11, l' altro
            pieces[-1].word, pieces[-1].end, behind = pieces[-1].word + word, end, end
            continue
        while elisions and (at := word.find("'") + 1) and word[:at] in elisions and at < len(word):
            pieces.append(Piece(word[:at], start, start + at, glued))
            word, start, glued = word[at:], start + at, True
        pieces.append(Piece(word, start, end, glued))
        behind = end
    return pieces


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number and how many digits it was written with; 0 when in words."""

    value: int
    digits: int = 0

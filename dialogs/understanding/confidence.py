"""How sure a reading is: what the reader saw of the message, weighed so that of those at 0.9 nine in ten are right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from dialogs.understanding.hearing import Heard
from dialogs.understanding.meaning import Act
from dialogs.understanding.mentions import Mention

_OF_TIME = frozenset(
    {"weekday", "weekdays", "month", "sure_month", "unit", "part", "soft_part", "half", "offset", "span", "length"}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of a message was read, and what was left lying. All are counts."""

    words: int
    unknown: int  # words the language does not know
    stray: int  # words that tell something and belong to no time, sign or phrase
    numbers: int  # numbers that belong to nothing
    leftovers: int  # words of time that became no time
    negations: int  # a "not" that nothing took up
    mentions: int
    doubts: int  # words with several readings
    acts: int
    tongues: int  # languages in one message


def sureness(seen: Evidence, main: Act, guessed: bool) -> float:
    """Between 0 and 1. What is half guessed is below two thirds, what was not read at all at a fifth."""
    if main is Act.UNCLEAR:
        return 0.2
    score = _START + sum(weight * min(count, _MOST) for weight, count in zip(_WEIGHTS, astuple(seen), strict=True))
    sure = 1 / (1 + math.exp(-score))
    return round(max(min(sure, 0.6) if guessed else sure, 0.3), 2)


_START, _MOST = 3.5, 6
_WEIGHTS = (0.0, -0.1, -0.1, -0.5, -0.5, -0.8, 0.0, -2.0, -0.2, -0.5)  # of each field of Evidence


def evidence(heard: Heard, body: str, found: Sequence[Mention], doubts: int, acts: int, tongues: int) -> Evidence:
    taken = _taken(heard, found, len(body))
    lists, known = heard.words.lists, heard.words.known
    words = unknown = stray = numbers = leftovers = negations = 0
    for piece in heard.pieces:
        free = not any(taken[piece.start : piece.end])
        if piece.word.isdecimal() or "n" in piece.kinds:
            numbers += free
        elif piece.word[:1].isalpha():
            words += 1
            if not free:
                continue
            unknown += piece.word not in known and not piece.kinds
            negations += piece.word in lists["negators"]
            leftovers += not piece.kinds.keys().isdisjoint(_OF_TIME)
            stray += piece.word not in lists["light"] and piece.word not in lists["subjects"]
        elif not piece.word and free:
            leftovers += not piece.kinds.keys().isdisjoint(_OF_TIME)
    return Evidence(words, unknown, stray, numbers, leftovers, negations, len(found), doubts, acts, tongues)


def _taken(heard: Heard, found: Sequence[Mention], length: int) -> bytearray:
    """Letter by letter: is it part of something that was read?"""
    taken = bytearray(length)
    spans = [(each.start, each.end) for each in found]
    spans += [(phrase.start, phrase.end) for phrase in heard.speech.phrases]
    spans += [(heard.pieces[sign.at].start, heard.pieces[sign.end - 1].end) for sign in heard.shown]
    for start, end in spans:
        taken[start:end] = b"\1" * (end - start)
    return taken

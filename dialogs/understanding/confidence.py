"""How sure a reading is: what the reader saw of the message, weighed so that of those at 0.9 nine in ten are right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
    score = _START + sum(weight * amount for weight, amount in _weighed(seen, main))
    sure = 1 / (1 + math.exp(-score))
    return round(max(min(sure, 0.6) if guessed else sure, 0.3), 2)


# Fitted on messages that others wrote, in seven languages, and on what the reader made of them; a little lower than the
# best fit, because a reading that is wrong and sure does more harm than one that is right and asked about.
_START = 2.9
_LONG = 12  # words


def _weighed(seen: Evidence, main: Act) -> tuple[tuple[float, float], ...]:
    """Weights, each with what it is for."""
    return (
        (-1.0, min(seen.numbers, 2)),
        (-0.3, min(seen.leftovers, 2)),
        (-0.6, min(seen.negations, 2)),
        (-0.16, min(seen.mentions, 6)),
        (-0.4, seen.unknown > 0),
        (-0.4, seen.words > _LONG),
        (-0.4, min(seen.acts - 1, 3)),
        (-1.5, seen.doubts > 0),
        (-0.5, main is Act.ACCEPT),
    )


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

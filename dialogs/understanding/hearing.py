"""A text taken apart in the languages it is written in: its pieces, what they show, what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs.understanding.acts import Speech, listen
from dialogs.understanding.availability import Sign, signs
from dialogs.understanding.language import Language, language
from dialogs.understanding.lexicon import Stretch, lexicon, spoken
from dialogs.understanding.mentions import grow
from dialogs.understanding.tokens import Piece
from dialogs.understanding.trace import Trace
from dialogs.understanding.values import Frame


@dataclass(frozen=True, slots=True)
class Heard:
    """`pieces` and everything that counts them run over the whole text."""

    words: Language  # the one most of it is read in
    pieces: list[Piece]
    shown: list[Sign]
    speech: Speech


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of a text, and how its stretches are read."""

    code: str
    stretches: Sequence[Stretch]

    @property
    def main(self) -> Language:
        """The language of the longest stretch."""
        return language(max(self.stretches, key=lambda each: each.end - each.start).code)


def recognize(body: str, locale: str | None) -> Tongue:
    """`locale` is where the writer is known to be from, as BCP 47: en-GB."""
    code, stretches = spoken(body, locale[:2].lower() if locale else None)
    return Tongue(code, stretches)


def start(body: str, words: Language) -> list[Piece]:
    """The words of a plain text and what each may be on its own, in one language."""
    return words.pieces(body, lexicon().loans)


def hear(body: str, tongue: Tongue, frame: Frame, trace: Trace | None = None) -> Heard:
    """The whole of a plain text."""
    heard = Heard(tongue.main, [], [], Speech())
    for at, stretch in enumerate(tongue.stretches):
        words = language(stretch.code)
        tokens = start(body[stretch.start : stretch.end], words)
        for token in tokens:
            token.start += stretch.start
            token.end += stretch.start
        said = listen(tokens, words)
        pieces = grow(tokens, words, frame, trace.watch(body) if trace else None)
        before = len(heard.pieces)
        heard.shown.extend(replace(sign, at=sign.at + before, end=sign.end + before) for sign in signs(pieces, words))
        heard.pieces.extend(pieces)
        if at:
            heard.speech.join(said)
        else:
            heard = replace(heard, speech=said)
        if trace:
            trace.heard(body, stretch, tokens, said)
    return heard

"""How a reading came about, for somebody who wants to know: words, rules, times, phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogs.understanding.acts import Speech
from dialogs.understanding.availability import Sign
from dialogs.understanding.lexicon import Stretch
from dialogs.understanding.mentions import Mention
from dialogs.understanding.patterns import Rule, Watch
from dialogs.understanding.tokens import Number, Piece
from dialogs.understanding.values import DAY, Clock, Days, Hours, Length, Moment, Part, Shape


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands, what it is read as, and the kinds it may be of."""

    said: str
    read_as: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A pattern that fitted: in which layer, on which words, and what it made of them."""

    layer: str
    said: str
    pattern: str
    build: str
    made: str


@dataclass(frozen=True, slots=True)
class Told:
    """A sign or an act's phrase, by its name, and the words that show it."""

    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Named:
    """A time or an offer the message names, and how its writer stands to it."""

    said: str
    mood: str
    because: str  # the sign that says so
    meant: str


@dataclass(slots=True)
class Trace:
    """Filled in while a message is read."""

    stretches: list[tuple[str, str]] = field(default_factory=list)  # language and text
    words: list[Word] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    signs: list[Told] = field(default_factory=list)
    phrases: list[Told] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    evidence: dict[str, int] = field(default_factory=dict)  # what the confidence rests on

    def heard(self, body: str, stretch: Stretch, tokens: Sequence[Piece], speech: Speech) -> None:
        self.stretches.append((stretch.code, body[stretch.start : stretch.end].strip()))
        self.words.extend(
            Word(body[token.start : token.end], token.word, tuple(token.kinds))
            for token in tokens
            if token.word != "\n"
        )
        self.phrases.extend(
            Told(f"not {phrase.name}" if phrase.denied else phrase.name, body[phrase.start : phrase.end])
            for phrase in speech.phrases
        )

    def watch(self, body: str) -> Callable[[str], Watch]:
        def of(layer: str) -> Watch:
            def note(rule: Rule, piece: Piece) -> None:
                said = body[piece.start : piece.end]
                self.steps.append(Step(layer, said, rule.pattern, rule.build.__name__, shown(piece.kinds)))

            return note

        return of

    def read(self, body: str, pieces: Sequence[Piece], signs: Sequence[Sign], found: Sequence[Mention]) -> None:
        for sign in signs:
            self.signs.append(Told(sign.name, body[pieces[sign.at].start : pieces[sign.end - 1].end]))
        for each in found:
            self.named.append(Named(body[each.start : each.end], each.mood.value, each.sign, named(each)))


_TELLING = ("option", "moment", "days", "day", "hours", "clock", "length", "part", "weekday", "month", "ordinal", "n")


def shown(kinds: Mapping[str, Any]) -> str:
    """What a piece has become, in short: day 2026-03-03, hours from 15:00."""
    told = [f"{kind} {_value(kinds[kind])}" for kind in _TELLING if kind in kinds]
    if "clock" in kinds and "hours" in kinds:
        told = [each for each in told if not each.startswith("clock")]
    return ", ".join(told[:2]) or ", ".join(list(kinds)[:1])


def _value(value: Any) -> str:
    match value:
        case Days():
            return _days(value)
        case Hours():
            return _hours(value)
        case Clock():
            return _clock(value)
        case Length():
            parts = {"minutes": value.minutes, "days": value.days, "months": value.months}
            return " ".join(f"{count} {unit}" for unit, count in parts.items() if count)
        case Moment():
            return f"{value.start:%Y-%m-%d %H:%M}" + (f" to {value.end:%Y-%m-%d %H:%M}" if value.end else "")
        case Part():
            return value.name
        case Number():
            return str(value.value)
        case tuple():
            return ", ".join(_value(each) if isinstance(each, Days) else str(each + 1) for each in value)
        case _:
            return str(value)


def _days(days: Days) -> str:
    edge = {Shape.AFTER: "from ", Shape.BEFORE: "before "}.get(days.shape, "")
    last = days.last + DAY if days.shape is Shape.BEFORE else days.last
    whole = days.single or days.shape is not Shape.RANGE
    return edge + (str(last if days.shape is Shape.BEFORE else days.first) if whole else f"{days.first} to {days.last}")


def _hours(hours: Hours) -> str:
    start, end = (hours.start and _clock(hours.start)), (hours.end and _clock(hours.end))
    if start and end:
        return f"{start}-{end}"
    return {Shape.AFTER: f"from {start}", Shape.BEFORE: f"until {end}"}.get(hours.shape, str(start or hours.part))


def _clock(clock: Clock) -> str:
    return f"{clock.minutes // 60:02}:{clock.minutes % 60:02}" + ("" if clock.firm else "?")


def named(mention: Mention) -> str:
    kinds = {"option": mention.options, "moment": mention.moment, "days": mention.days, "hours": mention.hours}
    return shown({kind: value for kind, value in kinds.items() if value})

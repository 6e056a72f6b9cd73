"""Lets a harness for times run the reader's grammar: text, reference and language to naive stretches, best first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogs.understanding.availability import colour, signs
from dialogs.understanding.hearing import start
from dialogs.understanding.language import language
from dialogs.understanding.laying import Span, lay
from dialogs.understanding.mentions import Mood, grow, mentions
from dialogs.understanding.tokens import plain
from dialogs.understanding.units import Unit, units
from dialogs.understanding.values import Frame, Order, Shape

_ORDERS = {"en": Order.MONTH}


def resolve(text: str, reference: datetime, lang: str) -> list[tuple[Any, ...]]:
    frame = Frame(reference, _ORDERS.get(lang, Order.DAY))
    words = language(lang[:2])
    pieces = grow(start(plain(text), words), words, frame)
    found = mentions(pieces, frame)
    colour(pieces, found, signs(pieces, words))
    answers: list[tuple[Any, ...]] = []
    for unit in units(found):
        answers.extend(_answers(unit, frame))
    return answers


def _answers(unit: Unit, frame: Frame) -> list[tuple[Any, ...]]:
    spans, doubts = lay(unit, frame, [frame.today])
    spans = spans or [doubt.readings[0] for doubt in doubts]
    if not unit.days and not unit.moment:
        spans = [_coming(span, frame) for span in spans]
    if unit.mood is Mood.NO and unit.sign in ("not", "except", "cannot", "fails") and not unit.hours:
        return [(span.start, span.end, "not") for span in spans]
    return [_answer(span, unit) for span in spans]


def _coming(span: Span, frame: Frame) -> Span:
    edge = span.end if span.shape is not Shape.POINT and span.end else span.start
    if edge > frame.now:
        return span
    return Span(span.start + timedelta(days=1), span.end and span.end + timedelta(days=1), span.shape)


def _answer(span: Span, unit: Unit) -> tuple[Any, ...]:
    if span.shape is Shape.AFTER:
        return (span.start, None, "after")
    if span.shape is Shape.BEFORE:
        return (None, span.end, "before")
    single_day = not unit.hours and span.end is not None and span.end - span.start == timedelta(days=1)
    return (span.start, None) if span.shape is Shape.POINT or single_day else (span.start, span.end)

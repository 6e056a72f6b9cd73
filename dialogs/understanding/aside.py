"""Times that are not about the interview: when an answer comes, how late somebody is, when they are back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dialogs.understanding.acts import Speech
from dialogs.understanding.laying import Span, lay
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.tokens import Piece
from dialogs.understanding.units import Unit, units
from dialogs.understanding.values import Frame, Shape

_MORNING = 9  # the hour at which a day without hours begins for a reminder


def parted(found: Sequence[Mention], speech: Speech, offered: bool) -> tuple[list[Mention], list[Mention]]:
    """The times to meet, and those of promises and delays; those of mere courtesy and of questions are in neither."""
    kept: list[Mention] = []
    aside: list[Mention] = []
    late = speech.has("late")
    idle = speech.has("thanks", "bye", "no", "later", "late")  # "that's all for right now"
    idle = idle or (offered and speech.has("yes"))
    for mention in found:
        sentence = speech.sentence_at(mention.start)
        if _promised(mention, found, sentence, speech) or (late and mention.moment):
            aside.append(mention)
        elif not (mention.now and idle) and not _beside_the_point(mention, sentence, speech):
            kept.append(mention)
    return kept, aside


def _beside_the_point(mention: Mention, sentence: int, speech: Speech) -> bool:
    return _courtesy(mention, sentence, speech) or _asked_about(mention, sentence, speech)


def _courtesy(mention: Mention, sentence: int, speech: Speech) -> bool:
    """ "That's all for today" names no time to meet."""
    if mention.hours or len(mention.days) != 1 or not mention.days[0].running:
        return False
    names = {phrase.name for phrase in speech.phrases if phrase.sentence == sentence}
    return bool(names & {"thanks", "bye"})


def _promised(mention: Mention, found: Sequence[Mention], sentence: int, speech: Speech) -> bool:
    """ "I'll tell you tomorrow", "tomorrow I'll tell you"."""
    promises = [phrase for phrase in speech.all("later") if phrase.sentence == sentence]
    if not promises:
        return False
    start = promises[0].start
    ahead = any(other.start > start for other in found)
    return mention.start > start or (not ahead and len(speech.sentences) <= 2 and 0 <= start - mention.end < 3)


def _asked_about(mention: Mention, sentence: int, speech: Speech) -> bool:
    """ "Who will I meet on Tuesday?" is about the people."""
    if not speech.sentences[sentence].asks:
        return False
    return any(
        phrase.name.startswith("topic_") and phrase.sentence == sentence and phrase.start < mention.start
        for phrase in speech.phrases
    )


def reminder(aside: Sequence[Mention], frame: Frame) -> datetime | None:
    """When the writer wants to answer, on their own clock."""
    for unit in units([replace(mention, mood=Mood.YES, sign="") for mention in aside]):
        spans, doubts = lay(unit, frame, [frame.today])
        for span in spans or [doubt.readings[0] for doubt in doubts]:
            when = _begin(span, unit)
            if when > frame.now:
                return when
    return None


def _begin(span: Span, unit: Unit) -> datetime:
    if unit.moment:
        return span.start
    by_day = span.shape is Shape.BEFORE and not unit.hours and span.end is not None
    return _in_the_morning(span.end - timedelta(days=1) if by_day and span.end else span.start)


def _in_the_morning(when: datetime) -> datetime:
    return when.replace(hour=_MORNING, minute=0) if when.hour < _MORNING else when


def lateness(pieces: Sequence[Piece], aside: Sequence[Mention], frame: Frame) -> int | None:
    """In minutes: ten minutes late, or there in twenty."""
    lengths = [length for piece in pieces if (length := piece.kinds.get("length")) and length.fine]
    if lengths:
        return int(lengths[0].minutes)
    coming = [mention.moment.start - frame.now for mention in aside if mention.moment and not mention.now]
    return round(coming[0].total_seconds() / 60) if coming and coming[0] > timedelta() else None


def back(found: Sequence[Mention], frame: Frame) -> datetime | None:
    """When an out-of-office says its writer returns: the last day it names."""
    latest: datetime | None = None
    for unit in units([mention for mention in found if mention.days]):
        spans, _ = lay(replace(unit, mood=Mood.NO, hours=[]), frame, [])
        for span in spans:
            day = span.end if span.shape is Shape.BEFORE else span.start
            if day is not None and day > frame.now:
                latest = max(latest or day, day)
    return _in_the_morning(latest) if latest else None

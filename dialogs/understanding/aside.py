"""Times that are not about the interview: when an answer comes, how late somebody is, when they are back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialogs.understanding.acts import Phrase, Speech
from dialogs.understanding.language import Language
from dialogs.understanding.laying import Span, lay
from dialogs.understanding.meaning import Stage, Topic
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.tokens import Piece
from dialogs.understanding.units import Unit, units
from dialogs.understanding.values import Days, Frame, Shape

_AROUND = 120  # minutes around the start within which an arrival is one
_MORNING = 9  # the hour at which a day without hours begins for a reminder


@dataclass(slots=True)
class Parted:
    """The times of a message by what they are about; those of mere courtesy and of other things are in none."""

    kept: list[Mention] = field(default_factory=list)  # to meet
    promised: list[Mention] = field(default_factory=list)  # to answer, or how late
    arrivals: list[Mention] = field(default_factory=list)  # to be there for what is booked
    inquiry: Topic | None = None  # a question about what is booked


def parted(
    found: Sequence[Mention],
    pieces: Sequence[Piece],
    speech: Speech,
    stage: Stage,
    frame: Frame,
    language: Language,
) -> Parted:
    slight = language.lists["light"]  # words that tell nothing by themselves
    made = Parted()
    late = speech.has("late")
    idle = speech.has("thanks", "bye", "no", "later", "late")  # "that's all for right now"
    idle = idle or (stage is not Stage.COLLECTING and speech.has("yes")) or len(found) > 1
    loose = _outside(found, speech) if stage is not Stage.COLLECTING else []
    stories = _stories(loose, speech, slight)
    for each in found:
        sentence = speech.sentence_at(each.start)
        told = _Told(sentence, speech, *stories.get(sentence, (0, False)))
        mention = _until_then(each, told, stage, frame)
        if mention is not each:
            speech.phrases.append(Phrase("bye", each.start, each.end, sentence, False, False, False, ""))
        if mention is None:
            continue
        if _promised(mention, found, sentence, speech) or (late and mention.moment):
            made.promised.append(mention)
        elif mention.mood is Mood.ASIDE or (mention.now and idle) or _beside_the_point(mention, sentence, speech):
            continue
        elif stage is Stage.CONFIRMED:
            _about_the_booked(made, mention, told, frame, language)
        elif stage is Stage.OFFERED and _told_besides(mention, told, frame):
            continue
        elif stage is Stage.OFFERED and (topic := _only_asked(mention, pieces, told, language)):
            made.inquiry = made.inquiry or topic
        elif stage is Stage.OFFERED and _merely_told(mention, told, found, pieces, loose, language):
            made.inquiry = made.inquiry or (Topic.OTHER if told.asks else None)
        else:
            made.kept.append(mention)
    return made


def _in_question(mention: Mention, speech: Speech) -> bool:
    """ "What now?": how it stands, and no moment to meet."""
    return any(each.start <= mention.start and mention.end <= each.end for each in speech.all("topic_status"))


def _until_then(mention: Mention, told: _Told, stage: Stage, frame: Frame) -> Mention | None:
    """ "Até quinta", "bis Donnerstag": once something is on the table that day, a goodbye that names it; once it is
    booked, a goodbye in any case (None)."""
    day = mention.days[0] if len(mention.days) == 1 else None
    if stage is Stage.COLLECTING or day is None or not day.until or told.words or told.asks:
        return mention
    if mention.sign and not (mention.sign == "works" and told.has("bye")):  # "that's fine, see you Thursday"
        return mention
    starts = frame.starts or ((frame.base,) if frame.base else ())
    for when in (start.date() for start in starts):
        if when == day.last or when.weekday() == day.weekday:
            return replace(mention, days=(Days(when, when),))
    return None if stage is Stage.CONFIRMED else mention


_WISHES = ("wishes", "reschedule", "instead", "elsewhen", "suggests", "hindered", "cannot", "cancel", "none")
_PLAIN = frozenset({"", "freed", "back", "whereabouts"})


@dataclass(frozen=True, slots=True)
class _Told:
    """The sentence a time stands in."""

    number: int
    speech: Speech
    words: int  # those that tell something
    somebody: bool  # somebody does something in it

    def has(self, *names: str) -> bool:
        return any(phrase.sentence == self.number and phrase.name in names for phrase in self.speech.phrases)

    @property
    def asks(self) -> bool:
        return self.speech.sentences[self.number].asks

    @property
    def checks(self) -> bool:
        """What may be a yes too, as in "está marcado", checks only where it is asked."""
        mine = [phrase for phrase in self.speech.phrases if phrase.sentence == self.number]
        agreed = {phrase.start for phrase in mine if phrase.name == "yes"}
        return any(phrase.name == "checks" and (self.asks or phrase.start not in agreed) for phrase in mine)

    def wishes(self, mention: Mention) -> bool:
        return mention.sign not in _PLAIN or mention.shift is not None or self.has(*_WISHES)


def _outside(found: Sequence[Mention], speech: Speech) -> list[tuple[int, str]]:
    """The words that tell something and name no time."""
    covered = sorted((mention.start, mention.end) for mention in found)
    starts = [start for start, _ in covered]
    outside = []
    for offset, word in speech.untold:
        before = bisect_right(starts, offset) - 1
        if before < 0 or offset >= covered[before][1]:
            outside.append((offset, word))
    return outside


def _stories(loose: Sequence[tuple[int, str]], speech: Speech, slight: frozenset[str]) -> dict[int, tuple[int, bool]]:
    """For each sentence how many of its words tell something, and whether somebody does something in them."""
    ends = [sentence.end for sentence in speech.sentences]
    told: dict[int, tuple[int, bool]] = {}
    for offset, word in loose:
        number = min(bisect_right(ends, offset), len(ends) - 1)
        count, somebody = told.get(number, (0, False))
        told[number] = (count + (word not in slight), somebody or word in speech.subjects)
    return told


def _about_the_booked(made: Parted, mention: Mention, told: _Told, frame: Frame, language: Language) -> None:
    """Once it is booked, a time is a wish for another only where somebody wishes, or says nothing else."""
    asks_around = told.asks and told.has("inquires")
    if mention.sign == "freed":
        return
    if (mention.mood is Mood.NO and not asks_around) or (told.wishes(mention) and not told.has("human", "inquires")):
        made.kept.append(mention)
    elif told.has("arrives") and not told.asks and (mention.hours or mention.moment):
        made.arrivals.append(mention)
    elif told.has("inquires", "arrives") and told.asks:
        made.inquiry = made.inquiry or Topic.OTHER
    elif told.checks or (told.asks and _says_right(told, language)):
        made.inquiry = made.inquiry or Topic.STATUS
    elif told.has("human", "nothing_more") or (told.has("bye", "thanks") and not _on_the_day(mention, frame)):
        return
    elif told.asks and (told.somebody or told.words > 1):
        made.inquiry = made.inquiry or Topic.OTHER
    elif (told.words < 3 and not told.somebody) or (mention.days and _on_the_day(mention, frame)):
        made.kept.append(mention)


def _says_right(told: _Told, language: Language) -> bool:
    """ "Thursday at 10, right?" """
    words = language.lists["rightly"]
    return any(phrase.sentence == told.number and phrase.words in words for phrase in told.speech.phrases)


def _on_the_day(mention: Mention, frame: Frame) -> bool:
    if frame.base is None or not mention.days:
        return True
    return any(day.first <= frame.base.date() <= day.last for day in mention.days)


def _told_besides(mention: Mention, told: _Told, frame: Frame) -> bool:
    """ "Yes. I can move to Berlin on 1 May." – a yes, and in another sentence a story."""
    agreed = {phrase.sentence for phrase in told.speech.all("yes")}
    if not agreed or told.number in agreed or mention.mood is Mood.NO or told.wishes(mention):
        return False
    if any(day.first <= start.date() <= day.last for day in mention.days for start in frame.starts):
        return False
    return told.words >= 3 and told.somebody


def _only_asked(mention: Mention, pieces: Sequence[Piece], told: _Told, language: Language) -> Topic | None:
    """ "Is the first one remote?", "I'll be in Madrid on Friday, is that ok?" – what is asked, if it is no choice."""
    if not told.asks or told.has(*_WISHES) or mention.mood is Mood.NO:
        return None
    verbs, articles = language.lists["verbs"], language.lists["articles"]
    opening = [phrase for phrase in told.speech.phrases if phrase.sentence == told.number and phrase.first]
    wonders = any(phrase.words.split()[0] in language.lists["wonders"] for phrase in opening)
    if mention.sign == "whereabouts" or (mention.options and wonders and not told.has("topic_people", "topic_place")):
        named = [phrase for phrase in told.speech.phrases if phrase.sentence == told.number and "topic_" in phrase.name]
        return Topic(named[0].name.partition("_")[2]) if named else Topic.OTHER
    first = mention.at
    while first and (pieces[first - 1].kinds.keys() & {"day", "hours"} or pieces[first - 1].word in articles):
        first -= 1
    verb = first > 0 and pieces[first - 1].word in verbs
    if not verb and not _verb_behind(pieces, mention.at, verbs):
        return None
    rest = pieces[mention.at + 1 :]
    ends = (at for at, piece in enumerate(rest) if piece.word in (";", "?", ".", "\n") or "link" in piece.kinds)
    end = next(ends, 0)
    same = rest[:end]
    if any("beside" in piece.kinds and piece.word in language.lists["fitting"] for piece in same):
        return None
    if any("length" in piece.kinds or piece.word in language.lists["longer"] for piece in same):
        return Topic.DURATION
    until = same[-1].end if same else mention.end
    about = [
        phrase.name.partition("_")[2]
        for phrase in told.speech.phrases
        if phrase.sentence == told.number and phrase.start < until and phrase.name.startswith(("topic_", "noun_"))
    ]
    return Topic(about[0]) if about else None


def _verb_behind(pieces: Sequence[Piece], at: int, verbs: frozenset[str]) -> bool:
    """ "Le 2e c'est 45 min ?", "vendredi 15h c'est en visio ?"."""
    following = at + 1
    while following < len(pieces) and pieces[following].kinds.keys() & {"day", "hours"}:
        following += 1
    return following < len(pieces) and pieces[following].word in verbs


def _merely_told(
    mention: Mention,
    told: _Told,
    found: Sequence[Mention],
    pieces: Sequence[Piece],
    loose: Sequence[tuple[int, str]],
    language: Language,
) -> bool:
    """ "I wake up at 11", "my parents arrive at 11": a time of something else, and nobody says it suits. What stands
    as a cause, before "so" or behind "because", is no part of it."""
    if mention.moment or told.wishes(mention):
        return False
    if any(other.options or other.sign for other in found if told.speech.sentence_at(other.start) == told.number):
        return False
    if told.has("yes", "picks", "change", "suggests", "alternatives", "instead"):
        return False
    causes, results = language.lists["causes"], language.lists["results"]
    speech = told.speech
    sentence = speech.sentences[told.number]
    begin = max((piece.end for piece in pieces[: mention.at] if piece.word in results), default=0)
    end = next((piece.start for piece in pieces[mention.at :] if piece.word in causes), sentence.end)
    begin = max(begin, speech.sentences[told.number - 1].end if told.number else 0)
    words = [word for offset, word in loose if begin <= offset < end]
    slight = language.lists["light"] | speech.subjects | speech.choosing
    besides = [word for word in words if word not in slight]
    opening = next((piece.word for piece in pieces if piece.word and piece.start >= begin), "")
    sure = not speech.subjects.isdisjoint(words) or (told.asks and opening in language.lists["verbs"])
    return len(besides) > (0 if sure else 1)


def arrival(arrivals: Sequence[Mention], frame: Frame) -> int | None:
    """Minutes behind the booked start at which somebody says to be there; negative when before it."""
    if frame.base is None:
        return None
    for unit in units(arrivals):
        spans, _ = lay(unit, frame, [frame.base.date()])
        for span in spans:
            minutes = round((span.start - frame.base).total_seconds() / 60)
            if abs(minutes) <= _AROUND:
                return minutes
    return None


def _beside_the_point(mention: Mention, sentence: int, speech: Speech) -> bool:
    if mention.now and _in_question(mention, speech):
        return True
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
    return mention.start > start or (not ahead and len(speech.sentences) <= 2 and _right_before(start, mention, found))


def _right_before(start: int, mention: Mention, found: Sequence[Mention]) -> bool:
    """It, and all times behind it: "tomorrow in the evening I'll tell you"."""
    for other in reversed(found):
        if other.end <= start and not start - other.end < 3:
            return False
        if other is mention:
            return other.end <= start
        start = min(start, other.start)
    return False


def _asked_about(mention: Mention, sentence: int, speech: Speech) -> bool:
    """ "Who will I meet on Tuesday?" is about the people."""
    if not speech.sentences[sentence].asks:
        return False
    about = [phrase for phrase in speech.phrases if phrase.sentence == sentence and phrase.name.startswith("topic_")]
    return any(phrase.start < mention.start or phrase.name == "topic_timezone" for phrase in about)


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
    coming = [
        mention.shift or mention.moment.start - frame.now for mention in aside if mention.moment and not mention.now
    ]
    return round(coming[0].total_seconds() / 60) if coming and coming[0] > timedelta() else None


def back(found: Sequence[Mention], frame: Frame) -> datetime | None:
    """When an out-of-office says its writer returns: the last day it names."""
    latest: datetime | None = None
    for unit in units([mention for mention in found if mention.days]):
        spans, _ = lay(replace(unit, mood=Mood.NO, hours=[]), frame, [])
        for span in spans:
            days = span.shape is Shape.RANGE and span.end is not None and span.end - span.start > timedelta(days=1)
            day = span.end if days or span.shape is Shape.BEFORE else span.start
            if day is not None and day > frame.now:
                latest = max(latest or day, day)
    return _in_the_morning(latest) if latest else None

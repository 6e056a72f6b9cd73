"""From a message to its meaning: the one door to everything in this room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.intervals import Interval, difference, intersection, union
from dialogs.understanding import choices
from dialogs.understanding.acts import Found, Speech, acts, listen, topics
from dialogs.understanding.availability import colour, corrected, signs
from dialogs.understanding.language import Language, language
from dialogs.understanding.meaning import Act, Ambiguity, Context, Stage, Topic, Understanding
from dialogs.understanding.quoted import own_words
from dialogs.understanding.times import (
    Doubt,
    Mention,
    Mood,
    Span,
    Unit,
    anchored,
    grow,
    lay,
    leaning,
    mentions,
    start,
    units,
)
from dialogs.understanding.tokens import Piece, plain
from dialogs.understanding.values import HORIZON, Frame, Order, Shape

_MORNING = 9  # the hour at which a day without hours begins for a reminder
_LONGEST = 4000  # letters; nobody needs more to say when they can


@dataclass(slots=True)
class Sums:
    """What the units came to."""

    wanted: list[Interval]
    blocked: list[Interval]
    preferred: list[Interval]
    fallback: list[Interval]
    chosen: list[int]
    doubts: list[Ambiguity]
    proposes: bool = False
    booked_again: bool = False


def understand(text: str, context: Context) -> Understanding:
    """Reads one message, or a burst joined by line breaks. Pure; never raises on any text."""
    words = language("en")
    body = plain(own_words(text))[:_LONGEST]
    frame = _frame(context)
    tokens = start(body, words)
    speech = listen(tokens, words)
    if (known := _by_keyword(body, words)) is not None:
        return Understanding((known,), confidence=0.97)
    if speech.has("bounce") or _automatic(speech):
        return _auto_reply(tokens, words, frame, context)
    pieces = grow(tokens, words, frame)
    found = choices.numbered(pieces, mentions(pieces, frame.options), frame)
    shown = signs(pieces, words)
    colour(pieces, found, shown)
    found = leaning(anchored(corrected(pieces, found, shown), _dates(context)), frame)
    found, aside = _aside(found, speech, bool(context.offers))
    return _summed(body, pieces, found, aside, speech, frame, context)


def read_times(text: str, context: Context) -> tuple[Interval, ...]:
    """Only the times: when the writer can, or what they named."""
    return understand(text, replace(context, offers=(), stage=Stage.COLLECTING)).windows


def _frame(context: Context) -> Frame:
    order = Order.UNKNOWN
    if context.locale:
        order = Order.MONTH if context.locale.replace("_", "-").upper().endswith("-US") else Order.UNKNOWN
        if context.locale.replace("_", "-").upper().endswith(("-GB", "-IE", "-AU", "-NZ", "-IN", "-ZA")):
            order = Order.DAY
    starts = tuple(_local(offer, context.timezone) for offer in context.offers)
    booked = context.stage is Stage.CONFIRMED
    base = (starts[0] if booked else starts[-1]) if starts else None
    return Frame(_local(context.now, context.timezone), order, base, () if booked else starts)


def _dates(context: Context) -> list[date]:
    """The days on the table: what "Wednesday" most likely means."""
    known = context.offers[:1] if context.stage is Stage.CONFIRMED else context.offers
    return sorted({_local(offer, context.timezone).date() for offer in known})


def _local(when: datetime, zone: ZoneInfo) -> datetime:
    return when.astimezone(zone).replace(tzinfo=None)


def _by_keyword(body: str, words: Language) -> Act | None:
    """A message that is nothing but STOP or START, as carriers have it."""
    bare = " ".join(body.lower().replace(".", " ").replace("!", " ").split())
    if bare in words.stop_words:
        return Act.OPT_OUT
    return Act.OPT_IN if bare in words.start_words else None


def _automatic(speech: Speech) -> bool:
    strong = [phrase for phrase in speech.all("auto")]
    return len({phrase.start for phrase in strong}) >= 2 or any("auto" in phrase.words for phrase in strong)


def _auto_reply(tokens: list[Piece], words: Language, frame: Frame, context: Context) -> Understanding:
    found = [mention for mention in mentions(grow(tokens, words, frame)) if mention.days]
    back = None
    for unit in units(found):
        spans, _ = lay(replace(unit, mood=Mood.NO, hours=[]), frame, [])
        for span in spans:
            day = span.end if span.shape is Shape.BEFORE else span.start
            if day and day > frame.now:
                back = max(back, day) if back else day
    at = _aware(_workday_morning(back), context.timezone) if back else None
    return Understanding((Act.AUTO_REPLY,), confidence=0.95, back_at=at)


def _workday_morning(when: datetime) -> datetime:
    return when.replace(hour=_MORNING, minute=0) if when.hour < _MORNING else when


def _aside(found: list[Mention], speech: Speech, offered: bool) -> tuple[list[Mention], list[Mention]]:
    """Times that are not about the interview: when the answer comes, how late somebody is, the subject of a question."""
    kept: list[Mention] = []
    aside: list[Mention] = []
    late = speech.has("late")
    idle = speech.has("thanks", "bye", "no", "later", "late")  # "that's all for right now"
    idle = idle or (offered and speech.has("yes"))
    for mention in found:
        sentence = speech.sentence_at(mention.start)
        if _promised(mention, sentence, speech) or (late and mention.moment):
            aside.append(mention)
        elif not (mention.now and idle) and not _courtesy(mention, sentence, speech) and not _only_asked_about(mention, sentence, speech):
            kept.append(mention)
    return kept, aside


def _courtesy(mention: Mention, sentence: int, speech: Speech) -> bool:
    """"That's all for today" names no time to meet."""
    if mention.hours or len(mention.days) != 1 or not mention.days[0].running:
        return False
    names = {phrase.name for phrase in speech.phrases if phrase.sentence == sentence}
    return bool(names & {"thanks", "bye"})


def _promised(mention: Mention, sentence: int, speech: Speech) -> bool:
    promises = [phrase for phrase in speech.all("later") if phrase.sentence == sentence]
    if not promises:
        return False
    return mention.start > promises[0].start or (len(speech.sentences) <= 2 and mention.end <= promises[0].start and promises[0].start - mention.end < 3)


def _only_asked_about(mention: Mention, sentence: int, speech: Speech) -> bool:
    if not speech.sentences[sentence].asks:
        return False
    return any(
        phrase.name.startswith("topic_") and phrase.sentence == sentence and phrase.start < mention.start
        for phrase in speech.phrases
    )


def _summed(
    body: str,
    pieces: Sequence[Piece],
    found: Sequence[Mention],
    aside: Sequence[Mention],
    speech: Speech,
    frame: Frame,
    context: Context,
) -> Understanding:
    offers = [_local(offer, context.timezone) for offer in context.offers]
    sums = _sums(body, found, offers, frame, context, _zone(pieces))
    taken, refused = choices.wanted(found, frame.options)
    blocked = union([*sums.blocked, *(_offered(context, index) for index in refused)])
    windows = _windows(sums, blocked, context)
    chosen = _chosen(taken, refused, sums, offers, blocked, context, speech)
    asked = topics(speech, [mention.start for mention in found])
    if not offers and not asked and not found and speech.has("alternatives"):
        asked = [Topic.OTHER]  # "can you send me some times?"
    facts = Found(
        stage=context.stage,
        offers=len(offers),
        chosen=len(chosen),
        named=bool(taken),
        everything=bool(offers) and len(chosen) == len(offers),
        proposes=sums.proposes or (bool(windows) and context.stage is Stage.CONFIRMED and speech.has("reschedule")),
        blocked=bool(sums.blocked),
        none_left=bool(blocked) and bool(offers) and not chosen and _all_blocked(blocked, context),
        refused=bool(refused) and not chosen and not sums.proposes,
        doubtful=bool(sums.doubts),
        booked_again=sums.booked_again,
        cannot=_bare_cannot(found, speech),
    )
    said = acts(speech, facts, asked)
    if said[0] is Act.ACCEPT and len(offers) == 1 and context.stage is not Stage.CONFIRMED:
        chosen = [0]
    preferred = intersection(sums.preferred or (sums.wanted if sums.fallback else []), windows)
    return Understanding(
        acts=said,
        choice=tuple(chosen),
        windows=windows,
        blocked=blocked,
        preferred=preferred,
        ambiguous=tuple(sums.doubts),
        remind_at=_remind(aside, said, frame, context),
        topics=tuple(asked),
        confidence=_confidence(said, speech, sums, found),
        late_minutes=_late_minutes(pieces, aside, said, frame),
    )


def _bare_cannot(found: Sequence[Mention], speech: Speech) -> bool:
    """"I can't" with nothing beside it that they can not."""
    busy = {speech.sentence_at(mention.start) for mention in found if mention.mood is Mood.NO}
    return any(phrase.sentence not in busy for phrase in speech.all("cannot"))


def _zone(pieces: Sequence[Piece]) -> ZoneInfo | None:
    """A zone named once for the whole message: "I'm in New York this week", "all times Eastern"."""
    for at, piece in enumerate(pieces):
        if "city" in piece.kinds and at >= 2 and pieces[at - 1].word == "in":
            zone: ZoneInfo = piece.kinds["city"]
            return zone
        if "zone" in piece.kinds:
            zone = piece.kinds["zone"]
            return zone
    return None


def _sums(
    body: str,
    found: Sequence[Mention],
    offers: Sequence[datetime],
    frame: Frame,
    context: Context,
    zone: ZoneInfo | None,
) -> Sums:
    sums = Sums([], [], [], [], [], [])
    for unit in units(found):
        _add(sums, body, choices.settled(unit, offers), offers, frame, context, zone)
    return sums


def _add(
    sums: Sums,
    body: str,
    unit: Unit,
    offers: Sequence[datetime],
    frame: Frame,
    context: Context,
    zone: ZoneInfo | None,
) -> None:
    dayless = not unit.days and unit.moment is None
    spans, doubts = lay(unit, frame, _standing(unit, offers, frame, context))
    for doubt in doubts:
        spans = [*spans, *_resolved(sums, body, doubt, offers, context, zone, dayless)]
    if unit.mood is not Mood.NO:
        hits = choices.matching([_shifted(span, zone, context) for span in spans], offers, dayless)
        _take(sums, hits, spans, unit, offers, context)
        if dayless and hits and unit.hours and all(hours.shape is Shape.POINT for hours in unit.hours):
            spans = [Span(offers[hit], None, Shape.POINT) for hit in hits]
            zone = None
    minutes = 60 if unit.mood is Mood.NO else context.minutes
    intervals = [each for span in spans if (each := _interval(span, zone, context, minutes)) is not None]
    {
        Mood.YES: sums.wanted,
        Mood.NO: sums.blocked,
        Mood.PREFER: sums.preferred,
        Mood.FALLBACK: sums.fallback,
    }[unit.mood].extend(intervals)


def _take(
    sums: Sums, hits: list[int], spans: Sequence[Span], unit: Unit, offers: Sequence[datetime], context: Context
) -> None:
    if context.stage is Stage.CONFIRMED:
        sums.booked_again = sums.booked_again or 0 in hits
        sums.proposes = sums.proposes or (bool(spans) and 0 not in hits)
        return
    sums.chosen.extend(hit for hit in hits if hit not in sums.chosen)
    sums.proposes = sums.proposes or (bool(spans) and not hits)


def _standing(unit: Unit, offers: Sequence[datetime], frame: Frame, context: Context) -> list[date]:
    """The days that hours without a day stand on: those of the offers; else every day for open hours, or the next one."""
    if unit.days or unit.moment:
        return []
    if context.stage is Stage.CONFIRMED and offers:
        return [offers[0].date()]
    if offers:
        return sorted({offer.date() for offer in offers})
    if all(hours.shape is Shape.POINT for hours in unit.hours):
        later = [hours.start for hours in unit.hours if hours.start]
        passed = any(frame.now.hour * 60 + frame.now.minute >= clock.minutes for clock in later if clock.firm)
        return [frame.today + timedelta(days=int(passed))]
    return [frame.today + timedelta(days=ahead) for ahead in range(HORIZON + 1)]


def _resolved(
    sums: Sums,
    body: str,
    doubt: Doubt,
    offers: Sequence[datetime],
    context: Context,
    zone: ZoneInfo | None,
    dayless: bool,
) -> list[Span]:
    """The reading an offer settles, or the one still to come; with several left, a doubt to be asked about."""
    fitting = [span for span in doubt.readings if choices.matching([_shifted(span, zone, context)], offers, False)]
    if len(fitting) == 1 and context.stage is not Stage.CONFIRMED:
        return fitting
    if dayless and not offers:
        doubt = replace(doubt, readings=tuple(_coming(span, context) for span in doubt.readings))
    readings = [span for span in doubt.readings if _interval(span, zone, context, context.minutes) is not None]
    unique = list(dict.fromkeys(readings))
    if len(unique) < 2:
        return unique
    intervals = [each for span in unique if (each := _interval(span, zone, context, context.minutes))]
    sums.doubts.append(Ambiguity(body[doubt.start : doubt.end], tuple(intervals)))
    return []


def _coming(span: Span, context: Context) -> Span:
    """The next time it is that hour."""
    if span.start > _local(context.now, context.timezone):
        return span
    return replace(span, start=span.start + timedelta(days=1), end=span.end and span.end + timedelta(days=1))


def _shifted(span: Span, zone: ZoneInfo | None, context: Context) -> Span:
    """The span on the writer's own clock, if it was said on another."""
    other = span.zone or zone
    if other is None:
        return span
    begin = _local(_aware(span.start, other), context.timezone)
    end = _local(_aware(span.end, other), context.timezone) if span.end else None
    return Span(begin, end, span.shape)


def _interval(span: Span, zone: ZoneInfo | None, context: Context, minutes: int) -> Interval | None:
    """On the world's clock; None for what has passed."""
    where = span.zone or zone or context.timezone
    begin = _aware(span.start, where)
    if span.end is None:
        return Interval.lasting(begin, minutes) if begin >= context.now else None
    begin = max(begin, context.now)
    end = _aware(span.end, where)
    return Interval(begin, end) if begin < end else None


def _aware(when: datetime, zone: ZoneInfo) -> datetime:
    return when.replace(tzinfo=zone)


def _windows(sums: Sums, blocked: Sequence[Interval], context: Context) -> tuple[Interval, ...]:
    return difference(union([*sums.wanted, *sums.preferred, *sums.fallback]), blocked)


def _offered(context: Context, index: int) -> Interval:
    return Interval.lasting(context.offers[index], context.minutes)


def _all_blocked(blocked: Sequence[Interval], context: Context) -> bool:
    return all(any(each.meets(_offered(context, i)) for each in blocked) for i in range(len(context.offers)))


def _chosen(
    taken: list[int],
    refused: list[int],
    sums: Sums,
    offers: Sequence[datetime],
    blocked: Sequence[Interval],
    context: Context,
    speech: Speech,
) -> list[int]:
    if context.stage is Stage.CONFIRMED:
        return []
    chosen = [*taken, *(index for index in sums.chosen if index not in taken)]
    if speech.has("instead") and not taken and any(window.length > timedelta(days=2) for window in sums.wanted):
        sums.proposes = True  # "next week instead" is no choice of the offer that lies in it
        return []
    if taken and sums.chosen and (both := [index for index in taken if index in sums.chosen]):
        chosen = both
    free = [i for i in chosen if i not in refused and not any(each.meets(_offered(context, i)) for each in blocked)]
    return free


def _remind(aside: Sequence[Mention], said: Sequence[Act], frame: Frame, context: Context) -> datetime | None:
    if Act.LATER not in said:
        return None
    for unit in units([replace(mention, mood=Mood.YES, sign="") for mention in aside]):
        spans, doubts = lay(unit, frame, [frame.today])
        spans = spans or [doubt.readings[0] for doubt in doubts]
        for span in spans:
            when = span.end - timedelta(days=1) if span.shape is Shape.BEFORE and not unit.hours and span.end else span.start
            when = _workday_morning(when) if not unit.moment else when
            if when > frame.now:
                return _aware(when, context.timezone)
    return None


def _late_minutes(
    pieces: Sequence[Piece], aside: Sequence[Mention], said: Sequence[Act], frame: Frame
) -> int | None:
    """Ten minutes late, or there in twenty."""
    if Act.LATE not in said:
        return None
    lengths = [length for piece in pieces if (length := piece.kinds.get("length")) and length.fine]
    if lengths:
        return int(lengths[0].minutes)
    coming = [mention.moment.start - frame.now for mention in aside if mention.moment and not mention.now]
    return round(coming[0].total_seconds() / 60) if coming and coming[0] > timedelta() else None


def _confidence(said: Sequence[Act], speech: Speech, sums: Sums, found: Sequence[Mention]) -> float:
    if said[0] is Act.UNCLEAR:
        return 0.2
    confidence = 0.95
    known = speech.covered + 2 * len(found)
    if speech.words > 12 and known < speech.words / 3:
        confidence -= 0.15
    if sums.doubts:
        confidence -= 0.25
    if len(said) > 2:
        confidence -= 0.1
    return round(max(confidence, 0.3), 2)

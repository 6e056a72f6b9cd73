"""Which of the offers somebody means: by number, by place in the list, by day or time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dialogs.understanding import clocks
from dialogs.understanding.language import Language
from dialogs.understanding.laying import Span
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.tokens import Piece
from dialogs.understanding.units import Unit
from dialogs.understanding.values import Clock, Frame, Hours, Shape


def numbered(pieces: Sequence[Piece], found: list[Mention], frame: Frame, language: Language) -> list[Mention]:
    """Adds what is left of bare numbers and ordinals, if they can be offers; dates like "the 2nd" count as such too."""
    if not frame.options or not pieces:
        return found
    if len(pieces) <= 2 and "whichever" in pieces[0].kinds and not found:
        return [Mention(0, pieces[0].start, pieces[0].end, options=tuple(range(frame.options)))]
    taken = {mention.at for mention in found}
    extra = [
        Mention(at, piece.start, piece.end, options=option)
        for at, piece in enumerate(pieces)
        if at not in taken and (option := _bare(pieces, at, frame, language)) is not None
    ]
    if not found and not extra and len(pieces) <= 2 and "bare" in pieces[0].kinds and "digits" in pieces[0].kinds:
        hour = Hours(Shape.POINT, replace(pieces[0].kinds["bare"], written=True))
        return [Mention(0, pieces[0].start, pieces[0].end, hours=hour)]
    if not found and not extra:
        extra = _hours_of_offers(pieces, frame, language)
    turned = [_as_option(mention, found, frame) for mention in found]
    return sorted([*turned, *extra], key=lambda mention: mention.at)


def off_the_list(pieces: Sequence[Piece], frame: Frame) -> bool:
    """A bare number below a numbered list is a choice, even one that is not there: "4" of three is no four o'clock.

    Unless just one of them is at that very hour, as its list shows it: "10" is the one at 10:00.
    """
    words = [piece for piece in pieces if piece.word[:1].isalnum()]
    if not frame.starts or len(words) != 1 or not words[0].word.isdecimal() or len(words[0].word) > 2:
        return False  # "1500" is a time of day
    number, signs = int(words[0].word), [piece.word for piece in pieces if piece is not words[0]]
    if 1 <= number <= frame.options or not all(sign in _AROUND_A_NUMBER for sign in signs):
        return False
    return sum((start.hour, start.minute) == (number, 0) for start in frame.starts) != 1


_AROUND_A_NUMBER = frozenset("#.,!?()")


def _hours_of_offers(pieces: Sequence[Piece], frame: Frame, language: Language) -> list[Mention]:
    """ "Yes, 11", where there are not eleven offers and one is at eleven."""
    hours = {start.hour % 12 for start in frame.starts}
    named: list[Mention] = []
    for at, piece in enumerate(pieces):
        number, clock = piece.kinds.get("n"), piece.kinds.get("bare")
        if number is None or clock is None or "digits" not in piece.kinds or number.value <= frame.options:
            continue
        before = pieces[at - 1] if at else None
        courteous = before is None or not before.word.isalpha() or before.word in language.lists["fillers"]
        if (
            courteous
            and clock.minutes % 60 == 0
            and clock.minutes // 60 % 12 in hours
            and _is_label(pieces, at, language)
        ):
            named.append(Mention(at, piece.start, piece.end, hours=Hours(Shape.POINT, replace(clock, written=True))))
    return named if len(named) == 1 else []


def _bare(pieces: Sequence[Piece], at: int, frame: Frame, language: Language) -> tuple[int, ...] | None:
    kinds = pieces[at].kinds
    number = kinds.get("ordinal") or kinds.get("n")
    if number is None or "length" in kinds or not 1 <= number.value <= frame.options:
        return None
    if "ordinal" in kinds and "digits" not in kinds and _adverb(pieces, at, language):
        return None
    if _is_of_something(pieces, at, language) or not _is_label(pieces, at, language):
        return None
    return (number.value - 1,)


def _adverb(pieces: Sequence[Piece], at: int, language: Language) -> bool:
    """ "I have to ask my boss first"."""
    before = pieces[at - 1] if at else None
    if before is None or len(pieces) <= 3:
        return False
    return before.word not in language.lists["articles"] and "link" not in before.kinds and before.word.isalpha()


def _is_of_something(pieces: Sequence[Piece], at: int, language: Language) -> bool:
    """Room 2, bus 3, the second digit of 3.3., or the number of something nobody here has heard of."""
    before = pieces[at - 1] if at else None
    if before is None:
        return False
    if before.word in (".", ":", "/") and pieces[at].glued:
        return True
    word = before.word
    return word in language.lists["numbered"] or (word.isalpha() and word not in language.known)


def _is_label(pieces: Sequence[Piece], at: int, language: Language) -> bool:
    """A digit is an offer's number; a number in words only when nothing but courtesy stands beside it."""
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if (
        following is not None
        and following.glued
        and following.word != ","
        and at + 2 < len(pieces)
        and pieces[at + 2].word.isdecimal()
    ):
        return False  # version 2.0
    fine = language.lists["after_a_number"]
    beside = following is None or bool(following.kinds.keys() & _BESIDE) or following.word in fine
    counting = following is not None and following.word.isalpha() and not beside
    if pieces[at].kinds.keys() & {"digits", "ordinal"}:
        return not counting
    judged = at == 0 and following is not None and following.word in fine
    alone = judged or len(pieces) == 1 or (len(pieces) <= 3 and pieces[at].kinds["n"].value > 1)
    return alone and not counting


_BESIDE = frozenset({"link", "beside", "day", "hours", "lead"})


def _as_option(mention: Mention, found: Sequence[Mention], frame: Frame) -> Mention:
    """ "The 2nd" with two offers or more on the table is the second of them; or a date, if hours stand by it. Where
    another offer is on that date, it may be either."""
    if mention.hours or len(mention.days) != 1:
        return mention
    day = mention.days[0]
    if not day.month_day or day.sure or not day.single or day.first.day > min(frame.options, 5):
        return mention
    if any(other.hours and abs(other.at - mention.at) <= 2 for other in found):
        return mention
    index = day.first.day - 1
    dated = tuple(at for at, start in enumerate(frame.starts) if start.date() == day.first and at != index)
    meant = replace(mention, days=(), options=() if dated else (index,))
    return replace(meant, rivals=(index, *dated)) if dated else meant


def settled(unit: Unit, offers: Sequence[datetime]) -> Unit:
    """A bare hour that is one offer's hour in either half of the day means that one."""
    hours = [_settled(each, offers) for each in unit.hours]
    unit.hours = hours
    return unit


def _settled(hours: Hours, offers: Sequence[datetime]) -> Hours:
    if hours.shape is not Shape.POINT or hours.start is None or hours.start.firm:
        return hours
    usual = clocks.settle(hours.start)
    halves = [usual, usual.later_half()]
    hit = [half for half in halves if any(_minute(offer) == half.minutes for offer in offers)]
    if not hit:
        return hours
    return Hours(Shape.POINT, Clock(hit[0].minutes), zone=hours.zone)


def _minute(offer: datetime) -> int:
    return offer.hour * 60 + offer.minute


def matching(spans: Sequence[Span], offers: Sequence[datetime], dayless: bool) -> list[int]:
    """Indexes of the offers that lie in the spans; without a day, any offer at that time of day."""
    found: list[int] = []
    for span in spans:
        for index, offer in enumerate(offers):
            if index not in found and _lies_in(offer, span, dayless):
                found.append(index)
    return found


def _lies_in(offer: datetime, span: Span, dayless: bool) -> bool:
    if dayless:
        offer = datetime.combine(span.start.date(), offer.time())
    if span.end is None:
        return offer == span.start
    return span.start <= offer < span.end


def wanted(found: Sequence[Mention], count: int) -> tuple[list[int], list[int]]:
    """Offers named by number: those taken, most wanted first, and those turned down."""
    named = [mention for mention in found if mention.options]
    if any(mention.sign != "undecided" and mention.mood is not Mood.NO for mention in named):
        named = [mention for mention in named if mention.sign != "undecided"]
    refused = [index for mention in named if mention.mood is Mood.NO for index in mention.options]
    order = {Mood.PREFER: 0, Mood.YES: 1, Mood.FALLBACK: 2}
    if any(not mention.generic for mention in named):
        named = [mention for mention in named if not mention.generic or mention.mood is Mood.NO or refused]
    taken: list[int] = []
    for mention in sorted((each for each in named if each.mood is not Mood.NO), key=lambda each: order[each.mood]):
        taken.extend(index for index in mention.options if index not in taken and index not in refused)
    if refused and not taken and all(mention.sign in ("except", "all_but") for mention in named):
        taken = [index for index in range(count) if index not in refused]
    return taken, refused

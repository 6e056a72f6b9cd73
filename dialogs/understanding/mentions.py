"""Times where they stand in a text: days, hours and moments found, not yet brought together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.understanding.clocks import within_part
from dialogs.understanding.language import Language
from dialogs.understanding.patterns import Watch, apply
from dialogs.understanding.tokens import Piece
from dialogs.understanding.values import EVERY, Days, Frame, Hours, Moment, Shape

LINK, WORD, SENTENCE = 3, 1, 8  # how far apart a comma, a word, an end of sentence put two times
_ENDS = frozenset(".!?;\n")


class Mood(StrEnum):
    """How the writer stands to a time."""

    YES = "yes"
    NO = "no"
    PREFER = "prefer"
    FALLBACK = "fallback"
    ASIDE = "aside"  # a time of something else


@dataclass(slots=True)
class Mention:
    """A day or hours where they stand in the text, not yet brought together."""

    at: int  # index of the piece
    start: int
    end: int
    days: tuple[Days, ...] = ()
    hours: Hours | None = None
    moment: Moment | None = None
    shift: timedelta | None = None  # the moment is so far from what is on the table
    options: tuple[int, ...] = ()  # offers meant, as indexes
    generic: bool = False  # "both", "any": only where no offer is named
    zone: ZoneInfo | None = None
    mood: Mood = Mood.YES
    sign: str = ""  # the sign that set the mood
    shared: bool = False  # its part of the day goes for the days named just before: "Monday or Tuesday night"
    now: bool = False  # this very moment, often only a manner of speaking
    clause: int = 0
    gap: int = 0  # distance from the mention before
    parted: bool = False  # an "or" or "and" stands between it and the mention before
    rivals: tuple[int, ...] = ()  # offers it may mean, one by number and one by date


def grow(
    pieces: list[Piece], language: Language, frame: Frame, watch: Callable[[str], Watch] | None = None
) -> list[Piece]:
    """The pieces with all days and hours found; `watch` gives for a layer's name whom to tell."""
    for name, layer in language.layers.items():
        pieces = apply(layer, pieces, frame, watch(name) if watch else None)
    return pieces


def mentions(pieces: Sequence[Piece], frame: Frame) -> list[Mention]:
    """Days and hours in order of the text, with bare numbers in their company taken as hours; not if they may be
    the number of one of the offers."""
    found: list[Mention] = []
    gap, parted = SENTENCE, False
    for at, piece in enumerate(pieces):
        mention = _mention(at, piece) or _company(at, pieces, found, frame)
        if mention is None and "after_that" in piece.kinds:
            mention = _after_that(at, piece, found)
        if mention is None:
            zone = piece.kinds.get("zone")
            if zone and found and gap <= 2 and found[-1].hours:
                found[-1].zone = zone
                found[-1].end = piece.end
            gap += _distance(piece)
            parted = bool(found) and (parted or ("link" in piece.kinds and piece.word != ","))
            continue
        mention.gap, mention.parted = gap, parted
        found.append(mention)
        gap, parted = 0, False
    return _told_exactly(_absorbed(found))


def _told_exactly(found: list[Mention]) -> list[Mention]:
    """ "Any time Thursday or Friday after 2" is after 2: its "any time" says nothing. In "any time Tuesday or any time
    Wednesday before noon" the first goes with Tuesday alone."""
    kept: list[Mention] = []
    for index, mention in enumerate(found):
        behind = next((at for at in range(index + 1, len(found)) if found[at].hours), len(found))
        dated, timed = found[index + 1 : behind], found[behind : behind + 1]
        if _at_any_time(mention) and dated and timed and _one_breath(dated, timed[0]):
            continue
        if kept and _any_day(kept[-1]) and mention.days and mention.gap == 0:
            kept[-1] = replace(mention, start=kept[-1].start, gap=kept[-1].gap)
            continue
        again = not dated and timed and _at_any_time(timed[0])
        if again and kept and _at_any_time(kept[-1]) and mention.days and mention.gap <= WORD and not mention.parted:
            kept[-1] = replace(mention, hours=kept[-1].hours, start=kept[-1].start, gap=kept[-1].gap)
            continue
        kept.append(mention)
    return kept


def _any_day(mention: Mention) -> bool:
    """ "Any day Monday to Wednesday" is any of these."""
    return mention.hours is None and any(day.repeat == EVERY for day in mention.days)


def _at_any_time(mention: Mention) -> bool:
    return mention.hours is not None and mention.hours.part == "all" and not mention.days


def _one_breath(dated: Sequence[Mention], timed: Mention) -> bool:
    if timed.days or timed.hours is None or timed.hours.shape is Shape.POINT or timed.gap > WORD or timed.parted:
        return False
    listed = all(mention.days and mention.gap < SENTENCE for mention in dated)
    return listed and dated[0].gap <= WORD and not dated[0].parted


def _mention(at: int, piece: Piece) -> Mention | None:
    kinds = piece.kinds
    if "moment" in kinds:
        shift = kinds.get("shift")
        return Mention(at, piece.start, piece.end, moment=kinds["moment"], shift=shift, now="now" in kinds)
    if "option" in kinds:
        rivals, generic = kinds.get("rivals", ()), kinds.get("generic", False)
        return Mention(at, piece.start, piece.end, options=kinds["option"], generic=generic, rivals=rivals)
    days = (kinds["day"],) if "day" in kinds else kinds.get("days", ())
    hours = kinds.get("hours")
    if not days and hours is None:
        return None
    return Mention(at, piece.start, piece.end, days, hours, shared="shared" in kinds)


def _after_that(at: int, piece: Piece, found: list[Mention]) -> Mention | None:
    """ "I finish at 4, any time after that" is after 4; behind a stretch it is what follows the stretch."""
    timed = [mention for mention in found[-2:] if mention.hours]
    hours = timed[-1].hours if timed else None
    if hours is None or (edge := hours.end or hours.start) is None:
        return None
    if hours.shape is Shape.POINT:
        timed[-1].hours = Hours(Shape.AFTER, start=edge)
        return None
    return Mention(at, piece.start, piece.end, hours=Hours(Shape.AFTER, start=edge))


def _company(at: int, pieces: Sequence[Piece], found: Sequence[Mention], frame: Frame) -> Mention | None:
    """A bare number is an hour beside another hour ("at 3 or 4", "3 or 4 on Friday", "at 3, no wait, 4") or a day,
    or where it is judged ("11 would work") and there is no offer of that number."""
    clock = pieces[at].kinds.get("bare")
    if clock is None or "length" in pieces[at].kinds:
        return None
    after_hour = any(mention.hours and mention.hours.shape is Shape.POINT for mention in found[-1:])
    beside = after_hour and (_only_links(pieces, found[-1].at, at) or _mends(pieces, at))
    led = at > 0 and bool(pieces[at - 1].kinds.keys() & {"lead", "about"})
    maybe = at > 0 and "weak_lead" in pieces[at - 1].kinds and _stands_alone(pieces, at)
    ahead = maybe or _before_time(pieces, at) or _dated(pieces, at) or (frame.base is not None and _judged(pieces, at))
    free = clock.minutes > frame.options * 60 or _on_another_day(pieces, at, frame)
    if not ((beside or led) and _stands_alone(pieces, at)) and not (ahead and free):
        return None
    piece = pieces[at]
    return Mention(at, piece.start, piece.end, hours=Hours(Shape.POINT, replace(clock, written=True)))


def _judged(pieces: Sequence[Piece], at: int) -> bool:
    """ "11 would work", "10 is too early", "11 instead": said of a time, and not of a room or a page."""
    before = pieces[at - 1] if at else None
    if before is not None and before.word.isalpha() and not before.kinds.keys() & {"link", "judged"}:
        return False
    following = pieces[at + 1].kinds if at + 1 < len(pieces) else {}
    return "judges" in following


def _on_another_day(pieces: Sequence[Piece], at: int, frame: Frame) -> bool:
    """ "2 on Tuesday" where the second offer is on Wednesday."""
    if not _dated(pieces, at):
        return False
    number = pieces[at].kinds["n"].value
    named = next(piece.kinds["near_day"] for piece in pieces[at + 1 : at + 3] if "near_day" in piece.kinds)
    offered = frame.starts[number - 1].date() if 0 < number <= frame.options else None
    return offered is not None and offered != named.first and offered.weekday() != named.weekday


def _mends(pieces: Sequence[Piece], at: int) -> bool:
    return any("mend" in piece.kinds for piece in pieces[max(at - 2, 0) : at])


def _dated(pieces: Sequence[Piece], at: int) -> bool:
    """A day follows at once: "10 on Monday"."""
    if at > 0 and "counts" in pieces[at - 1].kinds:  # a table for 2 on Friday
        return False
    following = pieces[at + 1 : at + 3]
    if following and "on" in following[0].kinds:
        following = following[1:]
    return bool(following) and "near_day" in following[0].kinds and "hours" not in following[0].kinds


def _only_links(pieces: Sequence[Piece], left: int, right: int) -> bool:
    between = [piece for piece in pieces[left + 1 : right] if piece.word != "("]
    return 0 < len(between) <= 2 and all("link" in piece.kinds for piece in between)


def _stands_alone(pieces: Sequence[Piece], at: int) -> bool:
    """Nothing that it could be counting follows."""
    if at + 1 == len(pieces):
        return True
    following = pieces[at + 1]
    company = following.kinds.keys() & {"link", "day", "hours", "zone", "at", "beside"}
    return bool(company) or not (following.word.isalpha() or "n" in following.kinds)


def _before_time(pieces: Sequence[Piece], at: int) -> bool:
    if at + 2 >= len(pieces) or "link" not in pieces[at + 1].kinds or pieces[at + 1].word == ",":
        return False
    if "bare" in pieces[at + 2].kinds and _dated(pieces, at + 2):
        return True
    hours = pieces[at + 2].kinds.get("hours")
    return hours is not None and hours.shape is Shape.POINT and "day" not in pieces[at + 2].kinds


def _distance(piece: Piece) -> int:
    if piece.word in _ENDS:
        return SENTENCE
    return LINK if "link" in piece.kinds else WORD


def _absorbed(found: list[Mention]) -> list[Mention]:
    """ "From 7 to 9 on Friday evening": the part of the day beside it belongs to the hours."""
    kept: list[Mention] = []
    for mention in found:
        last = kept[-1] if kept else None
        if last is not None and mention.gap < LINK and (one := _one(last, mention) or _one(mention, last)):
            kept[-1] = replace(one, at=last.at, start=last.start, end=mention.end, gap=last.gap)
        else:
            kept.append(mention)
    for before, mention in zip(reversed(kept[:-1]), reversed(kept), strict=False):
        if mention.shared and mention.parted and before.days and before.hours is None and mention.gap <= LINK:
            before.hours, before.shared = mention.hours, True
    return kept


def _one(hours: Mention, dated: Mention) -> Mention | None:
    if (
        hours.days
        or hours.hours is None
        or not dated.days
        or dated.hours is None
        or dated.hours.shape is not Shape.PART
    ):
        return None
    if hours.hours.shape not in (Shape.POINT, Shape.RANGE):
        return None
    together = within_part(dated.hours, hours.hours)
    return replace(dated, hours=together) if together else None

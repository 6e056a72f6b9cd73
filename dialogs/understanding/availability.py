"""How the writer stands to each time: wanted, impossible, preferred. Then the sum of it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dialogs.understanding.language import Language
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.tokens import Piece
from dialogs.understanding.values import EVERY

_ENDS = frozenset(".!?;\n")
_MOODS = {
    "can": Mood.YES,
    "works": Mood.YES,
    "cannot": Mood.NO,
    "busy": Mood.NO,
    "commitment": Mood.NO,
    "fails": Mood.NO,
    "not": Mood.NO,
    "unsure": Mood.FALLBACK,
    "except": Mood.NO,
    "prefer": Mood.PREFER,
    "fallback": Mood.FALLBACK,
    "lesser": Mood.FALLBACK,
}
_BEFORE = frozenset({"unsure", "not", "except", "commitment", "fallback"})  # these stand before what they are about
_AFTER = frozenset({"works", "fails"})  # these stand behind it


@dataclass(slots=True)
class Sign:
    """A phrase that shows a mood or an act, and where it stands."""

    name: str
    at: int
    end: int  # the piece after it
    singular: bool = False  # about one time: "… is bad", not "… are bad"


def signs(pieces: Sequence[Piece], language: Language) -> list[Sign]:
    """Every sign of the language in the text, the longest at each place."""
    found: list[Sign] = []
    at = 0
    while at < len(pieces):
        matches = language.signs.matches(pieces, at)
        if not matches:
            at += 1
            continue
        best = matches[0]
        if best.rule.constants["sign"] == "not" and not _near(pieces, best.end, language.lists["light"]):
            at = best.end
            continue
        singular = pieces[at].word in language.lists["singular"]
        found.append(Sign(best.rule.constants["sign"], at, best.end, singular))
        at = best.end
    return found


def _near(pieces: Sequence[Piece], at: int, light: frozenset[str]) -> bool:
    """A bare "not" is about a time only if nothing of weight stands between them."""
    for piece in pieces[at : at + 5]:
        if piece.kinds.keys() & {"day", "days", "hours", "moment", "option", "ordinal"} or "digits" in piece.kinds:
            return True
        if piece.word not in light:
            return False
    return False


def colour(pieces: Sequence[Piece], found: Sequence[Mention], shown: Iterable[Sign]) -> None:
    """Sets the mood of each mention from the signs around it."""
    marks = [sign for sign in shown if sign.name in _MOODS or sign.name == "but"]
    items: list[Mention | Sign] = sorted([*found, *marks], key=lambda item: item.at)
    for number, clause in enumerate(_clauses(pieces, items)):
        for item in clause:
            if isinstance(item, Mention):
                item.clause = number
        _colour_clause(pieces, clause)


def _clauses(pieces: Sequence[Piece], items: Sequence[Mention | Sign]) -> list[list[Mention | Sign]]:
    """Items between ends of sentences and buts."""
    clauses: list[list[Mention | Sign]] = [[]]
    reached = 0
    for each in items:
        item = each
        if any(piece.word in _ENDS for piece in pieces[reached : item.at]):
            clauses.append([])
        reached = item.at
        if isinstance(item, Sign) and item.name == "but":
            item = _but(pieces, clauses[-1], item)
            if item.name == "but":
                clauses.append([])
                continue
        clauses[-1].append(item)
    return clauses


def _but(pieces: Sequence[Piece], clause: Sequence[Mention | Sign], sign: Sign) -> Sign:
    """ "Any time but Monday" takes Monday out; any other "but" begins a new thought."""
    last = clause[-1] if clause else None
    if isinstance(last, Mention) and sign.at - last.at == 1 and _everything(last):
        return Sign("except", sign.at, sign.end)
    return sign


def _everything(mention: Mention) -> bool:
    whole = mention.hours is not None and mention.hours.part == "all"
    return whole or any(day.repeat == EVERY for day in mention.days)


def _colour_clause(pieces: Sequence[Piece], clause: Sequence[Mention | Sign]) -> None:
    open_mentions: list[Mention] = []  # those since the last sign
    governing: Sign | None = None
    for index, item in enumerate(clause):
        if isinstance(item, Mention):
            if governing is not None and _turns(pieces, clause, index, governing):
                governing = None
            if governing is not None:
                _set(item, governing)
            open_mentions.append(item)
        else:
            governing = _governing(pieces, clause, index, open_mentions, governing)
            open_mentions = []


def _governing(
    pieces: Sequence[Piece],
    clause: Sequence[Mention | Sign],
    index: int,
    open_mentions: Sequence[Mention],
    governing: Sign | None,
) -> Sign | None:
    """The sign that holds for what follows; one that speaks of what stands before it colours that instead."""
    sign = clause[index]
    assert isinstance(sign, Sign)
    if governing is not None and governing.name == "unsure":  # "not sure if Tuesday works"
        return governing
    if sign.name == "lesser":  # "Thursday over Friday": only where something is preferred
        return sign if governing is not None and governing.name == "prefer" else governing
    if sign.name == "fails" and open_mentions and "if" in pieces[max(open_mentions[0].at - 1, 0)].kinds:
        return Sign("fallback", sign.at, sign.end)  # "if Monday doesn't work, then Tuesday"
    at_last = sign.name == "fallback" and open_mentions and not _mention_follows(clause, index)  # "… at a push"
    back = sign.name not in _BEFORE and _looks_back(pieces, clause, index, open_mentions, governing)
    if not (at_last or back):
        return sign
    for mention in _spoken_for(pieces, open_mentions, governing, sign):
        _set(mention, sign)
    return None


def _mention_follows(clause: Sequence[Mention | Sign], index: int) -> bool:
    return index + 1 < len(clause) and isinstance(clause[index + 1], Mention)


def _turns(pieces: Sequence[Piece], clause: Sequence[Mention | Sign], index: int, governing: Sign) -> bool:
    """ "Not Tuesday, Wednesday": what follows the comma is wanted, unless an "or" makes it a list."""
    last, here = clause[index - 1], clause[index]
    if governing.name != "not" or not isinstance(last, Mention):
        return False
    between = pieces[last.at + 1 : here.at]
    rest = [item for item in clause[index:] if isinstance(item, Mention)]
    return len(between) == 1 and between[0].word == "," and len(rest) == 1


def _looks_back(
    pieces: Sequence[Piece],
    clause: Sequence[Mention | Sign],
    index: int,
    open_mentions: Sequence[Mention],
    governing: Sign | None,
) -> bool:
    """Is the sign about what stands before it?"""
    sign = clause[index]
    assert isinstance(sign, Sign)
    if not open_mentions:
        return False
    if sign.name in _AFTER:
        return True
    following = clause[index + 1] if index + 1 < len(clause) else None
    if not isinstance(following, Mention):
        return governing is None or _comma(pieces, open_mentions)
    if governing is not None:
        return False
    return any("link" in piece.kinds for piece in pieces[sign.end : following.at][:1])


def _comma(pieces: Sequence[Piece], open_mentions: Sequence[Mention]) -> bool:
    """Does a comma part the last time from those before?"""
    if len(open_mentions) < 2:
        return False
    return any(piece.word == "," for piece in pieces[open_mentions[-2].at : open_mentions[-1].at])


def _spoken_for(
    pieces: Sequence[Piece], open_mentions: Sequence[Mention], governing: Sign | None, sign: Sign
) -> Sequence[Mention]:
    """All that is open; behind another sign, for a preference or in the singular only what follows the last comma."""
    if governing is None and sign.name not in ("prefer", "fallback") and not (sign.name == "fails" and sign.singular):
        return open_mentions
    last = len(open_mentions) - 1
    while last > 0 and not any(
        piece.word == "," for piece in pieces[open_mentions[last - 1].at : open_mentions[last].at]
    ):
        last -= 1
    return open_mentions[last:] if last > 0 else open_mentions


def _set(mention: Mention, sign: Sign) -> None:
    mention.mood = _MOODS[sign.name]
    mention.sign = sign.name


def corrected(found: Sequence[Mention], shown: Iterable[Sign]) -> list[Mention]:
    """Without what the writer took back: "Tuesday, no wait, Wednesday" keeps Wednesday."""
    kept = list(found)
    for sign in shown:
        if sign.name != "correction":
            continue
        after = [mention for mention in kept if mention.at >= sign.end and mention.mood is not Mood.NO]
        before = [mention for mention in kept if mention.at < sign.at]
        if after and before:
            kept = [*_taken_back(before, after), *(mention for mention in kept if mention.at >= sign.at)]
    return [mention for mention in kept if mention.sign != "unsure"]


def _taken_back(before: Sequence[Mention], after: Sequence[Mention]) -> list[Mention]:
    """What of the earlier times still holds: a new day keeps the hours, new hours keep the day."""
    days = any(mention.days or mention.moment for mention in after)
    hours = any(mention.hours or mention.moment for mention in after)
    options = any(mention.options for mention in after)
    kept = []
    for mention in before:
        if mention.mood is Mood.NO:
            kept.append(mention)
        elif options or mention.options or mention.moment:
            continue
        elif mention.days and mention.hours:
            if not (days and hours):
                kept.append(replace(mention, days=() if days else mention.days, hours=None if hours else mention.hours))
        elif (mention.days and not days) or (mention.hours and not hours):
            kept.append(mention)
    return kept

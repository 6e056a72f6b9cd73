"""How the writer stands to each time: wanted, impossible, preferred. Then the sum of it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dialogs.understanding.language import Language
from dialogs.understanding.mentions import LINK, Mention, Mood
from dialogs.understanding.patterns import Match
from dialogs.understanding.tokens import Piece
from dialogs.understanding.values import DAY, EVERY, HORIZON, Days, Grain, Hours, Shape

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
    "unreal": Mood.NO,
    "except": Mood.NO,
    "all_but": Mood.NO,
    "prefer": Mood.PREFER,
    "fallback": Mood.FALLBACK,
    "lesser": Mood.FALLBACK,
    "sadly": Mood.NO,
    "aside": Mood.ASIDE,
    "recalled": Mood.ASIDE,
    "deadline": Mood.ASIDE,
    "taken_by": Mood.NO,
    "strike": Mood.NO,
    "whereabouts": Mood.ASIDE,
    "freed": Mood.YES,
    "bound": Mood.NO,
    "back": Mood.YES,
    "undecided": Mood.FALLBACK,
    "spared": Mood.YES,
}
_OVER = frozenset({"not", "cannot", "busy", "sadly", "aside"})  # a comma may end what these are about
_SIGNS = frozenset(",.;:!?\n-/()0123456789")
_BESIDE_IT = 2  # pieces between a sign and what belongs to it at most
_NEAR = 6  # pieces within which a time is still part of what is told
_BEFORE = frozenset(
    {
        "unsure",
        "unreal",
        "not",
        "except",
        "commitment",
        "fallback",
        "strike",
        "sadly",
        "aside",
        "deadline",
        "whereabouts",
        "freed",
        "bound",
        "back",
    }
)  # these stand before what they are about
_TOLD = frozenset({"commitment", "whereabouts", "aside", "freed", "bound"})  # and these, where nothing follows them
_AFTER = frozenset({"works", "fails", "all_but", "recalled", "taken_by", "undecided"})  # these stand behind it


@dataclass(slots=True)
class Sign:
    """A phrase that shows a mood or an act, and where it stands."""

    name: str
    at: int
    end: int  # the piece after it
    singular: bool = False  # about one time: "… is bad", not "… are bad"
    adjacent: bool = False  # only about what it stands right behind: "Tuesday yes, Wednesday no"
    contrary: bool = False  # a "but" stands within: "Freitag, muss aber um drei los"


def signs(pieces: Sequence[Piece], language: Language) -> list[Sign]:
    """Every sign of the language in the text, the longest at each place."""
    found: list[Sign] = []
    at = 0
    while at < len(pieces):
        matches = language.signs.matches(pieces, at)
        if not matches:
            at += 1
            continue
        first = sorted(matches, key=lambda match: match.rule.constants["sign"] != "turned_down")
        sign = next((sign for match in first if (sign := _sign(pieces, at, match, language))), None)
        if sign is not None:
            found.append(sign)
        at = sign.end if sign is not None else matches[0].end
    return found


def _sign(pieces: Sequence[Piece], at: int, match: Match, language: Language) -> Sign | None:
    """What the phrase shows where it stands, if anything."""
    name = match.rule.constants["sign"]
    if name in _JUDGED:
        if name == "turned_down" and match.end < len(pieces) and pieces[match.end].word == "?":
            return None  # "at three, no?" hopes for a yes
        made = Sign(_JUDGED[name], at, match.end, singular=True, adjacent=True)
        return made if _closes(pieces, at, match.end) else None
    if name in _LEADS_TO_A_TIME:
        fits = _is_time(pieces, match.end) and (name == "struck" or _opens(pieces, at, language))
        return Sign(_LEADS_TO_A_TIME[name], at, match.end) if fits else None
    if name == "correction" and at and (pieces[at - 1].word == ":" or "option" in pieces[at - 1].kinds):
        return None  # "1: yes, 2: no, 3: yes"
    if name == "recalled" and not (at and _is_time(pieces, at - 1)):
        return None
    if name in ("not", "strike") and not _near(pieces, match.end, language.lists["light"]):
        return None
    contrary = any(piece.word in language.lists["contrary"] for piece in pieces[at + 1 : match.end])
    return Sign(name, at, match.end, pieces[at].word in language.lists["singular"], contrary=contrary)


# right behind a time: "Tuesday full, Wednesday open", "1 no, 2 does"
_JUDGED = {"turned_down": "fails", "turned_up": "works", "undecided": "undecided"}
# right before a time: "something came up on Thursday"; only where a clause begins: "dentist Tuesday at 10"
_LEADS_TO_A_TIME = {"struck": "cannot", "event": "commitment"}


def _is_time(pieces: Sequence[Piece], at: int) -> bool:
    return at < len(pieces) and bool(pieces[at].kinds.keys() & {"day", "days", "hours", "moment", "lead", "bare"})


def _opens(pieces: Sequence[Piece], at: int, language: Language) -> bool:
    """Nothing stands before it in its clause."""
    before = pieces[at - 1] if at else None
    if before is None or "link" in before.kinds or before.word[:1] in _SIGNS:
        return True
    if "near_day" in before.kinds and at > 1:  # "Tuesday dentist at 10"
        return _opens(pieces, at - 1, language)
    return "near_day" in before.kinds or before.word in language.lists["courteous"]


def _closes(pieces: Sequence[Piece], at: int, end: int) -> bool:
    """Right behind a time, or behind its colon, and nothing behind it in its clause."""
    at -= int(at > 1 and pieces[at - 1].word in (":", "?"))  # "Tuesday: no", "Tuesday? No way"
    behind = at > 0 and bool(pieces[at - 1].kinds.keys() & {"day", "days", "hours", "option", "digits", "ordinal"})
    following = pieces[end] if end < len(pieces) else None
    sign = pieces[end - 1].word
    if following is not None and sign and not sign.isalpha() and _is_time(pieces, end):
        return behind  # "Di ❌ Mi ✅"
    return behind and (following is None or "link" in following.kinds or following.word[:1] in _SIGNS)


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
    marks = _meant(pieces, [sign for sign in shown if sign.name in _MOODS or sign.name == "but"])
    items: list[Mention | Sign] = sorted([*found, *marks], key=lambda item: item.at)
    for number, clause in enumerate(_clauses(pieces, items)):
        for item in clause:
            if isinstance(item, Mention):
                item.clause = number
        _colour_clause(pieces, clause)


def _meant(pieces: Sequence[Piece], marks: Sequence[Sign]) -> list[Sign]:
    """Without an "unfortunately" that another sign follows at once: "Wednesday unfortunately I can't"."""
    kept: list[Sign] = []
    for sign, following in zip(marks, [*marks[1:], None], strict=False):
        between = pieces[sign.end : following.at] if following else [None]
        if sign.name != "sadly" or any(piece is None or piece.word != "," for piece in between):
            kept.append(sign)
    return kept


def _clauses(pieces: Sequence[Piece], items: Sequence[Mention | Sign]) -> list[list[Mention | Sign]]:
    """Items between ends of sentences and buts."""
    clauses: list[list[Mention | Sign]] = [[]]
    reached = 0
    for position, each in enumerate(items):
        item = each
        if any(piece.word in _ENDS for piece in pieces[reached : item.at]) and not _answers(pieces, item):
            clauses.append([])
        reached = item.at
        if isinstance(item, Sign) and item.contrary and item.name in _BEFORE:
            clauses.append([])
        if isinstance(item, Sign) and item.name == "but":
            item = _but(clauses[-1], item, items[position + 1] if position + 1 < len(items) else None)
            if item.name == "but":
                clauses.append([])
                continue
        clauses[-1].append(item)
    return clauses


def _answers(pieces: Sequence[Piece], item: Mention | Sign) -> bool:
    """ "Tuesday? Impossible." – a no to one's own question."""
    return isinstance(item, Sign) and item.adjacent and item.name == "fails" and pieces[item.at - 1].word == "?"


def _but(clause: Sequence[Mention | Sign], sign: Sign, following: Mention | Sign | None) -> Sign:
    """ "Any time but Monday", "all week but Monday" take Monday out; any other "but" begins a new thought."""
    last = clause[-1] if clause else None
    if not isinstance(last, Mention) or sign.at - last.at != 1:
        return sign
    open_to = not any(isinstance(item, Sign) and _MOODS.get(item.name) is Mood.NO for item in clause)
    inside = isinstance(following, Mention) and following.at == sign.end and open_to and _within(following, last)
    if _everything(last) or inside:
        return Sign("except", sign.at, sign.end)
    return sign


def _within(short: Mention, long: Mention) -> bool:
    """A weekday, or days of that stretch."""
    if long.hours or len(long.days) != 1 or (long.days[0].last - long.days[0].first).days < 4 or not short.days:
        return False
    stretch = long.days[0]
    return all(day.floating or (day.single and stretch.first <= day.first <= stretch.last) for day in short.days)


def _everything(mention: Mention) -> bool:
    whole = mention.generic or (mention.hours is not None and mention.hours.part == "all")
    return whole or any(day.repeat == EVERY for day in mention.days)


def _colour_clause(pieces: Sequence[Piece], clause: Sequence[Mention | Sign]) -> None:
    open_mentions: list[Mention] = []  # those since the last sign
    governing: Sign | None = None
    asks = _asks(pieces, clause)
    for index, item in enumerate(clause):
        if isinstance(item, Mention):
            if governing is not None and _turns(pieces, clause, index, governing, asks):
                governing, open_mentions = None, []
            if governing is not None:
                _set(item, governing)
            open_mentions.append(item)
        elif item.name != "lesser" or (governing is not None and governing.name == "prefer"):  # "Thursday over Friday"
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
    if governing is not None and governing.name in ("unsure", "unreal"):  # "not sure if Tuesday works"
        return governing
    if governing is not None and governing.name == "fallback" and sign.name == "can":  # "if need be, I could …"
        return governing
    if sign.name == "lesser":
        return sign
    if sign.name == "fails" and open_mentions and "if" in pieces[max(open_mentions[0].at - 1, 0)].kinds:
        return Sign("fallback", sign.at, sign.end)  # "if Monday doesn't work, then Tuesday"
    if sign.name == "except" and _impossible(clause[:index], governing):
        return Sign("spared", sign.at, sign.end)  # "I can't next week except Friday"
    at_last = sign.name == "fallback" and open_mentions and not _mention_follows(clause, index)  # "… at a push"
    back = sign.name not in _BEFORE and _looks_back(pieces, clause, index, open_mentions, governing)
    told = sign.name in _TOLD and governing is None and not _holds_a_time(clause, index)
    back = back or (told and _ends_with(pieces, sign, open_mentions))
    if not (at_last or back):
        return governing if sign.name == "taken_by" else sign
    for mention in _spoken_for(pieces, open_mentions, governing, sign):
        _set(mention, sign)
    return Sign("aside", sign.at, sign.end) if sign.name == "recalled" else None  # "Friday I met Anna at 3"


def _impossible(before: Sequence[Mention | Sign], governing: Sign | None) -> bool:
    """Is what was named last out?"""
    last = next((item for item in reversed(before) if isinstance(item, Mention)), None)
    return last is not None and last.mood is Mood.NO and (governing is None or _MOODS.get(governing.name) is Mood.NO)


def _ends_with(pieces: Sequence[Piece], sign: Sign, open_mentions: Sequence[Mention]) -> bool:
    """ "Wednesday at 10 I have a call, 11 would work", "next week I'm in Rome"."""
    if not open_mentions or sign.at - open_mentions[-1].at > 2:
        return False
    if sign.name in ("freed", "bound") and open_mentions[-1].hours is None:
        return False  # "at five I leave work"; not "Thursday I don't work, fine"
    if sign.name == "aside" and sign.at - open_mentions[-1].at > 1:
        return False  # "Tuesday, as I said"
    return sign.end == len(pieces) or pieces[sign.end].word in _ENDS or pieces[sign.end].word == ","


def _holds_a_time(clause: Sequence[Mention | Sign], index: int) -> bool:
    """ "Donderdag moet ik om 4 uur weg": the time it is about stands between its words."""
    sign, following = clause[index], clause[index + 1] if index + 1 < len(clause) else None
    return isinstance(sign, Sign) and isinstance(following, Mention) and following.at < sign.end


def _mention_follows(clause: Sequence[Mention | Sign], index: int) -> bool:
    """At once, or behind a "could be"."""
    rest = (item for item in clause[index + 1 :] if isinstance(item, Mention) or item.name != "can")
    return isinstance(next(rest, None), Mention)


def _asks(pieces: Sequence[Piece], clause: Sequence[Mention | Sign]) -> bool:
    last = clause[-1].at if clause else 0
    end = next((at for at in range(last, len(pieces)) if pieces[at].word in _ENDS), None)
    return end is not None and pieces[end].word == "?"


def _turns(pieces: Sequence[Piece], clause: Sequence[Mention | Sign], index: int, governing: Sign, asks: bool) -> bool:
    """ "Not Tuesday, Wednesday": what follows the comma is wanted, unless an "or" makes it a list."""
    last, here = clause[index - 1], clause[index]
    if governing.name == "except":
        closed = any(piece.word == ")" for piece in pieces[governing.end : here.at])
        return closed or (isinstance(here, Mention) and _everything(here))
    if governing.name == "deadline":
        return here.at > governing.end
    if governing.name not in _OVER:
        return False
    between = pieces[(last.end if isinstance(last, Sign) else last.at + 1) : here.at]
    comma = any(piece.word in (",", "-", "(") for piece in between)
    comma = comma or (isinstance(last, Sign) and any("link" in piece.kinds for piece in between))
    if governing.name == "aside":
        return comma or here.at - governing.end > _NEAR
    told_before = isinstance(last, Sign) and between and between[0].word == ","
    if told_before and (asks or _free_again(governing, here)):
        return True  # "I can't, Friday?"
    if not isinstance(last, Mention) or not comma:
        return False
    rest = [item for item in clause[index:] if isinstance(item, Mention)]
    if governing.name == "not":
        alone = between[0].word == "," and all("the" in piece.kinds for piece in between[1:])
        return (alone or len(between) == 1) and len(rest) == 1
    if between[-1].word not in (",", "-"):
        return False
    had_hours = any(isinstance(item, Mention) and item.hours for item in clause[:index])
    return bool(asks or (not had_hours and any(item.hours for item in rest)))


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
    if sign.name == "busy" and governing is None and isinstance(following, Mention) and _all_of_it(sign, following):
        _set(following, sign)  # "Wednesday I'm travelling all day, Thursday works"
        return sign.at - open_mentions[-1].at <= _BESIDE_IT
    if not isinstance(following, Mention):
        only = governing is not None and governing.name == "can" and _MOODS[sign.name] is Mood.NO
        behind = only and len(open_mentions) == 1 and sign.at == open_mentions[0].at + 1  # "only the second doesn't"
        return governing is None or behind or _comma(pieces, open_mentions)
    if governing is not None:
        return False
    return any("link" in piece.kinds for piece in pieces[sign.end : following.at][:1])


def _free_again(governing: Sign, here: Mention | Sign) -> bool:
    """ "On holiday, from the 16th on"."""
    after = isinstance(here, Mention) and any(day.shape is Shape.AFTER for day in here.days)
    return after and governing.name == "busy"


def _all_of_it(sign: Sign, following: Mention) -> bool:
    whole = following.hours is not None and following.hours.part == "all"
    return whole and not following.days and following.at - sign.end <= _BESIDE_IT


def _comma(pieces: Sequence[Piece], open_mentions: Sequence[Mention]) -> bool:
    """Does a comma part the last time from those before?"""
    if len(open_mentions) < 2:
        return False
    return any(piece.word == "," for piece in pieces[open_mentions[-2].at : open_mentions[-1].at])


def _spoken_for(
    pieces: Sequence[Piece], open_mentions: Sequence[Mention], governing: Sign | None, sign: Sign
) -> Sequence[Mention]:
    """All that is open; behind another sign, for a preference or in the singular only what follows the last comma."""
    if sign.adjacent:
        first = len(open_mentions) - 1
        if open_mentions[first].at != sign.at - 1 - int(pieces[sign.at - 1].word in (":", "?")):
            return ()
        while first > 0 and (open_mentions[first].parted or _of_that_day(open_mentions, first)):
            first -= 1
        return open_mentions[first:]
    one = sign.name in ("prefer", "fallback") or (sign.name == "fails" and sign.singular)
    if governing is None and not one and not _told_apart(pieces, open_mentions):
        return open_mentions
    last = len(open_mentions) - 1
    while last > 0 and not any(
        piece.word == "," for piece in pieces[open_mentions[last - 1].at : open_mentions[last].at]
    ):
        last -= 1
    return open_mentions[last:] if last > 0 else open_mentions


def _of_that_day(mentions: Sequence[Mention], index: int) -> bool:
    """Hours with their day right before them: "Tuesday from 9 to 11 no"."""
    day, hours = mentions[index - 1], mentions[index]
    return bool(day.days) and not day.hours and bool(hours.hours) and not hours.days and hours.gap < LINK


def _told_apart(pieces: Sequence[Piece], open_mentions: Sequence[Mention]) -> bool:
    """ "Thursday at 11, Friday I'm away": hours before the comma, and only days behind it, are no list."""
    if not _comma(pieces, open_mentions) or open_mentions[-1].hours:
        return False
    return any(mention.hours for mention in open_mentions)


def _set(mention: Mention, sign: Sign) -> None:
    mention.sign = sign.name
    if sign.name == "whereabouts" and (mention.hours or all(day.single for day in mention.days)):
        return
    mention.mood = _MOODS[sign.name]


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
    return _bounded([mention for mention in kept if mention.sign != "unsure" and not _aside(mention)])


def _aside(mention: Mention) -> bool:
    # a deadline may be when they answer; where they are next week is the week of the weekdays that follow
    return mention.mood is Mood.ASIDE and mention.sign not in ("deadline", "whereabouts")


def _bounded(found: Sequence[Mention]) -> list[Mention]:
    """ "I finish at 5" is free from then on, unless hours of their own are named besides; "I leave at 3" is busy
    from then on; "back on Monday" is free from that day."""
    own = [mention for mention in found if mention.sign != "freed" and mention.hours and mention.mood is not Mood.NO]
    kept = []
    for mention in found:
        edge = mention.hours and (mention.hours.start or mention.hours.end)
        if mention.sign == "freed" and own and mention.hours and not mention.days:
            continue
        if mention.sign in ("freed", "bound") and edge and mention.hours and mention.hours.shape is not Shape.PART:
            kept.append(replace(mention, hours=Hours(Shape.AFTER, start=edge)))
        elif mention.sign == "back" and len(mention.days) == 1 and (day := from_day(mention.days[0])):
            kept.append(replace(mention, days=(day,)))
        else:
            kept.append(mention)
    return kept


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


def from_day(day: Days) -> Days | None:
    """From that day on, as far as anybody plans."""
    if not day.single:
        return None
    return replace(day, last=day.first + HORIZON * DAY, shape=Shape.AFTER, grain=Grain.SPAN, others=())

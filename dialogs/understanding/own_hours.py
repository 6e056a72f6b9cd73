"""What somebody of the firm says of their own hours: away, never before ten, lunch at twelve, back on Monday."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files

import yaml

from dialogs.scheduling.hours import MIDNIGHT, WorkingHours, instant_of, local_day
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.slots import sensible
from dialogs.understanding.meaning import Context
from dialogs.understanding.reader import read_times, understand

_WEEKS = 3  # what comes back on so many weeks comes every week
_A_WEEK = timedelta(days=7)
_LATER = timedelta(days=14)
_NO_TIME = timedelta(days=21)  # so long a stretch that moves along with now was never named
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|please|btw|by the way|bitte|hallo|fyi|(?:ask)?arsan|(?:quick )?(?:note|reminder)"
    r"|heads[ -]up)\b[\s,:!.]*)+"
)
_QUOTED = re.compile(r'["“”„«»]')


@dataclass(frozen=True, slots=True)
class OwnHours:
    """What was said. Nobody is both away and working besides in one sentence."""

    away: tuple[Interval, ...] = ()
    extra: tuple[Interval, ...] = ()  # works then, besides the usual hours
    weekly: tuple[WorkingHours, ...] = ()  # every week they cannot then
    back: datetime | None = None  # there again from then on


def read_own_hours(text: str, context: Context) -> OwnHours | None:
    """None where the words say nothing of the writer's own hours, or nothing that can be read."""
    whole = " ".join(text.lower().replace("’", "'").split()).strip(" .!")
    said = _POLITE.sub("", whole[1:-1] if _in_quotes(whole) else whole).rstrip(" .!")
    known = _known().values()
    if any(words.stays.search(words.spelt_out(said)) for words in known):
        return None  # "I won't be away Thursday" must never keep them away
    if _QUOTED.search(said) or any(words.told.search(said) for words in known) or _begins_with_a_name(said, context):
        return None  # "Ana said: I'm away Thursday" is no word of the writer's own
    for each in _in_order(context.locale):
        if found := _read(each.spelt_out(each.for_certain(said)), each, context):
            return found
    return None


def _read(said: str, words: _Words, context: Context) -> OwnHours | None:
    for kind in ("back", "also", "away"):
        if (rest := words.without(kind, said)) is not None:
            found = _READ[kind](said, rest, words.heard_by(context), words)
            if found:
                return found
    return None


def _in_quotes(said: str) -> bool:
    return len(said) > 1 and said[0] in '"“„«' and said[-1] in '"”“»' and not _QUOTED.search(said[1:-1])


def _begins_with_a_name(said: str, context: Context) -> bool:
    """ "Ana: away Thursday". Before "Lunch: 12-13" and "Thursday: out" there is none."""
    head, colon, _ = said.partition(": ")
    head = head.strip()
    if not colon or not head or read_times(head, context):
        return False
    return all(words.without(kind, head) is None for words in _known().values() for kind in _READ)


@dataclass(frozen=True)
class _Words:
    language: str
    daily: str
    stays: re.Pattern[str]
    told: re.Pattern[str]
    unsure: re.Pattern[str]
    others: re.Pattern[str]
    each: Mapping[str, str]
    patterns: Mapping[str, Sequence[re.Pattern[str]]]

    def heard_by(self, context: Context) -> Context:
        """As one who writes this language: "avant 10h" is not ten o'clock, whatever they usually write."""
        locale = context.locale if _spoken(context.locale) == self.language else self.language
        return replace(context, offers=(), locale=locale)

    def spelt_out(self, said: str) -> str:
        """ "Friday afternoons" are every Friday afternoon, and "im" is "I'm"."""
        for several, every in self.each.items():
            said = re.sub(several, every, said)
        return said

    def for_certain(self, said: str) -> str:
        """What is said before an "if", and not what hangs on it."""
        found = self.unsure.search(said)
        if found is None:
            return said
        before = said[: found.start()]
        return before[: max(before.rfind(mark) for mark in ",;:.!?") + 1].strip(" ,;:")

    def without(self, kind: str, said: str) -> str | None:
        """The sentence without the words that make it one of this kind; None if it is not."""
        found = [match for pattern in self.patterns[kind] if (match := pattern.search(said))]
        if not any(match.start() == 0 or not self.others.search(said) for match in found):
            return None
        for pattern in self.patterns[kind]:
            said = " ".join(pattern.sub(" ", said).split())
        return said.strip(" ,:;")


def _back(said: str, rest: str, context: Context, words: _Words) -> OwnHours | None:
    if not rest:
        return OwnHours(back=context.now)
    times = read_times(rest, context)
    if not times or _today_or_in_a_week(rest, times[0], context):
        return None
    # "On Monday" is from its midnight on; "at three" is an instant.
    return OwnHours(back=times[0].start)


def _today_or_in_a_week(rest: str, when: Interval, context: Context) -> bool:
    """ "Back on Monday, not Thursday", said on a Monday: now would end an absence that may last the week."""
    today = local_day(context.now, context.timezone)
    if when.start >= today.end:
        return False
    tomorrow = read_times(rest, replace(context, now=today.end))
    in_a_week = instant_of(context.now.astimezone(context.timezone).date() + _A_WEEK, MIDNIGHT, context.timezone)
    # "Today" goes along with the day, and a date comes round in a year.
    return bool(tomorrow) and local_day(tomorrow[0].start, context.timezone).start == in_a_week


def _also(said: str, rest: str, context: Context, words: _Words) -> OwnHours | None:
    """Of whole days the civil hours: who works on Saturday is not there at midnight."""
    times = sensible(read_times(words.without("also", rest) or rest, context), context.timezone)
    return OwnHours(extra=times) if times else None


def _away(said: str, rest: str, context: Context, words: _Words) -> OwnHours | None:
    """The reader knows "until Wednesday" from "I'm away until Wednesday"; else the times are what the rest names."""
    for sentence in (said, rest, f"{rest} {words.daily}"):
        found = _blocked(sentence, context, whole=sentence is said)
        if found:
            later = _blocked(sentence, replace(context, now=context.now + _LATER), whole=sentence is said)
            for_ever = bool(later) and later[-1].end > found[-1].end
            if for_ever and found[0].length > _NO_TIME:
                return None  # "nothing from Ana yet": no time is named, and nobody is away from now on for ever
            return _sorted_out(found, context, for_ever=for_ever)
    return None


def _blocked(sentence: str, context: Context, *, whole: bool) -> tuple[Interval, ...]:
    meaning = understand(sentence, context)
    if whole:
        return meaning.blocked if not meaning.windows else ()
    return meaning.windows or meaning.blocked


def _sorted_out(found: Sequence[Interval], context: Context, *, for_ever: bool) -> OwnHours:
    """What comes back week after week, with no end said, is a rule; all else are single stretches."""
    by_clock = defaultdict[tuple[time, time], list[Interval]](list)
    today = local_day(context.now, context.timezone)
    for each in found:
        if each.start >= today.end:  # of today only the rest is left
            for key in _clocks(each, context):
                by_clock[key].append(each)
    weekly = [
        WorkingHours(context.timezone, frozenset(days), start, end)
        for (start, end), stretches in by_clock.items()
        if for_ever and (days := _each_week(stretches, context))
    ]
    if weekly:
        return OwnHours(weekly=tuple(weekly))
    return OwnHours(away=tuple(found))


def _clocks(stretch: Interval, context: Context) -> Iterator[tuple[time, time]]:
    """From when to when on the wall, if it is within one day."""
    day = local_day(stretch.start, context.timezone)
    if day.holds(stretch):
        start = stretch.start.astimezone(context.timezone).time()
        yield start, MIDNIGHT if stretch.end == day.end else stretch.end.astimezone(context.timezone).time()


def _each_week(stretches: Iterable[Interval], context: Context) -> list[int]:
    times = defaultdict[int, int](int)
    for each in stretches:
        times[each.start.astimezone(context.timezone).weekday()] += 1
    return [weekday for weekday, number in times.items() if number >= _WEEKS]


_READ = {"back": _back, "also": _also, "away": _away}


def _in_order(locale: str | None) -> Iterator[_Words]:
    """The writer's own language first, then all others."""
    own = _spoken(locale)
    known = _known()
    yield from (known[name] for name in sorted(known, key=lambda name: name != own))


def _spoken(locale: str | None) -> str:
    return (locale or "en").replace("_", "-").partition("-")[0].lower()


@cache
def _known() -> Mapping[str, _Words]:
    told = yaml.safe_load((files("dialogs.understanding") / "own_hours.yaml").read_text("utf-8"))
    return {
        name: _Words(
            name,
            words["daily"],
            re.compile(words["stays"]),
            re.compile(words["told"]),
            re.compile(words["unsure"]),
            re.compile(words["others"]),
            words.get("each", {}),
            {kind: [re.compile(each) for each in words[kind]] for kind in ("away", "also", "back")},
        )
        for name, words in told.items()
    }

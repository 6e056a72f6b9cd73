"""Weekdays and shifts put where the rest of the text, or what is on the table, puts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from dialogs.understanding.mentions import SENTENCE, Mention, Mood
from dialogs.understanding.values import Clock, Days, Frame, Hours, Moment, Shape, week_of


def ahead(found: Sequence[Mention], frame: Frame) -> list[Mention]:
    """Without days that have passed, and their hours: "yesterday at 3 I was ill. Tuesday at 2?" """
    kept: list[Mention] = []
    past = False  # the mention before was dropped
    for mention in found:
        if mention.days and not any(day.last >= frame.today or day.shape is not Shape.RANGE for day in mention.days):
            if mention.gap <= _BESIDE and kept and not kept[-1].days and kept[-1].hours:
                kept.pop()
            past = True
            continue
        past = past and not mention.days and mention.hours is not None and mention.gap <= _BESIDE
        if not past:
            kept.append(mention)
    lately = frame.today - _LATELY
    return kept or [each for each in found if all(day.last >= lately for day in each.days)]  # so they are told


_LATELY = timedelta(days=31)  # further back it is no slip, but a story


_BESIDE = 2  # words between a day and its hours


def anchored(found: Sequence[Mention], offered: Sequence[date]) -> list[Mention]:
    """Bare weekdays put where the text or the offers put them: into the week that was named, onto an offered day."""
    found = _followed(found)
    placed: list[Mention] = []
    week: Mention | None = None
    used: set[int] = set()
    listed = False  # another weekday was named before
    dated: dict[int, Days] = {}  # "Tuesday 10 or Thursday 12, rather Thursday"
    for index, each in enumerate(found):
        mention = replace(each, days=tuple(_as_dated(day, dated) for day in each.days)) if dated else each
        dated |= {day.first.weekday(): day for day in mention.days if day.single and not day.floating}
        if _is_stretch(mention):
            week = mention
        elif mention.days and any(day.floating for day in mention.days):
            behind = _week_behind(found, index)
            mention, inside = _placed(found, index, mention, behind or _fitting(mention, week), offered)
            week = behind or week
            if listed and not inside:
                mention = replace(mention, days=tuple(_not_today(day) for day in mention.days))
            listed = True
            if inside and week is not None and mention.mood is not Mood.NO and mention.sign != "spared":
                used.add(week.at)
        placed.append(mention)
    return [mention for mention in placed if mention.at not in used or mention.hours]


def _as_dated(day: Days, dated: Mapping[int, Days]) -> Days:
    """A bare weekday, or "le mardi", is the one whose date was just named."""
    if len(day.repeat) == 1:
        return dated.get(next(iter(day.repeat)), day)
    return dated.get(day.first.weekday(), day) if day.single and day.floating else day


def _followed(found: Sequence[Mention]) -> list[Mention]:
    """ "This week is bad, the week after is fine": after the one that was named."""
    kept: list[Mention] = []
    named: Days | None = None
    for mention in found:
        if named and any(day.following for day in mention.days):
            monday = week_of(named.first) + timedelta(days=7)
            moved = replace(mention.days[0], first=monday, last=monday + timedelta(days=6))
            kept.append(replace(mention, days=(moved,)))
        else:
            kept.append(mention)
        named = kept[-1].days[0] if _is_stretch(kept[-1]) else named
    return kept


def _week_behind(found: Sequence[Mention], index: int) -> Mention | None:
    """ "Thursday at 11 this week": a week right behind a weekday, its hours, or its list."""
    for mention in found[index + 1 :]:
        beside = mention.gap <= 2 and mention.mood is found[index].mood
        excepted = found[index].sign == "except" and mention.clause == found[index].clause
        if not beside and not excepted:
            return None
        if _is_stretch(mention):
            return None if mention.parted else mention
        if mention.days and not any(day.floating for day in mention.days):
            return None
    return None


def _fitting(mention: Mention, week: Mention | None) -> Mention | None:
    """The week named before, unless it is over, or it is out and these days are not."""
    if week is None:
        return None
    out = week.mood is Mood.NO and mention.mood is not Mood.NO and mention.gap >= SENTENCE
    return None if out else week


def _not_today(day: Days) -> Days:
    """In a list of weekdays nobody says the name of today for today."""
    return day.moved(7) if day.floating and day.today else day


def leaning(found: Sequence[Mention], frame: Frame) -> list[Mention]:
    """ "Tuesday, half an hour later": later than that day's offer, else than the hour of what is on the table."""
    kept = _vaguely(found, frame)
    for mention in found:
        if mention.shift is None or frame.base is None:
            continue
        named = [other for other in kept if len(other.options) == 1 and other.mood is not Mood.NO]
        if named:  # "the second, but half an hour later"
            start = frame.starts[named[-1].options[0]]
            kept = [other for other in kept if other is not named[-1]]
            kept[kept.index(mention)] = replace(mention, moment=Moment(start + mention.shift))
            continue
        beside = [other for other in kept if other.days and other.hours is None and other.days[0].single]
        if not beside:
            continue
        when = beside[-1].days[0].first
        starts = [start for start in frame.starts if start.date() == when]
        base = starts[0] if starts else datetime.combine(when, frame.base.time())
        kept = [other for other in kept if other is not beside[-1]]
        kept[kept.index(mention)] = replace(mention, moment=Moment(base + mention.shift))
    return kept


def _vaguely(found: Sequence[Mention], frame: Frame) -> list[Mention]:
    """ "Wednesday a bit later": later than that day's offer."""
    kept = list(found)
    for mention in found:
        if mention.hours is None or mention.hours.part != "beyond" or not frame.starts:
            continue
        named = [other for other in kept if len(other.options) == 1 and other.mood is not Mood.NO]
        beside = [other for other in kept if other.days and other.hours is None and other.days[0].single]
        if named:
            start = frame.starts[named[-1].options[0]]
        else:
            starts = [start for start in frame.starts if beside and start.date() == beside[-1].days[0].first]
            if not starts:
                continue
            start = starts[0]
        day = Days(start.date(), start.date())
        after = mention.hours.shape is Shape.AFTER
        clock = Clock(start.hour * 60 + start.minute + (15 if after else 0))
        hours = Hours(Shape.AFTER, start=clock) if after else Hours(Shape.BEFORE, end=clock)
        kept = [other for other in kept if other is not (named or beside)[-1]]
        kept[kept.index(mention)] = replace(mention, days=(day,), hours=hours)
    return kept


def _is_stretch(mention: Mention) -> bool:
    if len(mention.days) != 1 or mention.hours:
        return False
    day = mention.days[0]
    return (
        day.shape is Shape.RANGE and 4 <= (day.last - day.first).days <= 31 and (not day.repeat or len(day.repeat) > 1)
    )


def _placed(
    found: Sequence[Mention], index: int, mention: Mention, week: Mention | None, offered: Sequence[date]
) -> tuple[Mention, bool]:
    beside = _neighbour(found, index)
    if week is not None and (beside is None or not _later(beside, week)):
        inside = tuple(_within(day, week.days[0]) for day in mention.days)
        return replace(mention, days=inside), inside != mention.days
    if beside is not None:
        monday = week_of(beside)
        moved = tuple(replace(day, first=_of_week(monday, day), last=_of_week(monday, day)) for day in mention.days)
        if all(new.first >= old.first for new, old in zip(moved, mention.days, strict=True)):
            return replace(mention, days=moved), False
    days: list[Days] = []
    for day in mention.days:
        hits = [when for when in offered if when.weekday() == day.weekday and day.shape is Shape.RANGE]
        rest = tuple((when, when) for when in hits[1:])  # "Tuesday", with two of them on offer
        if hits:
            days.append(Days(hits[0], hits[0], weekday=day.weekday, others=rest))
        else:
            days.extend(_said_today(day, found, mention))
    return replace(mention, days=tuple(days)), False


def _said_today(day: Days, found: Sequence[Mention], mention: Mention) -> tuple[Days, ...]:
    """On a Monday a bare "Monday" is the next one, as today is called today."""
    if not day.today or not day.floating or day.shape is not Shape.RANGE:
        return (day,)
    if mention.hours or len(found) > 1:
        return (day,)
    coming = replace(day.moved(7), today=False)
    if mention.mood is Mood.NO:
        return day, coming
    return (coming,)


def _later(beside: date, week: Mention) -> bool:
    """ "Next week Tuesday or Thursday" behind a week that was named before."""
    return beside > week.days[0].last


def _within(day: Days, week: Days) -> Days:
    if not day.floating or day.weekday is None:
        return day
    if week.repeat and day.weekday not in week.repeat:  # "weekdays are bad, rather Saturday"
        return day
    if week.repeat:  # every day but Wednesday: no Wednesday
        return replace(week, repeat=frozenset({day.weekday}), floating=False, weekday=day.weekday)
    when = week.first + timedelta(days=(day.weekday - week.first.weekday()) % 7)
    return Days(when, when, weekday=day.weekday) if when <= week.last else day


def _of_week(monday: date, day: Days) -> date:
    return monday + timedelta(days=day.weekday or 0)


def _neighbour(found: Sequence[Mention], index: int) -> date | None:
    """A weekday of a named week right beside: "Monday or Tuesday next week"."""
    for other, gap in ((index + 1, 1), (index - 1, 0)):
        if not 0 <= other < len(found) or found[index + gap].gap >= SENTENCE:
            continue
        days = found[other].days
        if days and days[0].weekday is not None and not days[0].floating and days[0].single and not days[0].others:
            return days[0].first
    return None

"""Builders that put several leaves together, and the table of all builders a language file may name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dialogs.understanding import clocks, days
from dialogs.understanding.tokens import Number
from dialogs.understanding.values import (
    DAY,
    MIDNIGHT,
    NOON,
    Clock,
    Days,
    Frame,
    Grain,
    Hours,
    Length,
    Moment,
    Order,
    Part,
    Shape,
    add_months,
    at,
    day,
    week_of,
)

Kinds = dict[str, Any]


def number(frame: Frame, *, tens: int, ones: int) -> Kinds:
    return number_kinds(Number(tens + ones))


def year_in_words(frame: Frame, *, base: int, n: Number | None = None, tens: int = 0, ones: int = 0) -> Kinds | None:
    """Dos mil dieciocho: with the century as `base`."""
    value = n.value if n else tens + ones
    return {"year": Number(base + value, 4)} if value < 100 else None


def ordinal(frame: Frame, *, tens: int, ones_ordinal: int) -> Kinds:
    return {**ordinal_kinds(Number(tens + ones_ordinal)), "compound_ordinal": Number(tens + ones_ordinal)}


def ordinal_digits(frame: Frame, *, digits: Number) -> Kinds:
    return {**ordinal_kinds(digits), "ordinal_digits": digits}


def number_kinds(value: Number) -> Kinds:
    """All that a number in words may be."""
    kinds: Kinds = {"n": value}
    if 1 <= value.value <= 12:
        kinds |= {
            "hour": value,
            "time": Clock(value.value * 60, False, written=False),
        }
        kinds["bare"] = kinds["time"]
    if 13 <= value.value <= 23:  # "quinze horas": an hour where a language says hours so
        kinds |= {"late_number": value, "time": Clock(value.value * 60, written=False)}
    if value.value == 1:  # "the Tuesday one" is no hour
        kinds.pop("bare", None)
    if value.value < 10:
        kinds["ones_number"] = value
    if 10 <= value.value < 60:
        kinds["word_minute"] = value
    if 1 <= value.value <= 31:
        kinds |= {"number": value, "daynum": value}
    if value.value in (5, 10, 15, 20, 25):
        kinds |= {"five": value, "word_five": value}
    return kinds


def ordinal_kinds(value: Number) -> Kinds:
    return {"ordinal": value, "daynum": value} if 1 <= value.value <= 31 else {"ordinal": value}


def digit_kinds(word: str) -> Kinds:
    """All that a row of digits may be."""
    if len(word) > 8:
        return {}
    value = Number(int(word), len(word))
    kinds: Kinds = {"n": value, "digits": value}
    if value.digits <= 2:
        kinds |= _short_digits(value)
    elif value.digits <= 4:
        hour, minute = divmod(value.value, 100)
        if hour <= 24 and minute < 60 and hour * 60 + minute <= MIDNIGHT:
            firm = hour > 12 or hour == 0 or word.startswith("0")
            kinds["hhmm"] = Clock(hour * 60 + minute, firm)
            if not 1990 <= value.value <= 2039:  # "since 2019" is a year
                kinds["sure_hhmm"] = kinds["hhmm"]
            if firm and value.digits == 4 and (minute % 5 == 0 or hour < 10) and not 1990 <= value.value <= 2039:
                kinds["military"] = kinds["hhmm"]
    if value.digits == 4 and 1900 <= value.value <= 2199:
        kinds["year"] = value
    return kinds


def _short_digits(value: Number) -> Kinds:
    """Up to two digits: an hour, a minute, a day, a month, a year."""
    kinds: Kinds = {}
    if value.value <= 24:
        kinds["hour"] = value
        if value.value or value.digits == 2:
            firm = value.value > 12 or value.value == 0 or (value.digits == 2 and value.value < 10)
            kinds["time"] = kinds["bare"] = Clock(value.value * 60, firm, written=False)
    if value.digits == 2:
        kinds["short_year"] = value
        if 20 <= value.value <= 39:  # "12.03. 10-12" names hours
            kinds["near_year"] = value
    if value.digits == 2 and value.value < 60:
        kinds["minute"] = value
    return {**kinds, **_calendar_digits(value)} if 1 <= value.value <= 31 else kinds


def _calendar_digits(value: Number) -> Kinds:
    number = value.value
    fitting = {
        "number": True,
        "daynum": True,
        "padded": value.digits == 2,
        "padded_month": value.digits == 2 and number <= 12,
        "month_digits": number <= 12,
        "single_month": value.digits == 1,
        "over_twelve": number > 12,
        "late_hour": 12 < number < 24,
        "big_day": number > 23,
        "five": number in (5, 10, 20, 25),
    }
    return {kind: value for kind, fits in fitting.items() if fits}


def code(frame: Frame, *, first: Number, second: Number, third: Number | None = None) -> Kinds | None:
    """555-123-4567, 2023-114: the number of a telephone or of a file, where it can be neither a date nor hours."""
    sizes = [each.digits for each in (first, second, third) if each]
    if third:
        dated = sizes in ([4, 1, 1], [4, 1, 2], [4, 2, 1], [4, 2, 2]) or (max(sizes[:2]) <= 2 and sizes[2] in (2, 4))
        return None if dated else {"nothing": 1}
    whole = first.value % 5 == 0 and second.value % 5 == 0
    return {"nothing": 1} if min(sizes) > 2 and max(sizes) <= 4 and not whole else None


def keep_digits(frame: Frame, *, digits: Number) -> Kinds:
    """Nov 13 14:30: what stands before a time written out is no part of it."""
    return digit_kinds(f"{digits.value:0{digits.digits}d}")


def no_such_day(frame: Frame, *, number: Number, month: Number | int, year: Number | None = None) -> Kinds | None:
    """31 April, 0 March, 29 February of a year that has none: no day at all, rather than the month."""
    named = month if isinstance(month, int) else month.value
    if number.digits > 2 or (not 1 <= named <= 12 and year is None):
        return None
    if year is None:
        there = days.month_day(frame, month=named, number=number) is not None
    else:
        there = exists(year.value, named, number.value)
    return None if there else {"nothing": 1, "no_such_day": 1}


def exists(year: int, month: int, number: int) -> bool:
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True


def lasting_days(frame: Frame, *, length: Length, day: Days) -> Days | None:
    """For a week, starting tomorrow."""
    if length.minutes or day.repeat or day.shape is not Shape.RANGE:
        return None
    end = days.shifted(frame, length=length, day=day)
    return Days(day.first, end.first - DAY, Grain.SPAN) if end and end.first > day.first else None


def through_date(frame: Frame, *, number: Number, last: Days) -> Days | None:
    """Between 21 and 22.11.2017: both days of the month that is named once."""
    if not last.single or not exists(last.first.year, last.first.month, number.value):
        return None
    first = last.first.replace(day=number.value)
    return Days(first, last.first, Grain.SPAN) if first < last.first else None


def hours_or_length(
    frame: Frame,
    *,
    hour: Number,
    minute: Number | None = None,
    add: int = 0,
    least: int = 0,
    sure: int = 0,
    usual: int = 0,
    shy: int = 0,
) -> Kinds | None:
    """Two o'clock or two hours, where a language has one word for both: what stands beside it decides. As in a
    timetable (`sure`, `usual`) unless something on the table starts at that hour in the afternoon. `shy`: hours unless
    it is led by an "at" or stands beside a day."""
    offered = {start.hour for start in (*frame.starts, *((frame.base,) if frame.base else ()))}
    if hour.value + 12 in offered:
        sure = usual = 0
    found = clocks.clock(frame, hour=hour, minute=minute, add=add, least=least, sure=sure, usual=usual)
    minutes = hour.value * 60 + (minute.value if minute else 0) + add
    if not found or not hour.value:
        return None
    clock = {"time": found, "bare": found} if shy else kinds_of(found)
    return {**clock, **kinds_of(Length(minutes=minutes))}


def keep_length(frame: Frame, *, length: Length) -> Kinds:
    """For an hour, an hour late: no time of day."""
    return {"length": length}


def two_lengths(frame: Frame, *, unit: str, more: Number, finer: str, count: Number | None = None) -> Length | None:
    """Three weeks and two days, an hour and ten minutes."""
    first, second = clocks.length(frame, count=count, unit=unit), clocks.length(frame, count=more, unit=finer)
    return clocks.sum_length(frame, first=first, second=second) if first and second else None


def few_length(frame: Frame, *, few: int, unit: str) -> Length | None:
    return clocks.length(frame, count=Number(few), unit=unit)


def week_day_in(frame: Frame, *, weekday: int, weeks: int) -> Days:
    when = week_of(frame.today) + timedelta(weeks=weeks, days=weekday)
    return day(when, weekday=weekday)


def dated_span(
    frame: Frame, *, start: Clock, end: Clock, weekday: int | None = None, offset: int = 0, number: Number | None = None
) -> Kinds | None:
    """Tuesday from 10 to 12, where "from 10 to 12" alone would be days."""
    hours = clocks.span(frame, start=start, end=end, sure=1)
    if weekday is not None:
        when: Days | None = days.weekday(frame, weekday=weekday)
    else:
        when = days.day_of_month(frame, number=number, sure=1) if number else days.relative(frame, offset=offset)
    return {"day": when, "hours": hours} if hours and when else None


def week_days_in(frame: Frame, *, first: int, second: int, third: int | None = None, weeks: int) -> Kinds:
    """Next week Monday, Tuesday or Wednesday."""
    listed = [each for each in (first, second, third) if each is not None]
    return {"days": tuple(week_day_in(frame, weekday=each, weeks=weeks) for each in listed)}


def weeks_on(frame: Frame, *, length: Length, weekday: int, today: int = 0) -> Days | None:
    """A week on Tuesday: so long after the coming one; with `today` said on a Tuesday, after this one."""
    if length.minutes or length.months or length.days % 7:
        return None
    ahead = (weekday - frame.today.weekday() - 1 + today) % 7 + 1 - today
    return day(frame.today + timedelta(days=ahead + length.days), weekday=weekday)


def weekdays_away(frame: Frame, *, count: Number, weekday: int) -> Days:
    ahead = (weekday - frame.today.weekday() - 1) % 7 + 1 + 7 * (count.value - 1)
    return day(frame.today + timedelta(days=ahead), weekday=weekday)


def month_list(frame: Frame, *, first: Number, second: Number, month: int, third: Number | None = None) -> Kinds | None:
    """The 4th or 5th of July."""
    found = [days.month_day(frame, month=month, number=each) for each in (first, second, third) if each]
    listed = tuple(each for each in found if each)
    return {"days": listed} if len(listed) == len(found) else None


def day_list(frame: Frame, *, first: Number, second: Number, third: Number | None = None) -> Kinds | None:
    """The 10th or the 11th, of the month that is near."""
    found = [days.day_of_month(frame, number=each) for each in (first, second, third) if each]
    listed = tuple(each for each in found if each)
    return {"days": listed} if len(listed) == len(found) else None


def month_days_numeric(
    frame: Frame, *, first: Number, last: Number, month: Number, year: Number | None = None
) -> Days | None:
    """9.-13.3.: both days of the third month."""
    return days.month_days(frame, first=first, last=last, month=month.value, year=year)


def shifted_offset(frame: Frame, *, offset: int, length: Length) -> Days | None:
    """Tomorrow in two weeks."""
    return days.shifted(frame, length=length, day=days.relative(frame, offset=offset))


def days_within(frame: Frame, *, day: Days, first: Number, last: Number) -> Days | None:
    """Next month from the 4th to the 23rd."""
    start, end = days.nth_day(frame, number=first, day=day), days.nth_day(frame, number=last, day=day)
    return Days(start.first, end.last, Grain.SPAN) if start and end and start.first < end.last else None


def dates_through(frame: Frame, *, first: Number, month: Number, last: Number, last_month: Number) -> Days | None:
    """From 1-10 to 7-11, the day before the month: the last day lies ahead, the first may be behind us."""
    end = days.numeric(frame, first=last, second=last_month, order=Order.DAY)
    years = (end.first.year, end.first.year - 1) if end else ()
    starts = (days.numeric(frame, first=first, second=month, year=Number(year, 4), order=Order.DAY) for year in years)
    start = next((each for each in starts if each and end and each.first < end.first), None)
    return Days(start.first, end.last, Grain.SPAN) if start and end else None


def coming_hour(frame: Frame, *, minutes: int, sign: int = 1) -> Moment | None:
    """The next hour, the last minute."""
    return clocks.coming_hours(frame, length=Length(minutes=minutes), sign=sign)


def weekend(frame: Frame) -> Days:
    return days.span(frame, unit="weekend") or day(frame.today)


def coming(frame: Frame, *, unit: str, count: Number | None = None, sign: int = 1) -> Kinds | None:
    """Les trois prochains jours: the number stands apart from its unit."""
    found = clocks.length(frame, count=count, unit=unit)
    if found is None:
        return None
    stretch = clocks.coming_hours(frame, length=found, sign=sign) or days.coming_units(frame, length=found, sign=sign)
    return kinds_of(stretch) if stretch else None


def upcoming(frame: Frame, *, count: Number | None = None, unit: str = "", length: Length | None = None) -> Days | None:
    """Two upcoming months: the second from now."""
    found = length or clocks.length(frame, count=count, unit=unit)
    if found is None or found.minutes:
        return None
    if found.months:
        return days.span(frame, unit="month", count=found.months)
    return days.shifted(frame, length=found)


def weekday_number(frame: Frame, *, weekday: int, number: Number, near: int = 0) -> Days | None:
    """Tuesday 19: a date when it can be no hour and falls on that weekday. `near`: where hours are written with a
    sign of their own, a smaller number is a date too, if it falls on that weekday within a month, or so many days."""
    if number.value <= 12 and not near:
        return None
    found = days.day_of_month(frame, number=number, weekday=weekday)
    ahead = near if near > 1 else 120 if number.value > 12 else 31
    return found if found and (found.first - frame.today).days < ahead else None


def edge_of(frame: Frame, *, unit: str, edge: str, ahead: int = 0) -> Days | None:
    """The end of the week, or of the one `ahead`; of the next one where this week's is past."""
    running = days.span(frame, unit=unit, count=ahead)
    found = days.edge(frame, day=running, edge=edge) if running else None
    return edge_of(frame, unit=unit, edge=edge, ahead=ahead + 1) if found and found.last < frame.today else found


def weekend_of(frame: Frame, *, day: Days) -> Days | None:
    """The weekend of the 16th: of its week."""
    return days.weekend_in(frame, day=days.week_around(frame, day=day), nth=Number(1))


def bounded_date(frame: Frame, *, number: Number, bound: str) -> Days | None:
    """Where a preposition and the article before a date are one word (dal 10, prima del 10, fino al 10, la settimana
    del 10): from that day on, after it, before it, by it, until it, the week around it."""
    found = days.day_of_month(frame, number=number)
    if found is None:
        return None
    match bound:
        case "from":
            return days.open_start(frame, day=found)
        case "after":
            return days.open_start(frame, day=found, beyond=1)
        case "by":
            return days.open_end(frame, day=found, within=1)
        case "before":
            return days.open_end(frame, day=found)
        case "until":
            return until_day(frame, day=found)
        case _:
            return days.week_around(frame, day=found)


def last_weekend_in(frame: Frame, *, day: Days) -> Days | None:
    return days.weekend_in(frame, day=day, nth=Number(-1))


def last_week_in(frame: Frame, *, day: Days) -> Days | None:
    return days.week_in(frame, day=day, nth=Number(-1))


def dated_part(frame: Frame, *, part: Part, offset: int, edge: str = "") -> Kinds:
    """This afternoon."""
    return {"day": day(frame.today + timedelta(days=offset)), "hours": clocks.part(frame, part=part, edge=edge)}


def tonight(frame: Frame) -> Kinds:
    hours = Hours(Shape.PART, Clock(18 * 60), Clock(MIDNIGHT), "night")
    return {"day": day(frame.today), "hours": hours}


def part_point(frame: Frame, *, time: Clock, part: Part) -> Hours:
    hours = Hours(Shape.POINT, replace(time, written=True))
    return clocks.part_hours(frame, hours=hours, part=part)


def dated_point(frame: Frame, *, time: Clock, part: Part) -> Kinds:
    return {"day": day(frame.today), "hours": part_point(frame, time=time, part=part)}


def tonight_point(frame: Frame, *, time: Clock) -> Kinds:
    return dated_point(frame, time=time, part=Part("night", 18 * 60, MIDNIGHT))


def weekday_part(frame: Frame, *, weekday: int, part: Part, which: str = "") -> Kinds:
    """Freitag morgen: the morning of Friday, by a word that alone means tomorrow."""
    return {"day": days.weekday(frame, weekday=weekday, which=which), "hours": clocks.part(frame, part=part)}


def day_part(frame: Frame, *, day: Days, part: Part, edge: str = "") -> Kinds:
    """Friday night, Tuesday pm, early on Monday morning."""
    return {"day": day, "hours": clocks.part(frame, part=part, edge=edge), "shared": True}


def across(frame: Frame, *, first: Days, start: Hours, last: Days, end: Hours) -> Moment | None:
    """From Thursday at three until Sunday at four."""
    if start.start is None or end.start is None or not first.single or not last.single:
        return None
    opening = at(first.first, clocks.settle(start.start))
    closing = at(last.first, clocks.settle(end.start))
    return Moment(opening, closing) if opening < closing else None


def across_clocks(frame: Frame, *, start: Clock, first: Days, end: Clock, last: Days) -> Moment | None:
    """From noon today until noon tomorrow."""
    return across(
        frame, first=first, start=clocks.point(frame, time=start), last=last, end=clocks.point(frame, time=end)
    )


def the_weekday(frame: Frame, *, weekday: int) -> Days:
    """Le mardi: every Tuesday, but with something on the table the one that is meant there."""
    return days.weekday(frame, weekday=weekday) if frame.base else days.every(frame, weekday=weekday)


def part_clock(frame: Frame, *, time: Clock, part: Part) -> Clock | None:
    """Las cinco de la tarde: a time of day for whatever follows, "from … on", "until …"."""
    if part.end == NOON and not time.firm and time.minutes // 60 in (0, 12):  # twelve in the morning is noon
        return Clock(NOON + time.minutes % 60)
    told = clocks.in_part(Hours(Shape.POINT, time), part).start
    return replace(told, firm=True, halved=True, written=True) if told else None


def bounded_part(frame: Frame, *, time: Clock, part: Part, until: int = 0) -> Hours | None:
    """After eight in the evening, until two in the afternoon: the part only says which half of the day."""
    told = part_clock(frame, time=time, part=part)
    if told is None:
        return None
    return Hours(Shape.BEFORE, end=told) if until else Hours(Shape.AFTER, start=told)


def other_week(frame: Frame) -> Days | None:
    """ "This week is bad, the next one is fine": the next one of what, if it is no offer?"""
    return None if frame.starts else days.week_after(frame)


def part_span(frame: Frame, *, start: Clock, end: Clock, part: Part) -> Hours:
    """From seven to nine in the evening."""
    return clocks.part_hours(frame, hours=Hours(Shape.RANGE, start, end), part=part)


def in_month(
    frame: Frame, *, month: int = 0, ahead: int = 0, nth: Number | None = None, weekday: int | None = None,
    unit: str = "", year: Number | None = None,
) -> Days | None:  # fmt: skip
    """The first Tuesday, the last week, the last day of October, or of the month `ahead`; without a number the last."""
    whole = days.month(frame, month=month, year=year) if month else days.span(frame, unit="month", count=ahead)
    which = nth or Number(-1)
    if whole is None:
        return None
    if unit == "day":
        return days.edge_day(frame, day=whole, edge="end")
    if unit:
        found = days.week_in if unit == "week" else days.weekend_in
        return found(frame, day=whole, nth=which)
    return days.nth_weekday(frame, nth=which, weekday=weekday or 0, day=whole)


def month_edge(frame: Frame, *, month: int, edge: str) -> Days | None:
    """Early March, the end of March."""
    whole = days.month(frame, month=month)
    return days.edge(frame, day=whole, edge=edge) if whole else None


def coming_count(frame: Frame, *, count: Number, unit: str, whole: int = 0) -> Days | None:
    """The three coming weeks: with the number before."""
    found = clocks.length(frame, count=count, unit=unit)
    return days.coming_units(frame, length=found, whole=whole) if found and not found.minutes else None


def numbered_weekdays(frame: Frame, *, first: int, first_number: Number, last: int, last_number: Number) -> Days | None:
    """From Monday the 9th to Friday the 13th."""
    start = weekday_number(frame, weekday=first, number=first_number, near=120)
    end = weekday_number(frame, weekday=last, number=last_number, near=150)
    return days.through(frame, first=start, last=end) if start and end else None


def days_in_week(frame: Frame, *, day: Days, first: int, last: int) -> Days | None:
    """Next week from Monday to Wednesday."""
    start, end = (days.weekday_in_week(frame, weekday=weekday, day=day) for weekday in (first, last))
    return days.through(frame, first=start, last=end) if start and end else None


def calendar_week(frame: Frame, *, n: Number) -> Days | None:
    """Week 36, as ISO 8601 counts them."""
    if not 1 <= n.value <= 52:
        return None
    monday = date.fromisocalendar(frame.today.year, n.value, 1)
    if monday + timedelta(days=6) < frame.today:
        monday = date.fromisocalendar(frame.today.year + 1, n.value, 1)
    return Days(monday, monday + timedelta(days=6), Grain.WEEK)


def month_half(frame: Frame, *, month: int, half: int) -> Days | None:
    """The first and the second half of March: until the 15th and from then on."""
    whole = days.month(frame, month=month)
    if whole is None:
        return None
    middle = whole.first.replace(day=15)
    return Days(whole.first, middle, Grain.SPAN) if half == 1 else Days(middle, whole.last, Grain.SPAN)


def span_of_month(frame: Frame, *, first: Number, last: Number, months: int) -> Days | None:
    """From the 4th to the 22nd of this month, or of the one so many `months` ahead."""
    start = days.day_of_month(frame, number=first, months=months)
    end = days.day_of_month(frame, number=last, months=months)
    return Days(start.first, end.first, Grain.SPAN) if start and end and start.first < end.first else None


def rest_of_day(frame: Frame) -> Moment:
    return Moment(frame.now, datetime.combine(frame.today + DAY, time()))


def paired_part(frame: Frame, *, time: Clock, day: Days, part: Part) -> Kinds:
    """Nine tomorrow evening."""
    return {"day": day, "hours": part_point(frame, time=time, part=part)}


def end_of_day(frame: Frame) -> Hours:
    return Hours(Shape.BEFORE, end=Clock(MIDNIGHT), part="eod")


def until_day(frame: Frame, *, day: Days) -> Days | None:
    """Until the 12th: wanted with that day, away without it; `until` lets the reader decide. Until next week: up to
    its beginning."""
    if day.grain in (Grain.WEEK, Grain.WEEKEND, Grain.MONTH):
        return days.open_end(frame, day=day)
    found = days.open_end(frame, day=day, within=1)
    return replace(found, until=True) if found else None


def until_length(frame: Frame, *, length: Length) -> Days | None:
    """Within two weeks from now."""
    there = days.shifted(frame, length=length)
    return days.open_end(frame, day=there) if there else None


def paired(frame: Frame, *, day: Days, time: Clock) -> Kinds | None:
    """Tuesday 3: a bare number right after a day is an hour."""
    if day.grain is not Grain.DAY or day.last - day.first > DAY:
        return None
    return {"day": day, "hours": clocks.point(frame, time=time)}


def day_later(frame: Frame, *, length: Length, sign: int = 1) -> Kinds | None:
    """A day later, with an offer on the table: its time of day too."""
    found = days.later(frame, length=length, sign=sign)
    if found is None:
        return None
    hours = clocks.same_time(frame)
    return {**_day_kinds(found), **({"hours": hours} if hours else {})}


def later_that_day(frame: Frame, *, sign: int) -> Kinds | None:
    found, hours = days.base_day(frame), clocks.beyond_base(frame, sign=sign)
    return {"day": found, "hours": hours} if found and hours else None


def same_time_week(frame: Frame, *, day: Days) -> Kinds | None:
    """The same time next week: on the same weekday too."""
    hours = clocks.same_time(frame)
    if hours is None or frame.base is None or frame.options > 1:
        return None
    when = day.first + timedelta(days=(frame.base.weekday() - day.first.weekday()) % 7)
    return {"day": Days(when, when, weekday=frame.base.weekday()), "hours": hours}


def rank(frame: Frame, *, ordinal: Number) -> Kinds:
    """My first choice is wanted most, a second one if need be."""
    return {"first_rank" if ordinal.value == 1 else "later_rank": ordinal}


def option(frame: Frame, *, number: Number | None = None, n: Number | None = None, ordinal: Number | None = None,
           second: Number | None = None) -> Kinds | None:  # fmt: skip
    """The offer with that number; several when they are named in one breath."""
    named = [each.value - 1 for each in (number or n or ordinal, second) if each]
    if not named or not all(0 <= each < frame.options for each in named):
        return None
    return {"option": tuple(named)}


def ordinal_day(frame: Frame, *, ordinal_day: Number) -> Kinds | None:
    """A segunda: the second, where weekdays have the names of numbers, from 2 for Monday. With an offer on that weekday
    it may be either."""
    index = ordinal_day.value - 1
    if not 0 < index < frame.options:
        return None
    dated = [at for at, start in enumerate(frame.starts) if start.weekday() == index - 1 and at != index]
    return {"option": (), "rivals": (index, *dated)} if dated else {"option": (index,)}


def nth_offered(frame: Frame, *, ordinal: Number, weekday: int) -> Kinds | None:
    """The second Tuesday, of those on offer."""
    fitting = sorted((start, index) for index, start in enumerate(frame.starts) if start.weekday() == weekday)
    return {"option": (fitting[ordinal.value - 1][1],)} if 0 < ordinal.value <= len(fitting) > 1 else None


def options(frame: Frame, *, which: str) -> Kinds | None:
    """The last one, both, any of them."""
    count = frame.options
    if not count or (which == "both" and count < 2):
        return None
    every = tuple(range(count))
    by_time = sorted(every, key=lambda index: frame.starts[index])
    some = {"last": every[-1:], "first": every[:1], "earliest": by_time[:1], "latest": by_time[-1:]}
    if which == "middle":
        return {"option": every[count // 2 : count // 2 + 1]} if count % 2 else None
    return {"option": tuple(some.get(which, every)), "generic": which not in some}


def first_options(frame: Frame, *, count: Number | int, last: int = 0) -> Kinds | None:
    """The first two; the `last` two."""
    wanted = count.value if isinstance(count, Number) else count
    if not 0 < wanted <= frame.options:
        return None
    begin = frame.options - wanted if last else 0
    return {"option": tuple(range(begin, begin + wanted))}


def keep_part(frame: Frame, *, part: Part) -> Kinds:
    """The morning one."""
    return {"part": part}


def every_from(frame: Frame, *, first: Days, day: Days, beyond: int = 0) -> Days | None:
    """Every day after the 10th, Mondays from March on."""
    found = days.open_start(frame, day=day, beyond=beyond)
    return replace(first, first=found.first, last=found.last) if found else None


def weekday_through(frame: Frame, *, first: int, last: int) -> Days | None:
    """De terça à quinta, where "à quinta" alone would be every Thursday."""
    return days.through(frame, first=days.weekday(frame, weekday=first), last=days.weekday(frame, weekday=last))


def months_through(frame: Frame, *, first: Number, month: int, last: Number, end: int) -> Days | None:
    """De 28 de março a 3 de abril, where "a 3 de abril" alone would be that day."""
    start = days.month_day(frame, month=month, number=first)
    close = days.month_day(frame, month=end, number=last)
    return days.through(frame, first=start, last=close) if start and close else None


def feast(frame: Frame, *, month: int, date: int, ahead: int = 0, year: Number | None = None) -> Days | None:
    """Christmas, New Year: the same date every year; `ahead` days from it."""
    found = days.month_day(frame, month=month, number=Number(date), year=year)
    return days.day_after(frame, day=found, days=ahead) if found and ahead else found


def quarter(frame: Frame, *, nth: Number | None = None, year: Number | None = None, ahead: int = 0) -> Days | None:
    """The third quarter, of this year or another; without a number the one that runs, or so many `ahead` of it."""
    running = add_months(frame.today.replace(month=3 * ((frame.today.month - 1) // 3) + 1, day=1), 3 * ahead)
    if nth is not None and not 1 <= nth.value <= 4:
        return None
    first = date(year.value if year else frame.today.year, 3 * nth.value - 2, 1) if nth else running
    return Days(first, add_months(first, 3) - DAY, Grain.SPAN)


def numbered_weekday(frame: Frame, *, digits: Number, plural: int = 0) -> Kinds | None:
    """2ª, 3ªs: weekdays by number, from 2 for Monday; alone the second and the third of a list too."""
    if not 2 <= digits.value <= 6 or digits.digits > 1:
        return None
    if plural:
        return {"weekdays": digits.value - 2}
    edge = {2: {"monday": 1}, 6: {"friday": 1}}.get(digits.value, {})
    return {"weekday": digits.value - 2, "ordinal_day": digits, **edge}


def keep_day(frame: Frame, *, day: Days) -> Days:
    """The whole day of Friday, some time next week."""
    return day


def keep_weekday(frame: Frame, *, weekday: int) -> Kinds:
    return {"weekday": weekday}


def kinds_of(value: object) -> Kinds:
    """The kinds by which later patterns may take up what was built."""
    match value:
        case dict():
            return value
        case Clock():
            return {"clock": value, "time": value}
        case Days():
            return _day_kinds(value)
        case Hours():
            return {"hours": value, "point": value} if value.shape is Shape.POINT else {"hours": value}
        case Moment() if value.shift is not None:
            return {"moment": Moment(value.start), "shift": value.shift}
        case Moment():
            return {"moment": value} if value.start != value.end else {"moment": Moment(value.start), "now": True}
        case Length():
            return {"length": value}
        case _:
            raise TypeError(f"a builder gave {value!r}")


def _day_kinds(value: Days) -> Kinds:
    kinds: Kinds = {"day": value}
    if value.repeat:
        kinds["repeat"] = value
    elif value.grain in (Grain.WEEK, Grain.MONTH, Grain.YEAR, Grain.WEEKEND, Grain.SPAN) and value.shape is Shape.RANGE:
        kinds["stretch"] = value
    if value.grain in (Grain.WEEK, Grain.WEEKEND):
        kinds["week" if value.grain is Grain.WEEK else "weekend"] = value
    if value.grain in (Grain.DAY, Grain.WEEKEND) and value.shape is Shape.RANGE:
        kinds["near_day"] = value
    if value.grain is Grain.DAY and value.shape is Shape.RANGE:
        kinds["week_day" if value.weekday is not None and value.floating else "date"] = (
            value.weekday if value.weekday is not None and value.floating else value
        )
    return kinds


BUILDERS: dict[str, Callable[..., Any]] = {
    "code": code, "keep_digits": keep_digits, "no_such_day": no_such_day,
    "lasting_days": lasting_days, "through_date": through_date,
    "number": number, "year_in_words": year_in_words, "ordinal": ordinal, "ordinal_digits": ordinal_digits,
    "length": clocks.length,
    "minutes_length": clocks.minutes_length, "few_length": few_length, "two_lengths": two_lengths,
    "clock": clocks.clock,
    "hours_or_length": hours_or_length, "counted": clocks.counted, "plain_clock": clocks.plain_clock,
    "digits": clocks.digits, "relative": days.relative,
    "weekday": days.weekday, "week_day_in": week_day_in, "weeks_from": days.weeks_from,
    "weekdays_away": weekdays_away, "weeks_on": weeks_on, "month_day": days.month_day, "numeric": days.numeric,
    "weekday_numeric": days.weekday_numeric, "iso": days.iso, "day_of_month": days.day_of_month,
    "month_days": days.month_days, "month_list": month_list, "month": days.month, "span": days.span,
    "weekend": weekend, "few_days": days.few_days, "coming_units": days.coming_units, "upcoming": upcoming,
    "shifted": days.shifted, "soon": clocks.soon, "coming_hours": clocks.coming_hours, "now": clocks.now,
    "every": days.every, "weekday_date": days.weekday_date, "weekday_number": weekday_number,
    "weekday_in_week": days.weekday_in_week, "edge": days.edge, "edge_of": edge_of, "week_around": days.week_around,
    "week_in": days.week_in, "last_week_in": last_week_in, "weekend_in": days.weekend_in,
    "days_within": days_within, "dates_through": dates_through, "coming_hour": coming_hour,
    "bounded_part": bounded_part,
    "weekend_of": weekend_of, "bounded_date": bounded_date, "days_in_week": days_in_week,
    "coming_count": coming_count, "numbered_weekdays": numbered_weekdays,
    "last_weekend_in": last_weekend_in,
    "part_clock": part_clock, "the_weekday": the_weekday, "other_week": other_week, "every_listed": days.every_listed,
    "every_but": days.every_but,
    "nth_weekday": days.nth_weekday, "in_month": in_month,
    "month_edge": month_edge, "calendar_week": calendar_week, "rest_of_day": rest_of_day, "paired_part": paired_part,
    "edge_day": days.edge_day, "nth_day": days.nth_day, "day_after": days.day_after, "every_in": days.every_in,
    "dated_part": dated_part, "tonight": tonight, "part": clocks.part, "whole_day": clocks.whole_day,
    "point": clocks.point, "part_point": part_point, "dated_point": dated_point, "tonight_point": tonight_point,
    "part_span": part_span, "span_of_hours": clocks.span, "open_hours": clocks.open_start,
    "closed_hours": clocks.open_end, "lasting": clocks.lasting, "part_after": clocks.part_after,
    "part_before": clocks.part_before, "from_part": clocks.from_part, "parts": clocks.parts, "end_of_day": end_of_day,
    "through": days.through, "after_day": days.open_start, "from_day": days.open_start, "before_day": days.open_end,
    "until_day": until_day, "paired": paired, "day_part": day_part, "across": across,
    "across_clocks": across_clocks, "later": clocks.later,
    "day_later": day_later, "same_time": clocks.same_time, "base_day": days.base_day,
    "later_that_day": later_that_day, "option": option, "options": options, "first_options": first_options,
    "nth_offered": nth_offered, "ordinal_day": ordinal_day, "dated_span": dated_span, "every_from": every_from,
    "feast": feast, "numbered_weekday": numbered_weekday, "quarter": quarter,
    "weekday_through": weekday_through, "months_through": months_through,
    "same_time_week": same_time_week, "week_after": days.week_after, "rank": rank,
    "easter": days.easter, "weekday_part": weekday_part, "week_days_in": week_days_in, "day_list": day_list,
    "month_days_numeric": month_days_numeric,
    "shifted_offset": shifted_offset, "keep_part": keep_part, "keep_length": keep_length,
    "keep_day": keep_day, "coming": coming, "until_length": until_length,
    "month_half": month_half, "span_of_month": span_of_month,
    "keep_weekday": keep_weekday,
}  # fmt: skip

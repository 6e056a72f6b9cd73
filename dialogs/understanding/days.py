"""Builders for dates: what a pattern of the language file makes of its slots.

A builder gets the frame and the slots by name and returns a value, or None where the words make no sense together.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from dialogs.understanding.tokens import Number
from dialogs.understanding.values import (
    DAY,
    EVERY,
    HORIZON,
    WORKDAYS,
    Days,
    Frame,
    Grain,
    Length,
    Order,
    Shape,
    add_months,
    day,
    month_length,
    week_of,
)


def relative(frame: Frame, *, offset: int) -> Days:
    return day(frame.today + timedelta(days=offset), running=offset == 0)


def weekday(frame: Frame, *, weekday: int, which: str = "", weeks: int = 0) -> Days:
    """Tuesday; this, next or last Tuesday; Tuesday in `weeks` weeks."""
    ahead = (weekday - frame.today.weekday()) % 7
    coming = frame.today + timedelta(days=ahead)
    if which == "next":
        return _next_weekday(frame, coming, weekday)
    if which == "last":
        return day(frame.today - timedelta(days=(frame.today.weekday() - weekday - 1) % 7 + 1))
    if which == "this":
        return day(coming, weekday=weekday)
    if which == "coming" and ahead == 0:
        return day(coming + 7 * DAY, weekday=weekday)
    return day(coming + timedelta(weeks=weeks), floating=which == "", today=ahead == 0, weekday=weekday)


def _next_weekday(frame: Frame, coming: date, weekday: int) -> Days:
    """The coming one and the one of the next calendar week: two readings unless they are the same day."""
    nearest = coming if coming > frame.today else coming + 7 * DAY
    following = week_of(frame.today) + timedelta(days=7 + weekday)
    others = () if following == nearest else ((following, following),)
    return day(nearest, weekday=weekday, others=others)


def weekday_in_week(frame: Frame, *, weekday: int, day: Days) -> Days | None:
    """Tuesday of next week; the week is any stretch of days that holds one."""
    if day.grain not in (Grain.WEEK, Grain.LOOSE, Grain.WEEKEND):
        return None
    when = day.first + timedelta(days=(weekday - day.first.weekday()) % 7)
    return Days(when, when, weekday=weekday)


def month_day(
    frame: Frame, *, month: int, number: Number, year: Number | None = None, weekday: int | None = None
) -> Days | None:
    """5 March, with or without a year. Without one it is the next to come."""
    when = _date(_year(year) or frame.today.year, month, number.value)
    if year is None:
        when = _ahead(frame, month, number.value)
    return None if when is None else day(when, weekday=weekday, dated=year is not None)


def day_of_month(
    frame: Frame, *, number: Number, months: int | None = None, weekday: int | None = None, sure: int = 0
) -> Days | None:
    """The 5th: of this month, or of the next when it has passed; with a weekday, the month in which both fit.
    `sure`: said so that it can be nothing but a date."""
    if not 1 <= number.value <= 31:
        return None
    first = frame.today.replace(day=1)
    if months is not None:
        when = _date(add_months(first, months).year, add_months(first, months).month, number.value)
        return None if when is None else day(when)
    for ahead in range(13):
        month = add_months(first, ahead)
        when = _date(month.year, month.month, number.value)
        if when and when >= frame.today and weekday in (None, when.weekday()):
            return day(when, month_day=True, sure=bool(sure))
    return None


def weekday_date(frame: Frame, *, weekday: int, day: Days) -> Days | None:
    """Tuesday the 5th: the date says which; a weekday that does not agree is a second reading."""
    if not day.single:
        return None
    for first, last in day.others:
        if first.weekday() == weekday != day.first.weekday():
            return replace(day, first=first, last=last, others=(), weekday=weekday)
    if day.first.weekday() == weekday:
        day = replace(day, others=tuple(each for each in day.others if each[0].weekday() == weekday))
        return replace(day, floating=False, weekday=weekday)
    if day.weekday is not None:  # "next week Monday, Tuesday" are two
        return None
    if day.month_day:
        fitting = day_of_month(frame, number=Number(day.first.day, 2), weekday=weekday)
        if fitting and (fitting.first - day.first).days < 200:
            return fitting
    for years in (1, -1) if not day.dated else ():
        when = _date(day.first.year + years, day.first.month, day.first.day)
        if when and when.weekday() == weekday and frame.today <= when:
            return replace(day, first=when, last=when, weekday=weekday)
    return replace(day, floating=False)


def numeric(frame: Frame, *, first: Number, second: Number, year: Number | None = None, order: str = "") -> Days | None:
    """5/6 and 5/6/2027: which is the day depends on the place; both are kept where that is not known."""
    wanted = Order(order) if order else frame.order
    readings = []
    for each in (Order.MONTH, Order.DAY) if wanted is not Order.DAY else (Order.DAY, Order.MONTH):
        month, number = (first, second) if each is Order.MONTH else (second, first)
        if 1 <= month.value <= 12 and (found := month_day(frame, month=month.value, number=number, year=year)):
            readings.append(found)
    if not readings or (year is not None and _year(year) is None):
        return None
    best, *rest = readings
    if wanted is Order.UNKNOWN and rest and rest[0].first != best.first:
        return replace(best, others=((rest[0].first, rest[0].last),))
    return best


def weekday_numeric(
    frame: Frame, *, weekday: int, first: Number, second: Number, year: Number | None = None, sure: int = 0
) -> Days | None:
    """Thursday 23.11.; where the weekday does not agree it was a time, as in Monday 9.30, unless it is `sure`."""
    found = numeric(frame, first=first, second=second, year=year, order=Order.DAY)
    if found and sure:
        return weekday_date(frame, weekday=weekday, day=found)
    return found if found and found.first.weekday() == weekday else None


def iso(frame: Frame, *, year: Number, month: Number, number: Number) -> Days | None:
    if not 1 <= month.value <= 12:
        return None
    return month_day(frame, month=month.value, number=number, year=year)


def month(frame: Frame, *, month: int | Number, year: Number | None = None, which: str = "") -> Days | None:
    """March: this year's, or the next to come."""
    month = month.value if isinstance(month, Number) else month
    first = date(_year(year) or frame.today.year, month, 1)
    if year is None and month < frame.today.month:
        first = first.replace(year=first.year + 1)
    if which == "next" and month == frame.today.month:
        first = first.replace(year=first.year + 1)
    if which == "last":
        first = first.replace(year=frame.today.year - (month >= frame.today.month))
    return _month(first)


def span(frame: Frame, *, unit: str, which: str = "this", count: int = 0) -> Days | None:
    """This week, next month, the week after next (`count` units ahead)."""
    ahead = {"this": 0, "coming": 1, "next": 1, "last": -1, "after": 2}[which] + count
    if unit == "week":
        return Days(*_week(week_of(frame.today) + timedelta(weeks=ahead)), Grain.WEEK)
    if unit == "weekend":
        return _weekend(frame, which, ahead)
    if unit == "workweek":
        monday = week_of(frame.today) + timedelta(weeks=ahead)
        return Days(monday, monday + 4 * DAY, Grain.LOOSE)
    if unit == "month":
        return _month(add_months(frame.today.replace(day=1), ahead))
    if unit == "year":
        year = frame.today.year + ahead
        return Days(date(year, 1, 1), date(year, 12, 31), Grain.YEAR)
    if unit == "day":
        return day(frame.today + timedelta(days=ahead))
    return None


def _weekend(frame: Frame, which: str, ahead: int) -> Days:
    """On a Saturday or Sunday, this weekend is running. "Next weekend" during the week has two readings."""
    saturday = week_of(frame.today) + 5 * DAY
    if which == "coming":
        ahead = 0 if frame.today.weekday() < 5 else 1
    found = Days(saturday + timedelta(weeks=ahead), saturday + timedelta(weeks=ahead) + DAY, Grain.WEEKEND)
    if which == "next" and frame.today.weekday() < 5:
        return replace(found, others=((saturday, saturday + DAY),))
    return found


def edge(frame: Frame, *, day: Days, edge: str) -> Days | None:
    """The beginning, middle or end of a week, month or year; the rest of it."""
    length = (day.last - day.first).days + 1
    if length < 5:
        return None
    edge = "start" if edge == "early" else edge
    if edge == "later":  # of the month that runs: any day of it that is left
        edge = "rest" if day.grain is Grain.MONTH and day.first <= frame.today <= day.last else "late"
    if edge == "rest":
        return Days(max(day.first, frame.today), day.last, day.grain) if frame.today <= day.last else None
    return Days(*_edges(day, length, edge), Grain.LOOSE)


def _edges(day: Days, length: int, edge: str) -> tuple[date, date]:
    if day.grain is Grain.WEEK:
        first, last = {"start": (0, 2), "mid": (1, 3), "end": (3, 4), "late": (3, 4)}[edge]
        if edge == "end":
            first, last = 4, 6
        return day.first + timedelta(days=first), day.first + timedelta(days=last)
    third = length // 3
    if day.grain is Grain.YEAR and edge != "mid":  # at the end of the year: its last two months
        third = length // 6
    if edge == "start":
        return day.first, day.first + timedelta(days=third - 1)
    if edge == "mid":
        return day.first + timedelta(days=third), day.first + timedelta(days=2 * third)
    return day.last - timedelta(days=third), day.last


def easter(frame: Frame, *, ahead: int = 0, year: Number | None = None) -> Days | None:
    """Easter Sunday, or a feast so many days from it: this year's, or the next to come."""
    if year is not None:
        return day(_easter(year.value) + timedelta(days=ahead), dated=True)
    found = (_easter(frame.today.year + later) + timedelta(days=ahead) for later in (0, 1))
    return next((day(when) for when in found if when >= frame.today), None)


def _easter(year: int) -> date:
    """By the rule of the Gregorian calendar, as J. Meeus has it in Astronomical Algorithms."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, age = century // 4, (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - age + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = moon + sunday - 7 * ((golden + 11 * moon + 22 * sunday) // 451) + 114
    return date(year, shift // 31, shift % 31 + 1)


def edge_day(frame: Frame, *, day: Days, edge: str) -> Days:
    """The first or last day of a stretch."""
    when = day.first if edge == "start" else day.last
    return Days(when, when)


def week_around(frame: Frame, *, day: Days) -> Days:
    """The week of the 16th."""
    return Days(*_week(week_of(day.first)), Grain.WEEK)


def week_in(frame: Frame, *, day: Days, nth: Number) -> Days | None:
    """The first week of October: the first whole one; -1 for the last."""
    monday = day.first + timedelta(days=(-day.first.weekday()) % 7)
    if nth.value < 0:
        monday = week_of(day.last - 6 * DAY if day.last.weekday() != 6 else day.last)
    else:
        monday += timedelta(weeks=nth.value - 1)
    return Days(*_week(monday), Grain.WEEK)


def weekend_in(frame: Frame, *, day: Days, nth: Number) -> Days | None:
    saturday = day.first + timedelta(days=(5 - day.first.weekday()) % 7 + 7 * (nth.value - 1))
    if nth.value < 0:
        saturday = day.last - timedelta(days=(day.last.weekday() - 5) % 7)
    return Days(saturday, saturday + DAY, Grain.WEEKEND)


def nth_weekday(frame: Frame, *, nth: Number, weekday: int, day: Days) -> Days | None:
    """The first Tuesday of October; -1 for the last."""
    if day.grain not in (Grain.MONTH, Grain.YEAR):
        return None
    if nth.value < 0:
        when = day.last - timedelta(days=(day.last.weekday() - weekday) % 7)
    else:
        when = day.first + timedelta(days=(weekday - day.first.weekday()) % 7 + 7 * (nth.value - 1))
    return Days(when, when, weekday=weekday) if day.first <= when <= day.last else None


def nth_day(frame: Frame, *, number: Number, day: Days) -> Days | None:
    """The 15th of next month."""
    if day.grain is not Grain.MONTH or number.value > month_length(day.first):
        return None
    when = day.first.replace(day=number.value)
    return Days(when, when)


def shifted(frame: Frame, *, length: Length, day: Days | None = None, sign: int = 1) -> Days | None:
    """In two weeks; three days after the 5th; a week from Friday."""
    if length.minutes or not (length.days or length.months):
        return None
    base = day or Days(frame.today, frame.today)
    first = add_months(base.first, sign * length.months) + timedelta(days=sign * length.days)
    return Days(first, first + (base.last - base.first), base.grain)


def base_day(frame: Frame, *, offset: int = 0) -> Days | None:
    """That day, the day after: counted from what is on the table."""
    return day(frame.base.date() + timedelta(days=offset)) if frame.base else None


def later(frame: Frame, *, length: Length, sign: int = 1) -> Days | None:
    """A week later: than what is on the table, else than today."""
    base = day(frame.base.date()) if frame.base else None
    return shifted(frame, length=length, day=base, sign=sign)


def weeks_from(frame: Frame, *, weekday: int, length: Length) -> Days | None:
    """In two weeks, on Tuesday: the Tuesday of that week."""
    if length.days % 7 or not length.days:
        return None
    target = week_of(frame.today + timedelta(days=length.days)) + timedelta(days=weekday)
    return Days(target, target, weekday=weekday)


def coming_units(frame: Frame, *, length: Length, sign: int = 1, whole: int = 0) -> Days | None:
    """The next two weeks: from tomorrow for days, from today for more; `whole` weeks and months begin with the next."""
    if length.minutes:
        return None
    if sign < 0:
        return Days(
            add_months(frame.today, -length.months) - timedelta(days=length.days), frame.today - DAY, Grain.SPAN
        )
    if whole and length.months:
        first = add_months(frame.today.replace(day=1), 1)
        return Days(first, add_months(first, length.months) - DAY, Grain.SPAN)
    if whole and length.days % 7 == 0:
        first = week_of(frame.today) + 7 * DAY
        return Days(first, first + timedelta(days=length.days - 1), Grain.SPAN)
    if length.months:
        return Days(frame.today, add_months(frame.today, length.months), Grain.SPAN)
    return Days(frame.today + DAY, frame.today + timedelta(days=length.days), Grain.SPAN)


def few_days(frame: Frame, *, days: int) -> Days:
    return Days(frame.today, frame.today + timedelta(days=days), Grain.LOOSE)


def day_after(frame: Frame, *, day: Days, days: int = 1) -> Days:
    """The day after Tuesday."""
    when = (day.last if days > 0 else day.first) + timedelta(days=days)
    return Days(when, when)


def every(frame: Frame, *, weekday: int | None = None, group: str = "") -> Days:
    """Mondays, weekdays, weekends, every day: within the horizon."""
    found = {
        "workdays": WORKDAYS,
        "weekend": frozenset({5, 6}),
        "day": EVERY,
        "odd": frozenset({0, 2, 4}),
        "even": frozenset({1, 3}),
    }.get(group)
    repeat = found if found is not None else frozenset({weekday or 0})
    return Days(frame.today, frame.today + timedelta(days=HORIZON), Grain.SPAN, repeat=repeat, weekday=weekday)


def every_listed(frame: Frame, *, first: int, second: int, third: int | None = None, fourth: int | None = None) -> Days:
    """Los lunes y miércoles: every one of several weekdays, where only the first has a plural."""
    listed = frozenset(each for each in (first, second, third, fourth) if each is not None)
    return Days(frame.today, frame.today + timedelta(days=HORIZON), Grain.SPAN, repeat=listed)


def every_but(frame: Frame, *, weekday: int, group: str = "day") -> Days:
    """Elke dag op woensdag na: every day, or every workday, but that one."""
    whole = every(frame, group=group)
    return replace(whole, repeat=whole.repeat - {weekday}, weekday=None)


def every_in(frame: Frame, *, first: Days, second: Days) -> Days | None:
    """Mondays in March, weekdays next week."""
    if not first.repeat or second.repeat or second.first == second.last:
        return None
    return replace(first, first=second.first, last=second.last, following=second.following)


def week_after(frame: Frame) -> Days:
    """The week after: the one behind what is on the table, or behind the week named before it in the text."""
    monday = week_of(frame.base.date() if frame.base else frame.today) + 7 * DAY
    return Days(*_week(monday), Grain.WEEK, following=True)


def through(frame: Frame, *, first: Days, last: Days) -> Days | None:
    """From Monday to Wednesday, both included; the end comes after the start."""
    if not (first.shape is last.shape is Shape.RANGE) or first.repeat or last.repeat:
        return None
    if first.floating and not last.floating and last.weekday is not None and not last.others:
        first = _just_before(first, last)  # "Monday to Wednesday next week"
    end = last
    if last.dated and not first.dated and first.weekday is None and not first.month_day:
        first = _of_year(first, end.last)  # "from 4 January to 22 January 1995"
    if end.last < first.first and end.weekday is not None:
        end = end.moved(7)
    if end.last < first.first and first.floating:
        return None
    if end.last < first.first:
        later = _date(end.last.year + 1, end.last.month, end.last.day)
        end = replace(end, first=later, last=later) if later else end
    return Days(first.first, end.last, Grain.SPAN) if first.first <= end.last else None


def _of_year(first: Days, last: date) -> Days:
    """The same day in the year of `last`, or in the one before where it would be behind it."""
    for year in (last.year, last.year - 1):
        when = _date(year, first.first.month, first.first.day)
        if when and when <= last:
            return replace(first, first=when, last=when)
    return first


def _just_before(first: Days, last: Days) -> Days:
    """A bare weekday as near before a certain one as it can be."""
    if first.weekday is None or last.weekday is None:
        return first
    when = last.first - timedelta(days=(last.weekday - first.weekday) % 7)
    return replace(first, first=when, last=when) if when >= first.first else first


def month_days(
    frame: Frame, *, first: Number, last: Number, month: int | None = None, year: Number | None = None
) -> Days | None:
    """5–9 March, from the 5th to the 9th."""
    if first.value >= last.value or last.value > 31:
        return None
    if month is None:
        start = day_of_month(frame, number=first)
        end = _date(start.first.year, start.first.month, last.value) if start else None
    else:
        start = month_day(frame, month=month, number=first, year=year)
        end = _date(start.first.year, start.first.month, last.value) if start else None
    return Days(start.first, end, Grain.SPAN) if start and end else None


def open_start(frame: Frame, *, day: Days, beyond: int = 0) -> Days | None:
    """From Thursday on; after Thursday (`beyond`) begins the day after."""
    if day.shape is not Shape.RANGE or day.repeat:
        return None
    first = day.last + DAY if beyond else day.first
    return replace(day, first=first, last=frame.today + timedelta(days=max(HORIZON, (first - frame.today).days)),
                   shape=Shape.AFTER, grain=Grain.SPAN, others=())  # fmt: skip


def open_end(frame: Frame, *, day: Days, within: int = 0) -> Days | None:
    """Before Friday; by Friday (`within`) has that day in it."""
    if day.shape is not Shape.RANGE or day.repeat:
        return None
    last = day.last if within else day.first - DAY
    return Days(min(frame.today, last), last, Grain.SPAN, shape=Shape.BEFORE, weekday=day.weekday)


def _ahead(frame: Frame, month: int, number: int) -> date | None:
    for year in (frame.today.year, frame.today.year + 1):  # a 29 February years away is nobody's plan
        when = _date(year, month, number)
        if when and when >= frame.today:
            return when
    return None


def _year(year: Number | None) -> int | None:
    if year is None:
        return None
    value = year.value + 2000 if year.digits == 2 else year.value
    return value if 1900 <= value <= 2199 else None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _week(monday: date) -> tuple[date, date]:
    return monday, monday + 6 * DAY


def _month(first: date) -> Days:
    return Days(first, first.replace(day=month_length(first)), Grain.MONTH)

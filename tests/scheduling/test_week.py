"""Hours of the week, the dates on which they are others, and the days nobody works."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.week import Exceptional, Week
from tests.scheduling.people import BERLIN, FORTNIGHT, ZONES, when

PART_TIME = Week.parse("Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-15:00", zone=BERLIN)
SATURDAY, MONDAY, TUESDAY = date(2026, 10, 24), date(2026, 10, 26), date(2026, 10, 27)


def spelled(week: Week, day: date) -> str:
    return ",".join(f"{start:%H:%M}-{'24:00' if end == time(0) else f'{end:%H:%M}'}" for start, end in week.spans(day))


def with_exceptions(*texts: str, **told: Any) -> Week:
    return Week(PART_TIME.zone, PART_TIME.days, tuple(Exceptional.parse(text) for text in texts), **told)


def test_each_weekday_has_hours_of_its_own() -> None:
    assert [spelled(PART_TIME, date(2026, 10, day)) for day in (22, 23, 24)] == [
        "09:00-12:00,13:00-18:00",
        "09:00-15:00",
        "",
    ]


@pytest.mark.parametrize(
    ("exceptions", "day", "expected"),
    [
        (["2026-10-26 until 12:00"], MONDAY, "09:00-12:00"),
        (["2026-10-26 until 15:30"], MONDAY, "09:00-12:00,13:00-15:30"),
        (["2026-10-26 until 20:00"], MONDAY, "09:00-12:00,13:00-18:00"),
        (["2026-10-26 from 10:15"], MONDAY, "10:15-12:00,13:00-18:00"),
        (["closed 2026-10-26"], MONDAY, ""),
        (["closed 2026-10-20..2026-11-02"], TUESDAY, ""),
        (["closed 2026-10-20..2026-10-26"], TUESDAY, "09:00-12:00,13:00-18:00"),
        (["2026-10-24 also 10:00-14:00"], SATURDAY, "10:00-14:00"),
        (["2026-10-26 also 11:00-13:30"], MONDAY, "09:00-18:00"),
        (["2026-10-26 also 20:00-24:00"], MONDAY, "09:00-12:00,13:00-18:00,20:00-24:00"),
        (["2026-10-26 only 11:00-12:30"], MONDAY, "11:00-12:30"),
        (["closed 2026-10-20..2026-11-02", "2026-10-26 also 10:00-11:00"], MONDAY, "10:00-11:00"),
        (["2026-10-26 also 10:00-11:00", "closed 2026-10-20..2026-11-02"], MONDAY, ""),
    ],
)
def test_an_exception_changes_its_dates_and_the_last_said_wins(exceptions: list[str], day: date, expected: str) -> None:
    assert spelled(with_exceptions(*exceptions), day) == expected
    assert spelled(with_exceptions(*exceptions), date(2026, 12, 1)) == "09:00-12:00,13:00-18:00"


def test_nobody_works_on_a_holiday_unless_it_was_said() -> None:
    holidays = frozenset({MONDAY, TUESDAY})
    week = with_exceptions("2026-10-27 also 10:00-12:00", holidays=holidays)
    assert (spelled(week, MONDAY), spelled(week, TUESDAY)) == ("", "10:00-12:00")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not an exception"),
        ("2026-10-26", "is not an exception"),
        ("closed 2026-10-26 until 12:00", "is not an exception"),
        ("closed tomorrow", "is not an exception"),
        ("closed 2026-10-26..2026-10-20", "ends before it begins"),
        ("2026-10-26 until 25:00", "no clock shows"),
        ("2026-13-26 until 12:00", "month must be"),
        ("2026-10-26 only 12-10", "end before they start"),
    ],
)
def test_an_exception_written_wrong_is_said_in_plain_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Exceptional.parse(text)


@pytest.mark.parametrize("text", ["", "09:00-18:00", "Mon-Fri", "Mon-Fri 9-18;", "Someday 9-18"])
def test_a_week_written_wrong_is_said_in_plain_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day"):
        Week.parse(text, zone=BERLIN)


@given(st.sampled_from(("09:00-18:00", "00:00-24:00", "01:30-02:30,03:00-23:30")), ZONES)
def test_the_same_hours_each_day_are_a_week_like_any_other(hours: str, zone: Any) -> None:
    plain = WorkingHours.parse(hours, "Mon-Sat", zone=zone)
    assert Week.of(plain).open(FORTNIGHT) == plain.open(FORTNIGHT)


def test_hours_are_clipped_to_what_is_asked_to_the_second() -> None:
    asked = when("10:00:07-10:30:01")
    assert PART_TIME.open(asked) == (asked,)

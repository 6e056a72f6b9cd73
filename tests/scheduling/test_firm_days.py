"""The firm's own days off, its region, and lunch, as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import BadRule, rules_from, shown
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.firm_days import Closed, Lunch, Region
from dialogs.scheduling.intervals import Interval

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(DAYS, st.integers(0, 366))
def test_a_stretch_has_its_first_day_and_its_last(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    days = Closed.parse(f"{first}..{last}").days()
    assert (min(days), max(days), len(days)) == (first, last, length + 1)


@given(st.lists(st.tuples(DAYS, st.integers(0, 30)), max_size=4))
def test_what_is_shown_is_read_back_as_the_same(stretches: list[tuple[date, int]]) -> None:
    closed = Closed(tuple((first, first + timedelta(days=length)) for first, length in stretches))
    assert rules_from({"holidays": shown(closed)}).holidays == closed


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("holidays", "Christmas", "is neither a day nor a stretch"),
        ("holidays", "2026-13-01", "month must be in 1..12"),
        ("holidays", "2026-12-24..2026-12-01", "does not end within a year"),
        ("holidays", "2026-12-24..2099-12-01", "does not end within a year"),
        ("region", "Bavaria", "is no region whose holidays are known; write it like DE-BY"),
        ("region", "DE-XX", "of DE there is BB, BE, BW, BY"),
        ("lunch", "noon", "is not a stretch of hours"),
        ("lunch", "12:00-13:00,18:00-19:00", "is more than one lunch"),
        ("travel", "soon", "is no length of time"),
        ("grid", "7m", "can not be cut into steps of that length"),
    ],
)
def test_what_is_no_rule_is_refused_in_plain_words(name: str, given: str, said: str) -> None:
    with pytest.raises(BadRule, match=said):
        rules_from({name: given})


def test_none_is_none_of_it() -> None:
    assert rules_from({"holidays": "none", "region": "none", "lunch": "none", "travel": "none"}) == Rules()


def test_a_list_of_days_is_taken_too() -> None:
    rules = rules_from({"holidays": ("2026-12-24", "2026-12-31..2027-01-01")})
    assert len(rules.holidays.days()) == 3
    assert str(rules.holidays) == "2026-12-24, 2026-12-31..2027-01-01"


def test_a_region_is_written_as_the_standard_has_it() -> None:
    assert str(Region.parse("de-by")) == "DE-BY"


def test_lunch_is_at_the_same_hour_of_the_clock_on_either_side_of_its_change() -> None:
    week = Lunch.parse("12:00-13:00").week(ZoneInfo("Europe/Madrid"))
    assert week is not None
    weekend = Interval(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    assert [each.start.hour for each in week.open(weekend)] == [11, 10]

"""The algebra of time against sets of minutes, which nobody can get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval, covers, difference, intersection, union

DAWN = datetime(2026, 3, 28, 22, tzinfo=UTC)  # the night before clocks change in Europe
MINUTE = timedelta(minutes=1)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Lisbon", "Asia/Kathmandu", "America/St_Johns")]


@st.composite
def interval(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, 90))
    end = draw(st.integers(start + 1, 100))
    zone = draw(st.sampled_from(ZONES))
    return Interval(*((DAWN + m * MINUTE).astimezone(zone) for m in (start, end)))


several = st.lists(interval(), max_size=8)


def minutes(intervals: Sequence[Interval]) -> set[int]:
    return {
        minute for each in intervals for minute in range((each.start - DAWN) // MINUTE, (each.end - DAWN) // MINUTE)
    }


def assert_tidy(intervals: tuple[Interval, ...]) -> None:
    assert all(left.end < right.start for left, right in pairwise(intervals))
    assert all(each.start.tzinfo is UTC and each.end.tzinfo is UTC for each in intervals)


@given(several)
def test_a_union_is_the_same_time_sorted_and_apart(each: list[Interval]) -> None:
    assert minutes(union(each)) == minutes(each)
    assert_tidy(union(each))


@given(several, several)
def test_an_intersection_is_the_time_in_both(left: list[Interval], right: list[Interval]) -> None:
    assert minutes(intersection(left, right)) == minutes(left) & minutes(right)
    assert_tidy(intersection(left, right))


@given(several, several)
def test_a_difference_is_the_time_in_the_first_alone(left: list[Interval], right: list[Interval]) -> None:
    assert minutes(difference(left, right)) == minutes(left) - minutes(right)
    assert_tidy(difference(left, right))


@given(several, interval())
def test_several_cover_what_lies_wholly_in_them_together(each: list[Interval], wanted: Interval) -> None:
    assert covers(each, wanted) == (minutes([wanted]) <= minutes(each))


@given(interval(), interval())
def test_two_meet_if_they_share_an_instant_and_one_holds_what_lies_in_it(one: Interval, other: Interval) -> None:
    assert one.meets(other) == other.meets(one) == bool(minutes([one]) & minutes([other]))
    assert one.holds(other) == (minutes([other]) <= minutes([one]))


def test_an_hour_stays_an_hour_over_a_clock_change() -> None:
    before_the_change = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    hour = Interval.lasting(before_the_change, 60)
    assert hour.length == timedelta(hours=1)
    assert hour.end.astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 4, 10)  # noqa: DTZ001 – the very thing refused
    with pytest.raises(ValueError, match="aware"):
        Interval(naive, naive + timedelta(hours=1))


def test_what_does_not_end_after_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(DAWN, DAWN)

"""The best times first: what is preferred, many days, many people, little to do."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.intervals import covers
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.ranking import best, slot_at
from tests.scheduling.people import BERLIN, FORTNIGHT, MEETINGS, at, block, clocks, diaries, diary, plan, when

HOUR = Meeting(60, 60)


def test_three_times_are_on_three_days_the_earliest_of_each() -> None:
    ranked = best(plan(diary(), meeting=HOUR), 3)
    assert clocks([slot.when.start for slot in ranked]) == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]


def test_what_is_preferred_comes_before_everything_then_days_that_have_none_yet() -> None:
    ranked = best(plan(diary(), meeting=HOUR), 4, preferred=[when("14:00-16:00", 1)])
    assert clocks([slot.when.start for slot in ranked]) == ["Tue 14:00", "Tue 15:00", "Mon 09:00", "Wed 09:00"]


def test_where_there_are_fewer_days_than_times_a_day_gives_more_and_none_overlap() -> None:
    ranked = best(plan(diary(), meeting=Meeting(60, 15), between=when("09:00-12:00")), 5)
    assert clocks([slot.when.start for slot in ranked]) == ["Mon 09:00", "Mon 10:00", "Mon 11:00"]


def test_a_time_at_which_the_others_can_come_too_is_better() -> None:
    bo = diary("bo", blocks=(block("09:00-11:00"),))
    asked = plan(diary(), bo, panel=Panel(("ana",), optional=("bo",)), meeting=HOUR, between=when("09:00-18:00"))
    first, *_ = best(asked, 2)
    assert clocks([first.when.start]) == ["Mon 11:00"]
    assert first.optional == ("bo",)


def test_a_week_with_less_to_do_is_better() -> None:
    busy = diary(booked=(block("15:00-16:00", 1), block("15:00-16:00", 2)))
    asked = plan(busy, meeting=HOUR)
    assert [slot.when.start.astimezone(BERLIN).date() for slot in best(asked, 1)] == [at("09:00", 7).date()]


def test_a_slot_says_who_comes_and_where() -> None:
    asked = plan(
        *(diary(name) for name in ("ana", "bo", "cy", "red")),
        panel=Panel(("ana",), optional=("cy",), one_of=(("bo",),), rooms=("red",)),
    )
    slot = slot_at(asked, at("10:00"))
    assert slot is not None
    assert (slot.when, slot.people, slot.room, slot.optional) == (when("10:00-10:45"), ("ana", "bo"), "red", ("cy",))
    assert slot_at(asked, at("08:00")) is None


@given(st.tuples(diaries("ana"), diaries("bo")), MEETINGS, st.integers(1, 6))
@settings(deadline=None, max_examples=25)
def test_every_ranked_time_fits_and_none_overlap_and_the_answer_never_changes(
    people: tuple[Diary, ...], meeting: Meeting, at_most: int
) -> None:
    asked = plan(*people, meeting=meeting)
    liked = [when("09:00-20:00", 3)]
    ranked = best(asked, at_most, liked)
    assert ranked == best(plan(*people[::-1], panel=asked.panel, meeting=meeting), at_most, liked)
    assert all(asked.fits(slot.when.start) and FORTNIGHT.holds(slot.when) for slot in ranked)
    assert not any(a.when.meets(b.when) for a in ranked for b in ranked if a is not b)
    preferred = [covers(liked, slot.when) for slot in ranked]
    assert preferred == sorted(preferred, reverse=True)
    assert bool(ranked) == bool(list(asked.starts()))

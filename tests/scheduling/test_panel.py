"""Who must come, who may, one of a group, a room: and nobody twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.diary import Diary, Meeting, Reason
from dialogs.scheduling.explain import Why
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Panel, Seated, seat
from tests.scheduling.people import MEETINGS, TALK, at, block, clocks, diaries, diary, plan, when

MORNING = when("09:00-12:00")


def test_of_a_group_one_is_enough() -> None:
    ana, bo = diary("ana", blocks=(block("09:00-10:00"),)), diary("bo", blocks=(block("10:00-12:00"),))
    asked = plan(ana, bo, panel=Panel(one_of=(("ana", "bo"),)), meeting=Meeting(60, 60), between=MORNING)
    assert clocks(list(asked.starts())) == ["Mon 09:00", "Mon 10:00", "Mon 11:00"]
    assert [seated.people for start in asked.starts() if (seated := asked.seat(start))] == [("bo",), ("ana",), ("ana",)]


def test_whoever_has_least_to_do_that_week_is_asked_first() -> None:
    pool = Panel(one_of=(("ana", "bo", "cy"),))
    ana = diary("ana", booked=(block("15:00-16:00", 1), block("15:00-16:00", 2)))
    bo = diary("bo", booked=(block("15:00-16:00", 1), block("15:00-16:00", 8), block("15:00-16:00", 9)))
    cy = diary("cy", booked=(block("15:00-16:00", 1),), blocks=(block("10:00-11:00"),))
    asked = plan(ana, bo, cy, panel=pool)
    assert asked.seat(at("09:00")) == Seated(("cy",)), "as few as Bo this week, and fewer in all"
    assert asked.seat(at("10:00")) == Seated(("bo",)), "Cy is busy then"
    assert asked.seat(at("09:00", 7)) == Seated(("cy",)), "next week neither has any, and Cy fewer in all"


def test_who_was_chosen_before_is_kept_though_another_has_less_to_do() -> None:
    two = Panel(one_of=(("ana", "bo"), ("cy", "di")))
    busy = diary("cy", booked=(block("15:00-16:00", 1),))
    asked = plan(diary("ana"), diary("bo"), busy, diary("di"), panel=two)
    assert asked.seat(at("10:00")) == Seated(("ana", "di"))
    ill = replace(asked, coming=("ana", "cy")).but_for(["ana"])
    assert ill.seat(at("10:00")) == Seated(("bo", "cy")), "nobody but Ana is replaced"


def test_a_member_who_falls_ill_makes_room_for_another() -> None:
    pool = Panel(("host",), one_of=(("ana", "bo"),))
    well = plan(diary("host"), diary("ana"), diary("bo"), panel=pool)
    ill = plan(diary("host"), diary("ana", blocks=(block("00:00-23:59"),)), diary("bo"), panel=pool)
    assert (well.seat(at("10:00")), ill.seat(at("10:00"))) == (Seated(("host", "ana")), Seated(("host", "bo")))


def test_nobody_comes_twice_though_they_are_in_two_groups() -> None:
    both = Panel(one_of=(("ana", "bo"), ("ana",)))
    assert seat(both, lambda _: True) == Seated(("bo", "ana"))
    assert seat(both, lambda who: who == "ana") is None
    asked = plan(diary("ana"), diary("bo", blocks=(block("09:00-11:00"),)), panel=both, between=MORNING)
    assert clocks(list(asked.starts())) == ["Mon 11:00", "Mon 11:15"]
    assert asked.explain(at("09:00")) == (Why(Reason.POOL, 2),)
    assert [(each.start, each.end) for each in asked.open_time()] == [(at("11:00"), at("12:00"))]


def test_whoever_must_come_anyway_is_no_choice_in_a_group() -> None:
    asked = plan(diary("ana"), diary("bo", readable=False), panel=Panel(("ana",), one_of=(("ana", "bo"),)))
    assert list(asked.starts()) == []
    assert asked.explain(at("10:00")) == (Why(Reason.POOL, 2),)


def test_a_group_of_nobody_is_never_complete() -> None:
    asked = plan(diary("ana"), panel=Panel(("ana",), one_of=((),)))
    assert list(asked.starts()) == []
    assert [why.reason for why in asked.explain(at("10:00"))] == [Reason.POOL]


def test_one_of_several_rooms_will_do_and_the_first_that_is_free_is_taken() -> None:
    red, blue = (
        diary(name, hours=None, blocks=(block(taken),))
        for name, taken in (("red", "09:00-10:00"), ("blue", "09:30-11:00"))
    )
    asked = plan(
        diary("ana"), red, blue, panel=Panel(("ana",), rooms=("red", "blue")), meeting=Meeting(30, 30), between=MORNING
    )
    assert [seated.room for start in asked.starts() if (seated := asked.seat(start))] == [
        "blue",
        "red",
        "red",
        "red",
        "red",
    ]
    assert asked.explain(at("09:30")) == (Why(Reason.ROOM, 2),)


def test_open_time_of_two_who_take_turns_holds_no_meeting_that_neither_can_take() -> None:
    early, late = diary("early", blocks=(block("10:00-12:00"),)), diary("late", blocks=(block("09:00-09:45"),))
    asked = plan(early, late, panel=Panel(one_of=(("early", "late"),)), meeting=Meeting(30, 15), between=MORNING)
    assert [(each.start, each.end) for each in asked.open_time()] == [
        (at("09:00"), at("09:44")),
        (at("09:45"), at("12:00")),
    ]


@given(diaries("ana"), diaries("bo"), MEETINGS)
@settings(deadline=None, max_examples=40)
def test_who_need_not_come_never_takes_a_slot_away(ana: Diary, bo: Diary, meeting: Meeting) -> None:
    alone = plan(ana, meeting=meeting)
    welcome = plan(ana, bo, panel=Panel(("ana",), optional=("bo",)), meeting=meeting)
    assert list(welcome.starts()) == list(alone.starts())
    assert welcome.open_time() == alone.open_time()


@given(st.tuples(diaries("ana"), diaries("bo"), diaries("cy")), MEETINGS)
@settings(deadline=None, max_examples=40)
def test_a_group_can_whenever_one_of_it_can_and_the_one_with_least_to_do_comes(
    pool: tuple[Diary, ...], meeting: Meeting
) -> None:
    asked = plan(*pool, panel=Panel(one_of=(("ana", "bo", "cy"),)), meeting=meeting)
    alone = [plan(who, meeting=meeting) for who in pool]
    offered = list(asked.starts())
    assert set(offered) == {start for each in alone for start in each.starts()}
    for start in offered[:: len(offered) // 10 + 1]:
        minute = int(start.timestamp() // 60)
        able = [who for who, each in zip(pool, alone, strict=True) if each.fits(start)]
        seated = asked.seat(start)
        assert seated is not None
        assert seated.people == (min(able, key=lambda who: (who.load(minute), who.id)).id,)


@given(st.tuples(diaries("ana"), diaries("bo"), diaries("cy")), MEETINGS)
@settings(deadline=None, max_examples=40)
def test_whatever_lies_within_the_open_time_of_groups_fits(pool: tuple[Diary, ...], meeting: Meeting) -> None:
    asked = plan(*pool, panel=Panel(one_of=(("ana", "bo"), ("bo", "cy"))), meeting=meeting)
    length = Interval.lasting(at("09:00"), meeting.minutes).length
    for each in asked.open_time():
        for start in (each.start, each.end - length, each.start + (each.length - length) / 2):
            assert asked.fits(start), start


@pytest.mark.parametrize("blocked", [True, False])
def test_who_of_those_that_need_not_come_could_is_told(blocked: bool) -> None:
    bo = diary("bo", blocks=(block("10:00-11:00"),) if blocked else ())
    asked = plan(diary("ana"), bo, panel=Panel(("ana",), optional=("bo",)), meeting=TALK)
    assert asked.optional(at("10:00")) == (() if blocked else ("bo",))

"""What is offered fits, what is refused says why, and both are the same rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.blocks import Show
from dialogs.scheduling.diary import Diary, Meeting, Reason
from dialogs.scheduling.explain import Why
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Exceptional, Week
from tests.scheduling.people import (
    BERLIN,
    FORTNIGHT,
    LISBON,
    MEETINGS,
    NEW_YORK,
    OFFICE,
    TALK,
    at,
    block,
    busy_at,
    can,
    clocks,
    diaries,
    diary,
    in_hours,
    plan,
    when,
    whole,
)

MINUTE = timedelta(minutes=1)
LUNCH = Week.parse("Mon-Fri 12:00-13:00", zone=BERLIN)
NO_LUNCH_BREAK = Week.parse("Mon-Fri 09:00-18:00", zone=BERLIN)


def test_everybody_is_free_at_what_is_offered_and_it_is_round_on_the_readers_clock() -> None:
    ana = diary("ana", blocks=(block("09:00-11:00"),))
    bo = diary("bo", zone=LISBON, hours=Week.of(WorkingHours(LISBON)))
    monday = plan(ana, bo, meeting=Meeting(60, 30), between=when("00:00-23:00"))
    assert clocks(list(monday.starts())) == [
        *("Mon 11:00", "Mon 13:00", "Mon 13:30", "Mon 14:00", "Mon 14:30"),
        *("Mon 15:00", "Mon 15:30", "Mon 16:00", "Mon 16:30", "Mon 17:00"),
    ]


@pytest.mark.parametrize(
    ("show", "all_day", "video", "on_site"),
    [
        (Show.FREE, False, True, True),
        (Show.FREE, True, True, True),
        (Show.DECLINED, False, True, True),
        (Show.TENTATIVE, False, False, False),
        (Show.BUSY, False, False, False),
        (Show.BUSY, True, False, False),
        (Show.AWAY, True, False, False),
        (Show.ELSEWHERE, True, True, False),
    ],
)
def test_what_a_calendar_shows_counts_for_what_it_is(show: Show, all_day: bool, video: bool, on_site: bool) -> None:
    ana = diary(blocks=(whole(0, show) if all_day else block("10:00-11:00", 0, show),))
    assert plan(ana).fits(at("10:15")) == video
    assert plan(ana, meeting=replace(TALK, on_site=True)).fits(at("10:15")) == on_site


@pytest.mark.parametrize(
    ("told", "meeting", "start", "why"),
    [
        ({"readable": False}, TALK, at("10:00"), Reason.UNREADABLE),
        ({"blocks": (block("10:30-11:00"),)}, TALK, at("10:00"), Reason.BUSY),
        ({"blocks": (block("10:30-11:00", show=Show.TENTATIVE),)}, TALK, at("10:00"), Reason.TENTATIVE),
        ({"blocks": (whole(0, Show.AWAY),)}, TALK, at("10:00"), Reason.AWAY),
        ({"blocks": (whole(0, Show.ELSEWHERE),)}, Meeting(45, on_site=True), at("10:00"), Reason.ELSEWHERE),
        ({}, TALK, at("11:30"), Reason.OUTSIDE_HOURS),
        ({}, TALK, at("10:00", 5), Reason.OUTSIDE_HOURS),
        ({"hours": replace(OFFICE, holidays=frozenset({at("10:00").date()}))}, TALK, at("10:00"), Reason.HOLIDAY),
        ({"hours": replace(OFFICE, holidays=frozenset({at("10:00").date()}))}, TALK, at("07:00"), Reason.OUTSIDE_HOURS),
        (
            {"hours": replace(OFFICE, exceptions=(Exceptional.parse("2026-10-19 until 10:30"),))},
            TALK,
            at("10:00"),
            Reason.CLOSED,
        ),
        ({"blocks": (block("10:00-11:00"),)}, Meeting(45, before=10), at("11:00"), Reason.BUFFER),
        ({"blocks": (block("10:00-11:00"),)}, Meeting(45, after=10), at("09:10"), Reason.BUFFER),
        ({"blocks": (block("10:00-11:00"),), "travel": 40}, Meeting(45, on_site=True), at("11:15"), Reason.TRAVEL),
        ({"booked": (block("10:00-11:00"),)}, TALK, at("10:15"), Reason.BUSY),
        ({"booked": (block("10:00-11:00"),)}, Meeting(45, gap=30), at("11:15"), Reason.GAP),
        ({"booked": (block("14:00-15:00"),), "per_day": 1}, TALK, at("10:00"), Reason.DAY_FULL),
        ({"booked": (block("14:00-15:00", 4),), "per_week": 1}, TALK, at("10:00"), Reason.WEEK_FULL),
        ({"per_day": 0}, TALK, at("10:00"), Reason.DAY_FULL),
        ({"hours": NO_LUNCH_BREAK, "soft": LUNCH}, TALK, at("12:30"), Reason.CONSENT),
    ],
)
def test_a_time_that_is_not_free_says_the_one_reason(
    told: dict[str, Any], meeting: Meeting, start: datetime, why: Reason
) -> None:
    asked = plan(diary(**told), meeting=meeting)
    assert asked.explain(start) == (Why(why, 1),)
    assert not asked.fits(start)


@pytest.mark.parametrize(
    ("until", "starts"), [("10:44", []), ("10:45", ["Mon 10:00"]), ("11:00", ["Mon 10:00", "Mon 10:15"])]
)
def test_between_two_events_a_meeting_fits_if_there_is_room_to_the_minute(until: str, starts: list[str]) -> None:
    events = block("09:00-10:00"), block(f"{until}-12:00")
    for blocks in (events, events[::-1]):
        asked = plan(diary(blocks=blocks), between=when("09:00-12:00"))
        assert clocks(list(asked.starts())) == starts
        assert asked.fits(at("10:00")) == bool(starts)


@pytest.mark.parametrize(
    ("told", "meeting", "start"),
    [
        ({"blocks": (block("10:00-11:00"),)}, Meeting(45, before=10), at("11:10")),
        ({"blocks": (block("10:00-11:00"),)}, Meeting(45, after=10), at("09:05")),
        ({"blocks": (block("10:00-11:00"),), "travel": 40}, Meeting(45, on_site=True), at("13:00")),
        ({"blocks": (block("10:00-11:00"),), "travel": 40}, TALK, at("11:00")),
        ({"blocks": (whole(-1),)}, Meeting(45, before=600), at("09:00")),  # a day off needs no room around it
        ({"booked": (block("14:00-15:00"),), "per_day": 1}, TALK, at("10:00", 1)),
        ({"booked": (block("14:00-15:00", 4),), "per_week": 1}, TALK, at("10:00", 7)),
        ({"hours": NO_LUNCH_BREAK, "soft": LUNCH, "consents": True}, TALK, at("12:30")),
        ({"hours": None}, TALK, at("03:00", 6)),
        ({}, TALK, at("09:07")),  # not round, and yet it fits: people name such times
    ],
)
def test_what_stands_beside_it_keeps_nobody(told: dict[str, Any], meeting: Meeting, start: datetime) -> None:
    asked = plan(diary(**told), meeting=meeting)
    assert asked.explain(start) == ()
    assert asked.fits(start)


def test_too_soon_and_too_far_are_about_nobody() -> None:
    asked = plan(diary(), between=when("10:00-12:00"))
    assert asked.explain(at("09:45")) == (Why(Reason.TOO_SOON),)
    assert asked.explain(at("11:30")) == (Why(Reason.TOO_FAR),)


def test_reasons_count_people_and_name_nobody() -> None:
    everyone = [diary(name, blocks=(block("10:00-11:00"),)) for name in ("ana", "bo")]
    why = plan(*everyone, diary("cy", readable=False)).explain(at("10:00"))
    assert why == (Why(Reason.UNREADABLE, 1), Why(Reason.BUSY, 2))
    assert not any(name in repr(why) for name in ("ana", "bo", "cy"))


def test_somebody_nobody_knows_is_busy() -> None:
    asked = Plan(Panel(("ghost",)), {}, TALK, FORTNIGHT)
    assert list(asked.starts()) == []
    assert asked.explain(at("10:00")) == (Why(Reason.UNREADABLE, 1),)


def test_an_interview_does_not_stand_in_its_own_way_but_what_lies_over_it_does() -> None:
    own = block("10:00-11:00", uid="iv-1")
    moving = replace(TALK, own=(own,))
    assert plan(diary(blocks=(own,)), meeting=moving).fits(at("10:15"))
    assert plan(diary(blocks=(replace(own, uid=""),)), meeting=moving).fits(at("10:15")), "told without a uid"
    assert plan(diary(booked=(own,), per_day=1), meeting=moving).fits(at("14:00")), "nor does it fill the day"
    for other in (block("10:00-11:00", uid="iv-2"), block("10:30-11:00")):
        assert not plan(diary(blocks=(own, other)), meeting=moving).fits(at("10:15")), other


def test_a_slot_of_a_night_that_clocks_change_lies_in_hours_on_both_sides_of_it() -> None:
    nights = diary(hours=Week.parse("Sun 01:00-04:00", zone=BERLIN))
    asked = plan(nights, meeting=Meeting(60, 60))
    assert [f"{start.astimezone(BERLIN):%d %H:%M %z}" for start in asked.starts()] == [
        *("25 01:00 +0200", "25 02:00 +0200", "25 02:00 +0100", "25 03:00 +0100"),
        *("01 01:00 +0100", "01 02:00 +0100", "01 03:00 +0100"),
    ]


def test_between_two_changes_of_clocks_new_york_is_an_hour_nearer() -> None:
    office = diary()
    far = diary("far", zone=NEW_YORK, hours=Week.of(WorkingHours(NEW_YORK)))
    first = {
        start.astimezone(BERLIN).date(): start.astimezone(BERLIN)
        for start in reversed(list(plan(office, far).starts()))
    }
    assert first[at("15:00", 4).date()].hour == 15
    assert first[at("15:00", 7).date()].hour == 14


@pytest.mark.parametrize("grid", [0, -5, 7, 25, 1000])
def test_a_grid_that_does_not_cut_a_day_evenly_is_refused(grid: int) -> None:
    with pytest.raises(ValueError, match="steps of"):
        Meeting(45, grid)


def test_the_grid_is_that_of_the_readers_clock_where_it_is_a_quarter_off() -> None:
    asked = plan(
        diary(hours=None), meeting=Meeting(30, 60), between=when("08:00-12:00"), zone=ZoneInfo("Asia/Kathmandu")
    )
    assert clocks(list(asked.starts())) == ["Mon 08:15", "Mon 09:15", "Mon 10:15", "Mon 11:15"]
    assert clocks(list(asked.starts()), ZoneInfo("Asia/Kathmandu"))[0] == "Mon 12:00"


# ── properties ──

panels = st.tuples(diaries("ana"), diaries("bo"))


@given(panels, MEETINGS)
@settings(deadline=None, max_examples=60)
def test_an_offered_slot_overlaps_nothing_and_lies_in_everyones_hours(
    people: tuple[Diary, ...], meeting: Meeting
) -> None:
    asked = plan(*people, meeting=meeting)
    offered = list(asked.starts())
    for start in offered[:: len(offered) // 8 + 1]:
        span = Interval.lasting(start, meeting.minutes)
        assert FORTNIGHT.holds(span)
        assert (start.astimezone(BERLIN).hour * 60 + start.astimezone(BERLIN).minute) % meeting.grid == 0
        for who in people:
            assert not busy_at(who, meeting, span), "nobody is busy"
            assert in_hours(who, span), "everybody is at work"


@given(diaries("ana"), MEETINGS, st.lists(st.integers(0, 14 * 1440), min_size=12, max_size=12), st.data())
@settings(deadline=None, max_examples=150)
def test_a_time_fits_if_and_only_if_no_rule_is_against_it(
    who: Diary, meeting: Meeting, minutes: list[int], data: st.DataObject
) -> None:
    asked, length = plan(who, meeting=meeting), timedelta(minutes=meeting.minutes)
    tried = [FORTNIGHT.start + timedelta(minutes=each) for each in minutes]
    edges = [edge for each in (*who.blocks, *who.booked) for edge in (each.when.end, each.when.start - length)]
    edges += [edge for each in asked.open_time()[:6] for edge in (each.start, each.end - length)]
    near = st.sampled_from((-40, -30, -15, -10, -1, 0, 1, 10, 15, 30, 40))
    tried += [edge + data.draw(near) * MINUTE for edge in edges[:30]]
    for start in tried:
        span = Interval.lasting(start, meeting.minutes)
        if FORTNIGHT.holds(span):
            assert asked.fits(start) == can(who, meeting, span), start


@given(panels, MEETINGS)
@settings(deadline=None, max_examples=25)
def test_what_is_offered_is_what_fits_and_what_fits_has_nothing_against_it(
    people: tuple[Diary, ...], meeting: Meeting
) -> None:
    asked = plan(*people, meeting=meeting)
    offered = set(asked.starts())
    start = FORTNIGHT.start - timedelta(hours=2)
    while start < FORTNIGHT.end:
        local = start.astimezone(BERLIN)
        is_round = (local.hour * 60 + local.minute) % meeting.grid == 0
        fits = asked.fits(start)
        assert (start in offered) == (fits and is_round), start
        assert (asked.explain(start) == ()) == fits, start
        start += timedelta(minutes=55)
    assert all(asked.fits(each) for each in offered)


@given(panels, MEETINGS, st.lists(st.integers(0, 14 * 1440), min_size=20, max_size=20))
@settings(deadline=None, max_examples=60)
def test_whatever_lies_within_open_time_fits_and_whatever_fits_lies_within(
    people: tuple[Diary, ...], meeting: Meeting, minutes: list[int]
) -> None:
    asked = plan(*people, meeting=meeting)
    opened = asked.open_time()
    assert all(first.end < second.start for first, second in pairwise(opened))
    edges = [edge for each in opened for edge in (each.start, each.end - timedelta(minutes=meeting.minutes))]
    tried = [FORTNIGHT.start + timedelta(minutes=each) for each in minutes]
    for start in [*tried, *edges[:10], *(edge + step for edge in edges[:10] for step in (-MINUTE, MINUTE))]:
        span = Interval.lasting(start, meeting.minutes)
        assert asked.fits(start) == any(each.holds(span) for each in opened), start


@given(diaries("ana"), MEETINGS, st.integers(0, 14 * 1440 * 60))
@settings(deadline=None)
def test_a_start_within_a_minute_is_judged_by_the_whole_of_it(who: Diary, meeting: Meeting, second: int) -> None:
    asked = plan(who, meeting=meeting)
    start = FORTNIGHT.start + timedelta(seconds=second)
    if asked.fits(start):
        assert not busy_at(who, meeting, Interval.lasting(start, meeting.minutes))
        assert asked.explain(start) == ()

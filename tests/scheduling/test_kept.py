"""Calendars kept ready say what a fresh look at them would say, whatever has come and gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.blocks import Block
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.kept import Kept
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from tests.scheduling.people import BERLIN, BLOCKS, FORTNIGHT, MEETINGS, TALK, at, block, clocks, diaries, diary

ANA = Panel(("ana",))


def kept_of(*people: Diary, meeting: Meeting = TALK) -> Kept:
    return Kept(meeting, FORTNIGHT, people, BERLIN)


def test_an_event_that_arrives_takes_its_times_and_gives_them_back_when_it_goes() -> None:
    kept, dentist = kept_of(diary()), block("09:00-10:00")
    assert clocks(kept.next(ANA, 2, FORTNIGHT.start)) == ["Mon 09:00", "Mon 09:15"]
    kept.add("ana", dentist)
    assert clocks(kept.next(ANA, 2, FORTNIGHT.start)) == ["Mon 10:00", "Mon 10:15"]
    kept.remove("ana", dentist)
    assert clocks(kept.next(ANA, 2, FORTNIGHT.start)) == ["Mon 09:00", "Mon 09:15"]


def test_of_two_events_over_each_other_the_one_that_stays_still_counts() -> None:
    long, short = block("09:00-11:00"), block("10:00-10:30")
    kept = kept_of(diary(blocks=(long, short)))
    kept.remove("ana", short)
    assert clocks(kept.next(ANA, 1, FORTNIGHT.start)) == ["Mon 11:00"]


def test_the_same_event_told_twice_and_taken_out_once_is_there_once() -> None:
    kept, doubled = kept_of(diary()), block("09:00-10:00")
    kept.add("ana", doubled)
    kept.add("ana", doubled)
    kept.remove("ana", doubled)
    assert clocks(kept.next(ANA, 1, FORTNIGHT.start)) == ["Mon 10:00"]


def test_an_event_that_was_never_there_goes_without_a_trace() -> None:
    kept = kept_of(diary())
    kept.remove("ana", block("09:00-10:00"))
    assert clocks(kept.next(ANA, 1, FORTNIGHT.start)) == ["Mon 09:00"]


def test_nothing_before_the_moment_that_is_asked_about() -> None:
    assert clocks(kept_of(diary()).next(ANA, 2, at("10:07"))) == ["Mon 10:15", "Mon 10:30"]
    assert kept_of(diary()).next(ANA, 2, FORTNIGHT.end + timedelta(days=1)) == []


def test_a_stranger_is_busy() -> None:
    assert kept_of(diary()).next(Panel(("ana", "ghost")), 1, FORTNIGHT.start) == []


def test_kept_says_who_comes_as_a_plan_does() -> None:
    pool = Panel(one_of=(("ana", "bo"), ("bo",)))
    kept = kept_of(diary("ana"), diary("bo"))
    start = kept.next(pool, 1, FORTNIGHT.start)[0]
    assert kept.seat(pool, start) == kept.plan(pool).seat(start)
    assert kept.seat(pool, start - timedelta(hours=3)) is None
    kept.keep(diary("ana", readable=False))
    assert kept.next(pool, 1, FORTNIGHT.start) == []


changes = st.lists(st.tuples(st.booleans(), st.sampled_from(("ana", "bo")), BLOCKS, st.integers(0, 20)), max_size=12)


@given(diaries("ana"), diaries("bo"), MEETINGS, changes)
@settings(deadline=None, max_examples=60)
def test_after_any_events_come_and_gone_kept_is_what_a_fresh_look_finds(
    ana: Diary, bo: Diary, meeting: Meeting, told: list[tuple[bool, str, Block, int]]
) -> None:
    kept, both, now = kept_of(ana, bo, meeting=meeting), Panel(("ana", "bo")), {"ana": ana, "bo": bo}
    for arrives, who, event, number in told:
        blocks = list(now[who].blocks)
        if arrives or not blocks:
            blocks.append(event)
            kept.add(who, event)
        else:
            kept.remove(who, blocks.pop(number % len(blocks)))
        now[who] = replace(now[who], blocks=tuple(blocks))
        fresh = Plan(both, now, meeting, FORTNIGHT, BERLIN)
        assert kept.next(both, 1000, FORTNIGHT.start) == list(islice(fresh.starts(), 1000))


@pytest.mark.parametrize("around", [0, 10, 60])
def test_an_event_far_from_another_leaves_its_times_alone(around: int) -> None:
    meeting = Meeting(45, 15, before=around, after=around)
    kept = kept_of(diary(blocks=(block("09:00-10:00"), block("15:00-16:00"))), meeting=meeting)
    before = kept.next(ANA, 100, at("14:00"))
    kept.remove("ana", block("09:00-10:00"))
    assert kept.next(ANA, 100, at("14:00")) == before

"""Several interviews in a row: in order or not, on a day or over several, and nobody rushed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.loop import Loop, Stage, itineraries
from dialogs.scheduling.panel import Itinerary, Panel
from dialogs.scheduling.plan import Plan
from tests.scheduling.people import BERLIN, FORTNIGHT, block, clocks, diaries, diary, when

TALK = Stage("talk", Panel(("ana",)), 30)
CODE = Stage("code", Panel(("bo",)), 60)
BOSS = Stage("boss", Panel(("cy",)), 30)
LIKE = Meeting(30, 30)
LIKE = Meeting(30, 30)
EVERYBODY = {name: diary(name) for name in ("ana", "bo", "cy", "candidate")}


def told(itinerary: Itinerary) -> list[str]:
    return [f"{each.stage} {clocks([each.when.start])[0]}" for each in itinerary]


def first(loop: Loop, *changed: Diary, like: Meeting = LIKE) -> list[str]:
    diaries = EVERYBODY | {each.id: each for each in changed}
    found = itineraries(loop, like, diaries, FORTNIGHT, BERLIN, 1)
    return told(found[0]) if found else []


def test_one_after_the_other_in_order() -> None:
    assert first(Loop((TALK, CODE, BOSS))) == ["talk Mon 09:00", "code Mon 09:30", "boss Mon 10:30"]


def test_a_pause_between_two_and_no_endless_wait() -> None:
    assert first(Loop((TALK, CODE), pause=15)) == ["talk Mon 09:00", "code Mon 10:00"]
    busy = diary("bo", blocks=(block("09:00-17:00"),))
    assert first(Loop((TALK, CODE), wait=60), busy) == ["talk Mon 15:30", "code Mon 17:00"]
    assert first(Loop((TALK, CODE), wait=0), busy) == ["talk Mon 16:30", "code Mon 17:00"]


def test_in_whatever_order_fits() -> None:
    late = diary("ana", blocks=(block("09:00-10:00"),))
    assert first(Loop((TALK, CODE), wait=0), late) == ["talk Mon 10:00", "code Mon 10:30"]
    assert first(Loop((TALK, CODE), ordered=False, wait=0), late) == ["code Mon 09:00", "talk Mon 10:00"]


def test_over_several_days_where_one_does_not_do() -> None:
    away = diary("bo", blocks=(block("00:00-23:59", 0), block("00:00-23:59", 1)))
    only_monday = replace(EVERYBODY["ana"], blocks=tuple(block("00:00-23:59", day) for day in range(1, 14)))
    assert first(Loop((TALK, CODE)), away, only_monday) == []
    assert first(Loop((TALK, CODE), days=2), away, only_monday) == []
    assert first(Loop((TALK, CODE), days=3), away, only_monday) == ["talk Mon 09:00", "code Wed 09:00"]


def test_loops_are_offered_on_different_days() -> None:
    found = itineraries(Loop((TALK, CODE)), LIKE, EVERYBODY, FORTNIGHT, BERLIN, 3)
    assert [told(each)[0] for each in found] == ["talk Mon 09:00", "talk Tue 09:00", "talk Wed 09:00"]


def test_a_day_gives_two_loops_where_there_is_no_other() -> None:
    found = itineraries(Loop((TALK, CODE)), LIKE, EVERYBODY, when("09:00-11:00"), BERLIN, 3)
    assert [told(each)[0] for each in found] == ["talk Mon 09:00", "talk Mon 09:30"]


def test_an_interviewer_of_two_stages_keeps_the_gap_between_interviews_and_the_candidate_does_not() -> None:
    again = Stage("again", Panel(("candidate", "ana")), 30)
    start = Stage("talk", Panel(("candidate", "ana")), 30)
    other = Stage("other", Panel(("candidate", "bo")), 30)
    loop = Loop((start, again, other), candidate="candidate")
    assert first(loop, like=replace(LIKE, gap=30)) == [
        "talk Mon 09:00",
        "again Mon 10:00",
        "other Mon 10:30",
    ]


def test_an_interviewer_who_takes_one_a_day_is_not_asked_twice() -> None:
    pool = Panel(one_of=(("ana", "bo"),))
    stages = Stage("first", pool, 30), Stage("second", pool, 30)
    one_each = diary("ana", per_day=1), diary("bo", per_day=1)
    (found,) = itineraries(Loop(stages), LIKE, {each.id: each for each in one_each}, FORTNIGHT, BERLIN, 1)
    assert [each.people for each in found] == [("ana",), ("bo",)]


def test_nothing_follows_a_stage_that_ends_after_midnight_of_the_last_day() -> None:
    at_night = {each: Diary(each, BERLIN) for each in ("ana", "bo")}
    late = Interval(when("23:30-23:45").start, when("00:30-01:00", 1).end)
    assert itineraries(Loop((CODE, TALK)), LIKE, at_night, late, BERLIN, 1) == ()
    assert len(itineraries(Loop((CODE, TALK), days=2), LIKE, at_night, late, BERLIN, 1)) == 1


def test_a_loop_that_cannot_be_is_not_there() -> None:
    assert first(Loop((TALK, CODE)), diary("bo", readable=False)) == []


@pytest.mark.parametrize("wrong", [{"stages": ()}, {"days": 0}, {"pause": -1}, {"wait": -5}, {"stages": (TALK, TALK)}])
def test_a_loop_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a loop has"):
        Loop(**{"stages": (TALK,), **wrong})  # type: ignore[arg-type]


loops = st.builds(
    Loop,
    stages=st.permutations((TALK, CODE, BOSS)).map(tuple),
    ordered=st.booleans(),
    pause=st.sampled_from((0, 30)),
    wait=st.sampled_from((0, 30, 90)),
    days=st.sampled_from((1, 2)),
)


@given(st.tuples(diaries("ana"), diaries("bo"), diaries("cy")), loops)
@settings(deadline=None, max_examples=40)
def test_every_loop_keeps_its_order_its_pauses_its_days_and_everybodys_time(
    people: tuple[Diary, ...], loop: Loop
) -> None:
    known = {each.id: each for each in people}
    stages = {stage.name: stage for stage in loop.stages}
    for itinerary in itineraries(loop, LIKE, known, FORTNIGHT, BERLIN, 2):
        names = [each.stage for each in itinerary]
        assert sorted(names) == sorted(stages)
        assert not loop.ordered or names == list(stages)
        for each in itinerary:
            stage = stages[each.stage]
            meeting = replace(LIKE, minutes=stage.minutes)
            assert Plan(stage.panel, known, meeting, FORTNIGHT).fits(each.when.start)
        days = [each.when.start.astimezone(BERLIN).date() for each in itinerary]
        assert (days[-1] - days[0]).days < loop.days
        for (before, after), (one, next_) in zip(pairwise(itinerary), pairwise(days), strict=True):
            waited = after.when.start - before.when.end
            assert waited >= timedelta(minutes=loop.pause)
            assert one != next_ or waited <= timedelta(minutes=max(loop.wait, loop.pause))

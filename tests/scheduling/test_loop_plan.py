"""A loop as one meeting: one start for the candidate, and everybody comes to their own part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.diary import Diary, Meeting, Reason
from dialogs.scheduling.explain import Why
from dialogs.scheduling.intervals import Interval, covers
from dialogs.scheduling.loop import Loop, Stage, itineraries
from dialogs.scheduling.loop_plan import LoopPlan
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.ranking import best
from tests.scheduling.people import BERLIN, FORTNIGHT, OFFICE, at, block, can, clocks, diaries, diary, when

IDA = Stage("Pairing", Panel(("ida",)), 45)
SENIOR = Stage("Systems", Panel(one_of=(("max", "eva"),)), 30)
HR = Stage("Culture", Panel(("hr",)), 30)
AFTERNOON = Loop((IDA, SENIOR, HR), pause=15)
A_DAY = Interval(at("00:00"), at("00:00", 1))
LIKE = Meeting(1, 15)


def loop_plan(
    loop: Loop, *people: Diary, between: Interval = A_DAY, like: Meeting = LIKE, rooms: tuple[str, ...] = ()
) -> LoopPlan:
    """Whoever is not told of works office hours in Berlin; a room has none."""
    free = {who: diary(who) for who in loop.panel.everyone} | {room: Diary(room, BERLIN) for room in rooms}
    known = free | {each.id: each for each in people}
    panel = replace(loop.panel, rooms=rooms, optional=tuple(each for each in known if each.startswith("optional")))
    return LoopPlan(panel, known, replace(like, minutes=loop.minutes), between, BERLIN, loop=loop)


def told(plan: LoopPlan, start: datetime) -> list[str]:
    seated = plan.seat(start)
    assert seated
    return [
        f"{clocks([each.when.start])[0][4:]} {each.stage}: {', '.join(each.people)}".rstrip(": ")
        for each in seated.itinerary
    ]


# ── in order ──


def test_each_stage_follows_the_one_before_with_the_pause_between() -> None:
    plan = loop_plan(AFTERNOON)
    assert plan.meeting.minutes == 45 + 15 + 30 + 15 + 30
    assert told(plan, at("13:00")) == ["13:00 Pairing: ida", "14:00 Systems: eva", "14:45 Culture: hr"]


def test_everybody_is_needed_in_their_own_part_and_in_no_other() -> None:
    ida = diary("ida", blocks=(block("13:45-18:00"),))
    hr = diary("hr", blocks=(block("09:00-14:45"),))
    plan = loop_plan(AFTERNOON, ida, hr)
    assert clocks(list(plan.starts())) == ["Mon 13:00"]
    assert plan.open_time() == (when("13:00-15:15"),)


def test_lunch_of_one_is_no_lunch_of_all() -> None:
    lunch = OFFICE.parse("Mon-Fri 13:00-14:00", zone=BERLIN)
    plan = loop_plan(AFTERNOON, diary("hr", soft=lunch))
    assert plan.fits(at("13:00"))
    ida = loop_plan(AFTERNOON, diary("ida", soft=lunch))
    assert not ida.fits(at("13:00"))
    assert ida.with_consent.fits(at("13:00"))
    assert ida.explain(at("13:00")) == (Why(Reason.CONSENT, 1),)


def test_a_stage_without_people_is_a_break() -> None:
    loop = Loop((IDA, Stage("Lunch", Panel(), 60), HR))
    assert told(loop_plan(loop), at("11:15")) == ["11:15 Pairing: ida", "12:00 Lunch", "13:00 Culture: hr"]
    assert clocks(list(loop_plan(loop, between=when("10:00-14:00")).starts())) == ["Mon 11:15"]


def test_whoever_comes_twice_is_there_from_the_first_to_the_last() -> None:
    loop = Loop((IDA, HR, Stage("Wrap-up", Panel(("ida",)), 15)), pause=15)
    between = diary("ida", blocks=(block("14:00-14:10"),))
    assert loop_plan(loop).fits(at("13:00"))
    assert not loop_plan(loop, between).fits(at("13:00"))
    again = loop_plan(loop, like=replace(LIKE, before=30, after=30, gap=30))
    assert again.fits(at("13:00")), "between two stages of theirs there is what the loop gives, and no more"


def test_a_room_is_held_from_beginning_to_end() -> None:
    taken = Diary("blue", BERLIN, blocks=(block("15:00-16:00"),))
    plan = loop_plan(AFTERNOON, taken, rooms=("blue", "green"))
    seated = plan.seat(at("13:00"))
    assert seated
    assert seated.room == "green"
    assert not plan.without("green").fits(at("13:00"))
    assert plan.without("green").explain(at("13:00")) == (Why(Reason.ROOM, 1),)


def test_who_need_not_come_is_asked_for_the_whole() -> None:
    plan = loop_plan(AFTERNOON, diary("optional"), diary("optional too", blocks=(block("15:00-15:30"),)))
    assert plan.optional(at("13:00")) == ("optional",)


# ── in any order ──


def test_in_whatever_order_fits_the_written_one_first() -> None:
    loop = replace(AFTERNOON, ordered=False)
    assert [each[6:] for each in told(loop_plan(loop), at("13:00"))] == ["Pairing: ida", "Systems: eva", "Culture: hr"]
    late = diary("ida", blocks=(block("13:00-14:30"),))
    assert told(loop_plan(loop, late), at("13:00")) == [
        "13:00 Systems: eva",
        "13:45 Culture: hr",
        "14:30 Pairing: ida",
    ]


def test_a_break_keeps_its_place_in_any_order() -> None:
    loop = Loop((IDA, Stage("Coffee", Panel(), 15), HR), ordered=False)
    late = diary("ida", blocks=(block("13:00-13:40"),))
    assert told(loop_plan(loop, late), at("13:00")) == ["13:00 Culture: hr", "13:30 Coffee", "13:45 Pairing: ida"]


def test_what_is_booked_keeps_its_order_and_its_people() -> None:
    loop = replace(AFTERNOON, ordered=False)
    plan = loop_plan(loop, diary("ida", blocks=(block("13:00-14:30"),)))
    booked = plan.seat(at("13:00"))
    assert booked
    free_again = replace(loop_plan(loop, diary("eva", booked=(block("09:00-10:00"),))), stands=booked.itinerary)
    assert free_again.seat(at("13:00")) == booked
    ill = free_again.without("eva").seat(at("13:00"))
    assert ill
    assert [each.people for each in ill.itinerary] == [("max",), ("hr",), ("ida",)]


# ── groups ──


def test_of_a_group_another_one_for_each_stage_where_that_can_be() -> None:
    seniors = Panel(one_of=(("max", "eva"),))
    loop = Loop((Stage("Systems", seniors, 30), Stage("Code", seniors, 30)))
    assert told(loop_plan(loop), at("13:00")) == ["13:00 Systems: eva", "13:30 Code: max"]
    only_max = loop_plan(loop, diary("eva", readable=False))
    assert told(only_max, at("13:00")) == ["13:00 Systems: max", "13:30 Code: max"]


def test_whoever_has_less_to_do_comes() -> None:
    busy = diary("eva", booked=(block("09:00-09:30", 1),))
    seated = loop_plan(AFTERNOON, busy).seat(at("13:00"))
    assert seated
    assert seated.people == ("ida", "max", "hr")


def test_nobody_of_a_group_and_it_is_said_so() -> None:
    plan = loop_plan(AFTERNOON, diary("eva", readable=False), diary("max", blocks=(block("14:15-15:00"),)))
    assert not plan.without("eva").without("max").fits(at("09:00")), "without anybody it is no break"
    assert plan.explain(at("13:00")) == (Why(Reason.POOL, 2),)
    assert plan.explain(at("13:00", -3)) == (Why(Reason.TOO_SOON),)


def test_the_best_times_are_found_as_for_any_meeting() -> None:
    plan = loop_plan(AFTERNOON, between=FORTNIGHT)
    assert clocks([each.when.start for each in best(plan, 3)]) == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]
    assert [each.people for each in best(plan, 1)] == [("ida", "eva", "hr")]


# ── against a search that tries everything ──

PEOPLE = ("ida", "max", "eva", "hr")
PANELS = st.builds(
    Panel,
    required=st.sets(st.sampled_from(PEOPLE), max_size=2).map(lambda found: tuple(sorted(found))),
    one_of=st.lists(st.sets(st.sampled_from(PEOPLE), min_size=1, max_size=3).map(tuple), max_size=1).map(tuple),
)


@st.composite
def loops(draw: st.DrawFn) -> Loop:
    panels = draw(st.lists(PANELS, min_size=1, max_size=4))
    lengths = st.sampled_from((10, 30, 45))
    stages = tuple(Stage(f"stage {number}", panel, draw(lengths)) for number, panel in enumerate(panels))
    return Loop(stages, ordered=draw(st.booleans()), pause=draw(st.sampled_from((0, 15))))


def orders(loop: Loop) -> Iterator[tuple[Stage, ...]]:
    for order in permutations(loop.stages):
        breaks = all((a is b) for a, b in zip(order, loop.stages, strict=True) if a.is_break or b.is_break)
        if order == loop.stages or (breaks and not loop.ordered):
            yield order


def possible(loop: Loop, known: dict[str, Diary], like: Meeting, start: datetime) -> bool:
    """Any order, anybody of each group, each from the first to the last of their stages: does one of these do?"""
    for order in orders(loop):
        for chosen in product(*(product(*stage.panel.one_of) for stage in order)):
            begins, parts, twice = start, dict[str, Interval](), False
            for stage, pooled in zip(order, chosen, strict=True):
                ends = begins + timedelta(minutes=stage.minutes)
                people = (*stage.panel.required, *pooled)
                twice = twice or len(set(people)) < len(people)
                for who in people:
                    parts[who] = Interval(parts[who].start if who in parts else begins, ends)
                begins = ends + timedelta(minutes=loop.pause)
            if not twice and all(can(known[who], like, part) for who, part in parts.items()):
                return True
    return False


MINUTE = timedelta(minutes=1)
CHANGE = Interval(at("20:00", 5), at("12:00", 6))  # the night in which clocks go back in Berlin
ODD = st.builds(lambda minute: FORTNIGHT.start + minute * MINUTE, st.integers(0, 14 * 24 * 60))
NEAR = st.builds(lambda minute: CHANGE.start + minute * MINUTE, st.integers(0, 14 * 60))


@given(
    st.tuples(*(diaries(who) for who in PEOPLE)),
    loops(),
    st.sampled_from((LIKE, Meeting(1, 30, before=10, after=5, gap=30, on_site=True))),
    st.lists(ODD | NEAR, min_size=8, max_size=20),
)
@settings(deadline=None, max_examples=50)
def test_it_fits_exactly_where_some_order_and_somebody_of_each_group_does(
    people: tuple[Diary, ...], loop: Loop, like: Meeting, odd: list[datetime]
) -> None:
    known = {each.id: each for each in people}
    plan = loop_plan(loop, *people, between=FORTNIGHT, like=like)
    length = loop.minutes * MINUTE
    edges = [edge for each in plan.open_time()[:3] for edge in (each.start, each.end - length)]
    for start in (*odd, *edges, *(edge + by for edge in edges for by in (-MINUTE, MINUTE))):
        within = FORTNIGHT.start <= start and start + loop.minutes * MINUTE <= FORTNIGHT.end
        assert plan.fits(start) == (within and possible(loop, known, like, start))
        assert plan.fits(start) == (plan.seat(start) is not None)
        assert bool(plan.explain(start)) == (not plan.fits(start))


@given(st.tuples(*(diaries(who) for who in PEOPLE)), loops(), st.lists(ODD | NEAR, min_size=8, max_size=20))
@settings(deadline=None, max_examples=40)
def test_what_fits_is_offered_and_lies_in_open_time_and_nothing_else_is_left_of_it(
    people: tuple[Diary, ...], loop: Loop, odd: list[datetime]
) -> None:
    plan = loop_plan(loop, *people, between=FORTNIGHT)
    offered, open_time = list(plan.starts()), plan.open_time()
    assert all(plan.fits(start) for start in offered[:40])
    assert all(start.astimezone(BERLIN).minute % 15 == 0 for start in offered)
    edges = [edge for each in open_time[:5] for edge in (each.start, each.end - loop.minutes * MINUTE)]
    for start in (*odd, *edges):
        meeting = Interval.lasting(start, loop.minutes)
        assert covers(open_time, meeting) or not plan.fits(start)
        assert (start in plan.narrowed([start], [meeting])) == plan.fits(start)
        assert (start in plan.narrowed([start], [], [meeting])) == plan.with_consent.fits(start)
        round_and_within = start.astimezone(BERLIN).minute % 15 == 0 and start.second == 0
        assert not round_and_within or (start in offered) == plan.fits(start)


@given(st.tuples(*(diaries(who) for who in PEOPLE)), loops(), st.lists(ODD | NEAR, min_size=4, max_size=8))
@settings(deadline=None, max_examples=40)
def test_what_is_seated_is_a_whole_loop(people: tuple[Diary, ...], loop: Loop, odd: list[datetime]) -> None:
    plan = loop_plan(loop, *people, between=FORTNIGHT)
    stages = {stage.name: stage for stage in loop.stages}
    for start in (*odd, *list(plan.starts())[:5]):
        seated = plan.seat(start)
        if not seated:
            continue
        begins = start
        for each in seated.itinerary:
            assert each.when == Interval.lasting(begins, stages[each.stage].minutes)
            assert len(each.people) == len(set(each.people))
            assert set(stages[each.stage].panel.required) <= set(each.people)
            begins = each.when.end + loop.pause * MINUTE
        assert sorted(each.stage for each in seated.itinerary) == sorted(stages)
        assert not loop.ordered or [each.stage for each in seated.itinerary] == list(stages)
        assert seated.itinerary[-1].when.end == start + loop.minutes * MINUTE


@given(st.tuples(*(diaries(who) for who in PEOPLE)), st.booleans(), st.sampled_from((0, 15)))
@settings(deadline=None, max_examples=25)
def test_where_nobody_comes_twice_the_search_over_days_finds_the_same_starts(
    people: tuple[Diary, ...], ordered: bool, pause: int
) -> None:
    loop = Loop((IDA, SENIOR, HR), ordered=ordered, pause=pause, wait=0)
    known = {each.id: each for each in people}
    week = Interval(at("00:00", 2), at("00:00", 9))
    plan = loop_plan(loop, *people, between=week)
    found = itineraries(loop, LIKE, known, week, BERLIN, 3)
    assert {each[0].when.start for each in found} <= set(plan.starts())
    assert bool(found) == any(True for _ in plan.starts())


def test_a_loop_over_several_days_is_no_one_meeting() -> None:
    with pytest.raises(ValueError, match="only on one day"):
        loop_plan(replace(AFTERNOON, days=2))

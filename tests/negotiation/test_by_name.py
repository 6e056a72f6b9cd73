"""Lunch: offered to nobody who did not ask for it by name, and booked only where both sides did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.negotiation.decide import decide
from dialogs.negotiation.effects import Book, CallHuman, Offered, Reader
from dialogs.negotiation.events import InviteAnswered, MoveAsked, Requested
from dialogs.negotiation.facts import Facts
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.firm_days import Lunch
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Week
from tests.negotiation.cases import (
    BERLIN,
    FACTS,
    after,
    asked,
    at,
    candidate_can,
    host_can,
    of,
    slot,
    takes,
    told,
    window,
)

LUNCH = Lunch.parse("12:00-13:00").week(BERLIN)
HOURS = Week.of(WorkingHours.parse("09:00-18:00", zone=BERLIN))


def facts(*, hours: Week | None, rooms: tuple[str, ...] = ()) -> Facts:
    between = Interval(FACTS.now, FACTS.now + timedelta(days=14))
    diaries = {room: Diary(room, BERLIN) for room in rooms}
    diaries["host"] = Diary("host", BERLIN, hours, soft=LUNCH)
    plan = Plan(Panel(("host",), rooms=rooms), diaries, Meeting(FACTS.minutes), between)
    return replace(FACTS, plan=plan, host_open=plan.open_time() if hours else None)


IN_WORDS, BY_CALENDAR = facts(hours=None), facts(hours=HOURS)
NOON = slot(3, "12:00")


def over_lunch(start: Interval) -> bool:
    return start.meets(window(start.start.astimezone(BERLIN).day, "12:00", "13:00"))


@given(st.integers(36, 60), st.integers(3, 20))
@settings(max_examples=60, deadline=None)
def test_a_host_who_can_for_hours_is_not_taken_to_give_up_lunch(start: int, length: int) -> None:
    begins, quarter = at(3, "00:00") + start * timedelta(minutes=15), timedelta(minutes=15)
    opens = Interval(begins, begins + length * quarter)
    decision = after(asked(), host_can(opens), facts=IN_WORDS)
    offered = [Interval.lasting(each, FACTS.minutes) for effect in of(decision, Offered) for each in effect.starts]
    nothing_else = not any(
        opens.holds(Interval.lasting(opens.start + timedelta(minutes=minute), FACTS.minutes))
        and not over_lunch(Interval.lasting(opens.start + timedelta(minutes=minute), FACTS.minutes))
        for minute in range(length * 15)
    )
    assert nothing_else or not any(map(over_lunch, offered))


@pytest.mark.parametrize(
    ("events", "booked"),
    [
        ((host_can(NOON), takes(0)), True),
        ((host_can(window(3, "10:00", "15:00")), candidate_can(NOON)), False),
        ((host_can(window(3, "10:00", "15:00")), candidate_can(NOON), takes(0, party=Party.HOST)), True),
        ((host_can(window(3, "10:00", "15:00")), candidate_can(window(3, "11:00", "14:00"))), True),  # beside lunch
        (
            (host_can(window(3, "10:00", "12:00"), NOON), candidate_can(window(3, "11:30", "12:30"))),
            False,
        ),
    ],
)
def test_both_sides_have_to_ask_for_it_by_name(events: tuple[object, ...], booked: bool) -> None:
    decision = after(asked(), *events, facts=IN_WORDS)  # type: ignore[arg-type]
    assert bool(of(decision, Book)) is booked


def test_between_two_who_can_for_hours_lunch_is_left_alone() -> None:
    decision = after(
        asked(), host_can(window(3, "10:00", "15:00")), candidate_can(window(3, "11:30", "14:00")), facts=IN_WORDS
    )
    assert [effect.when.start for effect in of(decision, Book)] == [at(3, "13:00")]


def test_where_calendars_speak_the_recruiter_asks_for_it() -> None:
    opened = Requested(Hosting.CALENDAR)
    assert not of(after(opened, candidate_can(NOON), facts=BY_CALENDAR), Book)
    moved = after(opened, MoveAsked((NOON,)), facts=BY_CALENDAR)
    assert [effect.starts for effect in of(moved, Offered)] == [(NOON.start,)]
    assert [effect.when for effect in of(after(opened, MoveAsked((NOON,)), takes(0), facts=BY_CALENDAR), Book)] == [
        NOON
    ]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (slot(3, "19:00"), "why_outside_hours"),
        (slot(2, "08:00"), "why_too_soon"),
        (slot(31, "10:00"), "why_too_far"),
        (window(7, "00:00", "23:59"), "why_outside_hours"),  # a Saturday
    ],
)
def test_a_recruiter_who_names_what_cannot_be_is_told_why_and_nothing_changes(wanted: Interval, why: str) -> None:
    before = after(Requested(Hosting.CALENDAR), facts=BY_CALENDAR)
    decision = after(MoveAsked((wanted,)), facts=BY_CALENDAR, state=before.negotiation)
    said = told(decision, Reader.RECRUITER)
    assert said is not None
    assert [part.text for part in said.parts] == ["not_free_then", why, "move_not_made"]
    assert decision.negotiation == before.negotiation
    assert {type(effect).__name__ for effect in decision.effects} == {"Say"}


def test_a_room_that_says_no_is_changed_for_another_or_a_human_is_called() -> None:
    two = facts(hours=HOURS, rooms=("aquarium", "library"))
    booked = (Requested(Hosting.CALENDAR), takes(0))
    assert [effect.room for effect in of(after(*booked, facts=two), Book)] == ["aquarium"]
    no = InviteAnswered(Party.HOST, "decline", who="aquarium")
    assert [effect.room for effect in of(after(*booked, no, facts=two), Book)] == ["library"]
    alone = after(*booked, no, facts=facts(hours=HOURS, rooms=("aquarium",)))
    assert of(alone, CallHuman)
    assert alone.negotiation.status is Status.CONFIRMED


def test_a_room_that_said_no_is_not_taken_again_when_the_next_one_says_no_too() -> None:
    two = facts(hours=HOURS, rooms=("aquarium", "library"))
    first = after(
        Requested(Hosting.CALENDAR), takes(0), InviteAnswered(Party.HOST, "decline", who="aquarium"), facts=two
    )
    again = decide(
        replace(first.negotiation, status=Status.CONFIRMED), InviteAnswered(Party.HOST, "decline", who="library"), two
    )
    assert not of(again, Book)
    assert of(again, CallHuman)

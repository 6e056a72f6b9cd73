"""What is decided when a calendar, or somebody else's interview, changes what is possible here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.negotiation.decide import decide
from dialogs.negotiation.effects import Book, CallHuman, Kind, Offered, Reader, Reason, Restore, Wish
from dialogs.negotiation.events import (
    CalendarChanged,
    CalledOff,
    Event,
    InviteAnswered,
    Requested,
    SlotFreed,
    SlotGone,
    TakenOver,
)
from dialogs.negotiation.facts import Facts
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.scheduling.blocks import Block
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, covers
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Week
from dialogs.understanding.meaning import Act
from tests.negotiation.cases import (
    BERLIN,
    FACTS,
    MONDAY,
    after,
    asked,
    at,
    candidate_can,
    host_can,
    kinds,
    of,
    says,
    slot,
    takes,
    told,
    window,
)

TUESDAY = window(3, "10:00", "12:00")
WEDNESDAY = window(4, "15:00", "18:00")
BOOKED: tuple[Event, ...] = (asked(), host_can(TUESDAY, WEDNESDAY), takes(0))
MOVED = CalendarChanged(Party.HOST, slot(6, "14:00"))
DELETED = CalendarChanged(Party.HOST)
HOURS = WorkingHours.parse("09:00-18:00", zone=BERLIN)


def by_calendar(*people: str, busy: Iterable[Interval] = (), one_of: tuple[str, ...] = ()) -> Facts:
    """Facts in which calendars decide: everybody works nine to six in Berlin, and `busy` is taken of the first."""
    between = Interval(FACTS.now, FACTS.now + timedelta(days=14))
    everyone = (*people, *one_of)
    diaries = {
        who: Diary(who, BERLIN, Week.of(HOURS), tuple(map(Block, busy)) if who == everyone[0] else ())
        for who in everyone
    }
    plan = Plan(Panel(people, one_of=(one_of,) if one_of else ()), diaries, Meeting(FACTS.minutes), between)
    return replace(FACTS, plan=plan, host_open=plan.open_time(), host_busy=tuple(busy) if people else ())


@pytest.mark.parametrize(
    ("event", "status", "told_whom"),
    [
        (MOVED, Status.OFFERED, {("host", Kind.ANSWER), ("candidate", Kind.OFFER)}),
        (
            CalendarChanged(Party.HOST, slot(3, "10:45")),
            Status.OFFERED,
            {("host", Kind.ANSWER), ("candidate", Kind.OFFER)},
        ),
        (DELETED, Status.CONFIRMED, {("host", Kind.CLARIFY), ("recruiter", Kind.ESCALATION)}),
        (CalendarChanged(Party.CANDIDATE, slot(4, "16:00")), Status.AGREED, set()),  # the host gave that time before
    ],
)
def test_changed_by_hand_both_sides_are_asked_or_told(
    event: Event, status: Status, told_whom: set[tuple[str, Kind]]
) -> None:
    decision = after(*BOOKED, event)
    assert decision.negotiation.status is status
    assert told_whom <= kinds(decision)


def test_what_was_moved_by_hand_is_booked_once_the_other_side_agrees() -> None:
    agreed = after(*BOOKED, MOVED, takes(0))
    assert [effect.when for effect in of(agreed, Book)] == [slot(6, "14:00")]
    assert not agreed.negotiation.by_hand


def test_where_the_old_time_stays_it_is_put_back_into_the_calendar() -> None:
    stays = after(*BOOKED, MOVED, candidate_can(slot(3, "10:00")))
    assert of(stays, Restore)
    assert stays.negotiation.status is Status.CONFIRMED


def test_deleted_by_mistake_it_is_put_back_and_deleted_on_purpose_it_is_called_off() -> None:
    assert of(after(*BOOKED, DELETED, says(Act.ACCEPT, party=Party.HOST)), Restore)
    assert after(*BOOKED, DELETED, says(Act.CANCEL, party=Party.HOST)).negotiation.status is Status.CANCELLED
    assert [each.reason for each in of(after(*BOOKED, DELETED), CallHuman)] == [Reason.CALENDAR_CHANGED]


@pytest.mark.parametrize("before", [(*BOOKED[:2],), (*BOOKED, CalledOff())])
def test_where_nothing_is_booked_a_calendar_changes_nothing(before: tuple[Event, ...]) -> None:
    decision = after(*before, MOVED)
    assert not decision.effects
    assert not after(*before, DELETED).effects


def test_a_human_who_holds_the_thread_is_told_and_nobody_else() -> None:
    assert {reader for reader, _ in kinds(after(*BOOKED, TakenOver(), MOVED))} == {"recruiter"}


# Several candidates, one time


def test_a_time_that_somebody_else_took_goes_from_the_table_and_no_round_is_counted() -> None:
    offered = after(asked(), host_can(TUESDAY, WEDNESDAY)).negotiation
    gone = decide(offered, SlotGone(), replace(FACTS, host_busy=(slot(3, "10:00"),)))
    say = told(gone, Reader.CANDIDATE)
    assert say
    assert say.parts[0].text == "offer_one_gone"
    assert slot(3, "10:00").start not in say.choices
    assert gone.negotiation.rounds == offered.rounds
    assert not decide(offered, SlotGone(), FACTS).effects, "every time is still free"


def test_who_asked_for_a_taken_time_waits_for_it_and_is_offered_it_when_it_comes_free() -> None:
    offered = after(asked(), host_can(TUESDAY)).negotiation
    taken = decide(offered, takes(0), replace(FACTS, host_busy=(slot(3, "10:00"),)))
    assert [wish.when for wish in of(taken, Wish)] == [slot(3, "10:00")]
    freed = decide(taken.negotiation, SlotFreed(slot(3, "10:00")), FACTS)
    say = told(freed, Reader.CANDIDATE)
    assert say
    assert say.parts[0].text == "offer_freed"
    assert slot(3, "10:00").start in say.choices
    assert freed.negotiation.rounds == taken.negotiation.rounds


def test_a_freed_time_that_was_ruled_out_or_comes_too_late_is_offered_to_nobody() -> None:
    refused = after(asked(), host_can(TUESDAY), says(Act.REJECT)).negotiation
    assert not decide(refused, SlotFreed(slot(3, "10:00")), FACTS).effects
    assert not decide(after(*BOOKED).negotiation, SlotFreed(slot(4, "15:00")), FACTS).effects


def test_an_offer_ends_after_three_days_or_when_its_first_time_begins() -> None:
    soon = of(after(asked(), host_can(TUESDAY)), Offered)[0]
    assert soon.until == at(3, "10:00")
    late = of(after(asked(), host_can(window(16, "10:00", "12:00"))), Offered)[0]
    assert late.until == MONDAY + timedelta(days=3, minutes=1)


# A group


def test_one_of_a_group_who_cannot_come_is_replaced_at_the_same_time() -> None:
    facts = by_calendar(one_of=("ida", "max"))
    booked = after(Requested(Hosting.CALENDAR), takes(0), facts=facts)
    assert [effect.people for effect in of(booked, Book)] == [("ida",)]
    confirmed = replace(booked.negotiation, status=Status.CONFIRMED)
    ill = decide(confirmed, InviteAnswered(Party.HOST, "decline", who="ida"), facts)
    assert [(effect.when, effect.people) for effect in of(ill, Book)] == [(booked.negotiation.booked, ("max",))]
    assert not kinds(ill), "nobody is asked for anything"

    assert booked.negotiation.booked
    alone = by_calendar(one_of=("max", "ida"), busy=[booked.negotiation.booked])
    assert not of(decide(confirmed, InviteAnswered(Party.HOST, "decline", who="ida"), alone), Book)


@pytest.mark.parametrize(
    "event",
    [InviteAnswered(Party.HOST, "decline", who="ida"), InviteAnswered(Party.HOST, "counter", slot(6, "14:00"), "ida")],
)
def test_while_a_human_holds_the_thread_an_answer_to_an_invite_is_the_human_s(event: InviteAnswered) -> None:
    facts = by_calendar(one_of=("ida", "max"))
    booked = after(Requested(Hosting.CALENDAR), takes(0), facts=facts)
    held = replace(booked.negotiation, status=Status.CONFIRMED, human=True)
    heard = decide(held, event, facts)
    assert kinds(heard) == {("recruiter", Kind.ESCALATION)}
    assert not of(heard, Book)
    assert heard.negotiation.status is Status.CONFIRMED


quarters = st.integers(0, 14 * 96 - 4)
meetings = st.lists(quarters.map(lambda q: Interval.lasting(MONDAY + timedelta(minutes=15 * q), 60)), max_size=40)


@given(meetings, meetings, st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_what_is_offered_and_what_is_booked_is_never_busy_and_always_in_hours(
    busy: list[Interval], meanwhile: list[Interval], choice: int
) -> None:
    """Through the whole decision: what fills up between the offer and the answer is never booked over."""
    offered = decide(after().negotiation, Requested(Hosting.CALENDAR), by_calendar("ida", busy=busy))
    hours = HOURS.open(Interval(MONDAY, MONDAY + timedelta(days=15)))
    for start in offered.negotiation.offer.starts if offered.negotiation.offer else ():
        kept = Interval.lasting(start, FACTS.minutes)
        assert not any(kept.meets(each) for each in busy)
        assert covers(hours, kept)
    now_busy = [*busy, *meanwhile]
    taken = decide(offered.negotiation, takes(choice), by_calendar("ida", busy=now_busy))
    for booking in of(taken, Book):
        assert not any(booking.when.meets(each) for each in now_busy)
        assert covers(hours, booking.when)

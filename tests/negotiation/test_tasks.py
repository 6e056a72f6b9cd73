"""Whom a person is to reach: when that becomes a task, when they are rung, and what comes of each outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.negotiation.decide import decide
from dialogs.negotiation.draft import Decision
from dialogs.negotiation.effects import (
    Alarm,
    Book,
    CallHuman,
    CloseTask,
    GiveTask,
    Kind,
    Purpose,
    Reader,
    Reason,
    Record,
    Say,
    ShowTask,
    TaskOutcome,
    TaskReason,
    Wake,
)
from dialogs.negotiation.events import (
    CalledOff,
    Event,
    HandedBack,
    Left,
    Rang,
    TakenOver,
    TaskReported,
    Undelivered,
)
from dialogs.negotiation.facts import Facts
from dialogs.negotiation.state import Party, Status
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act, Understanding
from tests.negotiation.cases import BERLIN, FACTS, after, asked, at, host_can, of, says, slot, takes, window

TUESDAY, WEDNESDAY = window(3, "10:00", "12:00"), window(4, "15:00", "18:00")
NOBODY_WRITES = Undelivered(Party.CANDIDATE, "undelivered", Kind.OFFER, by_hand=True)
OFFERED = (asked(), host_can(TUESDAY, WEDNESDAY))
TO_CALL = (*OFFERED, NOBODY_WRITES)


def noted(outcome: str, number: int = 1, **more: object) -> TaskReported:
    given: dict[str, object] = {"meaning": Understanding((Act.SELECT,), choice=(1,), confidence=1)}
    given = given if outcome in ("took", "times") else {}
    return TaskReported(number, TaskOutcome(outcome), "rita", "Rita Lopes", **(given | more))  # type: ignore[arg-type]


def test_whoever_is_only_to_be_called_is_called_and_no_alarm_is_raised() -> None:
    decision = after(*TO_CALL)
    (given,) = of(decision, GiveTask)
    assert (given.to, given.purpose, given.reason) == (Reader.CANDIDATE, Purpose.FIND, TaskReason.NO_CHANNEL)
    assert decision.negotiation.status is Status.OFFERED
    assert of(decision, CallHuman) == []
    assert Wake(Alarm.TASK, given.due, "candidate") in decision.effects


def test_whom_nothing_reaches_is_called_too_and_the_recruiter_hears_why() -> None:
    decision = after(*OFFERED, Undelivered(Party.CANDIDATE, "gone", Kind.OFFER))
    assert [each.reason for each in of(decision, GiveTask)] == [TaskReason.UNDELIVERED]
    assert [each.reason for each in of(decision, CallHuman)] == [Reason.UNDELIVERED]


def test_one_call_is_enough_however_many_messages_do_not_arrive() -> None:
    decision = after(*TO_CALL, Undelivered(Party.CANDIDATE, "undelivered", Kind.NUDGE, by_hand=True))
    assert of(decision, GiveTask) == []
    assert of(after(*TO_CALL, Rang(Alarm.NUDGE)), Say) == [], "and nobody is nudged who is to be rung"


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.ANSWER, Kind.FOLLOW_UP, Kind.SURVEY])
def test_nobody_is_rung_for_a_reminder_or_a_thank_you(kind: Kind) -> None:
    decision = after(*OFFERED, Undelivered(Party.CANDIDATE, "undelivered", kind, by_hand=True))
    assert of(decision, GiveTask) == []


def test_who_never_heard_of_it_is_not_rung_to_hear_that_it_is_off() -> None:
    off = Undelivered(Party.CANDIDATE, "undelivered", Kind.CANCELLATION, by_hand=True)
    assert of(after(*TO_CALL, CalledOff(), off), GiveTask) == []


PORTUGAL_DAY = datetime(2026, 6, 10, 10, tzinfo=ZoneInfo("Europe/Lisbon"))


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/Lisbon", at(2, "09:00"), at(2, "10:00")),  # nine in Lisbon
        ("Europe/Lisbon", at(2, "17:45"), at(2, "17:45")),
        ("Europe/Lisbon", at(2, "18:30"), at(3, "10:00")),  # Rita has gone home
        ("Europe/Lisbon", at(6, "20:00"), at(9, "10:00")),
        ("America/New_York", at(2, "09:00"), at(2, "15:00")),
        ("Pacific/Auckland", at(2, "09:00"), at(2, "21:00")),  # their days never meet: theirs count
        ("Europe/Lisbon", PORTUGAL_DAY, PORTUGAL_DAY + timedelta(hours=23)),
    ],
)
def test_they_are_rung_when_both_are_at_work(zone: str, now: datetime, due: datetime) -> None:
    facts = replace(FACTS, candidate=replace(FACTS.candidate, zone=ZoneInfo(zone)))
    state = after(*OFFERED).negotiation
    (given,) = of(decide(state, NOBODY_WRITES, replace(facts, now=now)), GiveTask)
    assert given.due.astimezone(BERLIN) == due.astimezone(BERLIN)


def test_a_time_taken_on_the_phone_is_booked_and_it_is_kept_by_whom() -> None:
    decision = after(*TO_CALL, noted("took"))
    assert [book.when for book in of(decision, Book)] == [slot(4, "15:00")]
    assert Record("task_took", {"via": "phone", "by": "Rita Lopes"}) in decision.effects
    assert of(decision, CloseTask) == [CloseTask(1, TaskOutcome.TOOK, "rita")]
    assert decision.negotiation.tasks == ()
    again = Undelivered(Party.CANDIDATE, "undelivered", Kind.CONFIRMATION, by_hand=True)
    assert of(after(*TO_CALL, noted("took"), again), GiveTask) == [], "she was told by whoever booked it with her"


def test_also_where_a_colleague_holds_the_thread_or_was_called_for_help() -> None:
    assert of(after(*TO_CALL, TakenOver(), noted("took")), Book)
    escalated = (*OFFERED, Undelivered(Party.CANDIDATE, "gone", Kind.OFFER))
    assert of(after(*escalated, noted("took")), Book)


def test_a_time_that_went_leaves_the_task_open_with_others_on_it() -> None:
    state = after(*TO_CALL).negotiation
    gone = replace(FACTS, now=at(2, "11:00"), host_busy=(Interval(at(4, "15:00"), at(4, "15:45")),))
    decision = decide(state, noted("took"), gone)
    assert [each.note for each in of(decision, GiveTask)] == ["gone"]
    assert ShowTask(1) in decision.effects
    assert of(decision, Book) == []
    assert of(decision, CloseTask) == []
    offer = decision.negotiation.offer
    assert offer
    assert at(4, "15:00") not in offer.starts


def test_what_they_said_of_their_time_goes_to_the_other_side() -> None:
    friday = Understanding((Act.PROPOSE,), windows=(window(6, "14:00", "16:00"),), confidence=1)
    decision = after(*TO_CALL, noted("times", meaning=friday, words="Friday after 2"))
    assert decision.negotiation.waiting_for is Party.HOST
    assert of(decision, CloseTask) == [CloseTask(1, TaskOutcome.TIMES, "rita")]


def test_words_that_settle_nothing_leave_the_task_open() -> None:
    decision = after(*TO_CALL, noted("times", meaning=Understanding((Act.CHITCHAT,), confidence=1), words="well"))
    assert [each.note for each in of(decision, GiveTask)] == ["unclear"]


def test_after_three_calls_that_nobody_answers_a_human_decides() -> None:
    state, facts = after(*TO_CALL).negotiation, replace(FACTS, now=at(2, "10:30"))
    dues = []
    for _ in range(2):
        decision = decide(state, noted("no_answer"), facts)
        (given,) = of(decision, GiveTask)
        dues.append(given.due.astimezone(BERLIN))
        state, facts = decision.negotiation, replace(facts, now=given.due + timedelta(minutes=10))
    assert dues == [at(2, "13:30"), at(2, "16:40")]
    last = decide(state, noted("no_answer"), facts)
    assert of(last, GiveTask) == []
    assert [each.reason for each in of(last, CallHuman)] == [Reason.NO_REPLY]
    assert last.negotiation.status is Status.ESCALATED
    assert decide(last.negotiation, HandedBack(), facts).negotiation.status is Status.OFFERED


def test_called_back_when_they_asked_for_it() -> None:
    evening = at(3, "19:30")
    (given,) = of(after(*TO_CALL, noted("call_back", at=evening)), GiveTask)
    assert given.due == evening


OVER: dict[str, tuple[Status, Reason | None]] = {
    "not_interested": (Status.CANCELLED, None),
    "no_contact": (Status.CANCELLED, Reason.OPT_OUT),
    "wrong_number": (Status.ESCALATED, Reason.WRONG_PERSON),
}


@pytest.mark.parametrize("outcome", OVER)
def test_what_ends_it_ends_it_once(outcome: str) -> None:
    decision = after(*TO_CALL, noted(outcome))
    status, reason = OVER[outcome]
    assert decision.negotiation.status is status
    assert [each.reason for each in of(decision, CallHuman)] == ([reason] if reason else [])
    assert of(decision, CloseTask) == [CloseTask(1, TaskOutcome(outcome), "rita")]


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (takes(0), TaskOutcome.WROTE),
        (says(Act.LATER), TaskOutcome.WROTE),
        (says(Act.AUTO_REPLY), None),
        (CalledOff(), TaskOutcome.SETTLED),
        (host_can(window(5, "10:00", "12:00")), None),
        (TakenOver(), None),
    ],
)
def test_whoever_writes_first_is_not_rung_nor_anybody_for_nothing(event: Event, outcome: TaskOutcome | None) -> None:
    closed = [each.outcome for each in of(after(*TO_CALL, event), CloseTask)]
    assert closed == ([outcome] if outcome else [])


def test_noted_twice_it_counts_once() -> None:
    first = after(*TO_CALL, noted("took"))
    second = decide(first.negotiation, noted("not_interested"), FACTS)
    assert second == Decision(first.negotiation, (), ("that task is done already",))


def test_a_task_comes_up_with_times_that_are_free_then() -> None:
    state = after(*TO_CALL).negotiation
    gone = replace(FACTS, now=at(2, "10:00"), host_busy=(Interval(at(3, "10:00"), at(3, "12:00")),))
    decision = decide(state, Rang(Alarm.TASK, "candidate"), gone)
    assert decision.negotiation.offer
    assert all(start >= at(4, "15:00") for start in decision.negotiation.offer.starts)
    assert ShowTask(1) in decision.effects
    away = decide(state, Rang(Alarm.TASK, "candidate"), replace(gone, calendars_away=True))
    assert of(away, ShowTask) == []
    assert [each.alarm for each in of(away, Wake)] == [Alarm.TASK]


def test_while_it_is_paused_nobody_is_to_be_rung() -> None:
    facts: Facts = FACTS
    state = replace(after(*TO_CALL).negotiation, paused=True)
    assert of(decide(state, Rang(Alarm.TASK, "candidate"), facts), ShowTask) == []


def test_a_colleagues_own_words_that_reach_nobody_are_told_to_them() -> None:
    decision = after(*OFFERED, Undelivered(Party.CANDIDATE, "undelivered", Kind.REPLY, by_hand=True))
    assert [each.reason for each in of(decision, CallHuman)] == [Reason.UNDELIVERED]
    assert of(decision, GiveTask) == []


def test_nobody_is_to_ring_themselves() -> None:
    facts = replace(FACTS, host=FACTS.recruiter)
    unheard = Undelivered(Party.HOST, "undelivered", Kind.AVAILABILITY_REQUEST, by_hand=True)
    assert of(after(asked(), unheard, facts=facts), GiveTask) == []


def test_who_asks_to_be_left_alone_is_rung_for_nothing_any_more() -> None:
    moved = Undelivered(Party.CANDIDATE, "undelivered", Kind.CONFIRMATION, by_hand=True)
    to_tell = (*OFFERED, takes(0), Undelivered(Party.HOST, "x", Kind.ANSWER, by_hand=True), moved)
    assert [each.purpose for each in of(after(*to_tell), GiveTask)] == [Purpose.TELL]
    assert after(*to_tell, Left(Party.CANDIDATE)).negotiation.tasks == ()

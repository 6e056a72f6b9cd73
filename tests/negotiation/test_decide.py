"""What the assistant decides, as tables: what was said before, what happens, what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.negotiation.decide import decide
from dialogs.negotiation.effects import Alarm, Book, CallHuman, Cancel, Invite, Kind, Reader, Reason, SearchAgain, Wake
from dialogs.negotiation.events import (
    Arranged,
    CalledOff,
    Event,
    Heard,
    InviteAnswered,
    Left,
    MoveAsked,
    OutcomeReported,
    Rang,
    Requested,
    TakenOver,
)
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act, Ambiguity, Topic, Understanding
from tests.negotiation.cases import (
    FACTS,
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
FRIDAY = window(6, "14:00", "16:00")


def test_three_slots_spread_over_the_days_are_offered_in_order() -> None:
    offer = after(asked(), host_can(TUESDAY, WEDNESDAY)).negotiation.offer
    assert offer
    assert [start.astimezone(at(1, "0:00").tzinfo) for start in offer.starts] == [
        at(3, "10:00"),
        at(4, "15:00"),
        at(4, "16:00"),
    ]


@pytest.mark.parametrize(
    ("now", "given", "first"),
    [
        ("10:01", ("10:00", "15:00"), "12:30"),
        ("10:14", ("10:00", "15:00"), "12:30"),
        ("10:15", ("10:00", "15:00"), "12:30"),
        ("10:31", ("10:00", "15:00"), "13:00"),
        ("10:01", ("12:15", "13:00"), "12:15"),
        ("10:15", ("12:15", "13:00"), "12:15"),
        ("08:00", ("10:15", "11:00"), "10:15"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_two_hours_from_now_is_no_time_that_anybody_named(now: str, given: tuple[str, str], first: str) -> None:
    facts = replace(FACTS, now=at(3, now))
    offer = after(asked(), host_can(window(3, *given)), facts=replace(facts, now=facts.now - timedelta(minutes=1)))
    assert offer.negotiation.offer
    assert offer.negotiation.offer.starts[0] == at(3, first)


def test_of_a_window_too_short_for_the_rest_nothing_is_offered_at_odd_minutes() -> None:
    facts = replace(FACTS, now=at(3, "10:10"))
    assert after(asked(), host_can(window(3, "12:00", "13:00")), facts=facts).negotiation.offer is None


@pytest.mark.parametrize(
    ("what_the_candidate_says", "booked"),
    [
        (takes(1), slot(4, "15:00")),
        (takes(2, 0), slot(4, "16:00")),  # the most wanted first
        (candidate_can(slot(3, "11:00")), slot(3, "11:00")),  # inside, though it was not among the three
        (candidate_can(slot(4, "17:15")), slot(4, "17:15")),
        (candidate_can(window(4, "16:30", "20:00")), slot(4, "16:30")),
        (candidate_can(slot(4, "17:30")), None),  # would end after what the host gave
        (candidate_can(FRIDAY), None),
        (says(Act.ACCEPT), None),  # yes to three: which one?
        (says(Act.REJECT), None),
    ],
)
def test_what_lies_inside_what_the_host_gave_is_booked_and_nothing_else_is(
    what_the_candidate_says: Event, booked: Interval | None
) -> None:
    decision = after(asked(), host_can(TUESDAY, WEDNESDAY), what_the_candidate_says)
    assert [effect.when for effect in of(decision, Book)] == ([booked] if booked else [])


def test_a_time_outside_is_put_to_the_host_and_booked_when_the_host_agrees() -> None:
    proposed = (asked(), host_can(TUESDAY), candidate_can(FRIDAY))
    decision = after(*proposed)
    assert kinds(decision) == {("host", Kind.OFFER), ("candidate", Kind.ANSWER)}
    assert decision.negotiation.waiting_for is Party.HOST

    agreed = after(*proposed, takes(0, party=Party.HOST))
    assert [effect.when for effect in of(agreed, Book)] == [slot(6, "14:00")]


def test_after_five_rounds_without_agreement_a_human_is_called_and_both_are_told() -> None:
    def their_times(day: int) -> Event:
        return candidate_can(window(day, "9:00", "10:00")) if day % 2 else host_can(window(day, "15:00", "16:00"))

    back_and_forth = [asked(), host_can(TUESDAY), *map(their_times, (9, 10, 11, 12))]
    decision = after(*back_and_forth)
    assert decision.negotiation.status is Status.OFFERED
    decision = after(*back_and_forth, candidate_can(window(13, "9:00", "10:00")))
    assert decision.negotiation.status is Status.ESCALATED
    assert [effect.reason for effect in of(decision, CallHuman)] == [Reason.NO_AGREEMENT]
    assert {reader for reader, _ in kinds(decision)} == {"candidate", "host", "recruiter"}


def test_where_nothing_overlaps_whoever_can_open_the_most_is_asked_for_exactly_that() -> None:
    evenings = [window(day, "17:00", "19:00") for day in (3, 4, 5)]
    mornings = [window(day, "9:00", "17:00") for day in (3, 4, 5, 6)]
    decision = after(Requested(Hosting.CANDIDATE_FIRST), candidate_can(*mornings), host_can(*evenings))
    asked_for = told(decision, Reader.CANDIDATE)
    assert asked_for
    assert [part.text for part in asked_for.parts] == ["concession_after"]
    assert len(asked_for.choices) == 3


def test_two_honest_readings_are_both_named_and_none_is_taken() -> None:
    readings = (slot(6, "10:00"), slot(13, "10:00"))
    unclear = Heard(Party.HOST, Understanding((Act.PROPOSE,), ambiguous=(Ambiguity("next Friday", readings),)), "…")
    decision = after(asked(), unclear)
    question = told(decision, Reader.HOST)
    assert question
    assert question.kind is Kind.CLARIFY
    assert question.choices == tuple(reading.start for reading in readings)
    assert not of(decision, Book)

    settled = after(asked(), unclear, takes(1, party=Party.HOST))
    assert settled.negotiation.offer
    assert settled.negotiation.offer.starts == (slot(13, "10:00").start,)


def test_a_message_with_several_intents_is_answered_whole_in_one_message() -> None:
    both = Heard(
        Party.CANDIDATE,
        Understanding((Act.SELECT, Act.ASK), choice=(0,), topics=(Topic.PEOPLE, Topic.OTHER)),
        "Tuesday works – who will I meet? and can my colleague join?",
    )
    decision = after(asked(), host_can(TUESDAY), both)
    assert of(decision, Book)
    confirmed = decide(decision.negotiation, Arranged(0), FACTS)
    confirmation = told(confirmed, Reader.CANDIDATE)
    assert confirmation
    assert [part.text for part in confirmation.parts] == ["confirmation", "answer_people"]
    assert [effect.reason for effect in of(decision, CallHuman)] == [Reason.QUESTION]


BOOKED: tuple[Event, ...] = (asked(), host_can(TUESDAY, WEDNESDAY), takes(0))


def test_a_taken_slot_gets_new_ones_with_an_apology() -> None:
    facts = replace(FACTS, host_busy=(slot(3, "10:00"),))
    offered = after(asked(), host_can(TUESDAY, WEDNESDAY)).negotiation
    decision = decide(offered, takes(0), facts)
    say = told(decision, Reader.CANDIDATE)
    assert say
    assert say.parts[0].text == "offer_gone"
    assert slot(3, "10:00").start not in say.choices
    assert not of(decision, Book)


@pytest.mark.parametrize(
    ("event", "status", "sequence", "told_whom"),
    [
        (candidate_can(slot(4, "16:00")), Status.AGREED, 1, set()),
        (says(Act.CANCEL), Status.CANCELLED, 1, {"candidate", "host", "recruiter"}),
        (says(Act.CANCEL, party=Party.HOST), Status.CANCELLED, 1, {"candidate", "recruiter"}),
        (says(Act.RESCHEDULE), Status.OFFERED, 0, {"candidate"}),
        (says(Act.RESCHEDULE, party=Party.HOST), Status.COLLECTING, 0, {"candidate", "host"}),
        (InviteAnswered(Party.CANDIDATE, "accept"), Status.CONFIRMED, 0, set()),
        (InviteAnswered(Party.CANDIDATE, "decline"), Status.OFFERED, 0, {"candidate"}),
        (InviteAnswered(Party.CANDIDATE, "counter", slot(4, "16:00")), Status.AGREED, 1, set()),
        (InviteAnswered(Party.HOST, "counter", FRIDAY), Status.OFFERED, 0, {"candidate", "host"}),
        (CalledOff("filled"), Status.CANCELLED, 1, {"candidate", "host"}),
        (Left(Party.CANDIDATE), Status.CANCELLED, 1, {"host", "recruiter"}),
        (MoveAsked((WEDNESDAY,)), Status.OFFERED, 0, {"candidate"}),
        (says(Act.CHITCHAT), Status.CONFIRMED, 0, set()),
        (OutcomeReported("passed"), Status.COMPLETED, 0, set()),
        (OutcomeReported("no_show"), Status.NO_SHOW, 0, set()),
    ],
)
def test_after_it_is_booked(event: Event, status: Status, sequence: int, told_whom: set[str]) -> None:
    decision = after(*BOOKED, event)
    assert decision.negotiation.status is status
    assert decision.negotiation.sequence == sequence
    assert {reader for reader, _ in kinds(decision)} == told_whom


def test_only_what_the_host_calls_off_is_searched_anew() -> None:
    assert of(after(*BOOKED, says(Act.CANCEL, party=Party.HOST)), SearchAgain)
    assert not of(after(*BOOKED, says(Act.CANCEL)), SearchAgain)
    assert not of(after(*BOOKED, CalledOff()), SearchAgain)


def test_a_late_answer_of_the_outside_confirms_nothing_that_was_moved_meanwhile() -> None:
    agreed = after(*BOOKED).negotiation
    moved = decide(agreed, candidate_can(slot(4, "16:00")), FACTS).negotiation
    assert moved.sequence == 1
    assert not of(decide(moved, Arranged(0), FACTS), Invite)
    assert of(decide(moved, Arranged(1), FACTS), Invite)


def test_a_human_who_holds_the_thread_is_not_talked_over() -> None:
    decision = after(asked(), host_can(TUESDAY), TakenOver(), takes(0))
    assert kinds(decision) == {("recruiter", Kind.ANSWER)}
    assert not of(decision, Book)


NIGHT = datetime(2026, 3, 2, 23, tzinfo=ZoneInfo("Europe/Berlin"))


def test_at_night_the_one_who_writes_is_answered_and_the_other_hears_in_the_morning() -> None:
    offered = after(asked(), host_can(WEDNESDAY)).negotiation
    facts = replace(FACTS, now=NIGHT, awake=frozenset({Reader.CANDIDATE}))
    agreed = decide(offered, takes(0), facts)
    decision = decide(agreed.negotiation, Arranged(0), facts)
    assert {reader for reader, _ in kinds(decision)} == {"candidate"}
    mornings = {wake.name: wake.at for wake in of(decision, Wake) if wake.alarm is Alarm.MORNING}
    assert mornings["host"] == at(3, "8:00")

    morning = decide(decision.negotiation, Rang(Alarm.MORNING, "host"), replace(FACTS, now=at(3, "8:00")))
    assert kinds(morning) == {("host", Kind.CONFIRMATION)}


def test_what_is_no_longer_true_in_the_morning_is_not_said() -> None:
    offered = after(asked(), host_can(WEDNESDAY)).negotiation
    facts = replace(FACTS, now=NIGHT, awake=frozenset({Reader.CANDIDATE}))
    confirmed = decide(decide(offered, takes(0), facts).negotiation, Arranged(0), facts).negotiation
    withdrawn = decide(confirmed, says(Act.CANCEL), facts).negotiation
    assert kinds(decide(withdrawn, Rang(Alarm.MORNING, "host"), replace(FACTS, now=at(3, "8:00")))) == {
        ("host", Kind.CANCELLATION)
    }


def test_somebody_running_late_is_told_at_once_at_any_hour() -> None:
    confirmed = decide(after(*BOOKED).negotiation, Arranged(0), FACTS).negotiation
    just_before = replace(FACTS, now=at(3, "9:50"))
    late = Heard(Party.CANDIDATE, Understanding((Act.LATE,), late_minutes=10), "10 minutes late")
    assert {reader for reader, _ in kinds(decide(confirmed, late, just_before))} == {"candidate", "host", "recruiter"}


def test_silence_is_nudged_twice_and_then_given_to_a_human() -> None:
    state, facts = after(asked()).negotiation, FACTS
    said = []
    for _ in range(3):
        facts = replace(facts, now=facts.now + timedelta(days=2))
        decision = decide(state, Rang(Alarm.NUDGE), facts)
        state = decision.negotiation
        said += [kind for _, kind in sorted(kinds(decision))]
    assert said == [Kind.NUDGE, Kind.NUDGE, Kind.ESCALATION]
    assert state.status is Status.ESCALATED


def test_a_calendar_that_changed_under_an_offer_is_never_nudged_about_with_old_times() -> None:
    offered = after(asked(), host_can(TUESDAY, WEDNESDAY)).negotiation
    facts = replace(FACTS, now=at(2, "18:00"), host_busy=(slot(3, "10:00"),))
    say = told(decide(offered, Rang(Alarm.NUDGE), facts), Reader.CANDIDATE)
    assert say
    assert slot(3, "10:00").start not in say.choices


@pytest.mark.parametrize("event", [says(Act.CANCEL), CalledOff(), Left(Party.HOST), OutcomeReported("rejected")])
def test_whoever_has_the_invite_gets_it_taken_back_once_and_an_ended_one_is_left_alone(event: Event) -> None:
    decision = after(*BOOKED, event)
    again = decide(decision.negotiation, Rang(Alarm.REMINDER, "3600"), replace(FACTS, now=at(3, "9:00")))
    assert not kinds(again)
    assert len(of(decision, Cancel)) == (0 if isinstance(event, OutcomeReported) else 1)

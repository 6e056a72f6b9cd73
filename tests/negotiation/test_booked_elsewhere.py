"""What is decided when a candidate books, moves or calls off on a page of the host's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.negotiation.decide import decide
from dialogs.negotiation.effects import Book, CallHuman, Cancel, Kind, LetGo, Reason, SearchAgain
from dialogs.negotiation.events import (
    BookedElsewhere,
    CalledOff,
    CalledOffElsewhere,
    Event,
    Left,
    MoveAsked,
    TakenOver,
)
from dialogs.negotiation.state import Elsewhere, Party, Status
from dialogs.scheduling.intervals import Interval
from tests.negotiation.cases import FACTS, after, asked, host_can, kinds, of, slot, takes, window

TUESDAY = window(3, "10:00", "12:00")
WHEN, LATER = slot(5, "14:00"), slot(6, "09:00")
BY_CHAT: tuple[Event, ...] = (asked(), host_can(TUESDAY), takes(0))


def there(when: Interval, name: str = "i1") -> Elsewhere:
    return Elsewhere("con", name, f"event-{name}", when)


def booked(when: Interval = WHEN, name: str = "i1", *, moved: bool = False) -> BookedElsewhere:
    return BookedElsewhere(there(when, name), moved=moved)


@pytest.mark.parametrize("before", [(asked(),), (asked(), host_can(TUESDAY)), BY_CHAT])
def test_it_is_the_interviews_time_whoever_was_asked_for_what_before(before: tuple[Event, ...]) -> None:
    decision = after(*before, booked())
    assert [each.when for each in of(decision, Book)] == [WHEN]
    assert (decision.negotiation.status, decision.negotiation.elsewhere) == (Status.AGREED, there(WHEN))
    assert decision.negotiation.moved == (before is BY_CHAT)


def test_booked_there_for_the_time_it_is_already_nothing_is_booked_anew() -> None:
    decision = after(*BY_CHAT, booked(slot(3, "10:00")))
    assert decision.effects == ()
    assert decision.negotiation.elsewhere


def test_moved_there_it_moves_and_what_is_gone_there_is_not_called_off_again() -> None:
    decision = after(asked(), booked(), booked(LATER, "i2", moved=True))
    assert [each.when for each in of(decision, Book)] == [LATER]
    assert not of(decision, LetGo)


def test_of_two_bookings_the_first_is_let_go() -> None:
    assert of(after(asked(), booked(), booked(LATER, "i2")), LetGo) == [LetGo("con", "event-i1")]


@pytest.mark.parametrize("event", [CalledOff(), Left(Party.CANDIDATE), Left(Party.HOST)])
def test_what_is_off_here_is_let_go_there(event: Event) -> None:
    decision = after(asked(), booked(), event)
    assert of(decision, LetGo) == [LetGo("con", "event-i1")]
    assert decision.negotiation.elsewhere is None
    assert not decide(decision.negotiation, CalledOffElsewhere(Party.HOST), FACTS).effects, "and comes back as no news"


def test_while_another_time_is_looked_for_it_stands_and_goes_once_there_is_one() -> None:
    moving = after(asked(), booked(), MoveAsked((TUESDAY,)))
    assert not of(moving, LetGo)
    decision = after(asked(), booked(), MoveAsked((TUESDAY,)), takes(0, party=Party.HOST), takes(0))
    assert [each.when for each in of(decision, Book)] == [slot(3, "10:00")]
    assert of(decision, LetGo) == [LetGo("con", "event-i1")]


@pytest.mark.parametrize("who", ["candidate_busy", "host_busy"])
def test_where_somebody_is_taken_a_human_settles_it_and_what_is_booked_stands(who: str) -> None:
    standing = after(*BY_CHAT).negotiation
    decision = decide(standing, booked(), replace(FACTS, **{who: (slot(5, "14:15"),)}))  # type: ignore[arg-type]
    assert [each.reason for each in of(decision, CallHuman)] == [Reason.BOOKED_ELSEWHERE]
    assert kinds(decision) == {("recruiter", Kind.ESCALATION)}
    assert decision.negotiation.booked == standing.booked


def test_a_human_who_holds_the_thread_decides() -> None:
    decision = after(asked(), TakenOver(), booked())
    assert not of(decision, Book)
    assert {reader for reader, _ in kinds(decision)} == {"recruiter"}


def test_the_host_who_calls_off_there_has_another_time_looked_for() -> None:
    decision = after(asked(), booked(), CalledOffElsewhere(Party.HOST))
    assert of(decision, SearchAgain)
    assert of(decision, Cancel)
    assert not of(decision, LetGo), "there it is off already"


def test_the_candidate_who_calls_off_there_has_withdrawn() -> None:
    decision = after(asked(), booked(), CalledOffElsewhere(Party.CANDIDATE))
    assert decision.negotiation.status is Status.CANCELLED
    assert not of(decision, SearchAgain)
    assert not of(decision, LetGo)


def test_where_nobody_said_who_called_it_off_the_recruiter_is_told_and_it_stands() -> None:
    decision = after(asked(), booked(), CalledOffElsewhere())
    assert decision.negotiation.booked == WHEN
    assert kinds(decision) == {("recruiter", Kind.ESCALATION)}

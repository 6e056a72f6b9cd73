"""The one decision: what happened, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dialogs.negotiation.booked import ask_how_it_went, confirm, remind
from dialogs.negotiation.booked_elsewhere import hear_booking, hear_called_off, let_go
from dialogs.negotiation.by_hand import hear_calendar
from dialogs.negotiation.changes import call_off_by_recruiter, leave, move_for_recruiter
from dialogs.negotiation.draft import Decision, Draft
from dialogs.negotiation.effects import Alarm, Forget, Kind, NextRound, Reason, Record, Wake, Wish
from dialogs.negotiation.events import (
    Arranged,
    BookedElsewhere,
    CalendarChanged,
    CalledOff,
    CalledOffElsewhere,
    Event,
    HandedBack,
    Heard,
    InviteAnswered,
    Left,
    MoveAsked,
    NotArranged,
    OutcomeReported,
    OutcomeWithdrawn,
    Paused,
    Rang,
    Reopened,
    Requested,
    Resumed,
    SlotFreed,
    SlotGone,
    TakenOver,
    TaskReported,
    Undelivered,
)
from dialogs.negotiation.facts import Facts
from dialogs.negotiation.hearing import hear, hear_invite_answer
from dialogs.negotiation.nudging import nudge
from dialogs.negotiation.offering import AWHILE, ask_for_times, escalate, offer, offer_anew, try_again, wait_for_tables
from dialogs.negotiation.relevance import worth_sending
from dialogs.negotiation.settling import book
from dialogs.negotiation.state import Hosting, Negotiation, Party, Status
from dialogs.negotiation.substituting import ruled_out, somebody_steps_in
from dialogs.negotiation.tasks import no_channel_reaches, report, settle_tasks, time_to_ring
from dialogs.negotiation.times import free, is_free
from dialogs.negotiation.waiting import wait_for
from dialogs.negotiation.waitlist import offer_freed, offer_without_gone


def decide(negotiation: Negotiation, event: Event, facts: Facts) -> Decision:
    """Pure: the same three always give the same decision, and nothing has happened yet when it returns."""
    d = Draft(negotiation, facts)
    ON[type(event)](d, event)
    let_go(d)
    settle_tasks(d, event)
    return d.decision()


def open_search(d: Draft, event: Requested) -> None:
    d.change(hosting=event.hosting)
    d.do(Record("requested"))
    if event.after_round:
        d.say(Party.CANDIDATE, Kind.FOLLOW_UP, "next_round")
    ask_first(d, "availability_request_again_called_off" if event.again else "availability_request")


def ask_first(d: Draft, text: str = "availability_request") -> None:
    """The first word of a search: to the host, to the candidate, or, where calendars speak, an offer at once."""
    if d.n.hosting is not Hosting.CALENDAR:
        ask_for_times(d, Party.CANDIDATE if d.n.hosting is Hosting.CANDIDATE_FIRST else Party.HOST, text)
    elif d.facts.calendars_away:
        try_again(d)
    elif offer(d, Party.CANDIDATE, free(d, Party.HOST), _offer_text(d)):
        return
    elif not wait_for_tables(d):
        d.because("the calendars have no free time within the horizon")
        d.do(Wish())
        escalate(d, Reason.NO_SLOTS)


def _offer_text(d: Draft) -> str:
    if d.n.moving:
        return "offer_move"  # they may not have heard of it yet
    return "offer_again" if d.n.offers_made else "offer"


def ring(d: Draft, event: Rang) -> None:
    match event.alarm:
        case Alarm.NUDGE:
            nudge(d)
        case Alarm.REMINDER:
            remind(d, event.name)
        case Alarm.FOLLOW_UP:
            ask_how_it_went(d)
        case Alarm.MORNING:
            say_what_was_owed(d, event.name)
        case Alarm.TRY_AGAIN:
            if d.n.status is Status.COLLECTING and d.n.waiting_for is None and not (d.n.human or d.n.paused):
                look_again(d)
        case Alarm.TASK:
            time_to_ring(d, Party(event.name))


def look_again(d: Draft) -> None:
    """A calendar could not be read, or all was on other tables. Who was to be replaced may be now."""
    if d.n.moving and not ruled_out(d, Party.CANDIDATE) and not d.facts.calendars_away and somebody_steps_in(d):
        return
    ask_first(d)


def say_what_was_owed(d: Draft, reader: str) -> None:
    """The night is over: what it kept back is said, as far as it is still true."""
    if d.n.human or d.n.paused:
        d.because("a human holds the thread: what was kept back stays so")
        return
    owed = [say for say in d.n.owed if say.to.value == reader]
    d.change(owed=tuple(say for say in d.n.owed if say.to.value != reader))
    for say in owed:
        if not worth_sending(say, d.n, d.facts.now):
            d.because(f"no longer true in the morning: {say.kind.value}")
        elif say.kind is Kind.OFFER and d.facts.calendars_away:
            d.change(owed=(*d.n.owed, say))
            d.do(Wake(Alarm.MORNING, d.facts.now + AWHILE, reader))
        elif say.kind is Kind.OFFER and not all(is_free(d, start) for start in say.choices):
            d.because("a slot went in the night: other times")
            offer_anew(d, Party(reader), say.parts[-1].text)
        else:
            d.say_again(say)


def report_outcome(d: Draft, event: OutcomeReported) -> None:
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Forget(Alarm.NUDGE))
    words = {"words": event.words} if event.words else {}
    d.do(Record(f"outcome_{event.outcome}", words))
    d.change(status=Status.NO_SHOW if event.outcome == "no_show" else Status.COMPLETED, waiting_for=None)
    if event.outcome == "passed" and not d.facts.last_round:
        d.do(NextRound())
    d.because(f"the recruiter reports: {event.outcome}")


def withdraw_outcome(d: Draft) -> None:
    d.change(status=Status.CONFIRMED, asked_how_it_went=True)
    d.do(Record("outcome_withdrawn"))
    d.because("the recruiter takes the outcome back")


def reopen(d: Draft) -> None:
    """The calling off is taken back: the same time if everyone is still free then, else the search begins again."""
    d.do(Record("reopened"))
    d.because("the recruiter takes the calling off back")
    booked = d.n.booked
    # What the night has kept back of the calling off is no longer so.
    d.change(booked=None, owed=tuple(say for say in d.n.owed if say.kind is not Kind.CANCELLATION))
    if booked and is_free(d, booked.start):
        book(d, booked.start)
        d.change(again=True)
    elif not offer(d, Party.CANDIDATE, free(d, Party.HOST), "offer_on_again"):
        ask_first(d)


def take_over(d: Draft) -> None:
    d.change(human=True)
    d.do(Record("taken_over"))
    d.because("a human holds the thread: the assistant is silent")


def hand_back(d: Draft) -> None:
    d.change(human=False)
    d.do(Record("handed_back"))
    if d.n.status is Status.ESCALATED and d.n.status_before:
        d.change(status=d.n.status_before, status_before=None)
    resume(d)


def resume(d: Draft) -> None:
    d.change(paused=False)
    for reader in {say.to for say in d.n.owed}:
        d.do(Wake(Alarm.MORNING, d.facts.now, reader.value))
    if d.n.offer and d.n.waiting_for is None:
        wait_for(d, d.n.offer.to)
    if d.n.status is Status.COLLECTING and d.n.waiting_for is None:
        ask_first(d)
    elif d.n.waiting_for:
        wait_for(d, d.n.waiting_for)
    for task in d.n.tasks:
        d.do(Wake(Alarm.TASK, d.facts.now, task.party.value))
    d.because("the assistant goes on")


def pause(d: Draft, _: Paused) -> None:
    d.change(paused=True)
    d.do(Record("paused"))
    d.because("the recruiter paused it")


ON: dict[type, Callable[[Draft, Any], None]] = {
    Requested: open_search,
    Heard: hear,
    InviteAnswered: hear_invite_answer,
    Arranged: lambda d, event: confirm(d, event.sequence),
    NotArranged: lambda d, event: d.call_human(Reason.NOT_ARRANGED, error=event.error),
    SlotGone: lambda d, _: offer_without_gone(d),
    SlotFreed: lambda d, event: offer_freed(d, event.when),
    CalendarChanged: lambda d, event: hear_calendar(d, event.party, event.when, event.who),
    BookedElsewhere: lambda d, event: hear_booking(d, event.booking, moved=event.moved),
    CalledOffElsewhere: lambda d, event: hear_called_off(d, event.by),
    Rang: ring,
    Undelivered: no_channel_reaches,
    TaskReported: report,
    MoveAsked: lambda d, event: move_for_recruiter(d, event.windows),
    CalledOff: lambda d, event: call_off_by_recruiter(d, event.because),
    Left: lambda d, event: leave(d, event.party),
    OutcomeReported: report_outcome,
    OutcomeWithdrawn: lambda d, _: withdraw_outcome(d),
    Reopened: lambda d, _: reopen(d),
    TakenOver: lambda d, _: take_over(d),
    HandedBack: lambda d, _: hand_back(d),
    Paused: pause,
    Resumed: lambda d, _: resume(d),
}

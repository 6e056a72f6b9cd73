"""Somebody of the firm reaches a party in person: when they are rung, what for, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from dialogs.negotiation.changes import call_off_by_host, leave, withdraw
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import (
    Alarm,
    CallHuman,
    CloseTask,
    Forget,
    GiveTask,
    Kind,
    Purpose,
    Reader,
    Reason,
    Record,
    ShowTask,
    TaskOutcome,
    TaskReason,
    Wake,
)
from dialogs.negotiation.events import Event, Heard, InviteAnswered, Left, TaskReported, Undelivered
from dialogs.negotiation.hearing import BOOKED, converse, is_past
from dialogs.negotiation.offering import AWHILE, escalate, offer_anew
from dialogs.negotiation.state import Party, Spoken, Status, Task
from dialogs.negotiation.times import is_free
from dialogs.negotiation.waiting import stop_waiting
from dialogs.scheduling.hours import WorkingHours, country_of, holidays_of
from dialogs.scheduling.intervals import Interval, intersection
from dialogs.understanding.meaning import Act

CALLS = 3  # that nobody answers; a fourth would be a nuisance
AGAIN_AFTER = timedelta(hours=3)  # whoever is in a meeting now may be out of it then
LONG_ENOUGH = timedelta(days=14)  # somewhere in it there is a working day, also around the New Year

SEARCHING = frozenset({Status.COLLECTING, Status.OFFERED})
ASKS = frozenset({Kind.AVAILABILITY_REQUEST, Kind.OFFER, Kind.CLARIFY, Kind.NUDGE})
TELLS = frozenset({Kind.CONFIRMATION, Kind.RESCHEDULE, Kind.CANCELLATION})


# What makes a task


def no_channel_reaches(d: Draft, event: Undelivered) -> None:
    """Whoever is to be rung anyway is rung; of anybody else the recruiter also hears that nothing arrives."""
    purpose = _purpose(d, event)
    if event.kind is Kind.REPLY and event.by_hand:
        # A colleague's own words: only they know whether those are worth a call.
        d.call_human(Reason.UNDELIVERED, who=d.person(event.party).name, error=event.error)
    elif not event.by_hand:
        _call_for_help(d, event)
    if purpose:
        reason = TaskReason.NO_CHANNEL if event.by_hand else TaskReason.UNDELIVERED
        give_task(d, event.party, purpose, reason)
    else:
        d.because("nobody has to be rung for that")


def _purpose(d: Draft, event: Undelivered) -> Purpose | None:
    """What they would be rung for; None: the message is not worth a call, or they know already."""
    party = event.party
    if d.person(party).id == d.facts.recruiter.id:
        return None  # nobody rings themselves
    if d.n.waiting_for is party and d.n.status in SEARCHING and event.kind in ASKS | TELLS:
        return Purpose.FIND
    if d.n.status is Status.ESCALATED and event.kind in ASKS:
        return Purpose.FIND
    if event.kind not in TELLS:
        return None
    spoken = [each for each in d.n.spoken if each.party is party]
    # Who has never heard of it need not hear that it is off.
    unaware = event.by_hand and not spoken and d.n.booked is None
    knows = Spoken(party, d.n.sequence) in spoken
    return None if unaware or knows else Purpose.TELL


def _call_for_help(d: Draft, event: Undelivered) -> None:
    words = {"who": d.person(event.party).name, "error": event.error}
    if d.n.status in SEARCHING:
        escalate(d, Reason.UNDELIVERED, **words)
    else:
        d.call_human(Reason.UNDELIVERED, **words)


def give_task(d: Draft, party: Party, purpose: Purpose, reason: TaskReason) -> None:
    """The recruiter is to ring this party, in the next hours in which both of them work."""
    known = d.n.task_for(party)
    if known and known.purpose is purpose:
        d.because(f"{d.person(party).name} is to be rung already")
        return
    if known:
        close(d, known, TaskOutcome.SETTLED)
    task = Task(d.n.tasks_made + 1, party, purpose, reason)
    d.change(tasks_made=task.number)
    d.do(Record("task_given", {"who": party.value, "reason": reason.value}))
    put_off(d, task, next_working_hour(d, party, d.facts.now))
    d.because(f"{d.person(party).name} is to be reached in person: {reason.value}")


def put_off(d: Draft, task: Task, due: datetime) -> None:
    _keep(d, task)
    d.do(GiveTask(task.number, Reader(task.party.value), task.purpose, task.reason, due, task.tries))
    d.do(Wake(Alarm.TASK, due, task.party.value))


def next_working_hour(d: Draft, party: Party, since: datetime) -> datetime:
    """Nobody is rung at home in the evening, and nobody rings from there; where their days never meet, theirs count."""
    ahead = Interval(since, since + LONG_ENOUGH)
    theirs, ours = _working(d, party, ahead), _working(d, Reader.RECRUITER, ahead)
    found = intersection(theirs, ours) or theirs or ours
    return found[0].start if found else since


def _working(d: Draft, who: Party | Reader, ahead: Interval) -> tuple[Interval, ...]:
    zone = d.zone(who)
    years = range(ahead.start.year, ahead.end.year + 1)
    return WorkingHours(zone).open(ahead, holidays_of(country_of(zone.key), years, own=d.facts.rules.holidays.days()))


def time_to_ring(d: Draft, party: Party) -> None:
    """The task comes up, with times that are still free now."""
    task = d.n.task_for(party)
    if task is None or d.n.paused:
        d.because("nobody is to be rung now")
        return
    table = d.n.offer
    if task.purpose is Purpose.FIND and table and table.to is party:
        if d.facts.calendars_away:
            d.do(Wake(Alarm.TASK, d.facts.now + AWHILE, party.value))
            return
        if not all(is_free(d, start) for start in table.starts):
            d.because("a time that was to be named on the phone is gone")
            offer_anew(d, party, "offer_refreshed")
    d.do(ShowTask(task.number))


# What comes of it


def report(d: Draft, event: TaskReported) -> None:
    task = next((each for each in d.n.tasks if each.number == event.number), None)
    if task is None:
        d.because("that task is done already")
        return
    d.do(Record(f"task_{event.outcome.value}", {"via": event.via, "by": event.name}))
    d.because(f"by {event.via}, says {event.name}: {event.outcome.value}")
    REPORTS[event.outcome](d, task, event)


def speak_for(d: Draft, task: Task, event: TaskReported) -> None:
    """What a party said on the phone counts like a message of theirs."""
    assert event.meaning
    if d.n.over or is_past(d):
        close(d, task, TaskOutcome.SETTLED)
        return
    converse(d, Heard(task.party, event.meaning, event.words))
    if d.n.waiting_for is task.party and d.n.status in SEARCHING:
        still_open(d, task, "gone" if event.outcome is TaskOutcome.TOOK else "unclear")
        return
    close(d, task, event.outcome, event.by)
    _spoken_to(d, task.party)


def still_open(d: Draft, task: Task, note: Literal["gone", "unclear"]) -> None:
    """They are on the phone: what else there is, is shown at once."""
    now = d.facts.now
    d.do(GiveTask(task.number, Reader(task.party.value), task.purpose, task.reason, now, task.tries, note))
    d.do(ShowTask(task.number))
    d.because("not settled by that: the task stays open")


def told(d: Draft, task: Task, event: TaskReported) -> None:
    close(d, task, event.outcome, event.by)
    _spoken_to(d, task.party)


def nobody_answered(d: Draft, task: Task, event: TaskReported) -> None:
    tried = replace(task, tries=task.tries + 1)
    if tried.tries < CALLS:
        put_off(d, tried, next_working_hour(d, task.party, d.facts.now + AGAIN_AFTER))
        return
    close(d, task, event.outcome, event.by)
    _rest(d, Reason.NO_REPLY)
    words = {"who": d.person(task.party).name, "times": str(tried.tries)}
    d.say(Reader.RECRUITER, Kind.ESCALATION, "calls_unanswered", words=words)


def ring_again(d: Draft, task: Task, event: TaskReported) -> None:
    """At the time they named themselves, whatever time that is."""
    put_off(d, task, max(event.at or d.facts.now, d.facts.now))


def wrong_number(d: Draft, task: Task, event: TaskReported) -> None:
    close(d, task, event.outcome, event.by)
    _rest(d, Reason.WRONG_PERSON)
    d.say(Reader.RECRUITER, Kind.ESCALATION, "number_wrong", words={"who": d.person(task.party).name})


def left_alone(d: Draft, task: Task, event: TaskReported) -> None:
    close(d, task, event.outcome, event.by)
    leave(d, task.party)


def not_interested(d: Draft, task: Task, event: TaskReported) -> None:
    close(d, task, event.outcome, event.by)
    if d.n.over:
        return
    if task.party is Party.CANDIDATE:
        withdraw(d)
    else:
        call_off_by_host(d)
    _spoken_to(d, task.party)


REPORTS: dict[TaskOutcome, Callable[[Draft, Task, TaskReported], None]] = {
    TaskOutcome.TOOK: speak_for,
    TaskOutcome.TIMES: speak_for,
    TaskOutcome.TOLD: told,
    TaskOutcome.NO_ANSWER: nobody_answered,
    TaskOutcome.CALL_BACK: ring_again,
    TaskOutcome.WRONG_NUMBER: wrong_number,
    TaskOutcome.NO_CONTACT: left_alone,
    TaskOutcome.NOT_INTERESTED: not_interested,
}


def settle_tasks(d: Draft, event: Event) -> None:
    """Whoever wrote by themselves need not be rung, nor anybody once there is nothing left to ring for."""
    for task in d.n.tasks:
        if isinstance(event, Left) and event.party is task.party:
            close(d, task, TaskOutcome.NO_CONTACT)
        elif _wrote(event, task.party):
            close(d, task, TaskOutcome.WROTE)
        elif not _needed(d, task):
            close(d, task, TaskOutcome.SETTLED)


def _wrote(event: Event, party: Party) -> bool:
    match event:
        case Heard():
            return event.party is party and Act.AUTO_REPLY not in event.meaning.acts
        case InviteAnswered():
            return event.party is party
    return False


def _needed(d: Draft, task: Task) -> bool:
    if task.purpose is Purpose.TELL:
        past = d.n.booked is not None and d.n.booked.start <= d.facts.now
        return not past and Spoken(task.party, d.n.sequence) not in d.n.spoken
    waits = d.n.waiting_for in (None, task.party)
    return waits and not d.n.over and d.n.status not in BOOKED


def close(d: Draft, task: Task, outcome: TaskOutcome, by: str = "") -> None:
    d.change(tasks=tuple(each for each in d.n.tasks if each.number != task.number))
    d.do(CloseTask(task.number, outcome, by))
    if not d.n.tasks:
        d.do(Forget(Alarm.TASK))
    d.because(f"the task is closed: {outcome.value}")


def _keep(d: Draft, task: Task) -> None:
    others = tuple(each for each in d.n.tasks if each.party is not task.party)
    d.change(tasks=(*others, task))


def _spoken_to(d: Draft, party: Party) -> None:
    others = tuple(each for each in d.n.spoken if each.party is not party)
    d.change(spoken=(*others, Spoken(party, d.n.sequence)))


def _rest(d: Draft, reason: Reason) -> None:
    """A human goes on: the search rests, as it does whenever one is called."""
    if d.n.status in SEARCHING:
        d.change(status_before=d.n.status, status=Status.ESCALATED)
        stop_waiting(d)
    d.do(CallHuman(reason))

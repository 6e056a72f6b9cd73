"""A party wrote: everything the message does, in the order that matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dialogs.negotiation.asking import answer
from dialogs.negotiation.booked import hear_how_it_went
from dialogs.negotiation.changes import (
    calendars_speak_for,
    call_off_by_host,
    move,
    offer_by_calendar,
    rule_out_booked,
    run_late,
    start_moving,
    wish_for,
    withdraw,
)
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reader, Reason, Record
from dialogs.negotiation.events import Heard, InviteAnswered
from dialogs.negotiation.offering import escalate
from dialogs.negotiation.settling import hear_times, restore, speaks_of_times
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.negotiation.substituting import can_be_replaced, change_rooms, note_no, substitute
from dialogs.negotiation.waiting import wait_for, wait_until
from dialogs.understanding.meaning import Act, Topic, Understanding

BOOKED = frozenset({Status.AGREED, Status.CONFIRMED})
A_WHILE = timedelta(days=1)


def hear(d: Draft, event: Heard) -> None:
    party, meaning = event.party, event.meaning
    acts = set(meaning.acts)
    if Act.AUTO_REPLY in acts:
        be_patient(d, party, meaning)
    elif d.n.human:
        pass_on(d, event)
    elif d.n.over:
        if acts - {Act.CHITCHAT, Act.ACCEPT, Act.SELECT}:
            d.say(party, Kind.ANSWER, "over_passed_on")
        pass_on(d, event)
    elif Act.WRONG_PERSON in acts:
        apologise(d, party)
    elif d.n.status is Status.ESCALATED and d.n.rounds >= d.facts.rules.rounds_at_most:
        pass_on(d, event)  # enough was tried; they were told that a human takes it from here
    elif is_past(d):
        if acts != {Act.CHITCHAT} or d.n.asked_how_it_went:
            hear_how_it_went(d, party, event.words)
    else:
        converse(d, event)


def converse(d: Draft, event: Heard) -> None:
    """Each step that applies adds its part of the answer."""
    acts = set(event.meaning.acts)
    if d.n.status is Status.ESCALATED and d.n.status_before:
        d.change(status=d.n.status_before, status_before=None)
        if d.n.offer:
            wait_for(d, d.n.offer.to)
        d.because("they wrote after a human was called: heard as usual")
    handled = [step(d, event, acts) for step in STEPS]
    if not any(handled) and acts != {Act.CHITCHAT}:
        not_understood(d, event)


def change_or_settle(d: Draft, event: Heard, acts: set[Act]) -> bool:
    """At most one of these can be meant at once; the gravest wins."""
    party, meaning = event.party, event.meaning
    booked = d.n.status in BOOKED
    if Act.CANCEL in acts and party is Party.HOST:
        call_off_by_host(d)
    elif Act.CANCEL in acts and not (booked and Act.RESCHEDULE in acts):
        withdraw(d)  # "I must cancel, I am ill" is no withdrawal: it is read as both, and moved
    elif Act.LATE in acts:
        run_late(d, party, meaning.late_minutes)
    elif booked and wants_change(meaning):
        move(d, party, meaning)
    elif booked and Act.REJECT in acts:
        d.say(party, Kind.CLARIFY, "does_it_not_suit")
        d.because("a no to what is booked, with no other time: asked what was meant")
    elif booked and {Act.ACCEPT, Act.SELECT} & acts:
        still_fine(d, party)
    elif not booked and (speaks_of_times(meaning) or Act.RESCHEDULE in acts):
        hear_times(d, party, meaning)
    else:
        return False
    return True


def still_fine(d: Draft, party: Party) -> None:
    d.do(Record("still_fine", {"by": party.value}))
    d.because("they confirm what is booked")
    if d.n.by_hand:
        restore(d)
        d.say(party, Kind.ANSWER, "calendar_restored")


def wants_change(meaning: Understanding) -> bool:
    """A no alone moves nothing: it may be about the link, the room, or something else altogether."""
    wishes = {Act.RESCHEDULE, Act.PROPOSE} & set(meaning.acts)
    return bool(wishes or meaning.blocked or meaning.ambiguous)


def promise(d: Draft, event: Heard, acts: set[Act]) -> bool:
    """ "I'll tell you tomorrow": thanked, and left alone until then."""
    if Act.LATER not in acts:
        return False
    party = event.party
    d.say(party, Kind.ANSWER, "later_noted")
    if d.n.waiting_for is party:
        wait_until(d, party, event.meaning.remind_at or d.facts.now + A_WHILE)
    d.because("they will answer later")
    return True


def answer_questions(d: Draft, event: Heard, acts: set[Act]) -> bool:
    if Act.ASK not in acts or d.n.over:
        return False
    answer(d, event.party, event.meaning.topics or (Topic.OTHER,), event.words)
    return True


def fetch_human(d: Draft, event: Heard, acts: set[Act]) -> bool:
    if Act.HUMAN not in acts:
        return False
    d.say(event.party, Kind.ANSWER, "human_coming")
    words = {"who": d.person(event.party).name, "said": event.words}
    if d.n.status in BOOKED or d.n.over:
        d.call_human(Reason.HUMAN, **words)
    else:
        escalate(d, Reason.HUMAN, **words)
    return True


def explain(d: Draft, event: Heard, acts: set[Act]) -> bool:
    if Act.HELP not in acts:
        return False
    d.say(event.party, Kind.ANSWER, "help")
    return True


STEPS: tuple[Callable[[Draft, Heard, set[Act]], bool], ...] = (
    change_or_settle,
    promise,
    answer_questions,
    fetch_human,
    explain,
)


def be_patient(d: Draft, party: Party, meaning: Understanding) -> None:
    """A machine answered. It is never answered back; the person is left alone until they return."""
    if d.n.waiting_for is party:
        wait_until(d, party, meaning.back_at or d.facts.now + A_WHILE)
        if meaning.back_at and meaning.back_at > d.facts.now + A_WHILE:
            d.say(
                Reader.RECRUITER,
                Kind.ANSWER,
                "away_until",
                times=(meaning.back_at,),
                words={"who": d.person(party).name},
            )
            d.do(Record("away", {"by": party.value, "until": meaning.back_at.date().isoformat()}))
    d.because("an automatic reply: not answered, the next word waits for their return")


def pass_on(d: Draft, event: Heard) -> None:
    """A human holds the thread: the assistant only carries the words over."""
    words = {"who": d.person(event.party).name, "said": event.words}
    d.say(Reader.RECRUITER, Kind.ANSWER, "passed_on", words=words)
    d.because("passed on to the recruiter, who holds the thread")


def apologise(d: Draft, party: Party) -> None:
    d.say(party, Kind.ANSWER, "wrong_person", last_word=True)
    d.do(Record("wrong_person", {"by": party.value}))
    escalate(d, Reason.WRONG_PERSON, who=d.person(party).name)


def not_understood(d: Draft, event: Heard) -> None:
    """Asked once to say it in other words; the second time a human reads it."""
    party = event.party
    d.change(not_understood=d.n.not_understood + 1)
    if d.n.not_understood > 1 or d.n.status in BOOKED:
        d.say(party, Kind.ANSWER, "question_passed_on")
        d.call_human(Reason.UNCLEAR, who=d.person(party).name, said=event.words)
        d.change(not_understood=0)
        return
    starts = d.n.offer.starts if d.n.offer and d.n.offer.to is party else ()
    d.say(party, Kind.CLARIFY, "not_understood_offer" if starts else "not_understood", times=starts, choices=starts)
    d.because("could not be read: asked to say it in other words")


def is_past(d: Draft) -> bool:
    return d.n.status is Status.CONFIRMED and d.n.booked is not None and d.n.booked.end <= d.facts.now


def hear_invite_answer(d: Draft, event: InviteAnswered) -> None:
    """What a calendar says for its owner counts like words."""
    if d.n.booked is None or d.n.over or d.n.status is Status.AGREED or is_past(d):
        d.because("an answer to an invite that no longer stands")
        return
    d.do(Record(f"invite_{event.answer}", {"by": event.party.value}))
    if event.answer == "decline":
        note_no(d, event.who)
    elif event.answer == "accept":
        d.change(declined=tuple(who for who in d.n.declined if who != event.who))
    if d.n.human and event.answer in ("decline", "counter"):
        d.call_human(Reason.CALENDAR_CHANGED, who=d.person(event.party).name)
    elif d.n.status is Status.CONFIRMED:
        _change_for_calendar(d, event)
    elif event.answer == "decline" and not can_be_replaced(d, event.who):
        rule_out_booked(d, event.party)
        d.because("another time is looked for already: what is booked is out of the question now")


def _change_for_calendar(d: Draft, event: InviteAnswered) -> None:
    if event.answer == "decline":
        if not (change_rooms(d, event.who) or substitute(d, event.who)):
            _move_for_calendar(d, event)
    elif event.answer == "counter" and event.counter:
        if event.party is Party.HOST and d.n.hosting is Hosting.CALENDAR:
            start_moving(d)
            rule_out_booked(d, event.party)
            wish_for(d, event.party, event.counter.start, event.who)
            return
        move(d, event.party, Understanding((Act.RESCHEDULE, Act.PROPOSE), windows=(event.counter,), confidence=1.0))


def _move_for_calendar(d: Draft, event: InviteAnswered) -> None:
    if calendars_speak_for(d, event.party, event.who):
        start_moving(d)
        rule_out_booked(d, event.party)
        offer_by_calendar(d)
    else:
        move(d, event.party, Understanding((Act.RESCHEDULE,), confidence=1.0))

"""From agreed to over: confirmations, reminders, and how it went."""

from __future__ import annotations

from datetime import timedelta

from dialogs.negotiation.asking import tell
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Holds, Invite, Kind, Reader, Reason, Record, Wake
from dialogs.negotiation.offering import escalate
from dialogs.negotiation.state import Party, Status

# A reminder soon after the booking tells people what they just did.
SETTLE_DOWN = timedelta(hours=1)


def confirm(d: Draft, sequence: int) -> None:
    """The outside has it: everyone is invited, told, and will be reminded."""
    if d.n.sequence == sequence:
        d.change(arranged=sequence)
    if d.n.status is not Status.AGREED or d.n.sequence != sequence:
        d.because("another time was agreed meanwhile: not confirmed")
        return
    d.change(status=Status.CONFIRMED, invited=sequence)
    d.do(Invite(sequence), Record("moved" if d.n.moved else "confirmed"))
    # Whoever has not yet heard of the first time, because it was night, is not told that it moved.
    unaware = {say.to for say in d.n.owed if say.kind is Kind.CONFIRMATION}
    late = [{"name": d.person(reader).name} for reader in (Reader.CANDIDATE, Reader.HOST) if d.asleep(reader)]
    for reader in (Reader.CANDIDATE, Reader.HOST, Reader.RECRUITER):
        if reader is Reader.RECRUITER and d.facts.recruiter.id == d.facts.host.id:
            continue
        moved = d.n.moved and reader not in unaware
        text = (
            "confirmation_moved"
            if moved
            else "confirmation_people"
            if d.n.replaced
            else "confirmation_place"
            if d.n.new_room
            else "confirmation_on_again"
            if d.n.again
            else "confirmation"
        )
        rows = late if reader is Reader.RECRUITER else ()
        d.say(reader, Kind.CONFIRMATION, text, rows=rows, holds=Holds("booking", sequence))
    if d.n.owed_to:
        for topic in d.n.topics_owed:
            tell(d, d.n.owed_to, topic)
        d.change(topics_owed=(), owed_to=None)
    d.because("invites and confirmations are out")
    set_alarms(d)


def remind(d: Draft, name: str) -> None:
    booked = d.n.booked
    if d.n.moving and booked and booked.start > d.facts.now and not (d.n.paused or d.n.human):
        # One of them asked for another time: whether they come is for a human to ask, while the search goes on.
        d.call_human(Reason.MOVE_OPEN)
        return
    if d.n.status is not Status.CONFIRMED or booked is None or booked.start <= d.facts.now or d.n.paused or d.n.human:
        d.because("nothing is confirmed to be reminded of")
        return
    lead = timedelta(seconds=int(name))
    prefer = "sms" if lead <= timedelta(hours=3) else "email"
    text = "reminder_soon" if lead <= timedelta(hours=3) else "reminder"
    for party in (Party.CANDIDATE, Party.HOST):
        d.say(party, Kind.REMINDER, text, holds=Holds("booking", d.n.sequence), prefer=prefer)
    d.because(f"{lead.total_seconds() / 3600:g} h before the interview: both sides are reminded")


def ask_how_it_went(d: Draft) -> None:
    if d.n.moving and not (d.n.paused or d.n.human) and d.n.status in (Status.COLLECTING, Status.OFFERED):
        d.because("the old time has passed, and a new one was never settled")
        escalate(d, Reason.MOVE_OPEN)
        return
    if d.n.status is not Status.CONFIRMED or d.n.human:
        d.because("no interview to ask about")
        return
    d.change(asked_how_it_went=True)
    d.say(Party.CANDIDATE, Kind.FOLLOW_UP)
    d.say(Party.HOST, Kind.FEEDBACK_REQUEST)
    if d.facts.recruiter.id != d.facts.host.id:
        d.say(Reader.RECRUITER, Kind.FEEDBACK_REQUEST, "outcome_request")
    d.because("the interview is over: both sides are asked how it went")


def hear_how_it_went(d: Draft, party: Party, words: str) -> None:
    d.do(Record("feedback", {"by": party.value}))
    d.say(party, Kind.ANSWER, "feedback_thanks")
    d.say(Reader.RECRUITER, Kind.ANSWER, "feedback_passed_on", words={"who": d.person(party).name, "said": words})
    d.because("an answer to how it went: passed on to the recruiter")


def set_alarms(d: Draft) -> None:
    """The reminders that still make sense, and the question how it went."""
    booked, rules = d.n.booked, d.facts.rules
    assert booked
    for lead in rules.reminders:
        at = booked.start - lead
        if at >= d.facts.now + SETTLE_DOWN:
            d.do(Wake(Alarm.REMINDER, at, str(int(lead.total_seconds()))))
    d.do(Wake(Alarm.FOLLOW_UP, booked.end + rules.follow_up_after))

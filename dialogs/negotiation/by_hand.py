"""Somebody changed the interview in their own calendar and told nobody: it is taken as a word from them."""

from __future__ import annotations

from datetime import datetime

from dialogs.negotiation.changes import at_short_notice, start_moving
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reason, Record
from dialogs.negotiation.hearing import is_past
from dialogs.negotiation.offering import ask_for_times, put
from dialogs.negotiation.settling import book
from dialogs.negotiation.state import Given, Party, Status
from dialogs.negotiation.times import gave, is_free
from dialogs.scheduling.intervals import Interval, covers, difference


def hear_calendar(d: Draft, party: Party, when: Interval | None) -> None:
    """Moved counts as a wish for the new time. Deleted may mean anything: they are asked, and the recruiter knows."""
    if d.n.booked is None or d.n.over or d.n.status is Status.AGREED or is_past(d):
        d.because("nothing stands that a calendar could have changed")
        return
    d.change(by_hand=True)
    d.do(Record("calendar_moved" if when else "calendar_deleted", {"by": party.value}))
    if when is None:
        ask_about_deleted(d, party)
    elif d.n.human:
        d.call_human(Reason.CALENDAR_CHANGED, who=d.person(party).name)
    else:
        ask_about_moved(d, party, when.start)


def ask_about_moved(d: Draft, party: Party, start: datetime) -> None:
    """What is booked stands until the other side agrees; where it gave that time before, it has."""
    d.because(f"{d.person(party).name} moved it in the calendar: taken as a wish for that time")
    d.say(party, Kind.ANSWER, "calendar_moved", times=[start])
    start_moving(d)
    wish, given = Interval.lasting(start, d.facts.minutes), d.n.given(party)
    d.change(**{party.value: Given((*given.windows, wish), difference(given.blocked, [wish]), given.preferred)})
    if not is_free(d, start):
        d.because("that time is not free for everybody")
        ask_for_times(d, party, "availability_request_move")
        if party is Party.HOST:
            d.say(Party.CANDIDATE, Kind.RESCHEDULE, "reschedule", urgent=at_short_notice(d))
    elif covers(gave(d, party.other), wish):
        book(d, start)
    else:
        put(d, party.other, [start], "offer_move")
        if d.n.status is Status.OFFERED:
            d.say(party, Kind.ANSWER, "checking")


def ask_about_deleted(d: Draft, party: Party) -> None:
    if not d.n.human:
        d.say(party, Kind.CLARIFY, "calendar_deleted")
    d.call_human(Reason.CALENDAR_CHANGED, who=d.person(party).name)
    d.because("deleted from a calendar by hand: the interview stands until somebody says otherwise")

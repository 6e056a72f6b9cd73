"""Somebody changed the interview in their own calendar and told nobody: it is taken as a word from them."""

from __future__ import annotations

from dialogs.negotiation.changes import move
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reason, Record
from dialogs.negotiation.hearing import is_past
from dialogs.negotiation.state import Party, Status
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act, Understanding


def hear_calendar(d: Draft, party: Party, when: Interval | None) -> None:
    """Moved counts as a wish for the new time. Deleted may mean anything: they are asked, and the recruiter knows."""
    if d.n.booked is None or d.n.over or d.n.status is Status.AGREED or is_past(d):
        d.because("nothing stands that a calendar could have changed")
    elif when is None:
        ask_about_deleted(d, party)
    else:
        d.do(Record("calendar_moved", {"by": party.value}))
        d.because(f"{d.person(party).name} moved it in the calendar: taken as a wish for that time")
        if d.n.human:
            d.call_human(Reason.CALENDAR_CHANGED, who=d.person(party).name)
            return
        d.say(party, Kind.ANSWER, "calendar_moved", times=[when.start])
        wish = Interval.lasting(when.start, d.facts.minutes)
        move(d, party, Understanding((Act.RESCHEDULE, Act.PROPOSE), windows=(wish,), confidence=1.0))


def ask_about_deleted(d: Draft, party: Party) -> None:
    d.do(Record("calendar_deleted", {"by": party.value}))
    d.change(missing=True)
    if not d.n.human:
        d.say(party, Kind.CLARIFY, "calendar_deleted")
    d.call_human(Reason.CALENDAR_CHANGED, who=d.person(party).name)
    d.because("deleted from a calendar by hand: the interview stands until somebody says otherwise")

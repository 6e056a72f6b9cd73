"""Somebody changed the interview in their own calendar and told nobody: it is taken as a word from them."""

from __future__ import annotations

from datetime import datetime

from dialogs.negotiation.changes import start_moving, wish_for
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reason, Record
from dialogs.negotiation.hearing import is_past
from dialogs.negotiation.state import Party, Status
from dialogs.scheduling.intervals import Interval


def hear_calendar(d: Draft, party: Party, when: Interval | None, who: str = "") -> None:
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
        ask_about_moved(d, party, when.start, who)


def ask_about_moved(d: Draft, party: Party, start: datetime, who: str) -> None:
    d.because(f"{d.person(party).name} moved it in the calendar: taken as a wish for that time")
    d.say(party, Kind.ANSWER, "calendar_moved", times=[start])
    start_moving(d)
    wish_for(d, party, start, who)


def ask_about_deleted(d: Draft, party: Party) -> None:
    words = {"who": d.person(party).name}
    if not d.n.human:
        d.say(party, Kind.CLARIFY, "calendar_deleted")
        words["asked"] = "yes"
    d.call_human(Reason.CALENDAR_CHANGED, **words)
    d.because("deleted from a calendar by hand: the interview stands until somebody says otherwise")

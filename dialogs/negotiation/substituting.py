"""One of a group cannot come, or a room is gone: another one does it, at the same time, and nobody searches anew."""

from __future__ import annotations

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Book, Forget, Reason, Record
from dialogs.negotiation.state import Status


def substitute(d: Draft, who: str) -> bool:
    """False, and nothing done: `who` is no choice among several, or none of the others is free then."""
    plan, booked = d.facts.plan, d.n.booked
    if plan is None or booked is None or who in plan.panel.required:
        return False
    if not any(who in pool for pool in plan.panel.one_of):
        return False
    seated = plan.without(who).seat(booked.start)
    if seated is None:
        d.because("one of a group cannot come, and none of the others is free then")
        return False
    d.change(status=Status.AGREED, sequence=d.n.sequence + 1, moved=False, again=False, replaced=True, new_room=False)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Record("substituted"))
    d.do(Book(booked, d.n.sequence, seated.people, seated.room, seated.itinerary))
    d.because("one of a group cannot come: somebody else of it does, at the same time")
    return True


def change_rooms(d: Draft, room: str) -> bool:
    """False, and nothing done: `room` is none of those that could be taken. Where no other is free, a human looks."""
    plan, booked = d.facts.plan, d.n.booked
    if plan is None or booked is None or room not in plan.panel.rooms:
        return False
    others = plan.without(room)
    seated = others.seat(booked.start) if others.panel.rooms else None
    if seated is None:
        d.call_human(Reason.NOT_ARRANGED, error="the room is gone from the calendar, and no other one is free then")
        return True
    d.change(status=Status.AGREED, sequence=d.n.sequence + 1, moved=False, again=False, replaced=False, new_room=True)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Record("room_changed"))
    people = seated.people if plan.panel.one_of else ()
    d.do(Book(booked, d.n.sequence, people, seated.room, seated.itinerary))
    d.because("the room is gone: another one, at the same time")
    return True

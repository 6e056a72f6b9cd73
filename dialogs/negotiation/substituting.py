"""One of a group cannot come, or a room is gone: another one does it, at the same time, and nobody searches anew."""

from __future__ import annotations

from dataclasses import replace

from dialogs.negotiation.by_name import may_be_put
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Book, Forget, Reason, Record
from dialogs.negotiation.state import Party, Status
from dialogs.scheduling.intervals import difference
from dialogs.scheduling.panel import Seated


def note_no(d: Draft, who: str) -> None:
    """Who said no to the time that is booked is not asked for it again."""
    if who and who not in d.n.declined:
        d.change(declined=(*d.n.declined, who))


def can_be_replaced(d: Draft, who: str) -> bool:
    """One of a group, another of which is free at the time that is booked."""
    plan = d.facts.plan
    if plan is None or who in plan.panel.required or not any(who in pool for pool in plan.panel.one_of):
        return False
    return _others(d) is not None


def substitute(d: Draft, who: str) -> bool:
    """False, and nothing done: `who` is no choice among several, or none of the others is free then."""
    seated = _others(d) if can_be_replaced(d, who) else None
    if seated is None or d.n.booked is None:
        d.because("nobody else of a group could come at that time")
        return False
    d.change(replaced=True, new_room=False)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Record("substituted"))
    _book_the_same_time(d, seated, seated.people)
    d.because("one of a group cannot come: somebody else of it does, at the same time")
    return True


def somebody_steps_in(d: Draft) -> bool:
    """For whoever comes to what is booked and has said no to it. False, and nothing done, if nobody can."""
    coming = d.facts.plan.coming if d.facts.plan else ()
    return any(substitute(d, who) for who in d.n.declined if who in coming)


def ruled_out(d: Draft, party: Party) -> bool:
    """Do they not want the time that is booked any more? Then it is not for the other side to keep it."""
    return d.n.booked is not None and any(d.n.booked.meets(each) for each in d.n.given(party).blocked)


def change_rooms(d: Draft, room: str) -> bool:
    """False, and nothing done: it is no room. Where no other one is free, a human finds one; the time stands."""
    plan, booked = d.facts.plan, d.n.booked
    if plan is None or booked is None or room not in plan.panel.rooms:
        return False
    seated = _others(d)
    if seated is None:
        d.call_human(Reason.NOT_ARRANGED, error="the room is gone from the calendar, and no other one is free then")
        return True
    d.change(replaced=False, new_room=True)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Record("room_changed"))
    _book_the_same_time(d, seated, seated.people if plan.panel.one_of else ())
    d.because("the room is gone: another one, at the same time")
    return True


def _others(d: Draft) -> Seated | None:
    """Who would come, and where, at the time that is booked, without whoever said no to it."""
    plan, booked = d.facts.plan, d.n.booked
    if plan is None or booked is None:
        return None
    others = plan.but_for(d.n.declined)
    if plan.panel.rooms and not others.panel.rooms:
        return None
    seated = others.seat(booked.start)
    return seated or (others.with_consent.seat(booked.start) if may_be_put(d, booked.start) else None)


def _book_the_same_time(d: Draft, seated: Seated, people: tuple[str, ...]) -> None:
    assert d.n.booked
    d.change(status=Status.AGREED, sequence=d.n.sequence + 1, moving=False, moved=False, again=False)
    d.change(host=replace(d.n.host, blocked=difference(d.n.host.blocked, [d.n.booked])))
    d.do(Book(d.n.booked, d.n.sequence, people, seated.room, seated.itinerary))

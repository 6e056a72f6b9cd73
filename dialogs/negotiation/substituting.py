"""One of a group cannot come: somebody else of it steps in, at the same time, and nobody has to search anew."""

from __future__ import annotations

from dataclasses import replace

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Book, Forget, Record
from dialogs.negotiation.state import Status


def substitute(d: Draft, who: str) -> bool:
    """False, and nothing done: `who` is no choice among several, or none of the others is free then."""
    plan, booked = d.facts.plan, d.n.booked
    if plan is None or booked is None or not any(who in pool for pool in plan.panel.one_of):
        return False
    others = tuple(tuple(each for each in pool if each != who) for pool in plan.panel.one_of)
    seated = replace(plan, panel=replace(plan.panel, one_of=others)).seat(booked.start)
    if seated is None:
        d.because("one of a group cannot come, and none of the others is free then")
        return False
    d.change(status=Status.AGREED, sequence=d.n.sequence + 1, moved=False, again=False, replaced=True)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Record("substituted"))
    d.do(Book(booked, d.n.sequence, seated.people))
    d.because("one of a group cannot come: somebody else of it does, at the same time")
    return True

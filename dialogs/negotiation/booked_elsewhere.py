"""The candidate booked on a page of the host's own, such as Calendly: that becomes the interview's time, if it can."""

from __future__ import annotations

from dataclasses import replace

from dialogs.negotiation.changes import call_off_by_host, start_moving, withdraw
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import CallHuman, Kind, LetGo, Reader, Reason
from dialogs.negotiation.hearing import is_past
from dialogs.negotiation.settling import book
from dialogs.negotiation.state import Elsewhere, Party, Status
from dialogs.negotiation.times import is_free


def hear_booking(d: Draft, booking: Elsewhere, *, moved: bool) -> None:
    """Both have said yes to it: the host by showing that time there, the candidate by taking it."""
    start = booking.when.start
    if d.n.over or is_past(d):
        d.because("booked on the host's page, for an interview that is over")
    elif d.n.booked and not d.n.moving and d.n.booked.start == start:
        _remember(d, booking, moved=moved)
        d.because("booked on the host's page for the time at which it is")
    elif d.n.human or not is_free(d, start):
        _leave_to_human(d, booking, moved=moved)
    else:
        _take(d, booking, moved=moved)


def _leave_to_human(d: Draft, booking: Elsewhere, *, moved: bool) -> None:
    if moved or d.n.elsewhere is None or not d.n.elsewhere.taken:
        d.change(elsewhere=replace(booking, taken=False))
    words = {"held": "yes"} if d.n.human else {}
    d.do(CallHuman(Reason.BOOKED_ELSEWHERE, words))
    text = "escalation_booked_elsewhere"
    d.say(Reader.RECRUITER, Kind.ESCALATION, text, times=[booking.when.start], words=words)
    d.because("booked on the host's page, but " + ("a human holds the thread" if d.n.human else "it is not free"))


def _take(d: Draft, booking: Elsewhere, *, moved: bool) -> None:
    d.because("the candidate booked on the host's own page")
    if d.n.status is Status.ESCALATED:
        d.change(status=d.n.status_before or Status.COLLECTING, status_before=None)
    if d.n.booked and not d.n.moving:
        start_moving(d)
    book(d, booking.when.start)
    _remember(d, booking, moved=moved)


def _remember(d: Draft, booking: Elsewhere, *, moved: bool) -> None:
    """Of two that were booked one after the other the later one counts; what was moved is gone there already."""
    before = d.n.elsewhere
    if before and before.taken and not moved:
        d.do(LetGo(before.connection, before.event))
    d.change(elsewhere=booking)


def hear_called_off(d: Draft, by: Party | None) -> None:
    """As if whoever did it had told us so."""
    held = d.n.elsewhere
    d.change(elsewhere=None)
    if held is None or d.n.over or is_past(d):
        d.because("called off on the host's page, where nothing stands any more")
    elif d.n.human or by is None or not held.taken:
        d.say(Reader.RECRUITER, Kind.ESCALATION, "booked_elsewhere_off", times=[held.when.start])
        d.because("called off on the host's page: the recruiter is told")
    elif by is Party.HOST:
        call_off_by_host(d)
    else:
        withdraw(d)


def let_go(d: Draft) -> None:
    """What has come to stand elsewhere, or is off, must not keep the host's time over there."""
    held = d.n.elsewhere
    if held is None or not held.taken:
        return
    stands = d.n.booked is not None and d.n.booked.start == held.when.start
    if d.n.status is Status.CANCELLED or not stands:
        d.do(LetGo(held.connection, held.event))
        d.change(elsewhere=None)

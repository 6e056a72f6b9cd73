"""One time, several candidates: what was taken goes from the other tables, what comes free goes to whoever waits."""

from __future__ import annotations

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.offering import none_left, offer, put
from dialogs.negotiation.state import Party, Status
from dialogs.negotiation.times import first_start, free, is_free, on_another_table
from dialogs.scheduling.intervals import Interval, intersection


def offer_without_gone(d: Draft) -> None:
    """Somebody else was quicker: whoever still has that time before them is offered others at once."""
    on_table = d.n.offer
    if on_table is None or d.n.status is not Status.OFFERED or d.n.human or d.n.paused:
        d.because("no offer is open that could have lost a time")
        return
    if all(is_free(d, start) for start in on_table.starts):
        d.because("every time on the table is still free")
        return
    d.because("a time on the table was taken by somebody else")
    _uncounted(d)
    if not offer(d, on_table.to, free(d, on_table.to.other), "offer_one_gone"):
        none_left(d, on_table.to)


def offer_freed(d: Draft, freed: Interval) -> None:
    """A time came free for which they waited: it is offered, beside what is on the table already."""
    waits = d.n.status in (Status.COLLECTING, Status.OFFERED, Status.ESCALATED) and not d.n.booked
    if not waits or d.n.human or d.n.paused or Party.CANDIDATE not in d.n.reached:
        d.because("nobody waits for that time any more")
        return
    start = first_start(d, intersection(free(d, Party.HOST), [freed]), d.n.candidate.preferred, Party.CANDIDATE)
    on_table = d.n.offer.starts if d.n.offer and d.n.offer.to is Party.CANDIDATE else ()
    if start is None or start in on_table or on_another_table(d, start):
        d.because("the time that came free is of no use here")
        return
    apart = [s for s in on_table if is_free(d, s) and abs(s - start) >= freed.length]
    d.because("a time came free for which they waited")
    _uncounted(d)
    put(d, Party.CANDIDATE, sorted([start, *apart[: d.facts.rules.offer_size - 1]]), "offer_freed")


def _uncounted(d: Draft) -> None:
    """Nobody has turned anything down: this is no further round of a search that goes nowhere."""
    d.change(rounds=max(d.n.rounds - 1, 0))

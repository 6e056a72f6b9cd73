"""Why an interview cannot be at a time somebody named, in the closed words of the slot engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Kind, Reader
from dialogs.negotiation.times import ahead, civil, step, taken
from dialogs.scheduling.diary import Reason
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.slots import starts

REASONS = 2  # of a whole day there may be many; whoever asks wants to know the main ones


def why_not(d: Draft, start: datetime) -> tuple[Reason, ...]:
    """The reasons against it; none where it could be."""
    meeting, reach = Interval.lasting(start, d.facts.minutes), ahead(d)
    if meeting.start < reach.start:
        return (Reason.TOO_SOON,)
    if meeting.end > reach.end:
        return (Reason.TOO_FAR,)
    found = tuple(each.reason for each in d.facts.plan.explain(start)) if d.facts.plan else ()
    if not found and any(meeting.meets(each) for each in taken(d)):
        return (Reason.BUSY,)
    return found


def tell_why_not(d: Draft, wanted: Sequence[Interval]) -> bool:
    """The recruiter asked for a time that cannot be, and is told why. False where that is not known."""
    zone = d.zone(Reader.RECRUITER)
    named = starts(civil(wanted, zone), d.facts.minutes, zone=zone, step=step(d))
    against = [why_not(d, start) for start in named]
    if not against or not all(against):
        return False
    counted = Counter(reason for reasons in against for reason in reasons)
    # What is against all of it says enough; where nothing is, the main reasons do.
    throughout = [reason for reason, count in counted.items() if count == len(against)]
    said = (throughout or [reason for reason, _ in counted.most_common()])[:REASONS]
    d.say(Reader.RECRUITER, Kind.ANSWER, "not_free_then", times=named if len(named) == 1 else ())
    for reason in said:
        d.say(Reader.RECRUITER, Kind.ANSWER, f"why_{reason.value}")
    d.because(f"not free then: {', '.join(said)}")
    return True

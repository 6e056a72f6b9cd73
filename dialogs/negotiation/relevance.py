"""Is a message still worth sending? Asked in the morning, and once more at the moment of sending."""

from __future__ import annotations

from datetime import datetime

from dialogs.negotiation.effects import Kind, Reader, Say
from dialogs.negotiation.state import Negotiation, Status

# What asks for something: whoever holds the thread asks in their own words. What has happened is told all the same.
ASKS = frozenset(
    {
        Kind.AVAILABILITY_REQUEST,
        Kind.OFFER,
        Kind.CLARIFY,
        Kind.NUDGE,
        Kind.RESCHEDULE,
        Kind.FOLLOW_UP,
        Kind.SURVEY,
        Kind.FEEDBACK_REQUEST,
    }
)


def kept_back(say: Say, n: Negotiation) -> bool:
    """A human took the thread, or paused it, before this was out: then it waits until the assistant may go on."""
    return (n.human or n.paused) and say.to in (Reader.CANDIDATE, Reader.HOST) and say.kind in ASKS


def worth_sending(say: Say, n: Negotiation, now: datetime) -> bool:
    """False once what the message speaks of has changed since it was decided."""
    if say.kind is Kind.RESCHEDULE:
        return n.moving  # settled meanwhile: what was decided is told, and no longer that it is open
    if say.holds is None:
        return True
    match say.holds.what:
        case "offer":
            return n.offer is not None and n.offer.number == say.holds.mark
        case "waiting":
            return n.waiting_for is not None and n.nudges == say.holds.mark
        case "task":
            return any(task.number == say.holds.mark for task in n.tasks)
        case "booking":
            stands = n.sequence == say.holds.mark and n.status is Status.CONFIRMED and not n.moving
            too_late = say.kind is Kind.REMINDER and n.booked is not None and n.booked.start <= now
            return stands and not too_late

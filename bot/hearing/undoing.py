"""Which commands can be taken back, by what, and when it is too late for that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.facts.case import Case
from bot.hearing.naming import Unclear
from bot.verbs import Verb
from dialogs.negotiation.events import (
    CalledOff,
    Event,
    HandedBack,
    OutcomeWithdrawn,
    Paused,
    Reopened,
    Resumed,
    TakenOver,
)

UNDO: Mapping[str, Event] = {
    Verb.SCHEDULE: CalledOff("scheduled by mistake"),
    Verb.CANCEL: Reopened(),
    Verb.OUTCOME: OutcomeWithdrawn(),
    Verb.TAKE: HandedBack(),
    Verb.BACK: TakenOver(),
    Verb.PAUSE: Resumed(),
    Verb.RESUME: Paused(),
}
# Whoever writes `undo` means what they have just done, and not what they did last week.
JUST_DONE = timedelta(days=1)


def refuse(verb: str, case: Case, done_at: datetime, now: datetime) -> None:
    """Raises Unclear where it cannot be taken back any more: why, and what to write instead."""
    name, booked = case.candidate.name, case.state.booked
    gone = next((person for person in (case.candidate, case.host) if person.opted_out_at), None)
    if gone and verb in (Verb.CANCEL, Verb.OUTCOME):
        raise Unclear("opted_out", gone.name)
    if verb == Verb.SCHEDULE:
        if case.state.over:
            raise Unclear("no_interview", name)
        if booked and booked.end <= now:
            raise Unclear("already_held", name)
        if booked:
            raise Unclear("undo_booked_since", name)
    # An outcome can be put right in no other way, so it has no such limit.
    if verb != Verb.OUTCOME and now - done_at > JUST_DONE:
        raise Unclear("undo_too_old", f"{verb} {name}", (_instead(verb, case),))


def _instead(verb: str, case: Case) -> str:
    name = case.candidate.name
    return {
        Verb.SCHEDULE: f"call off {name}",
        Verb.CANCEL: f"schedule {name} for {case.job.title} at {case.company.name}",
        Verb.TAKE: f"back {name}",
        Verb.BACK: f"take {name}",
        Verb.PAUSE: f"resume {name}",
        Verb.RESUME: f"pause {name}",
    }[Verb(verb)]

"""What a page says first: what has just happened, or what has changed since the message somebody came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.doors.pages.sending import Outcome
from bot.doors.pages.showing import Notice, Teller
from bot.doors.pages.visiting import BOOKED, Standing, Visit, standing
from bot.effects.rendering import render
from bot.house import House
from bot.pressing import Meant
from bot.records import work
from bot.records.base import Session
from bot.turn import SAY
from dialogs.negotiation.effects import Kind, Say

# Notes a page may be asked to show by its address; whoever makes one up can say no more than these.
GOOD = frozenset({"booked", "stays", "times", "noted", "zone", "sent_several", "withdrawn"})
NOTES = GOOD | {"later", "gone", "changed", "new_times"}

# Answers of which the page shows the gist itself, by the name of their text.
KNOWN: Mapping[str, str] = {
    "offer_gone": "gone",
    "offer_not_free": "gone",
    "passing_on": "times",
    "checking": "times",
    "cancellation_withdrawn": "withdrawn",
    "confirmation_stays": "stays",
}
# The page asks these itself.
ASKED = frozenset({"clarify", "which_one"})


def note(say: Teller, name: str, visit: Visit) -> Notice:
    state = visit.case.state
    times = state.offer.starts if state.offer and state.offer.to is visit.party else ()
    return Notice("good" if name in GOOD else "told", say(f"note_{name}", times=times))


async def answered(house: House, session: Session, say: Teller, visit: Visit, effect_id: str) -> Notice | None:
    """What the assistant answered to what was sent: the same that goes out as a message."""
    effect = await work.effect(session, effect_id)
    if effect is None or effect.person_id != visit.person.id or effect.kind != "say":
        return None
    told: Say = SAY.validate_python(effect.payload)
    first = told.parts[0].text
    if first in ASKED or effect.negotiation_id != visit.case.row.id:
        return None
    if first in KNOWN or told.kind is Kind.OFFER:
        return note(say, KNOWN.get(first, "new_times"), visit)
    return Notice("told", render(house, visit.case, told.to, visit.person, told.parts).text, answer=True)


def since_then(say: Teller, visit: Visit) -> Notice | None:
    """What is different from the message with the link."""
    state, page = visit.case.state, visit.page
    if visit.followed:
        return note(say, "followed", visit)
    if 0 <= page.sequence < state.sequence and state.status in BOOKED:
        return note(say, "moved", visit)
    choosing = standing(visit.case, visit.person, over=False) is Standing.CHOOSE
    if choosing and page.offer < state.offers_made:
        return note(say, "newer", visit)
    return None


def name_of(outcome: Outcome, meant: Meant | None, visit: Visit) -> str:
    """The note for what came of a form that nothing was said to."""
    state = visit.case.state
    if not outcome.heard:
        return "later"
    if isinstance(meant, datetime) and state.booked and state.booked.start == meant and not state.moving:
        return "booked"
    return "times" if isinstance(meant, tuple) else "noted"


def stale(meant: Meant | None, visit: Visit) -> str:
    """The note for a form that came too late."""
    state = visit.case.state
    if isinstance(meant, datetime):
        if state.booked and state.booked.start == meant and state.status in BOOKED:
            return "booked"
        if state.offer and state.offer.to is visit.party and meant not in state.offer.starts:
            return "gone"
    return "changed"

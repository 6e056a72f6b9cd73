"""Links to a recruiter's own page: sealed, so that nobody can make one, and good for a while."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from bot.house import House
from bot.records.people import PersonRow
from bot.records.sealed import Keys, Place, Sealed, SealError, seal, unseal

LASTS = timedelta(days=30)
_PLACE = Place("pages", "desk", "")
DESK = "/desk/"


def desk_link(house: House, keys: Keys, recruiter: PersonRow) -> str:
    until = (house.clock.now() + LASTS).isoformat()
    token = seal(json.dumps([recruiter.id, until]), _PLACE, keys)
    return f"{house.firm.public_url}{DESK}{token}"


def whose_desk(token: str, keys: Keys, now: datetime) -> str | None:
    """The id of the recruiter it was made for; None where it opens nothing, or no longer."""
    try:
        recruiter, until = json.loads(unseal(Sealed.parse(token), _PLACE, keys))
    except (SealError, ValueError):
        return None
    return str(recruiter) if now < datetime.fromisoformat(until) else None

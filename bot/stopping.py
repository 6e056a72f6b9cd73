"""The link at the foot of a mail that ends all messages: sealed, so that nobody can make one, and good for ever."""

from __future__ import annotations

from bot.house import House
from bot.records.people import PersonRow
from bot.records.sealed import Keys, Place, Sealed, SealError, seal, unseal

STOP = "/stop/"
_PLACE = Place("people", "stop", "")  # what is sealed for another page opens nothing here
LONGEST = 400  # letters; ours have a hundred


def stop_link(house: House, person: PersonRow, channel: str) -> str | None:
    """For mails to those outside, where the firm says under which address we are found. A colleague stops nothing."""
    if channel != "email" or person.role == "recruiter" or not house.firm.public_url or house.desks is None:
        return None
    return f"{house.firm.public_url}{STOP}{seal(person.id, _PLACE, house.desks.keys)}"


def whose_stop(token: str, keys: Keys) -> str | None:
    """The id of whoever got the mail, however old it is; None where the link opens nothing."""
    if len(token) > LONGEST:
        return None
    try:
        return unseal(Sealed.parse(token), _PLACE, keys)
    except (SealError, ValueError):
        return None

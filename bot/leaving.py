"""Somebody leaves: nothing goes to them any more, on any channel, however that came about; only they come back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Literal

from bot.facts.case import cases_of
from bot.facts.looking import NOTHING_SEEN, Look
from bot.records import people
from bot.records.people import PersonRow
from bot.turn import Turn
from dialogs.negotiation.events import Left

OPTED_OUT = "opted out there"  # as a receipt notes it


@dataclass(frozen=True, slots=True)
class Wish:
    """How it came to be known that they want nothing more; kept with the day in the log of events."""

    how: Literal["wrote", "vendor", "staff"]
    channel: str = ""  # where it was said
    by: str = ""  # the id of the colleague who noted it


async def leave(turn: Turn, person: PersonRow, wish: Wish, seen: Look = NOTHING_SEEN) -> bool:
    """What is waited for, planned or booked with them is called off. False: they had left before.

    Each channel is closed by itself, so that each is opened again by itself.
    """
    if person.opted_out_at:
        return False
    person.opted_out_at = turn.now
    await people.close_contacts(turn.session, person.id, turn.now)
    turn.log("opted_out", person=person.id, **_told(wish))
    for case in await cases_of(turn.session, person):
        if not case.state.over:
            await turn.happen(case.row, Left(case.party(person.id)), seen)
    return True


async def close(turn: Turn, person_id: str, channel: str) -> None:
    """Of this channel they have had enough, says its vendor: of others nothing was said. START opens it again."""
    await people.close_contact(turn.session, person_id, channel, turn.now)
    turn.log("channel_closed", person=person_id, **_told(Wish("vendor", channel)))


async def lose(turn: Turn, person_id: str, channel: str, why: str) -> None:
    """Nothing arrives there any more: because they want it so, or because nobody is there."""
    if why == OPTED_OUT:
        await close(turn, person_id, channel)
    else:
        await people.break_contact(turn.session, person_id, channel, why)


async def come_back(turn: Turn, person: PersonRow, channels: Collection[str]) -> None:
    """Where they said so themselves, and nowhere else."""
    person.opted_out_at = None
    await people.open_contacts(turn.session, person.id, channels)
    turn.log("opted_in", person=person.id, channel=", ".join(sorted(channels)))


def _told(wish: Wish) -> dict[str, str]:
    return {name: value for name, value in asdict(wish).items() if value}

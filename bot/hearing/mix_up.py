"""Somebody else has the number or mailbox now: whoever reads there is no longer who we took them for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.hearing.reading import read_alone
from bot.hearing.receiving import from_a_stranger
from bot.records import people
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.turn import Turn
from dialogs.understanding import Act

# What is said to an apology, or once more.
TO_THE_MIX_UP = frozenset({Act.CHITCHAT, Act.ACCEPT, Act.WRONG_PERSON, Act.AUTO_REPLY})


async def without_somebody_else(turn: Turn, person: PersonRow, waiting: Sequence[MessageRow]) -> list[MessageRow]:
    """Whoever reads where they were reached is a stranger; that they do not mind the mix-up is nobody's task."""
    with turn.session.no_autoflush:
        contacts = await people.contacts(turn.session, person.id)
    broken = {contact.address for contact in contacts if contact.broken == people.SOMEBODY_ELSE}
    for message in waiting:
        if message.address not in broken or message.automatic:
            continue
        acts = set(read_alone(turn.house, person, message.text, message.at).acts)
        if not acts <= TO_THE_MIX_UP:
            message.person_id = message.turn_id = None
            await from_a_stranger(turn, message, "")
    return [message for message in waiting if message.address not in broken]

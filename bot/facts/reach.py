"""Where somebody is reached, where not and why, and how it came that they are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.records import people, story
from bot.records.base import Session
from bot.records.people import ContactRow, PersonRow

State = Literal["open", "closed", "not_asked", "lost"]


@dataclass(frozen=True, slots=True)
class Way:
    """One channel of one person."""

    channel: str
    address: str
    state: State
    why: str = ""  # nothing arrives there
    since: datetime | None = None  # they want nothing there


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about being written to."""

    at: datetime
    what: Literal["opted_out", "opted_in", "channel_closed"]
    how: str  # wrote, vendor, staff; empty where it was not noted
    channel: str
    by: str  # the name of the colleague who noted it


@dataclass(frozen=True, slots=True)
class Reach:
    person: PersonRow
    ways: Sequence[Way]
    said: Sequence[Said]  # the latest first


async def reach_of(session: Session, person: PersonRow) -> Reach:
    events = await story.about_being_written_to(session, person.id)
    staff = {each.id: each.name for each in await people.all_of(session, {each.words.get("by", "") for each in events})}
    said = [
        Said(
            each.at,
            each.event,  # type: ignore[arg-type]
            each.words.get("how", ""),
            each.words.get("channel", ""),
            staff.get(each.words.get("by", ""), ""),
        )
        for each in events
    ]
    return Reach(person, [_way(each) for each in await people.contacts(session, person.id)], said)


def _way(contact: ContactRow) -> Way:
    state: State = "open"
    if contact.opted_out_at:
        state = "closed"
    elif contact.broken:
        state = "lost"
    elif not contact.consent:
        state = "not_asked"
    return Way(contact.channel, contact.address, state, contact.broken or "", contact.opted_out_at)

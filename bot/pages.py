"""Links to pages of our own: one for each message that carries one, found again when somebody opens it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.facts.case import Case
from bot.house import House
from bot.records import negotiations, pages
from bot.records.base import Session
from bot.records.pages import PageRow
from dialogs.negotiation.effects import Kind, Part, Reader, Say

# Longer than any search with its interview; every later message brings a link of its own.
LASTS = timedelta(days=60)
TOKEN = re.compile(r"[\w-]{32}", re.ASCII)
HIDDEN = "…"
TASKS = "tasks"  # below which a recruiter's tasks stand

# Below which messages a link stands, and with which words.
_CHOOSE, _GIVE_TIMES, _SEE = Part("page_choose"), Part("page_give_times"), Part("page_see")
PASSAGES: Mapping[Kind, Part] = {
    Kind.OFFER: _CHOOSE,
    Kind.NUDGE: _CHOOSE,
    Kind.AVAILABILITY_REQUEST: _GIVE_TIMES,
    Kind.CONFIRMATION: _SEE,
    Kind.REMINDER: _SEE,
    Kind.RESCHEDULE: _SEE,
}


@dataclass(frozen=True, slots=True)
class Link:
    token: str
    url: str

    def __repr__(self) -> str:
        return "Link(…)"  # whoever reads a log shall not open the page

    @property
    def digest(self) -> str:
        return digest(self.token)

    def hidden_in(self, text: str) -> str:
        """The text as it may be kept: nobody can open the page from it."""
        return text.replace(self.token, HIDDEN)


def new_link(public_url: str, page: str = "p") -> Link:
    token = secrets.token_urlsafe(24)  # 192 bits: there is nothing to guess
    return Link(token, f"{public_url}/{page}/{token}")


def digest(token: str) -> str:
    """A plain hash is enough where what is hashed cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_for(house: House, say: Say, case: Case | None, channel: str) -> Link | None:
    """The link a message carries: mail to the two sides does, where the firm says under which address we are found.

    So does mail to a recruiter that brings a task: to the page of all of theirs.
    """
    if case is None or not house.firm.public_url or channel != "email":
        return None
    if say.to is Reader.RECRUITER:
        return new_link(house.firm.public_url, TASKS) if _is_task(say) else None
    return new_link(house.firm.public_url) if say.kind in PASSAGES else None


def _is_task(say: Say) -> bool:
    return say.holds is not None and say.holds.what == "task"


def below(say: Say, case: Case) -> Part:
    """The words around the link, at the end of the message."""
    if _is_task(say):
        return Part("page_tasks")
    if say.kind is Kind.NUDGE and case.state.offer is None:
        return _GIVE_TIMES
    return PASSAGES[say.kind]


async def remember(session: Session, link: Link, negotiation_id: str, person_id: str, now: datetime) -> None:
    """From now on the link opens. Kept before the message is sent, so that it opens however the sending ends."""
    state = negotiations.state_of(await negotiations.get(session, negotiation_id))
    session.add(
        PageRow(
            digest=link.digest,
            person_id=person_id,
            negotiation_id=negotiation_id,
            made_at=now,
            until=now + LASTS,
            offer=state.offers_made,
            sequence=state.sequence,
        )
    )


async def opened(session: Session, token: str) -> PageRow | None:
    """What the link is about, also when its time is over; None where there never was such a link."""
    return await pages.find(session, digest(token)) if TOKEN.fullmatch(token) else None

"""Somebody opened a link: who they are, what it is about now, and what they may still do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.facts.case import Case, cases_of, load
from bot.hearing.reading import on_the_table
from bot.house import House
from bot.pages import opened
from bot.records import pages, people
from bot.records.base import Session
from bot.records.pages import PageRow
from bot.records.people import PersonRow
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.understanding.meaning import Stage

BOOKED = (Status.AGREED, Status.CONFIRMED)


class Unknown(Exception):
    """There never was such a link."""


class Expired(Exception):
    """The link was one, but its time is over."""

    def __init__(self, person: PersonRow) -> None:
        self.person = person


class Standing(StrEnum):
    """Where it stands, as the one who looks has to know it."""

    CHOOSE = "choose"  # times are put to them
    CLARIFY = "clarify"  # their own words can be read in several ways
    GIVE_TIMES = "give_times"
    WAIT = "wait"  # for the other side
    LOOKING = "looking"  # for a calendar, or for us
    BOOKED = "booked"
    HUMAN = "human"
    PAST = "past"  # it was to be, and nobody has said yet how it went
    OVER = "over"


@dataclass(frozen=True)
class Visit:
    token: str
    page: PageRow
    person: PersonRow
    case: Case
    zone: ZoneInfo  # in which they read
    mine: tuple[Case, ...]  # everything that is going on for them
    followed: bool  # the link was about an interview that is over; this is what came after it

    @property
    def party(self) -> Party:
        return self.case.party(self.person.id)

    @property
    def silent(self) -> bool:
        return self.person.opted_out_at is not None


async def visit(house: House, session: Session, token: str, zone: ZoneInfo | None = None) -> Visit:
    """Raises Unknown or Expired. `zone`: in which they want to read, where that is not their own."""
    page = await opened(session, token)
    if page is None:
        raise Unknown
    person = await people.get(session, page.person_id)
    case = await load(session, page.negotiation_id)
    if page.until <= house.clock.now() or not _takes_part(case, person):
        raise Expired(person)
    followed = False
    if case.state.over:
        latest = await pages.latest_of(session, case.application.id, person.id)
        if latest and latest.id != case.row.id:
            case, followed = await load(session, latest.id), True
    mine = tuple(each for each in await cases_of(session, person) if not each.state.over)
    return Visit(token, page, person, case, zone or ZoneInfo(person.zone), mine, followed)


def _takes_part(case: Case, person: PersonRow) -> bool:
    return person.id in {case.candidate.id, *(each.id for each in case.invited)}


def standing(case: Case, person: PersonRow, *, over: bool) -> Standing:
    """`over`: the interview is behind us, by the clock."""
    state, party = case.state, case.party(person.id)
    if state.over:
        return Standing.OVER
    if state.human or state.status is Status.ESCALATED:
        return Standing.HUMAN
    if state.status in BOOKED:
        return Standing.PAST if over else Standing.BOOKED
    if state.clarifying and state.waiting_for is party:
        return Standing.CLARIFY
    if on_the_table(case, person)[1] is Stage.OFFERED:
        return Standing.CHOOSE
    if state.waiting_for is party:
        return Standing.GIVE_TIMES
    return Standing.WAIT if state.waiting_for else Standing.LOOKING


def may_give_times(case: Case, party: Party) -> bool:
    """Whoever is asked in words may also paint; a calendar that speaks for its owner is not painted over."""
    state = case.state
    if state.over or state.human:
        return False
    return not (party is Party.HOST and state.hosting is Hosting.CALENDAR)


def mark(case: Case, person: PersonRow) -> str:
    """A value for the state as this person sees it: a form that carries another one is from an older page."""
    state = case.state
    booked = state.status in BOOKED  # the invite going out changes nothing for a reader
    offer = state.offer.number if state.offer else 0
    seen = (
        *(state.id, "booked" if booked else state.status.value, offer, state.moving, state.human),
        *(state.clarifying, state.booked, state.given(case.party(person.id))),
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def waiting_for_times(mine: tuple[Case, ...], person: PersonRow) -> tuple[Case, ...]:
    """Those whose candidates wait for times of this host, oldest first."""
    return tuple(
        case
        for case in mine
        if case.party(person.id) is Party.HOST and standing(case, person, over=False) is Standing.GIVE_TIMES
    )

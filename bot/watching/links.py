"""People's booking links: looked at when saved and every day; whoever it concerns is told when one stops working."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.effects.rendering import ROLE_OF
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import links, people
from bot.records.links import LinkRow
from bot.records.people import PersonRow
from bot.turn import SAY, Turn
from bot.watching.health import concerned
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from integrations.links.base import Finding, LinkStatus, Why, kind_of

log = structlog.get_logger()

DAILY = timedelta(days=1)
SOON = timedelta(hours=1)
MISSES = 3  # looks in a row that came to nothing before a link that worked is given up


@dataclass(frozen=True, slots=True)
class LinkState:
    """How a link stands. `due` is when to look again; None: never, until somebody changes it."""

    status: LinkStatus
    why: Why
    since: datetime
    misses: int = 0
    due: datetime | None = None

    @classmethod
    def of(cls, row: LinkRow) -> LinkState:
        return cls(LinkStatus(row.status), Why(row.why), row.since, row.misses, row.due_at)

    def after(self, finding: Finding, now: datetime) -> LinkState:
        """What a look makes of it. A link that worked is not given up for one bad hour."""
        misses = self.misses + 1 if finding.passing else 0
        if finding.passing and self.status is LinkStatus.ACTIVE and misses < MISSES:
            return LinkState(self.status, self.why, self.since, misses, now + SOON)
        since = self.since if finding.status is self.status else now
        return LinkState(finding.status, finding.why, since, misses, _next_look(finding, misses, now))


def first(finding: Finding, now: datetime) -> LinkState:
    """A link that was just saved: nothing is known of it but what was seen."""
    return LinkState(finding.status, finding.why, now, int(finding.passing), _next_look(finding, 0, now))


def _next_look(finding: Finding, misses: int, now: datetime) -> datetime | None:
    if finding.status is LinkStatus.SET_UP_REQUIRED:
        return None
    return now + (SOON if finding.passing and misses <= MISSES else DAILY)


async def link_of(house: House, person_id: str) -> LinkState:
    async with house.records.read() as session:
        row = await links.of_person(session, person_id)
    return LinkState.of(row) if row else LinkState(LinkStatus.SET_UP_REQUIRED, Why.NO_LINK, house.clock.now())


async def save_link(house: House, person_id: str, url: str) -> LinkState:
    """Keeps somebody's link, whatever it is worth, and says at once what that is. An empty one is taken away."""
    url = url.strip()
    finding = await house.links.look(url)
    now = house.clock.now()
    state = first(finding, now)
    async with house.records.write() as session:
        row = await links.lock(session, person_id)
        if not url:
            if row:
                await session.delete(row)
            return state
        if row is None:
            row = LinkRow(person_id=person_id)
            session.add(row)
        row.url, row.kind = url, kind_of(url).value
        _keep(row, state, now)
        row.told = {"": row.status}  # whoever saved it has the answer; the others hear of changes
    return state


async def switch_link(house: House, person_id: str, *, on: bool) -> LinkState:
    """Off: nobody is given it any more, from this moment on. On: it is looked at as if it were new."""
    async with house.records.write() as session:
        row = await links.lock(session, person_id)
        if row and not on:
            _keep(row, LinkState(LinkStatus.INACTIVE, Why.SWITCHED_OFF, house.clock.now()), row.checked_at)
            row.told = {"": row.status}
    if row and on:
        return await save_link(house, person_id, row.url)
    return await link_of(house, person_id)


async def check_link(house: House, person_id: str) -> Sequence[Job]:
    """Looks whether somebody's link works, and tells whom a change concerns. One that is not due is left alone."""
    async with house.records.read() as session:
        seen = await links.of_person(session, person_id)
    if seen is None or seen.due_at is None or seen.due_at > house.clock.now():
        return ()
    finding = await house.links.look(seen.url)
    async with house.records.write() as session:
        turn = Turn(house, session)
        row = await links.lock(session, person_id)
        if row is None or (row.url, row.due_at) != (seen.url, seen.due_at):
            return ()  # it was changed, switched off or looked at by somebody else meanwhile
        before = LinkState.of(row)
        state = before.after(finding, turn.now)
        if state.status is not before.status:
            log.info("link_changed", person=person_id, status=state.status.value, why=state.why.value)
        _keep(row, state, turn.now)
        await _tell(turn, row)
    return [Job(JobKind.EFFECT, each) for each in turn.begun]


def _keep(row: LinkRow, state: LinkState, checked: datetime | None) -> None:
    row.status, row.why, row.since = state.status.value, state.why.value, state.since
    row.misses, row.due_at, row.checked_at = state.misses, state.due, checked


async def _tell(turn: Turn, row: LinkRow) -> None:
    """Everyone who knows it otherwise and may be written to at this hour; the others at a look an hour later."""
    owner = await people.get(turn.session, row.person_id)
    for person in await concerned(turn.session, owner):
        if row.told.get(person.id, row.told[""]) == row.status:
            continue
        if turn.house.rules.quiet_hours.quiet(turn.now, ZoneInfo(person.zone)):
            row.due_at = turn.now + SOON
            continue
        key = f"link.{row.person_id}.{row.status}.{row.since:%Y%m%dT%H%M%S}.{person.id}"
        turn.begin(key, "say", SAY.dump_python(_word(row, owner, person), mode="json"), person.id, None)
        row.told = {**row.told, person.id: row.status}


def _word(row: LinkRow, owner: PersonRow, reader: PersonRow) -> Say:
    words = {"who": "" if reader.id == owner.id else owner.name, "url": row.url, "why": row.why}
    if row.status == LinkStatus.ACTIVE.value:
        part = Part("link_works_again", words=words)
    else:
        part = Part("link_broken", words=words)
    return Say(Reader(ROLE_OF[reader.role]), Kind.ESCALATION, (part,))

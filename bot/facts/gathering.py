"""What a decision may know, gathered: the people, the round, and who is taken when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.facts.case import JUST_NOW, Case
from bot.facts.looking import Look
from bot.facts.panels import plan_of, taken_time
from bot.house import House
from bot.records import messages, negotiations
from bot.records.base import Session
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Reader
from dialogs.negotiation.facts import Facts, Mode, Person
from dialogs.negotiation.state import Hosting
from dialogs.scheduling.intervals import Interval


async def gather(session: Session, house: House, case: Case, seen: Look) -> Facts:
    now = house.clock.now()
    taken = await taken_time(session, house, case, seen)
    plan = plan_of(house, case, taken, seen)
    host_open = None
    if case.state.hosting is Hosting.CALENDAR:
        looked_at = any(person.id in seen.busy for person in case.panel)
        host_open = plan.open_time() if plan and looked_at else ()
    tables, until = await _on_tables(session, house, case)
    return Facts(
        now=now,
        rules=house.rules,
        candidate=_person(case.candidate),
        host=_person(case.host),
        recruiter=_person(case.recruiter),
        minutes=case.interview.minutes,
        mode=Mode(case.interview.mode),
        place=case.place,
        meeting_url=case.interview.meeting_url,
        candidate_busy=taken.of(case.candidate.id),
        # Nobody has to be there for the whole of a loop: what its stages need, the plan knows.
        host_busy=() if case.loop else tuple(each for person in case.fixed for each in taken.of(person.id)),
        held=await _held(session, house, case),
        on_tables=tables,
        tables_until=until,
        host_open=host_open,
        plan=plan,
        calendars_away=any(person.id in seen.away for person in case.needed)
        or (bool(case.rooms) and all(room.id in seen.away for room in case.rooms)),
        last_round=case.last_round,
        awake=await _awake(session, case, now - JUST_NOW),
    )


async def _held(session: Session, house: House, case: Case) -> tuple[Interval, ...]:
    """What is offered to others; where times are shared that is nobody's concern."""
    if house.rules.share_slots:
        return ()
    people = [person.id for person in case.kept_by_an_offer]
    return await negotiations.held(session, people, besides=case.row.id, now=house.clock.now())


async def _on_tables(
    session: Session, house: House, case: Case
) -> tuple[Mapping[str, tuple[Interval, ...]], datetime | None]:
    if house.rules.share_slots:
        return {}, None
    kept = [person.id for person in case.kept_by_an_offer if person.id != case.candidate.id]
    return await negotiations.on_tables(session, kept, case.candidate.id, house.clock.now())


async def _awake(session: Session, case: Case, since: datetime) -> frozenset[Reader]:
    wrote = await messages.who_wrote_since(session, {case.reader(reader).id for reader in Reader}, since)
    return frozenset(reader for reader in Reader if case.reader(reader).id in wrote)


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, ZoneInfo(row.zone), row.tongue)

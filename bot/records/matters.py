"""A negotiation with everyone and everything it is about, in one question to the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import String, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.records.interviews import InterviewRow
from bot.records.jobs import ApplicationRow, CompanyRow, JobRow, RoundRow
from bot.records.negotiations import NegotiationRow
from bot.records.people import PersonRow, all_of
from dialogs.negotiation.state import OVER


class Matter(NamedTuple):
    row: NegotiationRow
    interview: InterviewRow
    application: ApplicationRow
    job: JobRow
    company: CompanyRow
    candidate: PersonRow
    host: PersonRow
    recruiter: PersonRow
    rounds: int  # how many the job has


_candidate, _host, _recruiter = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
_ROUNDS = select(func.count()).where(RoundRow.job_id == JobRow.id).scalar_subquery()
_MATTER = (
    select(NegotiationRow, InterviewRow, ApplicationRow, JobRow, CompanyRow, _candidate, _host, _recruiter, _ROUNDS)
    .join(InterviewRow, InterviewRow.id == NegotiationRow.interview_id)
    .join(ApplicationRow, ApplicationRow.id == InterviewRow.application_id)
    .join(JobRow, JobRow.id == ApplicationRow.job_id)
    .join(CompanyRow, CompanyRow.id == JobRow.company_id)
    .join(_candidate, _candidate.id == NegotiationRow.candidate_id)
    .join(_host, _host.id == NegotiationRow.host_id)
    .join(_recruiter, _recruiter.id == NegotiationRow.recruiter_id)
)
_PERSON = bindparam("person", type_=String)
_PARTS = or_(NegotiationRow.candidate_id == _PERSON, NegotiationRow.host_id == _PERSON)

OF_NEGOTIATION = _MATTER.where(NegotiationRow.id == bindparam("negotiation"))
GOING_ON = _MATTER.where(_PARTS, NegotiationRow.status.not_in([status.value for status in OVER]))
LATEST = _MATTER.where(_PARTS).order_by(NegotiationRow.changed_at.desc(), NegotiationRow.id.desc()).limit(1)


async def of_negotiation(session: AsyncSession, negotiation_id: str) -> Matter:
    return Matter(*(await session.execute(OF_NEGOTIATION, {"negotiation": negotiation_id})).one())


async def of_person(session: AsyncSession, person_id: str) -> Sequence[Matter]:
    """What is going on for this person, what was opened first first; if nothing is, what changed last."""
    mine = {"person": person_id}
    found = (await session.execute(GOING_ON, mine)).all() or (await session.execute(LATEST, mine)).all()
    return sorted((Matter(*row) for row in found), key=lambda matter: (matter.interview.opened_at, matter.row.id))


class Panel(NamedTuple):
    """Those besides the host, in the order of the round."""

    interviewers: tuple[PersonRow, ...]  # who comes, as far as that is settled
    pools: tuple[tuple[PersonRow, ...], ...]
    optional: tuple[PersonRow, ...]
    rooms: tuple[PersonRow, ...]


async def panel(session: AsyncSession, matter: Matter) -> Panel:
    interview = matter.interview
    pooled = (each for pool in interview.one_of for each in pool)
    wanted = {*interview.people, *interview.optional, *pooled, *interview.rooms}
    known = {person.id: person for person in await all_of(session, sorted(wanted))} if wanted else {}
    return Panel(
        tuple(known[each] for each in interview.people if each != matter.host.id),
        tuple(tuple(known[each] for each in pool) for pool in interview.one_of),
        tuple(known[each] for each in interview.optional if each not in interview.people),
        tuple(known[each] for each in interview.rooms),
    )

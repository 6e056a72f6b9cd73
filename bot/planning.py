"""Which interview comes next, with whom, and how its host's times become known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.facts.case import Case
from bot.records import interviews, jobs, people
from bot.records.base import Session
from bot.records.jobs import RoundRow
from bot.records.people import PersonRow
from bot.turn import Plan
from dialogs.negotiation.events import Requested
from dialogs.negotiation.state import Hosting, Status

# A job nobody described has one round like this.
PLAIN_ROUND = {"number": 1, "name": "Interview", "minutes": 45, "mode": "video"}


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan
    requested: Requested


MakePlan = Callable[[Session, Case], Awaitable[Planned | None]]


def hosting(host: PersonRow, interviewers: Sequence[PersonRow], *, candidate_first: bool = False) -> Hosting:
    """Where everyone who must be there has a calendar, nobody is asked."""
    if all(person.calendar for person in interviewers or (host,)):
        return Hosting.CALENDAR
    return Hosting.CANDIDATE_FIRST if candidate_first else Hosting.ASKED


async def round_of(session: Session, job_id: str, number: int) -> RoundRow | None:
    """The round of that number; the plain one for a job without any."""
    known = await jobs.rounds(session, job_id)
    if not known and number == 1:
        return RoundRow(job_id=job_id, people=[], **PLAIN_ROUND)
    return next((each for each in known if each.number == number), None)


def needed_in(of_round: RoundRow) -> tuple[str, ...]:
    """Everybody whose time counts for this round: those who must come, and all of each group."""
    # A row that was never in the database, like the plain round, has no defaults yet.
    return (*of_round.people, *(each for pool in of_round.one_of or () for each in pool))


async def plan_next(session: Session, case: Case) -> Planned | None:
    """The round after this one, hosted by the client; None if there is none."""
    of_round = await round_of(session, case.job.id, case.interview.round + 1)
    opened = await interviews.of_application(session, case.application.id)
    taken_back = case.interview.outcome != "passed" or case.state.status is not Status.COMPLETED
    if of_round is None or taken_back:
        return None
    # One that was called off, because the outcome was taken back, does not stand in the way of another.
    if any(each.round == of_round.number and each.status != Status.CANCELLED for each in opened):
        return None
    host = case.host
    if host.role != "client":
        host = await people.client_of(session, case.company.id) or host
    interviewers = await people.all_of(session, needed_in(of_round))
    plan = Plan(
        application_id=case.application.id,
        candidate_id=case.candidate.id,
        host_id=host.id,
        recruiter_id=case.recruiter.id,
        round=of_round.number,
        name=of_round.name,
        minutes=of_round.minutes,
        mode=of_round.mode,
        venue=of_round.venue,
        people=tuple(of_round.people),
        optional=tuple(of_round.optional or ()),
        one_of=tuple(map(tuple, of_round.one_of or ())),
        rooms=tuple(of_round.rooms or ()),
        loop=of_round.in_stages,
    )
    return Planned(plan, Requested(hosting(host, interviewers), after_round=case.interview.round))


async def plan_again(_session: Session, case: Case) -> Planned | None:
    """The same interview once more, because its host called it off."""
    interview = case.interview
    plan = Plan(
        application_id=case.application.id,
        candidate_id=case.candidate.id,
        host_id=case.host.id,
        recruiter_id=case.recruiter.id,
        round=interview.round,
        name=interview.round_name,
        minutes=interview.minutes,
        mode=interview.mode,
        venue=interview.venue,
        people=_to_come(case),
        optional=tuple(interview.optional),
        one_of=tuple(map(tuple, interview.one_of)),
        rooms=tuple(interview.rooms),
        loop=case.loop,
    )
    return Planned(plan, Requested(case.state.hosting, again=True))


def _to_come(case: Case) -> tuple[str, ...]:
    """Whoever was chosen from a group is chosen anew."""
    if case.loop:
        return case.loop.panel.required
    return tuple(person.id for person in case.fixed if person.id in case.interview.people)

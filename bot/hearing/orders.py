"""A recruiter's command with everyone and everything it names found, or why it cannot be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.facts.case import Case, load
from bot.hearing import naming, strangers
from bot.hearing.commands import Command
from bot.hearing.naming import Unclear
from bot.planning import Planned, hosting, needed_in, round_of
from bot.records import interviews, jobs, negotiations, people, story
from bot.records.base import Session
from bot.records.interviews import InterviewRow
from bot.records.people import PersonRow
from bot.records.senders import SenderRow
from bot.turn import Plan
from bot.verbs import Verb
from dialogs.negotiation.events import Requested
from dialogs.negotiation.state import Status

OF_A_SENDER = frozenset({Verb.KNOWN, Verb.ADD, Verb.IGNORE, Verb.ANSWERED})


@dataclass(frozen=True)
class Order:
    """A command with everyone and everything it names found."""

    recruiter: PersonRow
    command: Command
    case: Case | None = None
    planned: Planned | None = None
    rest: str = ""  # what was said behind the candidate's name
    person: PersonRow | None = None  # whoever is named, where it is about no interview
    sender: SenderRow | None = None  # who wrote and is not known

    @property
    def lookups(self) -> tuple[str, ...]:
        """Whose calendars have to be looked into before it can be carried out."""
        if self.planned:
            return self.planned.plan.panel
        return tuple(person.id for person in self.case.panel) if self.case else ()


async def prepare(session: Session, recruiter: PersonRow, command: Command) -> Order:
    """Finds what the command names. Raises Unclear."""
    if command.verb is Verb.UNDO and (last := await story.last_command(session, recruiter.id)):
        return Order(recruiter, command, case=await load(session, last.negotiation_id or ""))
    if command.negotiation:
        return Order(recruiter, command, case=await _of_negotiation(session, command))
    if command.verb in OF_A_SENDER:
        return await _of_sender(session, recruiter, command)
    if not command.about:
        return Order(recruiter, command)
    if command.verb in (Verb.OPT_OUT, Verb.OPT_IN):
        return Order(recruiter, command, person=await strangers.named(session, command.about))
    return await _of_candidate(session, recruiter, command)


async def _of_sender(session: Session, recruiter: PersonRow, command: Command) -> Order:
    sender = await strangers.choose(session, command.sender)
    named = command.about and command.verb is Verb.KNOWN
    person = await strangers.named(session, command.about) if named else None
    return Order(recruiter, command, person=person, sender=sender)


async def _of_candidate(session: Session, recruiter: PersonRow, command: Command) -> Order:
    if command.verb is Verb.SAY:
        return await _addressed(session, recruiter, command)
    named = await naming.candidate(session, command.about)
    if named.person.opted_out_at and command.verb is Verb.SCHEDULE:
        raise Unclear("opted_out", named.person.name)
    if command.verb is Verb.SCHEDULE and named.rest:
        raise Unclear("one_at_a_time", named.rest, (named.person.name,))
    if command.verb is Verb.SCHEDULE:
        return Order(recruiter, command, planned=await _plan(session, recruiter, named.person, command))
    over = command.verb in (Verb.STATUS, Verb.OUTCOME, Verb.CALLED)
    case = await naming.case(session, named.person, f"{named.rest} {command.words}", over=over)
    if command.verb in (Verb.MOVE, Verb.BACK, Verb.RESUME) and named.person.opted_out_at:
        raise Unclear("opted_out", named.person.name)
    return Order(recruiter, command, case=case, rest=named.rest)


async def _of_negotiation(session: Session, command: Command) -> Case:
    row = await negotiations.find(session, command.negotiation)
    if row is None:
        raise Unclear("no_interview", command.negotiation)
    case = await load(session, row.id)
    if case.candidate.opted_out_at and command.verb in (Verb.MOVE, Verb.BACK, Verb.RESUME, Verb.SAY):
        raise Unclear("opted_out", case.candidate.name)
    return case


async def _addressed(session: Session, recruiter: PersonRow, command: Command) -> Order:
    """`say` reaches the candidate, and the client too: whoever of the two is named."""
    everyone = await people.of_role(session, "candidate", "client", "interviewer")
    named = naming.find(command.about, everyone, "unknown_candidate", "which_candidate")
    if named.person.opted_out_at:
        raise Unclear("opted_out", named.person.name)
    return Order(recruiter, command, case=await naming.case(session, named.person, named.rest, over=True))


async def _plan(session: Session, recruiter: PersonRow, candidate: PersonRow, command: Command) -> Planned:
    applied = [each.job_id for each in await jobs.applications_of(session, candidate.id)]
    job, company = await naming.job(session, command.job, command.company, applied)
    application = await jobs.application(session, candidate.id, job.id)
    held = await interviews.of_application(session, application.id) if application else ()
    number = command.round or _next_round(held)
    if any(each.round == number and each.status not in (Status.CANCELLED, Status.NO_SHOW) for each in held):
        raise Unclear("already_scheduled", candidate.name, (f"{job.title} at {company.name}",))
    of_round = await round_of(session, job.id, number)
    if of_round is None:
        raise Unclear("no_such_round", str(number), (f"{job.title} at {company.name}",))
    loop = of_round.in_stages
    if loop and command.minutes:
        raise Unclear("loop_has_its_length", of_round.name)
    host = await naming.host(session, command.host, recruiter) if command.host else None
    # Whom the recruiter names comes instead of those of the round; to a loop everybody comes who has a part in it.
    as_planned = loop is not None or not host
    interviewers = await people.all_of(session, needed_in(of_round)) if as_planned else ()
    host = host or await people.client_of(session, company.id)
    if host is None:
        raise Unclear("no_host", company.name)
    if host.opted_out_at:
        raise Unclear("host_opted_out", host.name)
    plan = Plan(
        application_id=application.id if application else "",
        candidate_id=candidate.id,
        host_id=host.id,
        recruiter_id=recruiter.id,
        round=number,
        name=of_round.name,
        minutes=command.minutes or of_round.minutes,
        mode=command.mode or of_round.mode,
        venue=of_round.venue,
        people=tuple(of_round.people) if as_planned else (),
        optional=tuple(of_round.optional or ()) if as_planned else (),
        one_of=tuple(map(tuple, of_round.one_of or ())) if as_planned else (),
        rooms=tuple(of_round.rooms or ()),
        loop=loop,
        job_id=job.id,
    )
    return Planned(plan, Requested(hosting(host, interviewers, candidate_first=command.candidate_first)))


def _next_round(held: Sequence[InterviewRow]) -> int:
    """The one going on, or called off, or missed; the one after what took place."""
    if not held:
        return 1
    return held[-1].round + (1 if held[-1].status == Status.COMPLETED else 0)

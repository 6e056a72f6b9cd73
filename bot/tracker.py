"""The tracker: who stands where, with a column for each interview."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.records import interviews, jobs, negotiations, people
from bot.records.base import Session
from bot.records.interviews import InterviewRow
from bot.records.people import PersonRow
from dialogs.negotiation.state import Party
from integrations.trackers.base import Row, interview_column

# What each status is called where the whole team reads it.
STANDING = {
    "agreed": "Booked",
    "confirmed": "Confirmed",
    "cancelled": "Cancelled",
    "no_show": "No-show",
    "escalated": "Needs a human",
}
OUTCOME = {"passed": "Passed", "rejected": "Rejected", "no_show": "No-show"}


async def rows(session: Session) -> list[Row]:
    """One line per candidate and job, times as the recruiter of each reads the clock."""
    companies = {company.id: company.name for company in await jobs.companies(session)}
    known = {job.id: job for job, _ in await jobs.with_companies(session)}
    found: list[Row] = []
    for application in await jobs.applications(session):
        job = known[application.job_id]
        candidate = await people.get(session, application.candidate_id)
        recruiter = await people.get(session, application.recruiter_id)
        held = await interviews.of_application(session, application.id)
        row = {
            "Candidate": candidate.name,
            "Job": job.title,
            "Company": companies[job.company_id],
            "Status": await _status(session, held, candidate),
        }
        found.append(row | _dates(held, ZoneInfo(recruiter.zone)))
    return sorted(found, key=lambda row: (row["Candidate"], row["Company"], row["Job"]))


def _dates(held: Sequence[InterviewRow], zone: ZoneInfo) -> dict[str, str]:
    """One called off gives way to the search that follows it."""
    dates: dict[str, str] = {}
    for interview in held:
        column = interview_column(interview.round)
        dates.setdefault(column, "")
        if interview.start and interview.status != "cancelled":
            dates[column] = f"{interview.start.astimezone(zone):%Y-%m-%d %H:%M}"
    return dates


async def _status(session: Session, held: Sequence[InterviewRow], candidate: PersonRow) -> str:
    if not held:
        return "New"
    last = ([each for each in held if each.status != "cancelled"] or held)[-1]
    if candidate.opted_out_at:
        return "Opted out"
    if last.outcome:
        return OUTCOME[last.outcome]
    if last.status in STANDING:
        return STANDING[last.status]
    if last.status == "completed":
        return "Completed"
    state = negotiations.state_of(await negotiations.of_interview(session, last.id))
    if last.status == "offered":
        return "Invited"
    return "Contacted" if Party.CANDIDATE in state.reached else "New"

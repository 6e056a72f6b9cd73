"""What a decision needs to know, gathered: the people, the round, and who is taken when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.house import House
from bot.records import interviews, matters, messages, negotiations, people
from bot.records.base import Session
from bot.records.interviews import InterviewRow
from bot.records.jobs import ApplicationRow, CompanyRow, JobRow
from bot.records.matters import Matter
from bot.records.negotiations import NegotiationRow
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Reader
from dialogs.negotiation.facts import Facts, Mode, Person
from dialogs.negotiation.state import Hosting, Negotiation, Party
from dialogs.scheduling.hours import country_of, holidays_of
from dialogs.scheduling.intervals import Interval, difference, intersection
from integrations.calendars.base import CalendarError

# Whoever wrote this recently is awake, at whatever hour.
JUST_NOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Case:
    """One negotiation with everyone and everything it is about, as the database has it."""

    row: NegotiationRow
    state: Negotiation
    interview: InterviewRow
    application: ApplicationRow
    job: JobRow
    company: CompanyRow
    candidate: PersonRow
    host: PersonRow
    recruiter: PersonRow
    interviewers: tuple[PersonRow, ...]
    last_round: bool
    candidate_number: str = ""  # in an interview by phone

    @property
    def hosts(self) -> tuple[PersonRow, ...]:
        """Everyone on the host's side who must be there.

        Where the interviewers' calendars decide, a client who was never asked is invited but need not come.
        """
        own = () if self.state.hosting is Hosting.CALENDAR and not self.host.calendar else (self.host,)
        return own + self.interviewers or (self.host,)

    @property
    def required(self) -> tuple[PersonRow, ...]:
        return (self.candidate, *self.hosts)

    @property
    def invited(self) -> tuple[PersonRow, ...]:
        return tuple({person.id: person for person in (*self.required, self.host)}.values())

    def reader(self, reader: Reader) -> PersonRow:
        return {Reader.CANDIDATE: self.candidate, Reader.HOST: self.host, Reader.RECRUITER: self.recruiter}[reader]

    def party(self, person_id: str) -> Party:
        return Party.CANDIDATE if person_id == self.candidate.id else Party.HOST


async def load(session: Session, negotiation_id: str) -> Case:
    """Looked up once in a session: asked again, the database would only hand out the same rows."""
    known: dict[str, Matter] = session.info.setdefault("matters", {})
    if negotiation_id not in known:
        known[negotiation_id] = await matters.of_negotiation(session, negotiation_id)
    return await _case(session, known[negotiation_id])


async def cases_of(session: Session, person: PersonRow) -> list[Case]:
    """What this person could be writing about, oldest first; if nothing is going on, what was last."""
    found = await matters.of_person(session, person.id)
    session.info.setdefault("matters", {}).update({matter.row.id: matter for matter in found})
    return [await _case(session, matter) for matter in found]


async def _case(session: Session, matter: Matter) -> Case:
    return Case(
        row=matter.row,
        state=negotiations.state_of(matter.row),
        interview=matter.interview,
        application=matter.application,
        job=matter.job,
        company=matter.company,
        candidate=matter.candidate,
        host=matter.host,
        recruiter=matter.recruiter,
        interviewers=await matters.interviewers(session, matter),
        last_round=matter.interview.round >= matter.rounds,
        candidate_number=await _number(session, matter),
    )


async def _number(session: Session, matter: Matter) -> str:
    return await people.number_of(session, matter.candidate.id) if matter.interview.mode == Mode.PHONE else ""


@dataclass(frozen=True)
class Look:
    """What the connected calendars said a moment ago, by person. Looked up before a transaction, never inside one."""

    busy: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    open: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()  # whose calendar could not be read


NOTHING_SEEN = Look()


async def look(house: House, people: tuple[PersonRow, ...]) -> Look:
    """Reads the calendars of those who have one. A calendar that cannot be read counts as busy throughout."""
    now = house.clock.now()
    between = Interval(now, now + house.rules.notice + house.rules.horizon)
    busy: dict[str, tuple[Interval, ...]] = {}
    open_: dict[str, tuple[Interval, ...]] = {}
    away: set[str] = set()
    for person in people:
        if person.calendar:
            try:
                busy[person.id] = (await house.calendar.busy(calendar_address(person), between)).within(between)
                hours = await house.calendar.hours(calendar_address(person))
            except CalendarError:
                busy[person.id], hours = (between,), None
                away.add(person.id)
            country = person.country or country_of(person.zone)
            off = holidays_of(country, {between.start.year, between.end.year})
            open_[person.id] = hours.open(between, off) if hours else ()
    return Look(busy, open_, frozenset(away))


def calendar_address(person: PersonRow) -> str:
    return person.email or person.id


async def gather(session: Session, house: House, case: Case, seen: Look) -> Facts:
    now = house.clock.now()
    everyone = [person.id for person in case.required]
    booked = await interviews.taken(session, everyone, now)
    seen_busy = {person.id: difference(seen.busy.get(person.id, ()), _own(case)) for person in case.hosts}
    host_busy = [each for person in case.hosts for each in (*booked[person.id], *seen_busy[person.id])]
    with_calendar = [seen.open[person.id] for person in case.hosts if person.id in seen.open]
    host_open = None
    if case.state.hosting is Hosting.CALENDAR:
        host_open = with_calendar[0] if with_calendar else ()
        for hours in with_calendar[1:]:
            host_open = intersection(host_open, hours)
    return Facts(
        now=now,
        rules=house.rules,
        candidate=_person(case.candidate),
        host=_person(case.host),
        recruiter=_person(case.recruiter),
        minutes=case.interview.minutes,
        mode=Mode(case.interview.mode),
        place=case.interview.place,
        meeting_url=case.interview.meeting_url,
        candidate_busy=booked[case.candidate.id],
        host_busy=tuple(host_busy),
        held=await negotiations.held(session, everyone, besides=case.row.id, now=now),
        host_open=host_open,
        calendars_away=any(person.id in seen.away for person in case.hosts),
        last_round=case.last_round,
        awake=await _awake(session, case, now - JUST_NOW),
    )


def _own(case: Case) -> tuple[Interval, ...]:
    """What this very interview has put into calendars does not stand in its own way."""
    return (case.state.booked,) if case.state.booked and not case.state.over else ()


async def _awake(session: Session, case: Case, since: datetime) -> frozenset[Reader]:
    wrote = await messages.who_wrote_since(session, {case.reader(reader).id for reader in Reader}, since)
    return frozenset(reader for reader in Reader if case.reader(reader).id in wrote)


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, ZoneInfo(row.zone), row.tongue)

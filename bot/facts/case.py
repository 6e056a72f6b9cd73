"""One negotiation with everyone and everything it is about, loaded from the records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.records import matters, negotiations, people
from bot.records.base import Session
from bot.records.interviews import InterviewRow
from bot.records.jobs import ApplicationRow, CompanyRow, JobRow
from bot.records.matters import Matter
from bot.records.negotiations import NegotiationRow
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Reader
from dialogs.negotiation.facts import Mode
from dialogs.negotiation.state import Hosting, Negotiation, Party
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.loop import Loop, own_parts
from dialogs.scheduling.panel import Itinerary

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
    pools: tuple[tuple[PersonRow, ...], ...] = ()  # of each group one has to come
    optional: tuple[PersonRow, ...] = ()
    rooms: tuple[PersonRow, ...] = ()  # one of these is needed
    candidate_number: str = ""  # in an interview by phone
    loop: Loop | None = None  # several stages in a row

    @property
    def hosts(self) -> tuple[PersonRow, ...]:
        """Everyone on the host's side who must be there.

        Where the interviewers' calendars decide, a client who was never asked is invited but need not come; and to a
        loop only those come who have a part in it.
        """
        own = (self.host,) if self._host_comes else ()
        return own + self.interviewers or (() if self.pools else (self.host,))

    @property
    def _host_comes(self) -> bool:
        if self.loop:
            seated = (who for each in self.itinerary for who in each.people)
            return self.host.id in {*self.loop.panel.required, *seated}
        return self.state.hosting is not Hosting.CALENDAR or bool(self.host.calendar)

    @property
    def fixed(self) -> tuple[PersonRow, ...]:
        """Those of the host's side who are no choice among several."""
        if self.loop:
            return tuple(person for person in self.hosts if person.id in self.loop.panel.required)
        pooled = {person.id for pool in self.pools for person in pool}
        return tuple(person for person in self.hosts if person.id not in pooled)

    @property
    def kept_by_an_offer(self) -> tuple[PersonRow, ...]:
        """Whose time it takes for sure: one of a group, or of several rooms, is free to be offered elsewhere."""
        return (self.candidate, *self.fixed, *(self.rooms if len(self.rooms) == 1 else ()))

    @property
    def needed(self) -> tuple[PersonRow, ...]:
        """Everybody whose time counts: those fixed, and all of each group."""
        return (*self.fixed, *(person for pool in self.pools for person in pool))

    def needs(self, person_id: str) -> bool:
        """Without them, or without this room, it cannot take place; whoever else is invited need not come."""
        return person_id in {self.candidate.id, *(each.id for each in (*self.needed, *self.rooms))}

    @property
    def panel(self) -> tuple[PersonRow, ...]:
        """Everybody, and every room, of the host's side that has any part in it, each once."""
        part = (*self.hosts, *self.needed, *self.optional, *self.rooms)
        return tuple({person.id: person for person in part}.values())

    @property
    def room(self) -> PersonRow | None:
        """The one it is booked in."""
        return next((room for room in self.rooms if room.id == self.interview.room_id), None)

    @property
    def coming(self) -> tuple[PersonRow, ...]:
        """Whose calendars the interview stands in, the room's too."""
        return (self.candidate, *self.hosts, *self.optional, *filter(None, [self.room]))

    @property
    def place(self) -> str:
        """Where one goes: the room, and where that is."""
        return ", ".join(filter(None, [self.room.name if self.room else "", self.interview.place]))

    @property
    def required(self) -> tuple[PersonRow, ...]:
        return (self.candidate, *self.hosts)

    @property
    def invited(self) -> tuple[PersonRow, ...]:
        return tuple({person.id: person for person in (*self.required, *self.optional, self.host)}.values())

    @property
    def itinerary(self) -> Itinerary:
        """Of a loop that is booked: who comes to which stage, and when."""
        return self.interview.itinerary_from(self.state.booked.start) if self.state.booked else ()

    def part(self, person_id: str, when: Interval) -> Interval:
        """What somebody comes to of the interview, which is booked at `when`: of a loop what is theirs, else all."""
        return own_parts(self.interview.itinerary_from(when.start)).get(person_id, when)

    def whole_of(self, person_id: str, moved: Interval) -> Interval:
        """Where the interview would lie if their part of it lay there: whoever moves that moves the whole with it."""
        booked = self.state.booked
        if booked is None or not self.itinerary:
            return moved
        by = moved.start - self.part(person_id, booked).start
        return Interval(booked.start + by, booked.end + by)

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
    panel = await matters.panel(session, matter)
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
        interviewers=panel.interviewers,
        pools=panel.pools,
        optional=panel.optional,
        rooms=panel.rooms,
        last_round=matter.interview.round >= matter.rounds,
        candidate_number=await _number(session, matter),
        loop=matter.interview.in_stages,
    )


async def _number(session: Session, matter: Matter) -> str:
    return await people.number_of(session, matter.candidate.id) if matter.interview.mode == Mode.PHONE else ""

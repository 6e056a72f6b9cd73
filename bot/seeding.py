"""People and jobs put into the records: by a rehearsal, a demo, or `askarsan import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bot.house import Ids
from bot.records import jobs, people, senders
from bot.records.base import Session
from bot.records.jobs import CompanyRow, JobRow, RoundRow
from bot.records.loops import kept
from bot.records.people import ContactRow, PersonRow, normal
from bot.records.venues import Venue
from dialogs.scheduling.loop import Loop


@dataclass(frozen=True)
class NewPerson:
    id: str
    role: str
    name: str
    timezone: str
    channels: Sequence[str]  # in order of preference
    consent: Sequence[str]
    addresses: Mapping[str, str]  # by channel, also of those they did not ask for: they may write from there
    locale: str = "en"
    company: str | None = None
    email: str | None = None
    country: str | None = None
    seniority: str | None = None
    tags: Sequence[str] = ()
    calendar: str | None = None
    room: str = ""
    region: str | None = None
    lunch: str | None = None
    travel: int | None = None


@dataclass(frozen=True)
class NewRound:
    name: str
    minutes: int
    mode: str
    venue: Venue = field(default_factory=Venue)
    people: Sequence[str] = field(default=())
    optional: Sequence[str] = field(default=())
    one_of: Sequence[Sequence[str]] = field(default=())
    rooms: Sequence[str] = field(default=())
    loop: Loop | None = None


async def add_company(session: Session, ids: Ids, name: str) -> CompanyRow:
    """The company of that name; made if it is new."""
    company = await jobs.company_named(session, name)
    if company is None:
        company = CompanyRow(id=ids("company"), name=name)
        session.add(company)
        await session.flush()
    return company


async def add_person(session: Session, ids: Ids, person: NewPerson) -> PersonRow:
    company = await add_company(session, ids, person.company) if person.company else None
    row = PersonRow(
        id=person.id,
        role=person.role,
        name=person.name,
        zone=person.timezone,
        locale=person.locale,
        country=person.country,
        email=person.email,
        company_id=company.id if company else None,
        seniority=person.seniority,
        tags=list(person.tags),
        calendar=person.calendar,
        room=person.room,
        region=person.region,
        lunch=person.lunch,
        travel=person.travel,
    )
    session.add(row)
    await session.flush()
    for position, channel in enumerate(dict.fromkeys((*person.channels, *person.addresses))):
        session.add(
            ContactRow(
                person_id=row.id,
                channel=channel,
                address=normal(person.addresses[channel]),
                position=position,
                consent=channel in person.channels and channel in person.consent,
            )
        )
    await session.flush()
    await _read_what_waits(session, row, person.addresses)
    await _leave_alone(session, row, person.addresses)
    return row


async def _read_what_waits(session: Session, person: PersonRow, addresses: Mapping[str, str]) -> None:
    """They wrote before anybody knew them: that is heard now as theirs."""
    for channel, address in addresses.items():
        sender = await senders.find(session, channel, address)
        if sender and sender.waits and not sender.between:
            await senders.is_theirs(session, sender, person.id, None, sender.last_at)


async def _leave_alone(session: Session, person: PersonRow, addresses: Mapping[str, str]) -> None:
    """They said stop before anybody knew them: that holds everywhere, until they say otherwise."""
    for channel, address in addresses.items():
        if (sender := await senders.refused(session, channel, address)) and sender.settled_at:
            person.opted_out_at = sender.settled_at
            await people.close_contacts(session, person.id, sender.settled_at)
            await senders.is_theirs(session, sender, person.id, None, sender.settled_at)


async def add_job(session: Session, ids: Ids, title: str, company: str, rounds: Sequence[NewRound]) -> JobRow:
    owner = await add_company(session, ids, company)
    job = JobRow(id=ids("job"), company_id=owner.id, title=title)
    session.add(job)
    await session.flush()
    for number, each in enumerate(rounds, 1):
        session.add(
            RoundRow(
                job_id=job.id,
                number=number,
                name=each.name,
                minutes=each.minutes,
                mode=each.mode,
                **asdict(each.venue),
                people=list(each.people),
                optional=list(each.optional),
                one_of=[list(group) for group in each.one_of],
                rooms=list(each.rooms),
                loop=kept(each.loop),
            )
        )
    return job

"""Real people and jobs added to the records, once: from a sheet of candidates, or from a file of people and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.hearing.naming import nearest
from bot.house import Ids
from bot.records import jobs, people
from bot.records.base import Session
from bot.records.jobs import ApplicationRow, JobRow
from bot.records.people import PersonRow
from bot.rehearsal.casting import new_person, new_rounds
from bot.rehearsal.jobs import Job
from bot.rehearsal.scenario import Cast
from bot.seeding import NewPerson, add_job, add_person
from integrations import contact
from integrations.channels.base import BY_HAND
from integrations.trackers.sheet import BadSheet, CandidateRow, LineError


@dataclass
class Added:
    """What came of it, by name; `known` was there already and was left as it is."""

    people: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    by_mail_only: list[str] = field(default_factory=list)  # nobody says they agreed to another channel
    unreachable: list[str] = field(default_factory=list)  # not even that
    left_alone: list[str] = field(default_factory=list)  # they asked for that before we knew them


_IN_A_SHEET = ("email", "whatsapp", "sms", "phone")
Watch = Callable[[Iterable[CandidateRow]], Iterable[CandidateRow]]


async def add_candidates(
    session: Session,
    ids: Ids,
    rows: Sequence[CandidateRow],
    zone: str,
    language: str,
    recruiter: str | None = None,
    watch: Watch = iter,
) -> Added:
    """All of them or, raising BadSheet with every line that does not fit, none.

    `zone` and `language` are for whoever has none.
    `recruiter` names who looks after them; needed where there are several, and a candidate applies for a job.
    """
    desk = _Desk(session, ids, zone, language, await _fitting(session, ids, rows, recruiter))
    for row in watch(rows):
        await desk.take(row)
    return desk.added


@dataclass(frozen=True)
class _Matter:
    """What the applications of a sheet are for, and who looks after them."""

    recruiter: PersonRow | None
    jobs: Mapping[tuple[str, str], str]  # title and company as they were written -> the id of the job
    made: Sequence[str]  # the names of the new ones


async def _fitting(session: Session, ids: Ids, rows: Sequence[CandidateRow], recruiter: str | None) -> _Matter:
    applying = [row for row in rows if row.job]
    errors = [error for row in rows for error in _without_address(row)]
    looks_after = await _recruiter(session, recruiter, applying, errors)
    known = {
        (job.title.casefold(), company.name.casefold()): job for job, company in await jobs.with_companies(session)
    }
    found: dict[tuple[str, str], str] = {}
    made: list[str] = []
    for row in applying:
        title, company = row.job or "", row.company or ""
        fitting = [
            job for key, job in known.items() if key[0] == title.casefold() and company.casefold() in ("", key[1])
        ]
        if not fitting and company:
            fitting = [await add_job(session, ids, title, company, ())]
            known[title.casefold(), company.casefold()] = fitting[0]
            made.append(f"{title} at {company}")
        if len(fitting) == 1:
            found[title, company] = fitting[0].id
        else:
            errors.append(LineError(row.line, "company", _which_company(title, fitting)))
    if errors:
        raise BadSheet(errors)
    return _Matter(looks_after, found, made)


def _without_address(row: CandidateRow) -> Iterator[LineError]:
    for channel in {*row.channels, *row.consent} - {*_IN_A_SHEET}:
        yield LineError(row.line, "channels", f"{channel} needs an address of its own, and a sheet has none")


def _which_company(title: str, fitting: Sequence[JobRow]) -> str:
    return f"several have a job {title!r}; say which" if fitting else f"is missing: there is no job {title!r} yet"


async def _recruiter(
    session: Session, name: str | None, applying: Sequence[CandidateRow], errors: list[LineError]
) -> PersonRow | None:
    everyone = await people.of_role(session, "recruiter")
    names = [person.name for person in everyone]
    found = [person for person in everyone if name is None or person.name.casefold() == name.casefold()]
    if name and not found:
        near = nearest(name, names) or tuple(names)
        hint = f"; there is {', '.join(near)}" if near else ""
        errors.append(LineError(0, "", f"there is no recruiter {name!r}{hint}"))
    elif applying and not found:
        errors.append(
            LineError(applying[0].line, "job", "there is no recruiter yet to look after it: `askarsan add` one")
        )
    elif applying and len(found) > 1:
        errors.append(LineError(0, "", f"there are several recruiters: --recruiter says which ({', '.join(names)})"))
    return found[0] if found else None


class _Desk:
    """Takes candidates one by one."""

    def __init__(self, session: Session, ids: Ids, zone: str, language: str, matter: _Matter) -> None:
        self.added = Added(jobs=list(matter.made))
        self._session = session
        self._ids = ids
        self._zone = zone
        self._language = language
        self._matter = matter

    async def take(self, row: CandidateRow) -> None:
        addresses = _addresses(row)
        if known := await _somebody_at(self._session, addresses):
            self.added.known.append(f"line {row.line}: {_known_as(row.name, known)}")
            return
        channels = row.channels or tuple(addresses)
        consent = row.consent or tuple(channel for channel in channels if channel in ("email", *BY_HAND))
        person = await add_person(
            self._session,
            self._ids,
            NewPerson(
                id=self._ids("person"),
                role="candidate",
                name=row.name,
                timezone=row.timezone or contact.zone_of(row.phone) or self._zone,
                channels=channels,
                consent=consent,
                addresses=addresses,
                locale=row.locale or self._language,
                email=row.email,
            ),
        )
        self._note(row, consent, left_alone=person.opted_out_at is not None)
        if row.job and self._matter.recruiter:
            job = self._matter.jobs[row.job, row.company or ""]
            self._session.add(
                ApplicationRow(
                    id=self._ids("application"),
                    candidate_id=person.id,
                    job_id=job,
                    recruiter_id=self._matter.recruiter.id,
                )
            )

    def _note(self, row: CandidateRow, consent: Sequence[str], *, left_alone: bool) -> None:
        self.added.people.append(row.name)
        if left_alone:
            self.added.left_alone.append(row.name)
        elif not consent:
            self.added.unreachable.append(row.name)
        elif not row.consent and row.phone:
            self.added.by_mail_only.append(row.name)


def _addresses(row: CandidateRow) -> dict[str, str]:
    rung = row.phone if "phone" in row.channels else None
    known = {"email": row.email, "whatsapp": row.phone, "sms": row.phone, "phone": rung}
    return {channel: address for channel, address in known.items() if address}


async def _somebody_at(session: Session, addresses: Mapping[str, str]) -> PersonRow | None:
    for channel, address in addresses.items():
        if person := await people.at_address(session, channel, address):
            return person
    return None


def _known_as(name: str, known: PersonRow) -> str:
    return name if name == known.name else f"{name} (as {known.name})"


async def add_cast(session: Session, ids: Ids, cast: Cast) -> Added:
    """Everyone and every job that is new."""
    added = Added()
    keys: dict[str, str] = {}  # as the file calls them -> as the records do
    for person in cast.people:
        known = await _somebody_at(session, person.addresses)
        keys[person.key] = known.id if known else ids("person")
        if known:
            added.known.append(_known_as(person.name, known))
        else:
            row = await add_person(session, ids, new_person(person, keys[person.key]))
            added.people.append(person.name)
            if row.opted_out_at:
                added.left_alone.append(person.name)
    for job in cast.jobs:
        await _add_job(session, ids, job, keys, added)
    return added


async def _add_job(session: Session, ids: Ids, job: Job, keys: Mapping[str, str], added: Added) -> None:
    name = f"{job.title} at {job.company}"
    there = {(j.title.casefold(), company.name.casefold()) for j, company in await jobs.with_companies(session)}
    if (job.title.casefold(), job.company.casefold()) in there:
        added.known.append(name)
        return
    await add_job(session, ids, job.title, job.company, new_rounds(job, keys))
    added.jobs.append(name)

"""Which person, job or interview a recruiter means; where it is none or several, the nearest ones to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from bot.facts.case import Case, load
from bot.records import jobs, negotiations, people
from bot.records.base import Session
from bot.records.jobs import CompanyRow, JobRow
from bot.records.people import PersonRow
from dialogs.negotiation.state import OVER, Status

T = TypeVar("T")
NEAR = 0.55  # how alike two names must be, of 1, to be suggested


@dataclass(eq=False)
class Unclear(Exception):
    """The recruiter has to say it again: `text` names our answer, `words` and `choices` go into it."""

    text: str
    said: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A person, and what the recruiter said behind the name."""

    person: PersonRow
    rest: str


async def candidate(session: Session, about: str) -> Named:
    """The candidate whose name the words begin with. Raises Unclear with the nearest names."""
    return find(about, await people.of_role(session, "candidate"), "unknown_candidate", "which_candidate")


async def host(session: Session, said: str, recruiter: PersonRow) -> PersonRow:
    if said.lower() in ("me", "myself"):
        return recruiter
    everyone = await people.of_role(session, "client", "interviewer", "recruiter")
    return find(said, everyone, "unknown_host", "which_host").person


def find(about: str, known: Sequence[PersonRow], unknown: str, several: str) -> Named:
    """The longest beginning of the words that names somebody: the whole name, or any part of it."""
    words = about.split()
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length]).strip(",.:;").casefold()
        said = said.removesuffix("'s").removesuffix("’s")
        whole = [person for person in known if person.name.casefold() == said]
        partly = [person for person in known if said in person.name.casefold().split()]
        found = whole or partly
        if len(found) == 1:
            return Named(found[0], " ".join(words[length:]).lstrip(",.:;– -"))
        if found:
            raise Unclear(several, about, tuple(person.name for person in found))
    raise Unclear(unknown, about, nearest(about, [person.name for person in known]))


def nearest(said: str, names: Sequence[str]) -> tuple[str, ...]:
    def alike(name: str) -> float:
        parts = [name, *name.split()]
        return max(SequenceMatcher(None, said.casefold(), part.casefold()).ratio() for part in parts)

    ranked = sorted({name: alike(name) for name in names}.items(), key=lambda item: (-item[1], item[0]))
    return tuple(name for name, value in ranked if value >= NEAR)[:3]


async def job(session: Session, title: str, company: str, applied: Sequence[str]) -> tuple[JobRow, CompanyRow]:
    """The job of that title at that company. With neither said: the only one, or the only one applied for."""
    everything = await jobs.with_companies(session)
    found = [each for each in everything if _is(company, each[1].name) and _is(title, each[0].title)]
    if len(found) > 1:
        found = [each for each in found if each[0].id in applied] or found
    if len(found) == 1:
        return found[0]
    said = " at ".join(part for part in (title, company) if part)
    labels = {f"{job.title} at {company.name}": job.title for job, company in found or everything}
    if found:
        raise Unclear("which_job", said, tuple(labels))
    near = nearest(title or company, list(labels.values()))
    raise Unclear("unknown_job", said, tuple(label for label, name in labels.items() if name in near) or tuple(labels))


def _is(said: str, name: str) -> bool:
    return not said or said.casefold() == name.casefold()


async def case(session: Session, person: PersonRow, rest: str, *, over: bool = False) -> Case:
    """The interview of this candidate that a command is about; `over`: one that is finished will do too."""
    rows = await negotiations.of_person(session, person.id)
    cases = [await load(session, row.id) for row in rows]
    going_on = [each for each in cases if Status(each.row.status) not in OVER]
    found = going_on or (cases[:1] if over else [])
    if len(found) > 1:
        meant = rest.casefold()
        named = [c for c in found if c.company.name.casefold() in meant or c.job.title.casefold() in meant]
        found = named or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unclear("no_interview", person.name)
    raise Unclear("which_of_interviews", person.name, tuple(f"{c.job.title} at {c.company.name}" for c in found))

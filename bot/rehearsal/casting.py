"""The people and jobs of a file as the records take them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.rehearsal.scenario import Job, Person
from bot.seeding import NewPerson, NewRound


def new_person(person: Person, id: str, calendar: str | None = None) -> NewPerson:
    """`calendar` is the vendor whose calendar is connected."""
    return NewPerson(
        id=id,
        role=person.role,
        name=person.name,
        timezone=person.timezone,
        channels=person.channels,
        consent=person.consent,
        addresses=person.addresses,
        locale=person.locale,
        company=person.company,
        email=person.email,
        country=person.country,
        seniority=person.seniority,
        tags=person.tags,
        calendar=calendar,
    )


def new_rounds(job: Job, ids: Mapping[str, str]) -> list[NewRound]:
    """`ids`: how the records call those whom the file calls by a key."""
    return [NewRound(r.name, r.minutes, r.mode, r.venue, [ids[key] for key in r.people]) for r in job.rounds]

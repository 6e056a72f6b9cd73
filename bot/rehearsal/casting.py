"""The people and jobs of a file as the records take them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.rehearsal.jobs import Job
from bot.rehearsal.people import Person
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
        room=person.room,
        region=person.region,
        lunch=person.lunch,
        travel=person.travel,
    )


def new_rounds(job: Job, ids: Mapping[str, str]) -> list[NewRound]:
    """`ids`: how the records call those whom the file calls by a key."""
    return [
        NewRound(
            each.name,
            each.minutes,
            each.mode,
            each.venue,
            people=[ids[key] for key in each.people],
            optional=[ids[key] for key in each.optional],
            one_of=[[ids[key] for key in group] for group in each.one_of],
            rooms=[ids[key] for key in each.rooms],
            loop=each.loop and each.loop.called(ids),
        )
        for each in job.rounds
    ]

"""The jobs of a file, and the rounds of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.records.venues import Venue
from bot.rehearsal.loops import LOOP, groups_of, minutes_of, people_of, read_loop
from bot.rehearsal.people import Checked, Person, Strictness, person_called
from bot.rehearsal.yamlfile import Fault, Fields, Value, fields, listed, suggestion
from dialogs.scheduling.loop import Loop

MODES = ("video", "phone", "onsite")
CALLERS = ("host", "candidate")
VENUE = ("place", "directions", "arrival_notes", "caller", "phone")


@dataclass(frozen=True, slots=True)
class Round:
    name: str
    minutes: int
    mode: str
    venue: Venue
    people: tuple[str, ...]
    optional: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    rooms: tuple[str, ...] = ()
    loop: Loop | None = None  # then the length is that of the whole, and the people are those of all stages together


@dataclass(frozen=True, slots=True)
class Job:
    title: str
    company: str
    rounds: tuple[Round, ...]


def read_jobs(top: Fields, people: Mapping[str, Person], strict: Strictness) -> tuple[Job, ...]:
    jobs: dict[tuple[str, str], Job] = {}
    for value in listed(top, "jobs"):
        job = _job(value, people, strict)
        if jobs.setdefault((job.title.casefold(), job.company.casefold()), job) is not job:
            raise Fault(value.line, f"{job.title} at {job.company} stands here twice")
    return tuple(jobs.values())


def _job(value: Value, people: Mapping[str, Person], strict: Strictness) -> Job:
    said = fields(value, "a job")
    said.only("title", "company", "rounds")
    rounds = tuple(_round(number, each, people, strict) for number, each in enumerate(listed(said, "rounds"), 1))
    return Job(said.word("title"), said.word("company"), rounds)


def _round(number: int, value: Value, people: Mapping[str, Person], strict: Strictness) -> Round:
    said = fields(value, "a round")
    said.only("name", "minutes", "mode", "people", "optional", "one_of", "rooms", *LOOP, *VENUE)
    loop, mode = read_loop(said, people), said.word("mode", "video")
    if mode not in MODES:
        raise Fault(said.line_of("mode"), f"{mode!r} is no mode{suggestion(mode, MODES)}")
    for room in said.words("rooms") or ():
        if person_called(room, people, said.line_of("rooms")).role != "room":
            raise Fault(said.line_of("rooms"), f"{room} is no room: under people it needs the role room")
    return Round(
        name=said.word("name", f"Interview {number}"),
        minutes=loop.minutes if loop else minutes_of(said, "45"),
        mode=mode,
        venue=_venue(said, strict),
        people=loop.panel.required if loop else people_of(said, "people", people),
        optional=people_of(said, "optional", people),
        one_of=loop.panel.one_of if loop else groups_of(said, people),
        rooms=said.words("rooms") or (),
        loop=loop,
    )


def _venue(said: Fields, strict: Strictness) -> Venue:
    caller, directions = said.word("caller", "host"), said.word("directions", "")
    if caller not in CALLERS:
        raise Fault(said.line_of("caller"), f"{caller!r} calls nobody{suggestion(caller, CALLERS)}")
    if directions.startswith("http://"):
        raise Fault(said.line_of("directions"), "people open this link on the way: it has to begin with https://")
    return Venue(
        place=said.word("place", ""),
        directions=directions,
        arrival_notes=said.word("arrival_notes", ""),
        caller=caller,
        phone=Checked(said).maybe("phone", strict.phone) or "",
    )

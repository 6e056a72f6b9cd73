"""A scenario as it is written down: who there is, what happens, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.rehearsal.calendars import CalendarOf, read_calendar
from bot.rehearsal.expectations import Expectation, read_expectation
from bot.rehearsal.jobs import Job, read_jobs
from bot.rehearsal.people import PLAYED, Person, Strictness, person_called, read_person
from bot.rehearsal.script import read_step
from bot.rehearsal.steps import Step
from bot.rehearsal.yamlfile import Fault, Fields, Items, instant, listed, read, section, word
from bot.rules import BadRule, rules_from
from dialogs.negotiation.facts import Rules
from integrations import contact


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    now: datetime
    rules: Rules
    people: tuple[Person, ...]
    jobs: tuple[Job, ...]
    calendars: Mapping[str, CalendarOf]
    links: Mapping[str, str]  # booking links, by person
    steps: tuple[Step, ...]
    lines: tuple[int, ...]  # of each step, in the file
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who there is and what for, without anything happening."""

    people: tuple[Person, ...]
    jobs: tuple[Job, ...]


def load(path: Path, now: datetime | None = None) -> Scenario:
    """Reads and checks the whole file; `now` is for one that names no time of its own.

    Raises Fault at the first line that is wrong.
    """
    top = read(path)
    top.only("name", "now", "settings", "people", "jobs", "calendars", "links", "script", "expect")
    people = {key: read_person(key, value, PLAYED) for key, value in section(top, "people").values.items()}
    jobs = read_jobs(top, people, PLAYED)
    calendars = {key: read_calendar(key, value, people) for key, value in section(top, "calendars").values.items()}
    return Scenario(
        name=top.word("name", path.stem),
        now=now if now and "now" not in top.values else instant(top.values.get("now"), "now", top.line),
        rules=_rules(section(top, "settings")),
        people=tuple(people.values()),
        jobs=jobs,
        calendars=calendars,
        links={
            person_called(key, people, value.line).key: word(value, key)
            for key, value in section(top, "links").values.items()
        },
        steps=tuple(read_step(value, people, calendars) for value in listed(top, "script")),
        lines=tuple(value.line for value in listed(top, "script")),
        expectations=tuple(read_expectation(value, people) for value in listed(top, "expect")),
    )


def load_cast(path: Path, zone: str, language: str) -> Cast:
    """Real people and jobs, as in a rehearsal; `zone` and `language` are those of whoever has none. Raises Fault."""
    top = read(path)
    top.only("people", "jobs")
    strict = Strictness(contact.email, contact.phone, zone, language, real=True)
    people = {key: read_person(key, value, strict) for key, value in section(top, "people").values.items()}
    jobs = read_jobs(top, people, strict)
    if not people and not jobs:
        raise Fault(top.line, "there is nobody under people and nothing under jobs")
    return Cast(tuple(people.values()), jobs)


def _rules(settings: Fields) -> Rules:
    rules = Rules()
    for name, value in settings.values.items():
        given = tuple(word(each, name) for each in value) if isinstance(value, Items) else word(value, name)
        try:
            rules = rules_from({name: given}, rules)
        except BadRule as error:
            raise Fault(value.line, str(error)) from error
    return rules

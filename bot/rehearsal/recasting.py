"""The same story with people on other channels: what matters is said and done wherever they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.rehearsal.expectations import Expectation
from bot.rehearsal.people import CHANNELS, ROLES, Person
from bot.rehearsal.scenario import Scenario
from bot.rehearsal.steps import Outage, Presses, Says, SpoilsNext, Step
from integrations.contact import nearest


def read_channels(text: str) -> Mapping[str, str]:
    """`candidate=sms,recruiter=teams`: by role. Raises ValueError."""
    found: dict[str, str] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        role, _, channel = (word.strip() for word in each.partition("="))
        if role not in ROLES or role == "room":
            raise ValueError(f"{role!r} is nobody who is written to; {nearest(role, ROLES)}")
        if channel not in CHANNELS:
            raise ValueError(f"{channel!r} is no channel; {nearest(channel, CHANNELS)}")
        found[role] = channel
    return found


def recast(scenario: Scenario, channels: Mapping[str, str]) -> Scenario:
    """`channels`: what each role writes on first, in place of what the file says. The ways beside it stay."""
    moved = {each.key: (each.channels[0], channels[each.role]) for each in scenario.people if _moves(each, channels)}
    return replace(
        scenario,
        people=tuple(_reached(each, *moved[each.key]) if each.key in moved else each for each in scenario.people),
        steps=tuple(_step(each, moved) for each in scenario.steps),
        expectations=tuple(_expected(each, moved) for each in scenario.expectations),
    )


Moved = Mapping[str, tuple[str, str]]  # by person: from which channel to which


def _moves(person: Person, channels: Mapping[str, str]) -> bool:
    return bool(person.channels) and person.role in channels


def _reached(person: Person, old: str, new: str) -> Person:
    def instead(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(new if name == old else name for name in names))

    return replace(
        person,
        channels=instead(person.channels),
        consent=instead(person.consent),
        addresses={**person.addresses, new: person.addresses.get(new) or _made_up(person.key, new)},
    )


def _made_up(key: str, channel: str) -> str:
    """As nobody has it; the same each time."""
    if channel in ("whatsapp", "sms"):
        return f"+1555{sum(map(ord, key)) % 10_000_000:07d}"
    return f"{key}@people.example" if channel == "email" else key


def _step(step: Step, moved: Moved) -> Step:
    match step:
        case Says() | Presses():
            return _from_there(step, moved)
        case Outage() if step.service in (old := dict(moved.values())):
            return replace(step, service=old[step.service])
        case SpoilsNext() if step.to in moved and step.channel == moved[step.to][0]:
            return replace(step, channel=moved[step.to][1])
    return step


def _from_there(step: Says | Presses, moved: Moved) -> Step:
    old, new = moved.get(step.who, (None, None))
    return replace(step, channel=new) if step.channel and step.channel == old else step


def _expected(expectation: Expectation, moved: Moved) -> Expectation:
    filters = dict(expectation.filters)
    people = [filters[key] for key in ("to", "from") if filters.get(key) in moved]
    for person in people:
        old, new = moved[person]
        if filters.get("channel") == old:
            filters["channel"] = new
    return replace(expectation, filters=filters)

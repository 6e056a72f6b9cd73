"""What a scenario expects of how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rehearsal.people import Person, person_called
from bot.rehearsal.yamlfile import Fault, Value, Word, fields, instant, suggestion, word


@dataclass(frozen=True, slots=True)
class Expectation:
    """`what` is one of the lists of the result, or none; `filters` as they were written."""

    what: str
    filters: Mapping[str, str]


EXPECTABLE = ("interview", "message", "none", "invite", "tracker", "escalation", "timer", "event")
# What may be asked of each, besides the four of every one. The tracker has a column for every interview there is.
_MESSAGE = ("at", "from", "to", "channel", "kind", "template", "text", "status")
ASKED = ("contains", "after", "before", "count")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "interview": (
        *("candidate", "job", "company", "round", "status", "start", "end", "minutes", "mode", "uid", "sequence"),
        *("meeting_url", "place"),
    ),
    "message": _MESSAGE,
    "none": _MESSAGE,
    "invite": ("at", "to", "method", "uid", "sequence", "start", "end"),
    "escalation": ("at", "candidate", "job", "reason"),
    "timer": ("at", "kind", "candidate"),
    "event": ("at", "event", "candidate", "job"),
}


def read_expectation(value: Value, people: Mapping[str, Person]) -> Expectation:
    said = fields(value, "an expectation")
    if len(said.values) != 1:
        raise Fault(said.line, "an expectation is about one thing, such as interview: {…}")
    ((what, filters),) = said.values.items()
    if what not in EXPECTABLE:
        raise Fault(said.line, f"{what!r} can not be expected{suggestion(what, EXPECTABLE)}")
    found = {key: word(each, key) for key, each in fields(filters, what).values.items()}
    for key, each in fields(filters, what).values.items():
        known = (*FIELDS.get(what, (key.casefold(),)), *ASKED)
        if key.casefold() not in known:
            raise Fault(each.line, f"{what} has no {key!r}{suggestion(key, known)}")
    for key in ("after", "before"):
        if key in found:
            instant(Word(found[key], filters.line), key)
    if "count" in found and not found["count"].isdigit():
        raise Fault(filters.line, f"count is a whole number, not {found['count']!r}")
    for key in ("to", "from"):
        if what in ("message", "none", "invite") and key in found and found[key] != "arsan" and people:
            _known_or_address(found[key], people, filters.line)
    return Expectation(what, found)


def _known_or_address(who: str, people: Mapping[str, Person], line: int) -> None:
    if not who.startswith("+") and "@" not in who:
        person_called(who, people, line)

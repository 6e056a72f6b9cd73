"""Forms as Teams' dialogs, which its wire calls task modules: how they look, and what was filled in.

What is needed to read an answer goes along in the dialog itself, so whichever process hears it knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.channels.desk import Field, Form, Kind
from integrations.channels.teams.cards import OURS, adaptive, attachment, cut
from integrations.channels.teams.words import Element, lines, tidy

TITLE = 64
WRITTEN = 4_000
INPUT = "field:"  # before our own names: an answer holds other things besides what was filled in


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose form it is, and where its answer belongs."""

    form: str  # its name
    id: str  # of what was pressed
    opened: str = ""  # by which press; whatever is sent off from there is one answer
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A dialog that came back."""

    ticket: Ticket
    id: str  # the form's own
    form: Mapping[str, str] = field(default_factory=dict)
    missing: bool = False  # something that is needed


def opened(form: Form, ticket: Ticket, given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What opens, as the answer to a press. `given` is what was filled in before, where something was missing."""
    body = list(lines(form.missing, color="Attention")) if given is not None else []
    body += [_input(each, form.missing, (given or {}).get(each.name, each.value)) for each in form.fields]
    kept = {
        "form": ticket.form,
        "id": ticket.id,
        "opened": ticket.opened,
        "thread": ticket.thread,
        "sends": form.id,
        "needs": [each.name for each in form.fields if each.needed],
        "people": [each.name for each in form.fields if each.kind is Kind.PERSON],
    }
    send: Element = {"type": "Action.Submit", "title": form.send, "style": "positive", "data": {OURS: kept}}
    value = {
        "title": cut(form.title, TITLE),
        "height": "large" if len(form.fields) > 3 else "medium",
        "width": "medium",
        "card": attachment(adaptive(body, [send])),
    }
    return {"task": {"type": "continue", "value": value}}


def _input(asked: Field, missing: str, value: str) -> Element:
    made: Element = {"id": f"{INPUT}{asked.name}", "label": asked.label, **_element(asked, value)}
    if asked.needed:
        made |= {"isRequired": True, "errorMessage": missing}
    if asked.hint:
        made["placeholder"] = asked.hint
    return made


def _element(asked: Field, value: str) -> Element:
    preset = {"value": value} if value else {}
    match asked.kind:
        case Kind.CHOICE if asked.choices:
            choices = [{"title": label, "value": choice} for choice, label in asked.choices]
            chosen = preset if value in [choice for choice, _ in asked.choices] else {}
            return {"type": "Input.ChoiceSet", "style": "compact", "choices": choices, **chosen}
        case Kind.DATE:
            return {"type": "Input.Date", **preset}
        case Kind.TIME:
            return {"type": "Input.Time", **preset}
        case Kind.PERSON:
            # Teams looks the firm's people up itself, and gives their ids back.
            people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
            person = {"value": value.rpartition(":")[2]} if value else {}
            return {"type": "Input.ChoiceSet", "style": "filtered", "choices": [], "choices.data": people, **person}
    written: Element = {"type": "Input.Text", "isMultiline": asked.kind is Kind.WORDS, "maxLength": WRITTEN}
    return written | ({"value": cut(value, WRITTEN)} if value else {})


def filled(data: Mapping[str, Any], tenant: str) -> Filled | None:
    """None: it is no form of ours."""
    match data.get(OURS):
        case {"form": str() as name, "id": str() as id, "sends": str() as sends, "needs": list() as needs, **rest}:
            ticket = Ticket(name, id, _text(rest.get("opened")), _text(rest.get("thread")) or None)
            people = rest.get("people")
            form = dict(_values(data, people if isinstance(people, list) else [], tenant))
            missing = any(not form.get(each) for each in needs if isinstance(each, str))
            return Filled(ticket, tidy(sends), form, missing)
    return None


def _values(data: Mapping[str, Any], people: Sequence[Any], tenant: str) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if name.startswith(INPUT) and isinstance(value, str):
            asked, words = tidy(name.removeprefix(INPUT)), tidy(value)
            yield asked, f"{tenant}:{words}" if asked in people and words else words


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

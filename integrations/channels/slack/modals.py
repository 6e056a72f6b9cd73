"""Forms as Slack's modals: how they look, and what was filled in.

What is needed to read an answer goes along in the modal itself, so whichever process hears it knows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.channels.desk import Field, Form, Kind
from integrations.channels.slack.blocks import cut, plain
from integrations.channels.slack.words import Block, name

TITLE = 24  # and of the words on its two buttons
LABEL = 2_000
OPTIONS, OPTION, OPTION_VALUE = 100, 75, 150
WRITTEN = 3_000
METADATA = 3_000


def view_of(form: Form, thread: str | None = None) -> dict[str, Any]:
    """`thread` is where the answer belongs. Raises ValueError for a form that Slack would not open."""
    kept = json.dumps({"id": form.id, "missing": cut(form.missing, 200), "thread": thread}, ensure_ascii=False)
    if len(kept) > METADATA:
        raise ValueError("the id of a form is too long")
    return {
        "type": "modal",
        "callback_id": "askarsan",
        "title": plain(form.title, TITLE),
        "submit": plain(form.send, TITLE),
        "close": plain(form.leave, TITLE),
        "private_metadata": kept,
        "blocks": [_input(each) for each in form.fields],
    }


def _input(asked: Field) -> Block:
    made: Block = {
        "type": "input",
        "block_id": asked.name,
        "label": plain(asked.label, LABEL),
        "optional": not asked.needed,
        "element": {"action_id": "filled", **_element(asked)},
    }
    if asked.hint:
        made["hint"] = plain(asked.hint, LABEL)
    return made


def _element(asked: Field) -> Block:
    match asked.kind:
        # A list too long to be shown whole is not shown in part: then it is written.
        case Kind.CHOICE if 0 < len(asked.choices) <= OPTIONS and all(
            0 < len(value) <= OPTION_VALUE for value, _ in asked.choices
        ):
            options = [{"text": plain(label, OPTION), "value": value} for value, label in asked.choices]
            chosen = [option for option in options if option["value"] == asked.value][:1]
            return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
        case Kind.DATE:
            return {"type": "datepicker", **({"initial_date": asked.value} if asked.value else {})}
        case Kind.TIME:
            return {"type": "timepicker", **({"initial_time": asked.value} if asked.value else {})}
        case Kind.PERSON:
            person = asked.value.rpartition(":")[2]
            return {"type": "users_select", **({"initial_user": person} if person else {})}
    written: Block = {"type": "plain_text_input", "multiline": asked.kind is Kind.WORDS, "max_length": WRITTEN}
    return written | ({"initial_value": cut(asked.value, WRITTEN)} if asked.value else {})


@dataclass(frozen=True, slots=True)
class Filled:
    """A modal that came back."""

    id: str  # the form's
    thread: str | None
    form: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)  # what to say below which field


def filled(view: Mapping[str, Any], team: str) -> Filled | None:
    """None: it is no form of ours."""
    try:
        kept = json.loads(view.get("private_metadata") or "null")
    except (ValueError, TypeError, RecursionError):
        return None
    match view, kept:
        case {"callback_id": "askarsan", "state": {"values": dict() as values}}, {"id": str() as id, **rest}:
            form = dict(_values(values, team))
            thread, missing = rest.get("thread"), rest.get("missing") or "–"
            wrong = {each: str(missing) for each in _needed(view) if not form.get(each)}
            return Filled(id, thread if isinstance(thread, str) else None, form, wrong)
    return None


def _needed(view: Mapping[str, Any]) -> Iterator[str]:
    """Slack itself insists on these, but takes a blank for an answer."""
    for block in view.get("blocks") or ():
        match block:
            case {"type": "input", "block_id": str() as asked, **rest} if not rest.get("optional"):
                yield asked


def _values(values: Mapping[Any, Any], team: str) -> Iterator[tuple[str, str]]:
    for asked, elements in values.items():
        match elements:
            case {"filled": dict() as element}:
                yield name(asked), name(_value(element, team))


def _value(element: Mapping[str, Any], team: str) -> str:
    match element:
        case {"type": "static_select", "selected_option": {"value": str() as value}}:
            return value
        case {"type": "datepicker", "selected_date": str() as value}:
            return value
        case {"type": "timepicker", "selected_time": str() as value}:
            return value
        case {"type": "users_select", "selected_user": str() as person} if person:
            return f"{team}:{person}"
        case {"type": "plain_text_input", "value": str() as value}:
            return value
    return ""

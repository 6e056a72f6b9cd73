"""Activities and Adaptive Cards as Teams checks them: every limit, and no field that it has never heard of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integrations.standins.mishaps import unknown
from integrations.standins.teams.refusing import no

LARGEST = 100_000  # bytes in UTF-16
CARD = "application/vnd.microsoft.card.adaptive"
ACTIVITY = frozenset(
    "type id from recipient conversation text textFormat summary attachments attachmentLayout channelData channelId "
    "serviceUrl replyToId locale inputHint importance entities".split()
)
CONVERSATION = frozenset("isgroup bot members tenantid channeldata activity topicname".split())
TOP = frozenset("type $schema version body actions msteams fallbackText lang speak".split())
BOTH = frozenset("type id spacing separator isVisible fallback height horizontalAlignment".split())
INPUT = BOTH | frozenset("label isRequired errorMessage value placeholder".split())
ELEMENTS: dict[str, frozenset[str]] = {
    "TextBlock": BOTH | frozenset("text wrap weight size color isSubtle maxLines style".split()),
    "RichTextBlock": BOTH | {"inlines"},
    "Container": BOTH | {"items", "style", "bleed"},
    "FactSet": BOTH | {"facts"},
    "Input.Text": INPUT | {"isMultiline", "maxLength", "style", "regex"},
    "Input.ChoiceSet": INPUT | {"choices", "choices.data", "style", "isMultiSelect", "wrap"},
    "Input.Date": INPUT | {"min", "max"},
    "Input.Time": INPUT | {"min", "max"},
}
RUN = frozenset(
    "type text weight size color isSubtle italic strikethrough underline highlight fontType selectAction".split()
)
ACTION = frozenset("type id title style mode iconUrl tooltip isEnabled fallback".split())
ACTIONS: dict[str, frozenset[str]] = {
    "Action.Execute": ACTION | {"verb", "data", "associatedInputs"},
    "Action.Submit": ACTION | {"data", "associatedInputs"},
    "Action.ShowCard": ACTION | {"card"},
    "Action.OpenUrl": ACTION | {"url"},
}
STYLES = ("default", "positive", "destructive")
PRIMARY = 6


def check_activity(activity: Any) -> None:
    if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > LARGEST:
        raise no(413, "MessageSizeTooBig")
    _fields(activity, ACTIVITY, "activity")
    _is(activity.get("type") == "message", "only messages are sent here")
    match activity.get("from"):
        case {"id": str() as who} if who.startswith("28:"):
            pass
        case _:
            raise _bad("Activity.From field is required")
    text, attached = activity.get("text", ""), activity.get("attachments", [])
    _is(isinstance(text, str) and isinstance(attached, list) and (text.strip() or attached), "nothing to say")
    _is(activity.get("textFormat", "markdown") in ("plain", "markdown", "xml", "extendedmarkdown"), "textFormat")
    for each in attached:
        _fields(each, frozenset(("contentType", "content", "name", "contentUrl")), "attachment")
        _is(each.get("contentType") == CARD, "an attachment of another kind")
        check_card(each.get("content"))


def check_card(card: Any, *, top: bool = True) -> None:
    _fields(card, TOP, "card")
    _is(card.get("type") == "AdaptiveCard", "it is no AdaptiveCard")
    _is(not top or card.get("version") in ("1.2", "1.3", "1.4", "1.5"), "Teams takes cards up to version 1.5")
    for element in card.get("body", []):
        _element(element)
    actions = card.get("actions", [])
    for action in actions:
        _action(action)
    first = [each for each in actions if each.get("mode", "primary") == "primary"]
    _is(len(first) <= PRIMARY, f"no more than {PRIMARY} actions are shown")


def check_dialog(answer: Any) -> dict[str, Any] | None:
    """What opens; None where nothing does."""
    _fields(answer, frozenset(("task", "composeExtension")), "answer")
    match answer.get("task"):
        case None:
            return None
        case {"type": "message", "value": str()}:
            return None
        case {"type": "continue", "value": dict() as value}:
            _fields(value, frozenset("title height width card url fallbackUrl completionBotId".split()), "task")
            _fields(value.get("card"), frozenset(("contentType", "content")), "task's card")
            _is(value["card"]["contentType"] == CARD, "a dialog shows an Adaptive Card")
            check_card(value["card"]["content"])
            return value
    raise _bad("a task of another kind")


def check_conversation(given: Any) -> tuple[str, str]:
    """Whom it is with, and in which tenant. The names of fields are taken in any case: botbuilder wrote tenantID."""
    _is(isinstance(given, dict), "no body")
    asked = {str(name).lower(): value for name, value in given.items()}
    _is(not unknown(asked, CONVERSATION), f"unknown fields: {unknown(asked, CONVERSATION)}")
    _is(asked.get("isgroup") is False, "isGroup has to be false")
    match asked.get("members"), asked.get("tenantid"):
        case [{"id": str() as member}], str() as tenant if member and tenant:
            return member, tenant
    raise _bad("one member and its tenant are wanted")


def _element(element: Any) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    _is(kind in ELEMENTS, f"no element {kind}")
    _fields(element, ELEMENTS[str(kind)], str(kind))
    match element:
        case {"type": "RichTextBlock", "inlines": list() as runs}:
            for run in runs:
                _fields(run, RUN, "TextRun")
                _is(run.get("type") == "TextRun" and isinstance(run.get("text"), str), "a run has a text")
        case {"type": "Container", "items": list() as items}:
            for item in items:
                _element(item)
        case {"type": "Input.ChoiceSet", "choices": list() as choices}:
            _is(all(set(each) == {"title", "value"} for each in choices), "a choice has a title and a value")
    if str(kind).startswith("Input."):
        _is(bool(element.get("id")), "an input has an id")
        _is(not element.get("isRequired") or bool(element.get("label")), "what is required has a label")


def _action(action: Any) -> None:
    kind = action.get("type") if isinstance(action, dict) else None
    _is(kind in ACTIONS, f"no action {kind}")
    _fields(action, ACTIONS[str(kind)], str(kind))
    _is(isinstance(action.get("title"), str) and action["title"].strip() != "", "an action has a title")
    _is(action.get("style", "default") in STYLES, "style")
    if kind == "Action.ShowCard":
        check_card(action.get("card"), top=False)
    if kind == "Action.Execute":
        _is(bool(action.get("verb")), "Action.Execute has a verb")


def _fields(given: Any, known: frozenset[str], what: str) -> None:
    _is(isinstance(given, dict), f"{what}: an object is wanted")
    extra = unknown(given, known) if isinstance(given, Mapping) else []
    _is(not extra, f"{what}: unknown fields {extra}")


def _is(holds: object, wrong: str) -> None:
    if not holds:
        raise _bad(wrong)


def _bad(wrong: str) -> Exception:
    return no(400, "BadSyntax", wrong)

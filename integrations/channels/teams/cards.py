"""Adaptive Cards: texts, buttons and interviews as Teams lays them out, within all it takes.

https://adaptivecards.microsoft.com says what each element takes. What is pressed comes back under `OURS`, so that it is
told apart from other apps' cards.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from integrations.channels.base import Action, Button, Card, Style, Unit
from integrations.channels.fitting import length
from integrations.channels.teams.words import Element, lines

KIND = "application/vnd.microsoft.card.adaptive"
OURS = "askarsan"
LARGEST = 80_000  # bytes in UTF-16, of the 100 KB that a message may have with everything around it
PRIMARY = 6  # beside each other; those behind them stand in a menu
TITLE = 300
STYLES = {Style.MAIN: "positive", Style.GRAVE: "destructive"}

# How much of the words on a card, and of each of its facts, is shown: less and less, until all of it fits.
SHORTER = ((8_000, 1_000, 30), (2_500, 300, 20), (400, 80, 12), (0, 60, 6))


def message(text: str, buttons: Sequence[Button]) -> Element | None:
    """None: Teams would not take these buttons below this text."""
    if any(not button.id for button in buttons):
        return None
    return _taken(list(lines(text)), [pressed(button.label, button.id) for button in buttons])


def card(shown: Card) -> Element | None:
    """None: however short its words are cut, it is too much for one message."""
    for words, fact, facts in SHORTER:
        if made := _taken(_body(shown, words, fact, facts), actions(shown.actions)):
            return made
    return None


def _taken(body: list[Element], shown: list[Element]) -> Element | None:
    made = adaptive(body, shown)
    return made if length(json.dumps(made, ensure_ascii=False), Unit.UTF16) * 2 <= LARGEST else None


def adaptive(body: list[Element], shown: list[Element]) -> Element:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": shown,
    }


def _body(shown: Card, words: int, fact: int, facts: int) -> list[Element]:
    body = list(lines(cut(_one_line(shown.title), TITLE), size="Large", weight="Bolder"))
    body += lines(cut(_one_line(shown.state), TITLE), isSubtle=True)
    for label, value in shown.facts[:facts]:
        body += lines(cut(_one_line(value), fact), f"{cut(label, fact)}: ")
    if shown.text.strip() and words:
        quoted = list(lines(cut(shown.text.strip(), words)))
        body.append({"type": "Container", "style": "emphasis", "items": quoted, "spacing": "Medium"})
    return body


def actions(of: Sequence[Action]) -> list[Element]:
    made = [_action(each) for each in of if each.id]
    for behind in made[PRIMARY:]:
        behind["mode"] = "secondary"
    return made


def _action(action: Action) -> Element:
    """What is to be asked once more opens below, with the same words to be pressed again."""
    if action.form:
        made = opening(action.label, action.form, action.id)
    else:
        made = pressed(action.label, action.id)
    if style := STYLES.get(action.style):
        made["style"] = style
    if not action.sure:
        return made
    body = list(lines(action.sure))
    return {
        "type": "Action.ShowCard",
        "title": action.label,
        "card": {"type": "AdaptiveCard", "body": body, "actions": [made]},
    }


def pressed(label: str, id: str) -> Element:
    """Older clients know no Action.Execute; theirs comes as a message without words."""
    data = {OURS: {"press": id, "label": label}}
    again = {"type": "Action.Submit", "title": label, "data": data}
    return {"type": "Action.Execute", "title": label, "verb": OURS, "data": data, "fallback": again}


def opening(label: str, form: str, id: str) -> Element:
    data = {"msteams": {"type": "task/fetch"}, OURS: {"form": form, "id": id}}
    return {"type": "Action.Submit", "title": label, "data": data}


def attachment(made: Element) -> dict[str, Any]:
    return {"contentType": KIND, "content": made}


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())

"""Block Kit: texts, buttons and cards as Slack lays them out, within all it takes.

https://docs.slack.dev/reference/block-kit/blocks says what each block takes. That all of a message together may have no
more than about 13,200 characters is written nowhere: Slack answers msg_blocks_too_long.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from integrations.channels.base import Action, Button, Card, Style
from integrations.channels.fitting import labels
from integrations.channels.forms import words_in
from integrations.channels.slack.words import Block, bulleted, facts_of, quote, rich, section

TOGETHER = 13_000
BLOCKS = 50
HEADER = 150
CONTEXT = 300  # of a line of small print, so that it stays one
LABEL = 75
VALUE = 2_000
IN_A_ROW = 25
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_LABEL = 100, 300, 30
STYLES = {Style.MAIN: "primary", Style.GRAVE: "danger"}

# How much of the words on a card, and of each of its facts, is shown: less and less, until all of it fits.
SHORTER = ((2_500, 300, 30), (1_200, 150, 20), (400, 80, 12), (0, 60, 6))


def message(text: str, buttons: Sequence[Button] = ()) -> list[Block] | None:
    """None: Slack would not take these buttons below this text."""
    if any(not 0 < len(button.id) <= VALUE for button in buttons):
        return None
    shown = labels(buttons, LABEL)
    pressed = [
        button_of(number, label, button.id) for number, (label, button) in enumerate(zip(shown, buttons, strict=True))
    ]
    return _taken([rich(section(text)), *rows(pressed)])


def card(shown: Card, language: str | None) -> list[Block] | None:
    """None: however short its words are cut, it is too much for one message."""
    for words, fact, facts in SHORTER:
        if blocks := _taken(_card(shown, language, words, fact, facts)):
            return blocks
    return None


def _taken(blocks: list[Block]) -> list[Block] | None:
    return blocks if len(blocks) <= BLOCKS and length(blocks) <= TOGETHER else None


def length(blocks: Sequence[Block]) -> int:
    """Of all that is sent, which is never less than what Slack counts."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _card(shown: Card, language: str | None, words: int, fact: int, facts: int) -> list[Block]:
    blocks = [header(shown.title)]
    if shown.state.strip():
        blocks.append({"type": "context", "elements": [plain(shown.state, CONTEXT)]})
    blocks += details(shown, words, fact, facts)
    return [*blocks, *rows(actions(shown.actions, language))]


def details(shown: Card, words: int, fact: int, facts: int) -> list[Block]:
    """What is known, a line each; below it the words that would go out."""
    parts = [facts_of([(cut(label, fact), cut(value, fact)) for label, value in shown.facts[:facts]])]
    if shown.text.strip() and words:
        parts.append(quote(cut(shown.text.strip(), words)))
    parts = [part for part in parts if part["elements"]]
    return [rich(*parts)] if parts else []


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def actions(of: Sequence[Action], language: str | None) -> list[Block]:
    found = []
    for number, action in enumerate(of):
        if not 0 < len(action.id) <= VALUE:
            continue
        made = button_of(number, action.label, action.id, action.form)
        if style := STYLES.get(action.style):
            made["style"] = style
        if action.sure:
            made["confirm"] = _sure(action, language)
        found.append(made)
    return found


def _sure(action: Action, language: str | None) -> Block:
    made: Block = {
        "title": plain(action.label, CONFIRM_TITLE),
        "text": plain(action.sure, CONFIRM_TEXT),
        "confirm": plain(action.label, CONFIRM_LABEL),
        "deny": plain(words_in(language or "en")["leave"], CONFIRM_LABEL),
    }
    if action.style is Style.GRAVE:
        made["style"] = "danger"
    return made


def button_of(number: int, label: str, value: str, form: str = "") -> Block:
    """What is pressed comes back in `value`; that it opens a form, and which, in its name."""
    name = f"form:{form}:{number}" if form else f"press:{number}"
    return {"type": "button", "action_id": name, "text": plain(label, LABEL), "value": value}


def opened_by(action_id: str) -> str | None:
    """The form that a button opens, by its name."""
    kind, _, rest = action_id.partition(":")
    return rest.rpartition(":")[0] or None if kind == "form" else None


def rows(buttons: Sequence[Block]) -> list[Block]:
    return [
        {"type": "actions", "elements": list(buttons[at : at + IN_A_ROW])} for at in range(0, len(buttons), IN_A_ROW)
    ]


def plain(text: str, most: int) -> dict[str, Any]:
    """Words without markup, and without names for emoji. Slack takes no empty ones."""
    return {"type": "plain_text", "text": cut(" ".join(bulleted(text).split()), most) or "–", "emoji": False}


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""What a recruiter pressed on a card, with what was filled in, as the command it is."""

from __future__ import annotations

from collections.abc import Mapping

from bot.hearing.commands import Command, Outcome
from bot.pressing import BETWEEN, NEW, CardPress, TaskPress
from bot.records.messages import MessageRow
from bot.verbs import Verb

OUTCOMES: Mapping[str, Outcome] = {"passed": "passed", "rejected": "rejected", "no_show": "no_show"}


def command_of(message: MessageRow) -> Command | None:
    """None where no card was pressed."""
    filled = message.form or {}
    if task := TaskPress.read(message.pressed or ""):
        return Command(Verb.CALLED, negotiation=task.negotiation, words=_said(filled), task=task)
    pressed = CardPress.read(message.pressed or "")
    if pressed is None:
        return None
    if pressed.negotiation == NEW:
        return _schedule(filled) if pressed.verb is Verb.SCHEDULE else None
    said = OUTCOMES.get(filled.get("outcome", ""))
    return Command(pressed.verb, negotiation=pressed.negotiation, words=filled.get("words", ""), outcome=said)


def _schedule(filled: Mapping[str, str]) -> Command:
    job, _, company = filled.get("job", "").partition(BETWEEN)
    return Command(
        Verb.SCHEDULE,
        filled.get("candidate", "").strip(),
        job=job.strip(),
        company=company.strip(),
        host=filled.get("host", "").strip(),
        round=_number(filled.get("round", "")),
        minutes=_number(filled.get("minutes", "")),
    )


def _said(filled: Mapping[str, str]) -> str:
    """Words, or a day and a clock."""
    return filled.get("words", "") or f"{filled.get('date', '')} {filled.get('time', '')}".strip()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None

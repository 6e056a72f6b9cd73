"""An interview as a card: how it stands, and what a recruiter can do about it with one press."""

from __future__ import annotations

from bot.effects.rendering import render
from bot.facts.case import Case
from bot.house import House
from bot.pressing import CardPress
from bot.records.people import PersonRow
from bot.verbs import Verb
from dialogs.negotiation.effects import Part, Reader
from dialogs.negotiation.state import OVER, Status
from integrations.channels.base import Action, Card, Style

FORMS = {Verb.OUTCOME: "outcome", Verb.SAY: "words"}  # what asks for something first
WORD = {Verb.MOVE: "other"}  # where the label is not the verb's own
STYLE = {Verb.CANCEL: Style.GRAVE, Verb.TAKE: Style.MAIN, Verb.BACK: Style.MAIN}


def card_of(house: House, case: Case, reader: PersonRow) -> Card:
    verbs = verbs_of(house, case)
    rows = tuple({"verb": WORD.get(verb, verb.value)} for verb in verbs)
    booked = {"booked": "yes"} if case.state.booked else {}
    said = render(house, case, Reader.RECRUITER, reader, (Part("card", words=booked, rows=rows),))
    sure = render(house, case, Reader.RECRUITER, reader, (Part("card_sure"),)).text.strip()
    state, *lines = said.text.strip().splitlines()
    facts = [line.partition(": ") for line in lines if line.strip()]
    return Card(
        name=case.row.id,
        title=said.subject or case.candidate.name,
        state=state,
        facts=tuple((label, value) for label, _, value in facts),
        actions=tuple(
            Action(
                str(CardPress(case.row.id, verb)),
                label,
                STYLE.get(verb, Style.PLAIN),
                sure if verb is Verb.CANCEL else "",
                FORMS.get(verb, ""),
            )
            for verb, label in zip(verbs, said.buttons, strict=True)
        ),
    )


def verbs_of(house: House, case: Case) -> tuple[Verb, ...]:
    """What would do something, as things stand."""
    state, now = case.state, house.clock.now()
    if state.status in OVER:
        return (Verb.UNDO,)
    held = state.booked is not None and state.booked.start <= now
    if held:
        return (Verb.OUTCOME, Verb.SAY)
    thread = Verb.BACK if state.human or state.status is Status.ESCALATED else Verb.TAKE
    return (thread, Verb.MOVE, Verb.SAY, Verb.CANCEL)

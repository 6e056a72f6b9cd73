"""What goes instead of a message where somebody has not written for too long: the text that its vendor has approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.effects.rendering import facts_of
from bot.facts.case import Case
from bot.house import House
from bot.pressing import Meant, Press
from bot.records import templates
from bot.records.base import Session
from bot.records.people import PersonRow
from dialogs.approved import BESIDES, Approvable, Templatebook
from dialogs.negotiation.effects import Part, Say
from dialogs.outreach.disclosure import says_so
from dialogs.understanding.meaning import Act
from integrations.channels.approvals import Approval, Draft
from integrations.channels.base import Button, Template

NO_TEMPLATE = "no template"  # how the code of such a failure begins
SAMPLE_PRESS = "interview@2026-03-04T10:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Approved:
    """A message as its vendor has approved it, with everything filled in."""

    template: Template
    text: str  # what they will read
    mark: str  # of the text: name/language/version


def is_closed(window: timedelta | None, heard_at: datetime | None, now: datetime) -> bool:
    """True where they have not written for so long that only an approved text may go."""
    return window is not None and (heard_at is None or now - heard_at >= window)


async def instead_of(
    session: Session, house: House, say: Say, case: Case | None, person: PersonRow, *, introduces: bool
) -> Approved | str:
    """The approved text for this message in a language they read; else why there is none, for the record."""
    if case is None:
        return f"{NO_TEMPLATE}: it is about no interview"
    book, why = Templatebook.load(), "there is no text for it"
    part = next((each for each in say.parts if each.text not in BESIDES), say.parts[0])
    for text in _texts(house, say, part, person, introduces=introduces):
        draft = draft_of(book, text)
        rows = await templates.of_text(session, draft.name, draft.language)
        row = next((each for each in rows if each.version == draft.version), None)
        if row is None:
            why = "its words were changed since" if rows else "it was never submitted"
        elif row.approval != Approval.APPROVED:
            why = row.approval
        else:
            values = _values(house, book, text, say, case, person, part)
            if filled := draft.filled(values):
                return Approved(Template(row.id, values), filled, "/".join(draft.mark))
            why = "something in it would be empty, or it would be too long"
    return f"{NO_TEMPLATE}: {why}"


def draft_of(book: Templatebook, text: Approvable) -> Draft:
    """As the vendor is given it. Behind the places of the text come those of the buttons' ids."""
    first = len(text.sources) + 1
    places = [str(number) for number in range(first, first + len(text.labels))]
    buttons = [Button(f"{{{{{place}}}}}", label) for place, label in zip(places, text.labels, strict=True)]
    samples = {**book.samples(text), **dict.fromkeys(places, SAMPLE_PRESS)}
    return Draft(text.name, text.language, text.body, samples, tuple(buttons))


def drafts(book: Templatebook, language: str, times: int) -> list[Draft]:
    """All texts of a language that this firm can come to send: an offer has no more than so many times."""
    return [draft_of(book, text) for text in book.all(language) if text.times <= times]


def _texts(house: House, say: Say, part: Part, person: PersonRow, *, introduces: bool) -> Iterator[Approvable]:
    book, names = Templatebook.load(), [each.text for each in say.parts]
    for language in book.tongues(person.tongue, house.firm.language):
        text = book.find(names, say.to.value, len(part.times), language)
        # To somebody who has not been told that an assistant writes, nothing else may be the first word.
        if text and (not introduces or says_so(text.body)):
            yield text


def _values(
    house: House, book: Templatebook, text: Approvable, say: Say, case: Case, person: PersonRow, part: Part
) -> dict[str, str]:
    values = book.values(text, facts_of(house, case, say.to, person, part), ZoneInfo(person.zone))
    choices: list[Meant] = [*part.times, Act.RESCHEDULE] if text.labels else []
    pressed = [Press(case.row.id, meant) for meant in choices]
    first = len(text.sources) + 1
    return values | {str(number): str(press) for number, press in enumerate(pressed, first)}

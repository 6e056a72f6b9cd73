"""A task with everything it is about: who is to be reached, where, and what there is to offer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.facts.case import Case, load
from bot.records import people, tasks
from bot.records.base import Session
from bot.records.people import PersonRow
from bot.records.tasks import TaskRow
from dialogs.negotiation.effects import Purpose, TaskOutcome
from dialogs.negotiation.state import Party
from integrations.channels.base import BY_HAND

# What can be noted, in the order of the buttons; the times to choose from come before.
FOUND = (
    TaskOutcome.TIMES,
    TaskOutcome.NO_ANSWER,
    TaskOutcome.CALL_BACK,
    TaskOutcome.NOT_INTERESTED,
    TaskOutcome.WRONG_NUMBER,
    TaskOutcome.NO_CONTACT,
)
HEARD = (TaskOutcome.TOLD, *FOUND)
# Of what is off anyway.
OFF = frozenset({TaskOutcome.TIMES, TaskOutcome.NOT_INTERESTED})


@dataclass(frozen=True)
class Assigned:
    row: TaskRow
    case: Case
    person: PersonRow  # who is to be reached
    phone: str  # in E.164; empty if unknown
    linkedin: str  # the address of their profile; empty if unknown
    via: str  # phone, linkedin: the better of the two
    done_by: str  # a name; empty where nobody did it, or it is open

    @property
    def name(self) -> str:
        return f"{self.case.row.id}#{self.row.number}"

    @property
    def open(self) -> bool:
        """Whoever asks to be left alone is rung for nothing any more."""
        return self.row.done_at is None and self.person.opted_out_at is None

    @property
    def party(self) -> Party:
        return self.case.party(self.person.id)

    @property
    def slots(self) -> tuple[datetime, ...]:
        """What may be named to them: the readings of their own words, or what is on the table for them."""
        state = self.case.state
        if self.row.purpose != Purpose.FIND:
            return ()
        if state.clarifying and state.waiting_for is self.party:
            return state.clarifying
        return state.offer.starts if state.offer and state.offer.to is self.party else ()

    @property
    def outcomes(self) -> tuple[TaskOutcome, ...]:
        if self.row.purpose == Purpose.FIND:
            return FOUND
        off = self.case.state.over
        return tuple(each for each in HEARD if not (off and each in OFF))

    @property
    def may_come(self) -> frozenset[TaskOutcome]:
        """All that can be noted of it; a time is taken only where one is looked for."""
        took = {TaskOutcome.TOOK} if self.row.purpose == Purpose.FIND else set()
        return frozenset({*self.outcomes, *took})


async def assigned(session: Session, negotiation_id: str, number: int) -> Assigned | None:
    row = await tasks.find(session, negotiation_id, number)
    return await of_row(session, row) if row else None


async def of_row(session: Session, row: TaskRow) -> Assigned:
    case = await load(session, row.negotiation_id)
    known = await people.contacts(session, row.person_id)
    usable = {each.channel: each.address for each in known if each.channel in BY_HAND and each.may_be_used}
    phone = await people.number_of(session, row.person_id)
    done_by = await people.find(session, row.done_by) if row.done_by else None
    return Assigned(
        row=row,
        case=case,
        person=await people.get(session, row.person_id),
        phone=phone,
        linkedin=usable.get("linkedin", ""),
        via=next(iter(usable), "phone"),
        done_by=done_by.name if done_by else "",
    )

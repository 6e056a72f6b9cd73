"""A person of the firm has the thread: whoever wrote past the assistant, on whatever way, silences it there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.facts.case import Case, cases_of
from bot.pressing import CardPress
from bot.records.people import PersonRow
from bot.turn import SAY, Turn
from bot.verbs import Verb
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import TakenOver


async def take_over(turn: Turn, to: Collection[PersonRow], thread: str | None, by: str) -> Sequence[Case]:
    """What is going on with them, or the one interview that the thread names, is a person's now."""
    cases: dict[str, Case] = {}
    for person in to:
        cases |= {case.row.id: case for case in await cases_of(turn.session, person) if not case.state.over}
    meant = [cases[thread]] if thread in cases else [*cases.values()]
    for case in meant:
        if not case.state.human:
            await turn.happen(case.row, TakenOver())
            _tell(turn, case, by)
    return meant


def handing_back(negotiation: str) -> tuple[str, ...]:
    """The one button below word that a person has the thread."""
    return (str(CardPress(negotiation, Verb.BACK)),)


def _tell(turn: Turn, case: Case, by: str) -> None:
    part = Part("colleague_wrote", words={"who": by})
    say = Say(Reader.RECRUITER, Kind.ANSWER, (part,), presses=handing_back(case.row.id))
    key = f"{case.row.id}.{case.row.turns}.colleague"
    due = in_daylight(turn, case.recruiter)
    turn.begin(key, "say", SAY.dump_python(say, mode="json"), case.recruiter.id, case.row.id, due)


def in_daylight(turn: Turn, reader: PersonRow) -> datetime | None:
    """When the night is over where they live; None if it is day."""
    quiet, zone = turn.house.rules.quiet_hours, ZoneInfo(reader.zone)
    return quiet.next_allowed(turn.now, zone) if quiet.quiet(turn.now, zone) else None

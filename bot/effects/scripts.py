"""What is said to somebody in person: the script of a task and its buttons, filled in from the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.effects.rendering import render
from bot.facts.tasks import Assigned
from bot.house import House
from bot.pressing import TaskPress
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Part, Reader, TaskOutcome
from dialogs.negotiation.state import Status
from dialogs.reader import Reader as WrittenFor
from integrations.channels.base import Action, Card, Style
from integrations.meetings.phone import shown

NOON, EVENING = 12, 18
FORMS = {TaskOutcome.TIMES: "times", TaskOutcome.CALL_BACK: "call_back"}  # what asks for something first
GRAVE = frozenset({TaskOutcome.NO_CONTACT})


def parts_of(house: House, task: Assigned, reader: PersonRow, *, forms: bool = False) -> tuple[Part, Part]:
    """The script with its buttons, and what there is to know about the call. `reader` makes the call.

    `forms`: with the buttons that ask for something first; where there are no forms that is told in words.
    """
    words = words_of(house, task, reader)
    there = _reader_there(house, task, reader)
    slots = tuple(
        {"start": each.isoformat(), "there": there.slot(each), "label": _label(house, task, reader, each)}
        for each in task.slots
    )
    does = tuple({"does": each.value} for each in _noted(task, forms=forms))
    return Part("task", words=words, rows=(*slots, *does)), Part("task_about", words=words)


def words_of(house: House, task: Assigned, reader: PersonRow) -> Mapping[str, str]:
    row, now, state = task.row, house.clock.now(), task.case.state
    there, here = _reader_there(house, task, reader), _reader_here(house, reader)
    later = task.open and row.due_at > now
    stands = state.booked if state.status in (Status.AGREED, Status.CONFIRMED) else None
    return {
        "who": task.person.name,
        "party": task.party.value,
        "via": task.via,
        "purpose": row.purpose,
        "reason": row.reason,
        "note": row.note,
        "daytime": _daytime(now.astimezone(there.zone)),
        "clock": there.clock(now),
        "zone": there.zone_name(there.zone),
        "there": there.when(task.case.part(task.person.id, stands)) if stands else "",
        "elsewhere": "yes" if any(_clocks_differ(there, here, each) for each in task.slots) else "",
        "slots": str(len(task.slots) or ""),
        "phone": shown(task.phone),
        "linkedin": task.linkedin,
        "tries": str(row.tries or ""),
        "due": here.when(row.due_at) if later else "",
        "outcome": row.outcome or "",
        "by": task.done_by,
    }


def presses_of(task: Assigned, *, forms: bool = False) -> tuple[str, ...]:
    """What each button means, in the order of the script's."""
    name, number = task.case.row.id, task.row.number
    took = (str(TaskPress(name, number, TaskOutcome.TOOK, start)) for start in task.slots)
    return (*took, *(str(TaskPress(name, number, outcome)) for outcome in _noted(task, forms=forms)))


def _noted(task: Assigned, *, forms: bool) -> tuple[TaskOutcome, ...]:
    return tuple(each for each in task.outcomes if forms or each not in FORMS)


def labels_of(house: House, task: Assigned, reader: PersonRow) -> tuple[str, ...]:
    """What stands on its buttons, in the same order."""
    return render(house, task.case, Reader.RECRUITER, reader, parts_of(house, task, reader)[:1]).buttons


def on_both_clocks(house: House, task: Assigned, reader: PersonRow, start: datetime) -> str:
    """ "Wed 4 Mar, 14:00 (Lisbon time), 15:00 (Madrid time)": theirs first, as it stands in the script."""
    there, here = _reader_there(house, task, reader), _reader_here(house, reader)
    if not _clocks_differ(there, here, start):
        return there.slot(start)
    theirs, ours = there.zone_name(there.zone), here.zone_name(here.zone)
    return f"{there.slot(start)} ({theirs}), {_own_clock(there, here, start)} ({ours})"


def _label(house: House, task: Assigned, reader: PersonRow, start: datetime) -> str:
    """ "Wed 4 Mar, 14:00 (15:00)": both clocks, and short enough for a button."""
    there, here = _reader_there(house, task, reader), _reader_here(house, reader)
    own = f" ({_own_clock(there, here, start)})" if _clocks_differ(there, here, start) else ""
    return f"{there.short(start)}{own}"


def _own_clock(there: WrittenFor, here: WrittenFor, start: datetime) -> str:
    """With the day where it is another one."""
    return here.clock(start) if there.day(start) == here.day(start) else here.short(start)


def _clocks_differ(there: WrittenFor, here: WrittenFor, start: datetime) -> bool:
    return there.short(start) != here.short(start)


def card_of_task(house: House, task: Assigned, reader: PersonRow) -> Card:
    script, about = parts_of(house, task, reader, forms=True)
    said = render(house, task.case, Reader.RECRUITER, reader, (script,))
    state, *lines = render(house, task.case, Reader.RECRUITER, reader, (about,)).text.strip().splitlines()
    sure = render(house, task.case, Reader.RECRUITER, reader, (Part("task_sure"),)).text.strip()
    facts = [line.partition(": ") for line in lines if line.strip()]
    return Card(
        name=task.name,
        title=said.subject or task.person.name,
        state=state,
        facts=tuple((label, value) for label, _, value in facts),
        text=said.text.strip() if task.open else "",
        actions=_actions(task, said.buttons, sure) if task.open else (),
    )


def _actions(task: Assigned, labels: tuple[str, ...], sure: str) -> tuple[Action, ...]:
    outcomes = (*(TaskOutcome.TOOK for _ in task.slots), *task.outcomes)
    return tuple(
        Action(
            press,
            label,
            Style.MAIN if outcome is TaskOutcome.TOOK else Style.GRAVE if outcome in GRAVE else Style.PLAIN,
            sure if outcome in GRAVE else "",
            FORMS.get(outcome, ""),
        )
        for press, label, outcome in zip(presses_of(task, forms=True), labels, outcomes, strict=True)
    )


def _reader_there(house: House, task: Assigned, reader: PersonRow) -> WrittenFor:
    """In the caller's language, on the clock of whoever is called."""
    return house.phrasebook.reader(ZoneInfo(task.person.zone), reader.tongue, house.clock.now())


def _reader_here(house: House, reader: PersonRow) -> WrittenFor:
    return house.phrasebook.reader(ZoneInfo(reader.zone), reader.tongue, house.clock.now())


def _daytime(local: datetime) -> str:
    return "morning" if local.hour < NOON else "afternoon" if local.hour < EVENING else "evening"

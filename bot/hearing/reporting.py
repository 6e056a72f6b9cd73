"""How it went to reach somebody in person: pressed on a task, or told in words, and what it means for the interview."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import leaving
from bot.effects.scripts import labels_of, on_both_clocks, presses_of
from bot.facts.case import Case, load
from bot.facts.looking import Look
from bot.facts.tasks import Assigned, assigned
from bot.hearing.commands import Command
from bot.hearing.naming import Unclear
from bot.hearing.orders import Order
from bot.hearing.reading import LONGEST, read, read_press
from bot.house import House
from bot.pressing import TaskPress
from bot.records import messages, people, tasks
from bot.records.base import Session
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.turn import Turn
from bot.verbs import Verb
from dialogs.negotiation.effects import Part, TaskOutcome
from dialogs.negotiation.events import TaskReported
from dialogs.understanding import Context, read_times, understand
from dialogs.understanding.meaning import Act, Stage, Understanding

# What is told without a button. Words that fit nothing here are what the party said of their time, or just a note.
_NOBODY = r"no\s+(?:answer|reply)|nobody\s+(?:answered|there|picked\s+up)|voice\s?mail|(?:(?:line\s+)?was\s+)?busy"
_NOT = r"(?:did\s?n[o'’]t|did\s+not)\s+(?:answer|pick\s+up)|left\s+a\s+(?:message|voice\s?mail)"
_FORMS: tuple[tuple[TaskOutcome, str], ...] = (
    (TaskOutcome.TOOK, r"took\s+(?P<which>.+)"),
    (TaskOutcome.NO_ANSWER, rf"{_NOBODY}|{_NOT}"),
    (TaskOutcome.CALL_BACK, r"(?:call|ring)\s+(?:(?:her|him|them)\s+)?(?:back|again)[\s,:]+(?P<which>.+)"),
    (TaskOutcome.WRONG_NUMBER, r"(?:it\s+is\s+(?:the|a)\s+)?wrong\s+(?:number|person)"),
    (TaskOutcome.NOT_INTERESTED, r"(?:is\s+)?not\s+interested|no\s+interest"),
    (
        TaskOutcome.NO_CONTACT,
        r"(?:wants\s+)?no\s+(?:more\s+)?contact|(?:do\s+not|don[’']?t)\s+(?:contact|call).*",
    ),
    (TaskOutcome.TOLD, r"(?:i\s+)?(?:have\s+)?told(?:\s+(?:her|him|them))?|knows"),
)
WORDS = tuple((outcome, re.compile(rf"(?:{form})[.!]?", re.IGNORECASE)) for outcome, form in _FORMS)
ON_A_FORM = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")
GRAVER = {Act.OPT_OUT: TaskOutcome.NO_CONTACT, Act.WRONG_PERSON: TaskOutcome.WRONG_NUMBER}
OF_TIMES = frozenset({TaskOutcome.TOOK, TaskOutcome.TIMES})


@dataclass(frozen=True, slots=True)
class Told:
    """What the recruiter noted."""

    outcome: TaskOutcome
    words: str = ""  # the party's own, or when to ring again
    start: datetime | None = None  # the time that was taken


async def pressed_on_task(house: House, recruiter: PersonRow, message: MessageRow) -> Command | None:
    """What a button means of which only its label, or its number, came back: one of the task that was shown last."""
    if not message.pressed:
        return None
    async with house.records.read() as session:
        shown = await messages.last_saying(session, recruiter.id, "task_headline")
        case = await load(session, shown.negotiation_id) if shown and shown.negotiation_id else None
        task = await _open_task(session, case) if case else None
        if task is None:
            return None
        labels = dict(zip(labels_of(house, task, recruiter), presses_of(task), strict=True))
    numbers = {str(number): press for number, press in enumerate(labels.values(), 1)}
    press = TaskPress.read({**numbers, **labels}.get(message.pressed.strip(), ""))
    return Command(Verb.CALLED, negotiation=press.negotiation, task=press) if press else None


async def report(turn: Turn, order: Order, seen: Look) -> Part | None:
    """Notes how it went and says so. None: there is no such task, and the words are a note like any other.

    Raises Unclear.
    """
    assert order.case
    pressed = order.command.task
    task = await _meant(turn.session, order, pressed)
    if task is None:
        return None
    told = Told(pressed.outcome, order.command.words, pressed.start) if pressed else _told(turn, order, task)
    if told is None:
        return None
    if not task.open:
        words = {"who": task.person.name, "by": task.done_by, "outcome": task.row.outcome or ""}
        return Part("task_done", words=words)
    told = _taken_seriously(turn, task, told)
    if told.outcome not in task.may_come:
        return None
    if told.outcome in OF_TIMES and any(person.id in seen.away for person in task.case.needed):
        raise Unclear("task_not_now", task.person.name)
    await turn.happen(task.case.row, _event(turn, order.recruiter, task, told), seen)
    await _besides(turn, order.recruiter, task, told, seen)
    return await _answer(turn, order.recruiter, task, told)


async def _meant(session: Session, order: Order, pressed: TaskPress | None) -> Assigned | None:
    """The task whose button it was; else the one that is open for this interview, the candidate's first."""
    assert order.case
    if pressed:
        return await assigned(session, pressed.negotiation, pressed.number)
    return await _open_task(session, order.case)


async def _open_task(session: Session, case: Case) -> Assigned | None:
    first = sorted(case.state.tasks, key=lambda task: task.party)
    return await assigned(session, case.row.id, first[0].number) if first else None


def _told(turn: Turn, order: Order, task: Assigned) -> Told | None:
    """In words, read with the times of the task before one's eyes."""
    words = order.rest.strip(" :–-,")
    for outcome, form in WORDS:
        if found := form.fullmatch(words):
            which = found.groupdict().get("which") or ""
            start = _chosen(turn, order.recruiter, task, which) if outcome is TaskOutcome.TOOK else None
            return Told(outcome, which, start)
    zone = ZoneInfo(task.person.zone)
    named = read_times(words, Context(turn.now, zone, task.person.tongue, (), task.case.interview.minutes))
    return Told(TaskOutcome.TIMES, words) if named else None


def _taken_seriously(turn: Turn, task: Assigned, told: Told) -> Told:
    """Words written where times belong may ask for something graver."""
    if told.outcome is not TaskOutcome.TIMES:
        return told
    acts = read(turn.house, task.case, task.person, told.words).acts
    graver = next((outcome for act, outcome in GRAVER.items() if act in acts), None)
    return replace(told, outcome=graver) if graver else told


def _chosen(turn: Turn, recruiter: PersonRow, task: Assigned, which: str) -> datetime:
    """By its number, or its time on the clock of either of the two who spoke. Raises Unclear."""
    if which.isascii() and which.isdecimal():
        fits = {int(which) - 1} & {*range(len(task.slots))}
    else:
        fits = {each for zone in (recruiter.zone, task.person.zone) for each in _meant_by(turn, task, which, zone)}
    if len(fits) == 1:
        return task.slots[fits.pop()]
    lines = tuple(
        f"called {task.case.candidate.name}: took {number + 1} – {on_both_clocks(turn.house, task, recruiter, start)}"
        for number, start in enumerate(task.slots)
        if number in fits or not fits
    )
    raise Unclear("took_which" if fits else "took_none", which, lines)


def _meant_by(turn: Turn, task: Assigned, which: str, zone: str) -> tuple[int, ...]:
    minutes, tongue = task.case.interview.minutes, task.case.recruiter.tongue
    return understand(
        which[:LONGEST], Context(turn.now, ZoneInfo(zone), tongue, task.slots, minutes, Stage.OFFERED)
    ).choice


def _event(turn: Turn, recruiter: PersonRow, task: Assigned, told: Told) -> TaskReported:
    return TaskReported(
        task.row.number,
        told.outcome,
        recruiter.id,
        recruiter.name,
        "linkedin" if task.via == "linkedin" else "phone",
        _meaning(turn, task, told),
        told.words,
        _moment(turn.now, recruiter, told.words) if told.outcome is TaskOutcome.CALL_BACK else None,
    )


def _meaning(turn: Turn, task: Assigned, told: Told) -> Understanding | None:
    """What they took, or said, as if it had come from themselves. Raises Unclear."""
    if told.start:
        return read_press(task.case, task.person, told.start)
    if told.outcome is not TaskOutcome.TIMES:
        return None
    if not told.words.strip():
        raise Unclear("no_time_in_words", told.words)
    return read(turn.house, task.case, task.person, told.words)


def _moment(now: datetime, recruiter: PersonRow, words: str) -> datetime:
    """When to ring again, on the recruiter's clock. Raises Unclear."""
    zone = ZoneInfo(recruiter.zone)
    if found := ON_A_FORM.fullmatch(words.strip()):
        try:
            starts = [datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=zone)]
        except ValueError:
            starts = []
    else:
        starts = [window.start for window in read_times(words[:LONGEST], Context(now, zone, recruiter.tongue))]
    ahead = [start for start in starts if start > now]
    if not ahead:
        raise Unclear("no_time_to_call", words)
    return ahead[0]


async def _besides(turn: Turn, recruiter: PersonRow, task: Assigned, told: Told, seen: Look) -> None:
    """What holds for the person, and not for this interview alone."""
    if told.outcome is TaskOutcome.WRONG_NUMBER:
        await people.break_address(
            turn.session, task.person.id, task.linkedin if task.via == "linkedin" else task.phone
        )
    elif told.outcome is TaskOutcome.NO_CONTACT:
        await leaving.leave(turn, task.person, leaving.Wish("staff", task.via, recruiter.id), seen)


async def _answer(turn: Turn, recruiter: PersonRow, task: Assigned, told: Told) -> Part:
    row = await tasks.find(turn.session, task.case.row.id, task.row.number)
    still = row is not None and row.done_at is None
    again = still and told.outcome in (TaskOutcome.NO_ANSWER, TaskOutcome.CALL_BACK)
    reader = turn.house.phrasebook.reader(ZoneInfo(recruiter.zone), recruiter.tongue, turn.now)
    words = {
        "who": task.person.name,
        "note": row.note if row and still and told.outcome in OF_TIMES else "",
        "due": reader.when(row.due_at) if row and again else "",
        "took": on_both_clocks(turn.house, task, recruiter, told.start) if told.start else "",
    }
    return Part("command_task", words=words)

"""`askarsan why`: what happened with a candidate, in order, and the reason of each step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.facts.case import Case, load
from bot.records import messages, negotiations, people, story
from bot.records.base import Session
from bot.records.messages import MessageRow
from bot.records.story import EventRow, TurnRow
from bot.terminal.feed import ASSISTANT
from bot.terminal.moments import city, moment
from bot.terminal.readings import described
from bot.terminal.screen import clean
from bot.turn import MEANING
from integrations.channels.base import ReceiptStatus

# What each event and each effect of a turn is called here; the names are those of dialogs/negotiation.
EVENTS = {
    "Requested": "the interview is asked for",
    "Heard": "",  # what was heard stands just above
    "InviteAnswered": "an invite is answered in the calendar",
    "Arranged": "meeting and calendars are arranged",
    "NotArranged": "the calendar or the meeting service refuses",
    "Rang": "an alarm rings",
    "Undelivered": "a message reaches nobody",
    "TaskReported": "a colleague says how it went to reach somebody",
    "MoveAsked": "the recruiter asks for another time",
    "CalledOff": "the recruiter calls it off",
    "Left": "somebody wants no more messages",
    "OutcomeReported": "the recruiter says how it went",
    "OutcomeWithdrawn": "the recruiter takes the outcome back",
    "Reopened": "the recruiter takes the calling off back",
    "TakenOver": "the recruiter takes the thread",
    "HandedBack": "the recruiter hands the thread back",
    "Paused": "the recruiter pauses it",
    "Resumed": "the recruiter lets it go on",
    "SlotGone": "somebody else took a time that was offered here",
    "SlotFreed": "a time that was waited for is free again",
    "CalendarChanged": "the event is changed by hand in a calendar",
    "BookedElsewhere": "the candidate books on the host's own page",
    "CalledOffElsewhere": "the booking on the host's own page is called off",
}
EFFECTS = {
    "Offered": "the slots are kept for the answer",
    "Withdrawn": "the offer is withdrawn",
    "Book": "everyone's time is taken",
    "Cancel": "the time is free again",
    "Invite": "invites go out",
    "Record": "",  # stands as an event of its own
    "Wake": "an alarm is set",
    "Forget": "alarms are dropped",
    "CallHuman": "a human is called",
    "GiveTask": "somebody is to be called",
    "ShowTask": "the task is put before the recruiter",
    "CloseTask": "the task is closed",
    "SearchAgain": "the search begins again",
    "NextRound": "the next round opens",
    "Wish": "the wish for a time that is taken is kept",
    "Restore": "the event is put back as it was booked",
    "LetGo": "the booking on the host's own page is given up",
}
# Told by the turn or the message they belong to.
PLAIN_EVENTS = frozenset({"requested", "confirmed", "escalated"})


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    rank: int  # within one instant: what came in, what was decided, what was noted, what went out
    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One interview, or what belongs to none; told on the clock of its recruiter."""

    title: str
    zone: ZoneInfo
    entries: Sequence[Entry]


async def story_of(session: Session, candidate_id: str) -> list[Chapter]:
    """Everything about this candidate's interviews, the first one first."""
    rows = await negotiations.of_person(session, candidate_id)
    cases = sorted([await load(session, row.id) for row in rows], key=lambda c: (c.interview.opened_at, c.row.id))
    chapters = [await _chapter(session, case) for case in cases]
    besides = await messages.about_nothing(session, candidate_id)
    if besides:
        candidate = await people.get(session, candidate_id)
        entries = [_message(row, {candidate_id: candidate.name}) for row in besides]
        zone = chapters[0].zone if chapters else ZoneInfo(candidate.zone)
        chapters.append(Chapter(f"{candidate.name}, about no interview", zone, entries))
    return chapters


async def last_step(session: Session) -> list[Chapter]:
    """What was decided last, of whichever interview."""
    turns = await story.last_turns(session)
    if not turns or not turns[0].negotiation_id:
        return []
    case = await load(session, turns[0].negotiation_id)
    zone = ZoneInfo(case.recruiter.zone)
    return [Chapter(_title(case), zone, [_turn(turn, zone) for turn in turns])]


async def _chapter(session: Session, case: Case) -> Chapter:
    zone = ZoneInfo(case.recruiter.zone)
    names = {person.id: person.name for person in (*case.invited, case.recruiter)}
    entries = [
        *(_message(row, names) for row in await messages.of_negotiation(session, case.row.id)),
        *(_turn(turn, zone) for turn in await story.turns_of(session, case.row.id)),
        *(_event(row) for row in await story.events_of(session, case.row.id) if row.event not in PLAIN_EVENTS),
    ]
    return Chapter(_title(case), zone, sorted(entries, key=lambda entry: (entry.at, entry.rank)))


def _title(case: Case) -> str:
    zone = ZoneInfo(case.recruiter.zone)
    interview = case.interview
    when = f", {moment(interview.start, zone)} {city(zone)}" if interview.start else ""
    about = f"{case.candidate.name}: {case.job.title} at {case.company.name}"
    return f"{about}, {interview.round_name} (round {interview.round}): {interview.status.replace('_', '-')}{when}"


def _message(row: MessageRow, names: dict[str, str]) -> Entry:
    person = names.get(row.person_id or "", row.address)
    text = tuple(line for line in row.text.splitlines() if line.strip()) or ("(an answer to an invite)",)
    if row.direction == "in":
        return Entry(row.at, 0, f"{person} writes by {row.channel}", text)
    why = f": {row.error}" if row.error else ""
    lost = f" (it did not arrive{why})" if ReceiptStatus(row.status).final else ""
    return Entry(row.at, 3, f"{ASSISTANT} writes to {person} by {row.channel}{lost}", text)


def _turn(row: TurnRow, zone: ZoneInfo) -> Entry:
    return Entry(row.at, 1, "decided", tuple(_decided(row, zone)))


def _decided(row: TurnRow, zone: ZoneInfo) -> Iterator[str]:
    if happened := EVENTS.get(row.event, row.event):
        yield f"what happened: {happened}"
    if row.meaning:
        meaning = MEANING.validate_python(row.meaning)
        yield "read as: " + "; ".join(f"{label} {words}" for label, words in described(meaning, zone))
    for reason in row.reasons:
        yield f"because: {reason}"
    done = [words for effect in row.effects if (words := _effect(effect))]
    if done:
        yield f"so: {', '.join(dict.fromkeys(done))}"


def _effect(label: str) -> str:
    said = re.fullmatch(r"Say (\w+) to (\w+)", label)
    if said:
        return f"{said[1].replace('_', ' ')} to the {said[2]}"
    return EFFECTS.get(label, label)


def _event(row: EventRow) -> Entry:
    words = " ".join(f"{value}" for key, value in row.words.items() if key not in ("turn", "undone") and value)
    return Entry(row.at, 2, " ".join(["noted:", row.event.replace("_", " "), words]).strip())


def tell(console: Console, chapters: Sequence[Chapter]) -> None:
    if not chapters:
        console.print("Nothing has happened yet.\n")
    for chapter in chapters:
        console.print(f"{clean(chapter.title)}\n", style="bold", soft_wrap=True)
        for entry in chapter.entries:
            _tell(console, entry, chapter.zone)


def _tell(console: Console, entry: Entry, zone: ZoneInfo) -> None:
    style = "green" if entry.head == "decided" else ""
    head = Text.assemble((f"{moment(entry.at, zone)}  ", "dim"), (clean(entry.head), style))
    console.print(head, soft_wrap=True)
    for line in entry.lines:
        console.print(Padding(Text(clean(line)), (0, 0, 0, 4), expand=False), soft_wrap=not console.is_terminal)
    console.print()

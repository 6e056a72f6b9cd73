"""What lies behind it: alarms to come, interviews, the tracker, and why the assistant did what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import tracker
from bot.facts.case import Case, load
from bot.records import everything, work
from bot.records.base import Session
from bot.records.story import EscalationRow
from bot.records.work import TimerRow
from bot.rehearsal.play import Rehearsal
from bot.rules import shown
from bot.terminal.moments import city, moment, stretch
from bot.terminal.story import story_of
from dialogs.negotiation.effects import Alarm, Reader, Reason
from dialogs.negotiation.state import Party, Status
from integrations.trackers.base import columns

LAST = 24  # entries of the log
BETWEEN = (1, 2)  # ranks of a story's entries: what was decided and noted, between what came in and what went out

STANDING: Mapping[str, str] = {
    Status.COLLECTING: "looking for times",
    Status.OFFERED: "times are offered",
    Status.AGREED: "being booked",
    Status.CONFIRMED: "booked",
    Status.COMPLETED: "took place",
    Status.CANCELLED: "called off",
    Status.NO_SHOW: "nobody came",
    Status.ESCALATED: "needs a person",
}


# Why a person was called, by the name of the reason.
WHY: Mapping[str, str] = {
    Reason.NO_REPLY: "somebody does not answer",
    Reason.NO_AGREEMENT: "no time was found that suits both",
    Reason.MOVE_OPEN: "it is soon, and the move away from it is not settled",
    Reason.HUMAN: "somebody asked for one",
    Reason.QUESTION: "there is a question for them",
    Reason.UNCLEAR: "it could not be understood",
    Reason.WRONG_PERSON: "it is the wrong person",
    Reason.UNDELIVERED: "nothing arrives",
    Reason.OPT_OUT: "somebody wants no more messages",
    Reason.NO_SLOTS: "no time is left to offer",
    Reason.NOT_ARRANGED: "the calendar or the meeting service refused",
    Reason.CALENDAR_CHANGED: "the interview was deleted from a calendar",
    Reason.BOOKED_ELSEWHERE: "a time was booked elsewhere that is not free",
}


@dataclass(frozen=True, slots=True)
class ToCome:
    """An alarm, and what it will do."""

    at: datetime
    when: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An interview, and how it stands."""

    title: str
    state: str
    look: str  # for the colour: the name of the state
    when: str
    notes: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One entry of the log."""

    when: str
    head: str
    lines: Sequence[str]
    decided: bool


@dataclass(frozen=True, slots=True)
class Behind:
    to_come: Sequence[ToCome]
    interviews: Sequence[Standing]
    columns: Sequence[str]
    tracker: Sequence[Mapping[str, str]]
    log: Sequence[Noted]
    escalations: Sequence[str]


async def behind(rehearsal: Rehearsal, candidate: str) -> Behind:
    """`candidate`: whose story the log tells, by their id."""
    async with rehearsal.stage.house.records.read() as session:
        cases = {row.id: await load(session, row.id) for row in await everything.negotiations(session)}
        rows = await tracker.rows(session)
        return Behind(
            to_come=[to_come(each, cases[each.negotiation_id]) for each in await work.timers(session)],
            interviews=[_standing(case) for case in cases.values()],
            columns=columns(rows) if rows else (),
            tracker=rows,
            log=await _log(session, candidate),
            escalations=[called(each) for each in await everything.escalations(session)],
        )


def called(row: EscalationRow) -> str:
    return WHY.get(row.reason, row.reason.replace("_", " "))


async def next_alarm(rehearsal: Rehearsal) -> datetime | None:
    """The first one still ahead."""
    now = rehearsal.world.clock.now()
    async with rehearsal.stage.house.records.read() as session:
        return next((timer.at for timer in await work.timers(session) if timer.at > now), None)


def to_come(timer: TimerRow, case: Case) -> ToCome:
    zone = ZoneInfo(case.recruiter.zone)
    about = f"{case.candidate.name}, {case.job.title} at {case.company.name}"
    return ToCome(timer.at, f"{moment(timer.at, zone)} {city(zone)}", what_it_does(timer, case), about)


def what_it_does(timer: TimerRow, case: Case) -> str:
    """What is sent is decided when the time has come; this is what it would be now."""
    both = f"{case.candidate.name} and {case.host.name}"
    match timer.alarm:
        case Alarm.NUDGE:
            who = case.candidate if case.state.waiting_for is Party.CANDIDATE else case.host
            return f"Ask {who.name} again if there is still no answer, or call {case.recruiter.name}"
        case Alarm.REMINDER:
            return f"Remind {both}, {shown(timedelta(seconds=int(timer.name)))} before"
        case Alarm.FOLLOW_UP:
            return f"Ask {both} how it went"
        case Alarm.MORNING:
            return f"Tell {_reader(timer.name, case)} in the morning what the night kept back"
        case Alarm.TASK:
            return f"Put before {case.recruiter.name} that {_reader(timer.name, case)} is to be called"
        case Alarm.TRY_AGAIN:
            return "Look into the calendar again"
        case other:
            return other.replace("_", " ").capitalize()


def _reader(name: str, case: Case) -> str:
    who = {Reader.CANDIDATE: case.candidate, Reader.HOST: case.host, Reader.RECRUITER: case.recruiter}
    return who[Reader(name)].name


def _standing(case: Case) -> Standing:
    state, zone = case.state, ZoneInfo(case.recruiter.zone)
    waits = {Party.CANDIDATE: case.candidate.name, Party.HOST: case.host.name}
    notes = [
        f"waiting for {waits[state.waiting_for]}" if state.waiting_for else "",
        "a new time is looked for" if state.moving else "",
        f"{case.recruiter.name} holds the thread" if state.human else "",
        "paused" if state.paused else "",
    ]
    return Standing(
        title=f"{case.candidate.name}: {case.job.title} at {case.company.name}, {case.interview.round_name}",
        state=STANDING[state.status],
        look=state.status.value,
        when=f"{stretch(state.booked.start, state.booked.end, zone)} {city(zone)}" if state.booked else "",
        notes=" · ".join(filter(None, notes)),
    )


async def _log(session: Session, candidate: str) -> Sequence[Noted]:
    """What was decided and noted, the latest first."""
    chapters = await story_of(session, candidate)
    # What was written stands on the phones.
    found = [(each, chapter.zone) for chapter in chapters for each in chapter.entries if each.rank in BETWEEN]
    latest = sorted(found, key=lambda each: (each[0].at, each[0].rank), reverse=True)[:LAST]
    return [Noted(moment(e.at, zone), e.head, e.lines, decided=e.head == "decided") for e, zone in latest]

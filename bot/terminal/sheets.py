"""Lists as tables: the tracker, the settings, what will come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from rich.table import Table

from bot.facts.case import load
from bot.records import work
from bot.records.base import Session
from bot.records.work import TimerRow
from bot.rules import shown
from bot.settings.shown import Line
from bot.terminal.moments import city, moment
from bot.terminal.screen import table
from integrations.trackers.base import Row, columns

ALARMS = {
    "nudge": "ask again, if there is still no answer",
    "reminder": "remind both",
    "follow_up": "ask both how it went",
    "morning": "say what the night kept back",
    "try_again": "look into the calendar again",
    "task": "put before the recruiter whom to call",
}


def tracker_table(rows: Sequence[Row]) -> Table:
    names = columns(rows)
    return table(names, ([row.get(name, "") for name in names] for row in rows))


def settings_table(lines: Iterable[Line]) -> Table:
    return table(("Setting", "Value", "From"), lines)


async def timer_table(session: Session) -> Table | None:
    """What will come by itself, each on the clock of the recruiter who looks after it; None if nothing will."""
    timers = await work.timers(session)
    return (
        table(("When", "What", "Candidate", "Job"), [await _timer(session, each) for each in timers])
        if timers
        else None
    )


async def _timer(session: Session, timer: TimerRow) -> tuple[str, str, str, str]:
    case = await load(session, timer.negotiation_id)
    zone = ZoneInfo(case.recruiter.zone)
    what = ALARMS.get(timer.alarm, timer.alarm)
    if timer.alarm == "reminder" and timer.name.isdigit():
        what = f"{what}, {shown(timedelta(seconds=int(timer.name)))} before"
    about = f"{case.job.title} at {case.company.name}"
    return f"{moment(timer.at, zone)} {city(zone)}", what, case.candidate.name, about

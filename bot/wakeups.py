"""Alarms that are due become events of their conversation: a turn in which the clock speaks."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.facts.case import load
from bot.facts.looking import look
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import negotiations
from bot.records.base import Conflict
from bot.records.interviews import SlotTaken
from bot.records.work import TimerRow
from bot.turn import Turn
from dialogs.negotiation.effects import Alarm
from dialogs.negotiation.events import Rang

log = structlog.get_logger()
TRIES = 20


def job_of(timer: TimerRow) -> Job:
    return Job(JobKind.TIMER, f"{timer.negotiation_id}|{timer.alarm}|{timer.name}")


async def ring(house: House, timer_id: str) -> Sequence[Job]:
    """Rings one alarm, once over all processes: it is gone with the transaction in which it rang."""
    for _ in range(TRIES):
        try:
            return await _ring(house, *timer_id.split("|"))
        except (SlotTaken, Conflict) as lost:
            log.info("alarm_rung_again", timer=timer_id, because=type(lost).__name__)
    raise RuntimeError(f"the alarm {timer_id} lost {TRIES} races")


async def _ring(house: House, negotiation_id: str, alarm: str, name: str) -> Sequence[Job]:
    async with house.records.read() as session:
        case = await load(session, negotiation_id)
    seen = await look(house, case.panel)
    async with house.records.write() as session:
        timer = await session.get(TimerRow, (negotiation_id, alarm, name), with_for_update=True)
        turn = Turn(house, session)
        if timer is None or timer.at > turn.now:
            return ()  # it was set anew, dropped, or rung by somebody else
        await session.delete(timer)
        await session.flush()
        row = await negotiations.get(session, negotiation_id)
        await turn.happen(row, Rang(Alarm(alarm), name), seen)
    return [Job(JobKind.EFFECT, each) for each in turn.begun]

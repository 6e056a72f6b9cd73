"""What became of one interview changes what can be offered for another: they are told at once, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.effects.carrying import Later, done
from bot.facts.case import load
from bot.facts.looking import look
from bot.house import House
from bot.records import negotiations
from bot.records.base import Conflict
from bot.records.interviews import SlotTaken
from bot.records.work import EffectRow
from bot.turn import Turn
from dialogs.negotiation.events import SlotFreed, SlotGone
from dialogs.scheduling.intervals import Interval

log = structlog.get_logger()


async def offer_without_gone(house: House, effect: EffectRow) -> Sequence[str]:
    """Somebody else was quicker."""
    return await _happen(house, effect, SlotGone())


async def offer_freed(house: House, effect: EffectRow) -> Sequence[str]:
    """A time came free: whoever waits longest is offered it; if it is of no use there, the next one is."""
    start, end = (datetime.fromisoformat(effect.payload[each]) for each in ("start", "end"))
    return await _happen(house, effect, SlotFreed(Interval(start, end)))


async def _happen(house: House, effect: EffectRow, event: SlotGone | SlotFreed) -> Sequence[str]:
    negotiation = effect.negotiation_id or ""
    async with house.records.read() as session:
        case = await load(session, negotiation)
    seen = await look(house, case.panel)
    try:
        async with house.records.write() as session:
            if not await done(session, house, effect.id, "done"):
                return ()
            turn = Turn(house, session)
            after = await turn.happen(await negotiations.get(session, negotiation), event, seen)
            if isinstance(event, SlotFreed):
                starts = after.state.offer.starts if after.state.offer else ()
                taken_up = any(event.when.start <= start < event.when.end for start in starts)
                if not taken_up or house.rules.share_slots:
                    _ask_next(turn, effect)
            return turn.begun
    except (SlotTaken, Conflict) as lost:
        log.info("passed_on_again", effect=effect.id, because=type(lost).__name__)
        raise Later from lost


def _ask_next(turn: Turn, effect: EffectRow) -> None:
    line = effect.payload["line"][1:]
    if line:
        key = f"{effect.id.split('+')[0]}+{line[0]}"
        turn.begin(key, "offer_freed", {**effect.payload, "line": line}, None, line[0])

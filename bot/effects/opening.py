"""What follows an interview is opened: the next round, or the same one anew."""

from __future__ import annotations

from collections.abc import Sequence

from bot.effects.carrying import done, nothing_to_do
from bot.facts.case import load
from bot.facts.looking import look
from bot.house import House
from bot.planning import MakePlan, plan_again, plan_next
from bot.records import people
from bot.records.work import EffectRow
from bot.turn import Turn


async def next_round(house: House, effect: EffectRow) -> Sequence[str]:
    return await _open(house, effect, plan_next)


async def search_again(house: House, effect: EffectRow) -> Sequence[str]:
    return await _open(house, effect, plan_again)


async def _open(house: House, effect: EffectRow, make_plan: MakePlan) -> Sequence[str]:
    async with house.records.read() as session:
        case = await load(session, effect.negotiation_id or "")
        gone = case.candidate.opted_out_at or case.host.opted_out_at
        found = None if gone else await make_plan(session, case)
    if found is None:
        return await nothing_to_do(house, effect)
    async with house.records.read() as session:
        hosts = await people.all_of(session, found.plan.panel)
    seen = await look(house, hosts)
    async with house.records.write() as session:
        turn = Turn(house, session)
        await turn.open(found.plan, found.requested, seen)
        await done(session, house, effect.id, "done")
        return turn.begun

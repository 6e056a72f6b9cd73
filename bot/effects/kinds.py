"""Each effect carried out in the world: said, arranged, invited, released. Done again, it is the same effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from bot.effects.arranging import arrange, release, write_again
from bot.effects.carrying import Later
from bot.effects.holding import hold, release_hold
from bot.effects.inviting import invite
from bot.effects.opening import next_round, search_again
from bot.effects.passing_on import offer_freed, offer_without_gone
from bot.effects.saying import say
from bot.effects.showing import show
from bot.effects.strangers import answer_stranger, ask_whose, look_for_colleague, tell_of_sender
from bot.effects.taking_up import call_off_there, take_up
from bot.effects.tasks import task
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import work
from bot.records.work import EffectRow

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)


async def carry_out(house: House, effect_id: str) -> Sequence[Job]:
    """Does one effect; what it causes is returned. An effect that is done, or not yet due, is left alone."""
    async with house.records.read() as session:
        effect = await work.effect(session, effect_id)
    if effect is None or effect.done_at or effect.due_at > house.clock.now():
        return ()
    try:
        begun = await DO[effect.kind](house, effect)
    except Later as wait:
        await _put_off(house, effect, wait)
        return ()
    shown = [Job(JobKind.HOME, effect.person_id)] if effect.kind == "show" and effect.person_id else []
    return [*(Job(JobKind.EFFECT, each) for each in begun), *shown]


async def _put_off(house: House, effect: EffectRow, wait: Later) -> None:
    pause = wait.pause or min(FIRST_PAUSE * 2**effect.attempts, LONGEST_PAUSE)
    async with house.records.write() as session:
        row = await session.get_one(EffectRow, effect.id)
        if row.done_at:
            return
        row.attempts += wait.tried
        row.due_at = house.clock.now() + pause
        if wait.tried and not wait.in_doubt:
            row.begun_at = None
    log.info("effect_put_off", effect=effect.id, attempts=row.attempts)


DO: dict[str, Callable[[House, EffectRow], Awaitable[Sequence[str]]]] = {
    "say": say,
    "answer_stranger": answer_stranger,
    "ask_whose": ask_whose,
    "tell_of_sender": tell_of_sender,
    "look_for_colleague": look_for_colleague,
    "arrange": arrange,
    "release": release,
    "write_events": write_again,
    "hold": hold,
    "release_hold": release_hold,
    "offer_without_gone": offer_without_gone,
    "offer_freed": offer_freed,
    "invite": invite,
    "next_round": next_round,
    "search_again": search_again,
    "take_up": take_up,
    "call_off_elsewhere": call_off_there,
    "show": show,
    "task": task,
}

"""What carrying out any effect takes: it is done once, put off, or found to have nothing left to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.house import House
from bot.records import work
from bot.records.base import Session
from bot.records.work import EffectRow

# After so many failures of one vendor another way is taken.
PATIENCE = 8
# So long may one message take; a process that is silent for longer is dead.
STILL_AT_IT = timedelta(minutes=1)


class Later(Exception):
    """The outside cannot do it now: again after `pause`. `in_doubt`: it may be done already, or somebody is at it.

    Not `tried`: nothing was asked of the outside, so it counts as no attempt, and a doubt from before stays one.
    """

    def __init__(self, pause: timedelta | None = None, *, in_doubt: bool = False, tried: bool = True) -> None:
        self.pause = pause
        self.in_doubt = in_doubt
        self.tried = tried


async def done(session: Session, house: House, effect_id: str, result: str) -> bool:
    """False: somebody else has done it meanwhile."""
    return await work.finish(session, effect_id, result, house.clock.now())


async def nothing_to_do(house: House, effect: EffectRow) -> Sequence[str]:
    async with house.records.write() as session:
        await done(session, house, effect.id, "nothing to do")
    return ()


async def begun_before(house: House, effect: EffectRow) -> bool:
    """Written down before it is sent, where a second copy could not be told apart.

    True if it was begun before and nobody knows how that ended. Raises Later while somebody else may still be at it.
    """
    async with house.records.write() as session:
        row = await work.lock_effect(session, effect.id)
        now = house.clock.now()
        if row.done_at or (row.begun_at and now - row.begun_at < STILL_AT_IT):
            raise Later(in_doubt=True)
        before = row.begun_at is not None
        row.begun_at = now
    return before

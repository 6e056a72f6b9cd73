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

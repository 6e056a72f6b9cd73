"""What a calendar shows: stretches of time, each with how it is shown, and which of them count as taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialogs.scheduling.intervals import Interval


class Show(StrEnum):
    """How a calendar shows a stretch of time to others."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    AWAY = "away"  # out of office
    ELSEWHERE = "elsewhere"  # works, but in another place
    DECLINED = "declined"  # an event its owner said no to


# What counts as taken. A declined event takes nothing; who works elsewhere can still be called.
TAKES = frozenset({Show.TENTATIVE, Show.BUSY, Show.AWAY})

# Nobody comes to the office from another place.
TAKES_ON_SITE = TAKES | {Show.ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch as a calendar shows it. `uid` only where the vendor says whose event it is: ours are known by it."""

    when: Interval
    show: Show = Show.BUSY
    all_day: bool = False
    uid: str = ""

"""What time it is: the only caller of the real clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """This instant, aware, in UTC."""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class JumpingClock:
    """Stands still until it is told to go on: the clock of rehearsals, simulations and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

    def advance_to(self, instant: datetime) -> None:
        """Jump there. Time never runs backwards: an earlier instant is a ValueError."""
        if _in_utc(instant) < self._now:
            raise ValueError(f"the clock stands at {self._now}; it cannot go back to {instant}")
        self._now = _in_utc(instant)


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"a clock needs an instant with its zone: {instant}")
    return instant.astimezone(UTC)

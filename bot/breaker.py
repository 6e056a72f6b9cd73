"""Whoever fails again and again is left alone for a while, and then tried once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

A_WHILE = timedelta(minutes=1)
LONGEST = timedelta(minutes=10)


class Breaker:
    """Closed: everybody may ask. Open: nobody. After its rest one may try; how that goes decides for all."""

    def __init__(self, now: Callable[[], datetime], *, failures: int = 5, rest: timedelta = A_WHILE) -> None:
        self._now = now
        self._at_most = failures
        self._first_rest = rest
        self._rest = rest
        self._failed = 0
        self._until: datetime | None = None
        self._trying = False

    def lets_through(self) -> bool:
        """Whoever is let through says afterwards how it went: `went_well`, `failed` or `was_not_asked`."""
        if self._until is None:
            return True
        if self._trying or self._now() < self._until:
            return False
        self._trying = True
        return True

    def went_well(self) -> None:
        self._failed, self._until, self._rest, self._trying = 0, None, self._first_rest, False

    def failed(self, retry_after: timedelta | None = None) -> None:
        """`retry_after`: as they ask to be left alone, which holds at once."""
        self._failed += 1
        if self._trying:
            self._rest = min(2 * self._rest, LONGEST)
        if self._trying or retry_after or self._failed >= self._at_most:
            self._until = self._now() + min(max(retry_after or self._rest, self._rest), LONGEST)
        self._trying = False

    def was_not_asked(self) -> None:
        self._trying = False

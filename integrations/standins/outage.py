"""How a stand-in is told to be out of order, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.statuses import Meaning, meaning


@dataclass(frozen=True, slots=True)
class Outage:
    until: datetime
    error: int  # an HTTP status, or a vendor's own code

    @property
    def passing(self) -> bool:
        """The same again may work later."""
        return meaning(self.error) is Meaning.COME_AGAIN

    def wait(self, now: datetime) -> timedelta | None:
        """How long the vendor asks to wait: throttling knows, a breakdown does not."""
        return self.until - now if self.error == 429 else None


class Health:
    """Well, unless told otherwise; well again by itself when the time has come."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._outage: Outage | None = None

    def fail(self, until: datetime, error: int) -> None:
        self._outage = Outage(until, error)

    @property
    def outage(self) -> Outage | None:
        if self._outage and self._now() < self._outage.until:
            return self._outage
        return None

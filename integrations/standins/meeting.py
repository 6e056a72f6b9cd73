"""Online meetings that nobody can join: a link for each key, always the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.meetings.base import Meeting, Meetings, MeetingsRefused, MeetingsUnreachable
from integrations.standins.outage import Health


@dataclass(frozen=True, slots=True)
class Planned:
    meeting: Meeting
    topic: str
    start: datetime
    minutes: int


class StandInMeetings(Meetings):
    """Keeps what is planned, by key."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.planned: dict[str, Planned] = {}
        self._now = now
        self._health = Health(now)

    def fail(self, until: datetime, error: int = 503) -> None:
        """Out of order up to `until`."""
        self._health.fail(until, error)

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        self._raise_if_out()
        if key not in self.planned:
            self.planned[key] = Planned(_meeting(key), topic, start, minutes)
        return self.planned[key].meeting

    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        self._raise_if_out()
        if key not in self.planned:
            raise MeetingsRefused(f"there is no meeting {key}")
        self.planned[key] = replace(self.planned[key], start=start, minutes=minutes)
        return self.planned[key].meeting

    async def end(self, key: str) -> None:
        self._raise_if_out()
        self.planned.pop(key, None)

    def _raise_if_out(self) -> None:
        outage = self._health.outage
        if outage is None:
            return
        if not outage.passing:
            raise MeetingsRefused(f"the meeting service answered {outage.error}")
        wait = outage.wait(self._now())
        raise MeetingsUnreachable(
            f"the meeting service answered {outage.error}", retry_after=wait.total_seconds() if wait else None
        )


def _meeting(key: str) -> Meeting:
    reference = hashlib.sha256(key.encode()).hexdigest()[:12]
    return Meeting(f"https://meet.example/{reference}", reference)

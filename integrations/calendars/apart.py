"""Heavy calendars are read apart: in a thread, one reading at a time, and not again while nothing has changed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Generic, Self, TypeVar

from dialogs.scheduling.hours import ONE_DAY
from dialogs.scheduling.intervals import Interval

Found = TypeVar("Found")
WINDOWS = 8  # so many are remembered: a health check and a few conversations look at different weeks


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for, in which data, for whom."""

    digest: bytes
    who: str
    between: Interval

    @classmethod
    def into(cls, data: Iterable[bytes], who: str, between: Interval) -> Self:
        """In whole days, so that what begins now, and now moves on, is read once a day."""
        digest = hashlib.sha256()
        for each in data:
            digest.update(len(each).to_bytes(8, "big") + each)
        start, end = between.start.astimezone(UTC), between.end.astimezone(UTC)
        days = Interval(datetime.combine(start, time(), UTC), datetime.combine(end, time(), UTC) + ONE_DAY)
        return cls(digest.digest(), who, days)


class Apart(Generic[Found]):
    """One calendar's readings."""

    def __init__(self) -> None:
        self._found: dict[Look, Found] = {}
        self._reading: tuple[Look, asyncio.Task[Found]] | None = None

    async def read(self, look: Look, find: Callable[[Look], Found]) -> Found:
        """Whoever gives up does not stop the thread that reads, and must not begin a second one."""
        while look not in self._found:
            if self._reading is None:
                self._reading = look, asyncio.create_task(self._read(look, find))
            read, reading = self._reading
            await asyncio.wait({reading})
            if read == look:
                return reading.result()
        return self._found[look]

    async def _read(self, look: Look, find: Callable[[Look], Found]) -> Found:
        """Years of events take a while to read; the conversations of others go on."""
        try:
            found = await asyncio.to_thread(find, look)
        finally:
            self._reading = None
        same = [(each, of) for each, of in self._found.items() if each.digest == look.digest]
        self._found = dict([*same[1 - WINDOWS :], (look, found)])
        return found

    def stop(self) -> None:
        if self._reading:
            self._reading[1].cancel()

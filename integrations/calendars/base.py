"""What every calendar desk does, whichever vendor keeps the calendar."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval


class CalendarError(Exception):
    """The calendar did not do what was asked.

    CalendarError
    ├── CalendarUnreachable
    └── CalendarRefused
    """


class CalendarUnreachable(CalendarError):
    """The calendar did not answer, or asked to come back later: the same again may work."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, where the vendor says so


class CalendarRefused(CalendarError):
    """The calendar said no: the same again will be refused again."""


@dataclass(frozen=True, slots=True)
class Busy:
    """When somebody is not free. Of an unreadable calendar nothing is known: its person counts as busy throughout."""

    intervals: tuple[Interval, ...] = ()
    readable: bool = True

    def within(self, between: Interval) -> tuple[Interval, ...]:
        """The busy time to plan with: all of it where the calendar could not be read."""
        return self.intervals if self.readable else (between,)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One interview as it stands in one person's calendar. The same `uid` with a higher `sequence` moves it."""

    uid: str
    sequence: int
    who: str  # the address whose calendar it is
    when: Interval
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    attendees: tuple[str, ...] = ()
    tentative: bool = False  # a hold: the time is kept, nothing is agreed


class Calendar(ABC):
    """A desk at which calendars are read and written.

    Every method raises a CalendarError when the vendor fails. An unreadable calendar is no failure: it is `Busy`
    with `readable=False`.
    """

    @abstractmethod
    async def busy(self, who: str, between: Interval) -> Busy:
        """When `who` is not free in `between`; tentative, private, all-day and out-of-office time is not free."""

    @abstractmethod
    async def hours(self, who: str) -> WorkingHours | None:
        """The hours `who` has set there; None where the vendor keeps none."""

    @abstractmethod
    async def put(self, event: CalendarEvent) -> None:
        """Write or move an event. The same uid and sequence again change nothing; an older sequence never wins."""

    @abstractmethod
    async def remove(self, uid: str, who: str, sequence: int) -> None:
        """Take the event out of the calendar of `who`; one that is gone, or newer than `sequence`, is left so."""

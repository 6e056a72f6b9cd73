"""What every calendar desk does, whichever vendor keeps the calendar."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dialogs.scheduling.blocks import TAKES, Block, Show
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, union

__all__ = [
    "TAKES",
    "Answer",
    "Block",
    "Busy",
    "Calendar",
    "CalendarChanged",
    "CalendarDisconnected",
    "CalendarError",
    "CalendarEvent",
    "CalendarRefused",
    "CalendarUnreachable",
    "Changes",
    "Show",
    "Standing",
    "Watch",
    "Watched",
    "Written",
]

HERE = ""  # the one place of a desk that has no others


class CalendarError(Exception):
    """The calendar did not do what was asked.

    CalendarError
    ├── CalendarUnreachable
    └── CalendarRefused
        ├── CalendarDisconnected
        └── CalendarChanged
    """


class CalendarUnreachable(CalendarError):
    """The calendar did not answer, or asked to come back later: the same again may work."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, where the vendor says so


class CalendarRefused(CalendarError):
    """The calendar said no: the same again will be refused again."""


class CalendarDisconnected(CalendarRefused):
    """We may no longer read or write there, and only its owner can change that."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy  # what the owner is to do, as a sentence for them


class CalendarChanged(CalendarRefused):
    """Somebody else changed the event meanwhile: look again, then decide again."""


@dataclass(frozen=True, slots=True)
class Busy:
    """When somebody is not free. Of an unreadable calendar nothing is known: its person counts as busy throughout."""

    intervals: tuple[Interval, ...] = ()
    readable: bool = True
    blocks: tuple[Block, ...] = ()  # the same and more, one by one, where the vendor tells them apart

    @classmethod
    def of(cls, blocks: tuple[Block, ...], between: Interval) -> Busy:
        """From single blocks: what takes time and lies in `between`."""
        near = tuple(sorted((each for each in blocks if each.when.meets(between)), key=lambda each: each.when))
        return cls(union(each.when for each in near if each.show in TAKES), True, near)

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


class Answer(StrEnum):
    """What somebody invited has said, in their own calendar."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Standing:
    """An event of ours as it stands in a calendar now. Whoever owns the calendar may have moved it by hand."""

    uid: str
    who: str
    when: Interval
    sequence: int | None = None  # ours, where the vendor keeps it
    tentative: bool = False
    reference: str = ""  # the vendor's own id
    version: str = ""  # ETag or changeKey
    url: str = ""  # the online meeting the vendor made with it
    answers: Mapping[str, Answer] = field(default_factory=dict)  # by address


class Written(ABC):
    """Where events of ours are written. Every method raises a CalendarError when the vendor fails."""

    @abstractmethod
    async def put(self, event: CalendarEvent) -> None:
        """Write or move an event. The same uid and sequence again change nothing; an older sequence never wins."""

    @abstractmethod
    async def remove(self, uid: str, who: str, sequence: int) -> None:
        """Take the event out of the calendar of `who`; one that is gone, or newer than `sequence`, is left so."""

    @abstractmethod
    async def find(self, uid: str, who: str) -> Standing | None:
        """The event as it stands there now; None if it is not, or was cancelled or deleted by hand."""


class Calendar(Written):
    """A desk at which calendars are read and written.

    An unreadable calendar is no failure: it is `Busy` with `readable=False`.
    """

    writes: bool = True  # False: it can only be read; put and remove refuse, and invites go out by mail

    @abstractmethod
    async def busy(self, who: str, between: Interval) -> Busy:
        """When `who` is not free in `between`; tentative, private, all-day and out-of-office time is not free."""

    @abstractmethod
    async def hours(self, who: str) -> WorkingHours | None:
        """The hours `who` has set there; None where the vendor keeps none."""

    async def places(self, who: str) -> Sequence[str]:
        """Where events of `who` can be written, by name, and first where new ones go. Empty: invites go by mail.

        A desk that keeps calendars of several vendors has several, and what stands in one is changed there.
        """
        return (HERE,) if self.writes else ()

    def at(self, place: str) -> Written:
        """One of these places."""
        return self

    async def writes_to(self, who: str) -> bool:
        """May we write into any calendar of `who`?"""
        return bool(await self.places(who))

    async def close(self) -> None:
        """Lets go of connections."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The vendor tells us of changes, until it `expires`; then it must be renewed."""

    id: str
    expires: datetime
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor. `uids` is None where only a whole new look will tell."""

    cursor: str
    uids: frozenset[str] | None = None


class Watched(ABC):
    """A calendar that says when something in it changes; the others are looked at every few minutes."""

    @abstractmethod
    async def watch(self, who: str, url: str, secret: str) -> Watch:
        """Changes are told to `url` from now on; `secret` comes with each, and proves where it comes from."""

    @abstractmethod
    async def renew(self, who: str, watch: Watch, url: str, secret: str) -> Watch:
        """The same for longer; a new one where the old is gone."""

    @abstractmethod
    async def unwatch(self, watch: Watch) -> None:
        """No longer. One that is gone is left so."""

    @abstractmethod
    async def changes(self, who: str, cursor: str) -> Changes:
        """What changed since `cursor`; an empty or outdated cursor begins anew, with `uids` None."""

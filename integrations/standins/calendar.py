"""Calendars that live in memory: each person's hours, what they are busy with, and what we wrote there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Answer,
    Block,
    Busy,
    Calendar,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Show,
    Standing,
)
from integrations.standins.outage import Health


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Received:
    """What a calendar was told, once: a repeat changes nothing and is not listed."""

    at: datetime
    method: Method
    event: CalendarEvent


@dataclass
class _Person:
    hours: WorkingHours | None = None
    busy: tuple[Interval, ...] = ()
    events: dict[str, CalendarEvent] = field(default_factory=dict)  # by uid
    gone: dict[str, int] = field(default_factory=dict)  # uid: the sequence it was removed with
    declined: set[str] = field(default_factory=set)  # uids


class StandInCalendar(Calendar):
    """Knows the people who were connected; everyone else's calendar cannot be read."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.received: list[Received] = []
        self._now = now
        self._health = Health(now)
        self._people: dict[str, _Person] = {}
        self._refuses_writing = False
        self._misplaced: Interval | None = None

    def connect(self, who: str, hours: WorkingHours | None = None, busy: Iterable[Interval] = ()) -> None:
        """The person has a calendar from now on, as it is given here."""
        self._people[who] = _Person(hours, tuple(busy))

    def replace_busy(self, who: str, busy: Iterable[Interval]) -> None:
        """What the person is busy with besides what we wrote."""
        self._people[who].busy = tuple(busy)

    def fail(self, until: datetime, error: int = 503) -> None:
        """Out of order up to `until`, for everyone."""
        self._health.fail(until, error)

    def refuse_writing(self, refuses: bool = True) -> None:
        """Busy times are still told; nothing can be put there or taken out."""
        self._refuses_writing = refuses

    def misplace_next(self, when: Interval) -> None:
        """The next event written is kept, but at another time."""
        self._misplaced = when

    def put_back(self, event: CalendarEvent) -> None:
        """A write that took long arrives only now, whatever has been said since."""
        self._people[event.who].events[event.uid] = event

    def events(self, who: str) -> tuple[CalendarEvent, ...]:
        """What we wrote there and did not remove, by time."""
        return tuple(sorted(self._people[who].events.values(), key=lambda event: event.when))

    async def busy(self, who: str, between: Interval) -> Busy:
        self._raise_if_out()
        if who not in self._people:
            return Busy(readable=False)
        ours = (
            Block(event.when, Show.TENTATIVE if event.tentative else Show.BUSY, uid=event.uid)
            for event in self._concerning(who)
        )
        return Busy.of((*map(Block, self._people[who].busy), *ours), between)

    async def hours(self, who: str) -> WorkingHours | None:
        self._raise_if_out()
        return self._people[who].hours if who in self._people else None

    async def put(self, event: CalendarEvent) -> None:
        person = self._found(event.who)
        self._raise_if_read_only()
        if event.sequence <= max(self._sequence(person, event.uid), person.gone.get(event.uid, -1)):
            return
        if self._misplaced:
            event, self._misplaced = replace(event, when=self._misplaced), None
        person.events[event.uid] = event
        self.received.append(Received(self._now(), Method.REQUEST, event))

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        person = self._found(who)
        self._raise_if_read_only()
        if self._sequence(person, uid) > sequence:
            return
        # What overtakes its removal, or repeats late, must not bring the event back.
        person.gone[uid] = max(sequence, person.gone.get(uid, -1))
        event = person.events.pop(uid, None)
        if event is None:
            return
        self.received.append(Received(self._now(), Method.CANCEL, replace(event, sequence=sequence)))

    async def find(self, uid: str, who: str) -> Standing | None:
        event = self._found(who).events.get(uid)
        if event is None:
            return None
        answers = {who: Answer.DECLINED} if uid in self._people[who].declined else {}
        version = str(event.sequence)
        return Standing(uid, who, event.when, event.sequence, event.tentative, uid, version, event.url, answers)

    def by_hand(self, who: str, uid: str, when: Interval | None) -> None:
        """The owner moves the event, or deletes it, and tells nobody."""
        events = self._people[who].events
        if when is None:
            del events[uid]
        else:
            events[uid] = replace(events[uid], when=when)

    def decline(self, who: str, uid: str) -> None:
        """The owner says no to the event, in the calendar and nowhere else."""
        self._people[who].declined.add(uid)

    def _concerning(self, who: str) -> Iterable[CalendarEvent]:
        """Written for them, or with them among those invited."""
        everything = (event for person in self._people.values() for event in person.events.values())
        return (event for event in everything if event.who == who or who in event.attendees)

    def _sequence(self, person: _Person, uid: str) -> int:
        return person.events[uid].sequence if uid in person.events else -1

    def _found(self, who: str) -> _Person:
        self._raise_if_out()
        if who not in self._people:
            raise CalendarRefused(f"there is no calendar of {who}")
        return self._people[who]

    def _raise_if_read_only(self) -> None:
        if self._refuses_writing:
            raise CalendarRefused("the calendar answered 403")

    def _raise_if_out(self) -> None:
        outage = self._health.outage
        if outage is None:
            return
        if not outage.passing:
            raise CalendarRefused(f"the calendar answered {outage.error}")
        wait = outage.wait(self._now())
        raise CalendarUnreachable(
            f"the calendar answered {outage.error}", retry_after=wait.total_seconds() if wait else None
        )

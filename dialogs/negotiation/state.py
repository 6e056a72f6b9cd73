"""Where a negotiation stands: everything that is remembered of it between two turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dialogs.negotiation.effects import Purpose, Say, TaskReason
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Topic


class Status(StrEnum):
    COLLECTING = "collecting"  # somebody was asked when they can
    OFFERED = "offered"  # slots were put to somebody
    AGREED = "agreed"  # both said yes, the booking is being made
    CONFIRMED = "confirmed"  # booked, and everyone invited
    COMPLETED = "completed"  # it took place, whatever the outcome
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ESCALATED = "escalated"  # a human was called and the assistant waits


OVER = frozenset({Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW})


class Party(StrEnum):
    CANDIDATE = "candidate"
    HOST = "host"

    @property
    def other(self) -> Party:
        return Party.HOST if self is Party.CANDIDATE else Party.CANDIDATE


class Hosting(StrEnum):
    """How the host's times become known."""

    ASKED = "asked"  # in words, the host before the candidate
    CANDIDATE_FIRST = "candidate_first"  # in words, the candidate before the host
    CALENDAR = "calendar"  # never asked: connected calendars say it


@dataclass(frozen=True, slots=True)
class Given:
    """What one party has said of its time. What was said last holds."""

    windows: tuple[Interval, ...] = ()  # can
    blocked: tuple[Interval, ...] = ()  # can not
    preferred: tuple[Interval, ...] = ()  # would rather


@dataclass(frozen=True, slots=True)
class Offer:
    """Slots on the table, in the order they are numbered for the reader."""

    number: int  # counts the offers of this negotiation, from 1
    to: Party
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class ChosenFrom:
    """The list a party has just booked from: for a while its numbers still mean what stood beside them."""

    by: Party
    starts: tuple[datetime, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the candidate booked on a page of the host's own, such as Calendly. Names are that vendor's."""

    connection: str  # of the host's account there
    booking: str
    event: str
    when: Interval
    taken: bool = True  # it is the interview's time; if not, it clashed, and the recruiter knows


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody of the firm is to reach a party in person. Each party has one at most."""

    number: int  # counts the tasks of this negotiation, from 1
    party: Party
    purpose: Purpose
    reason: TaskReason
    tries: int = 0  # that nobody answered


@dataclass(frozen=True, slots=True)
class Spoken:
    """This party heard in person of what is so under this sequence: no message has to tell them."""

    party: Party
    sequence: int


@dataclass(frozen=True, slots=True)
class Negotiation:
    """One search for the time of one interview, and what became of it."""

    id: str
    hosting: Hosting = Hosting.ASKED
    status: Status = Status.COLLECTING
    candidate: Given = Given()
    host: Given = Given()
    waiting_for: Party | None = None
    offer: Offer | None = None  # the one on the table
    dropped: Party | None = None  # whose offer was taken off the table before they answered
    offers_made: int = 0
    rounds: int = 0  # offers since the search began: capped
    nudges: int = 0
    tries: int = 0  # to read a calendar that is away
    clarifying: tuple[datetime, ...] = ()  # the readings we asked about, for `waiting_for`
    booked: Interval | None = None
    chosen_from: ChosenFrom | None = None  # what is booked
    sequence: int = -1  # of the invite; the first has 0
    arranged: int = -1  # the sequence the outside has made ready
    invited: int = -1  # the sequence everyone was invited with
    moving: bool = False  # booked, and a new time is looked for; the old one stands until then
    moved: bool = False  # what is booked took the place of another time
    replaced: bool = False  # the same time, with somebody else of the group
    new_room: bool = False  # the same time, in another room
    declined: tuple[str, ...] = ()  # who, by id, said no to the time that is booked; a room that is gone, too
    again: bool = False  # it had been called off, and is on after all
    reached: tuple[Party, ...] = ()  # who has heard of this interview at all
    not_understood: int = 0  # messages in a row that could not be read
    by_hand: bool = False  # changed in a calendar by hand, and what comes of it is not settled
    elsewhere: Elsewhere | None = None  # booked by the candidate on the host's own page, and standing there
    human: bool = False  # a human holds the thread
    paused: bool = False
    topics_owed: tuple[Topic, ...] = ()  # questions whose answer goes out with the confirmation,
    owed_to: Party | None = None  # to the one who asked
    owed: tuple[Say, ...] = field(default=())  # what the night kept back
    asked_how_it_went: bool = False
    status_before: Status | None = None  # of an escalation: where to go on when it is handed back
    tasks: tuple[Task, ...] = ()  # the open ones
    tasks_made: int = 0
    spoken: tuple[Spoken, ...] = ()

    @property
    def over(self) -> bool:
        return self.status in OVER

    def given(self, party: Party) -> Given:
        return self.candidate if party is Party.CANDIDATE else self.host

    def task_for(self, party: Party) -> Task | None:
        return next((task for task in self.tasks if task.party is party), None)

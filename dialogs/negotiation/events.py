"""What can happen to a negotiation, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dialogs.negotiation.effects import Alarm, Kind, TaskOutcome
from dialogs.negotiation.state import Elsewhere, Hosting, Party
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Understanding


@dataclass(frozen=True, slots=True)
class Requested:
    """A recruiter, or the passing of the round before, asked for this interview."""

    hosting: Hosting
    again: bool = False  # the host called the last one off
    after_round: int = 0  # the round that was passed before this one; 0 if none


@dataclass(frozen=True, slots=True)
class Heard:
    """A party wrote; everything it said since its last turn, as one."""

    party: Party
    meaning: Understanding
    words: str  # only ever quoted to the recruiter, never read


@dataclass(frozen=True, slots=True)
class InviteAnswered:
    party: Party
    answer: Literal["accept", "tentative", "decline", "counter"]
    counter: Interval | None = None
    who: str = ""  # the id of whoever it was: several may come from the host's side


@dataclass(frozen=True, slots=True)
class Arranged:
    """What the outside has to do for a booking is done: the meeting exists, the calendars have it."""

    sequence: int


@dataclass(frozen=True, slots=True)
class NotArranged:
    """The calendar or the meeting service refused; the time is agreed all the same."""

    error: str


@dataclass(frozen=True, slots=True)
class SlotGone:
    """Somebody else took time that is on the table here."""


@dataclass(frozen=True, slots=True)
class SlotFreed:
    """Another interview was moved or called off, and here somebody waits for such a time."""

    when: Interval


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """Somebody moved the booked interview in their calendar by hand; without `when` they deleted it there."""

    party: Party
    when: Interval | None = None
    who: str = ""  # the id of whoever it was


@dataclass(frozen=True, slots=True)
class BookedElsewhere:
    """The candidate took a time on the host's own booking page."""

    booking: Elsewhere
    moved: bool = False  # they had booked there before, and moved that


@dataclass(frozen=True, slots=True)
class CalledOffElsewhere:
    """What the candidate had booked there was called off there."""

    by: Party | None = None  # where that was said


@dataclass(frozen=True, slots=True)
class Rang:
    """An alarm went off."""

    alarm: Alarm
    name: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Every channel of this party was tried and none took the message."""

    party: Party
    error: str
    kind: Kind | None = None  # of the message
    by_hand: bool = False  # no wonder: they are to be reached by a person


@dataclass(frozen=True, slots=True)
class TaskReported:
    """Somebody of the firm says how it went to reach a party in person."""

    number: int
    outcome: TaskOutcome
    by: str  # their id
    name: str
    via: Literal["phone", "linkedin"] = "phone"
    meaning: Understanding | None = None  # of what the party took, or said
    words: str = ""  # the party's own, as they were noted
    at: datetime | None = None  # when to ring again


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """The recruiter wants another time; `windows` are the ones they named, if any."""

    windows: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class CalledOff:
    """The recruiter called it off."""

    because: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A party asked never to be written to again."""

    party: Party


@dataclass(frozen=True, slots=True)
class OutcomeReported:
    outcome: Literal["passed", "rejected", "no_show"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeWithdrawn:
    """The recruiter takes the outcome back."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The recruiter takes the calling off back."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    pass


@dataclass(frozen=True, slots=True)
class HandedBack:
    pass


@dataclass(frozen=True, slots=True)
class Paused:
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    pass


Event = (
    Requested
    | Heard
    | InviteAnswered
    | Arranged
    | NotArranged
    | SlotGone
    | SlotFreed
    | CalendarChanged
    | BookedElsewhere
    | CalledOffElsewhere
    | Rang
    | Undelivered
    | TaskReported
    | MoveAsked
    | CalledOff
    | Left
    | OutcomeReported
    | OutcomeWithdrawn
    | Reopened
    | TakenOver
    | HandedBack
    | Paused
    | Resumed
)

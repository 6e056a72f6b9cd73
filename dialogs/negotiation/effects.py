"""What a decision wants done, as data; `bot` does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Itinerary


class Reader(StrEnum):
    CANDIDATE = "candidate"
    HOST = "host"
    RECRUITER = "recruiter"


class Kind(StrEnum):
    """What a message is for; each reader has a text of their own for it."""

    AVAILABILITY_REQUEST = "availability_request"
    OFFER = "offer"
    CLARIFY = "clarify"
    ANSWER = "answer"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    NUDGE = "nudge"
    RESCHEDULE = "reschedule"
    CANCELLATION = "cancellation"
    ESCALATION = "escalation"
    COMMAND = "command"
    REPLY = "reply"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    FOLLOW_UP = "follow_up"
    SURVEY = "survey"
    FEEDBACK_REQUEST = "feedback_request"


@dataclass(frozen=True, slots=True)
class Holds:
    """While this is so a message is worth sending; once it is not, it is dropped unsent."""

    what: Literal["offer", "booking", "waiting", "task"]
    mark: int  # the number of the offer, the sequence of the booking, the nudges sent, the number of the task


@dataclass(frozen=True, slots=True)
class Part:
    """One passage of a message: the name of its text in prompts/messages and what only this turn knows.

    Names, times and places come from the record when it is sent.
    """

    text: str
    times: tuple[datetime, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Mapping[str, str], ...] = ()  # a list, such as who we wait for


@dataclass(frozen=True, slots=True)
class Say:
    to: Reader
    kind: Kind
    parts: tuple[Part, ...]
    holds: Holds | None = None
    prefer: str | None = None  # a channel that suits this kind, if the reader has it
    choices: tuple[datetime, ...] = ()  # become buttons where the channel has them
    urgent: bool = False  # cannot wait for the morning
    last_word: bool = False  # goes out where they last wrote, though nothing else ever will
    presses: tuple[str, ...] = ()  # what its buttons mean, where those are no times


@dataclass(frozen=True, slots=True)
class Offered:
    """These slots are on the table: remember them, and keep them from being offered to others meanwhile."""

    number: int
    to: Reader
    starts: tuple[datetime, ...]
    until: datetime  # then it keeps nothing any more


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The offer on the table is over; what it kept is free again."""


@dataclass(frozen=True, slots=True)
class Book:
    """Take this time for everyone who must be there, or for nobody. Frees what this interview had before."""

    when: Interval
    sequence: int
    people: tuple[str, ...] = ()  # who comes from the host's side, where that was a choice
    room: str = ""  # the one that is taken, where one is needed
    itinerary: Itinerary = ()  # of a loop: whoever is named here comes to their own part, everybody else to the whole


@dataclass(frozen=True, slots=True)
class Wish:
    """They wait for a time like this one, which is taken; without `when`, for any at all."""

    when: Interval | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """What was deleted or moved by hand is put back into the calendars as it is booked."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Free the time and take the invite back from everyone."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Invite:
    """Everyone who takes part gets the invite for what is booked."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Record:
    """Something happened that belongs in the event log."""

    event: str
    words: Mapping[str, str] = field(default_factory=dict)


class Alarm(StrEnum):
    NUDGE = "nudge"
    REMINDER = "reminder"
    FOLLOW_UP = "follow_up"
    MORNING = "morning"  # say what the night kept back
    TRY_AGAIN = "try_again"  # a calendar could not be read
    TASK = "task"  # it is time to ring somebody


@dataclass(frozen=True, slots=True)
class Wake:
    """Come back at `at`. One alarm of a kind and a name per negotiation: a later one takes its place."""

    alarm: Alarm
    at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop every alarm of this kind."""

    alarm: Alarm


class Reason(StrEnum):
    """Why a human is called."""

    NO_REPLY = "no_reply"
    NO_AGREEMENT = "no_agreement"
    MOVE_OPEN = "move_open"  # the time that is booked is near, and the move away from it is not settled
    HUMAN = "human"
    QUESTION = "question"
    UNCLEAR = "unclear"
    WRONG_PERSON = "wrong_person"
    UNDELIVERED = "undelivered"
    OPT_OUT = "opt_out"
    NO_SLOTS = "no_slots"
    NOT_ARRANGED = "not_arranged"  # the calendar or the meeting service refused
    CALENDAR_CHANGED = "calendar_changed"  # somebody deleted the interview from their calendar
    BOOKED_ELSEWHERE = "booked_elsewhere"  # a time was taken on the host's booking page that is not free


@dataclass(frozen=True, slots=True)
class CallHuman:
    reason: Reason
    words: Mapping[str, str] = field(default_factory=dict)


class Purpose(StrEnum):
    """What somebody is rung for."""

    FIND = "find"  # a time
    TELL = "tell"  # what they have to know: booked, moved, called off


class TaskReason(StrEnum):
    """Why a person has to do it."""

    NO_CHANNEL = "no_channel"  # they are to be rung, or found on LinkedIn, and not to be written to
    UNDELIVERED = "undelivered"  # nothing that was written has arrived
    NO_REPLY = "no_reply"  # everything has arrived, and they stayed silent


class TaskOutcome(StrEnum):
    TOOK = "took"  # one of the times
    TIMES = "times"  # they said when they can
    TOLD = "told"
    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"  # at a time they named
    WRONG_NUMBER = "wrong_number"
    NO_CONTACT = "no_contact"  # they asked to be left alone
    NOT_INTERESTED = "not_interested"
    WROTE = "wrote"  # nobody rang: they wrote by themselves
    SETTLED = "settled"  # nobody rang: there is nothing left to ring for


@dataclass(frozen=True, slots=True)
class GiveTask:
    """Somebody of the firm is to reach this party in person, from `due` on. Given again, it is the same task, later."""

    number: int
    to: Reader
    purpose: Purpose
    reason: TaskReason
    due: datetime
    tries: int = 0  # that nobody answered
    note: Literal["", "gone", "unclear"] = ""  # they were reached, and it is not settled: why


@dataclass(frozen=True, slots=True)
class ShowTask:
    """It is put before whoever is to do it, as it is now."""

    number: int


@dataclass(frozen=True, slots=True)
class CloseTask:
    """It is done, by whom, or there is nothing left to do."""

    number: int
    outcome: TaskOutcome
    by: str = ""  # their id


@dataclass(frozen=True, slots=True)
class SearchAgain:
    """The interview was called off by its host: look for another time, as a new interview of the same round."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """What was booked on a page of the host's own no longer is the interview's time: it is called off there too."""

    connection: str
    event: str


@dataclass(frozen=True, slots=True)
class NextRound:
    """The round was passed: open the next one of the job, if there is one."""


Effect = (
    Say
    | Offered
    | Withdrawn
    | Book
    | Wish
    | Restore
    | Cancel
    | Invite
    | Record
    | Wake
    | Forget
    | CallHuman
    | GiveTask
    | ShowTask
    | CloseTask
    | SearchAgain
    | LetGo
    | NextRound
)

"""What a message means for scheduling: the closed set of things anybody, or any model, can make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.scheduling.intervals import Interval


class Act(StrEnum):
    ACCEPT = "accept"  # yes to what is offered
    SELECT = "select"  # some of several; with no `choice`: by a number that is not on the list
    REJECT = "reject"  # none of them
    PROPOSE = "propose"  # times of their own
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"  # withdraw, or call off
    ASK = "ask"
    HUMAN = "human"
    LATER = "later"  # will answer later
    LATE = "late"  # running late right now
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    AUTO_REPLY = "auto_reply"  # out of office, bounce
    WRONG_PERSON = "wrong_person"
    CHITCHAT = "chitchat"
    UNCLEAR = "unclear"


class Topic(StrEnum):
    PLACE = "place"
    DURATION = "duration"
    PEOPLE = "people"
    FORMAT = "format"
    PAY = "pay"
    LINK = "link"
    PREPARATION = "preparation"
    TIMEZONE = "timezone"
    ROLE = "role"
    STATUS = "status"
    BOT = "bot"
    OTHER = "other"


class Stage(StrEnum):
    COLLECTING = "collecting"  # we are asking for times
    OFFERED = "offered"  # we wait for a choice
    CONFIRMED = "confirmed"  # it is booked; offers[0] is the booked start


@dataclass(frozen=True, slots=True)
class Context:
    """All the reader may know besides the words. `now` is aware; times in the text without a zone are in `timezone`."""

    now: datetime
    timezone: ZoneInfo
    locale: str | None = None  # BCP 47 hint: en-GB and en-US decide the order of day and month
    offers: tuple[datetime, ...] = ()  # aware starts, in the order they were numbered
    minutes: int = 45
    stage: Stage = Stage.COLLECTING
    chosen_from: tuple[datetime, ...] = ()  # what is booked, a moment ago: "sorry, I meant 1" is of this list


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Words with more than one honest reading; never silently one of them."""

    text: str
    readings: tuple[Interval, ...]  # a one-instant reading lasts Context.minutes; a day reading lasts that day


@dataclass(frozen=True, slots=True)
class Understanding:
    """The closed result of reading one message or one burst. Intervals are UTC, sorted, not overlapping."""

    acts: tuple[Act, ...]  # the main one first, never empty
    choice: tuple[int, ...] = ()  # indexes into Context.offers, most wanted first
    windows: tuple[Interval, ...] = ()  # when the writer can, exceptions already taken out
    blocked: tuple[Interval, ...] = ()  # when they can not; with nothing else said, all else is open
    preferred: tuple[Interval, ...] = ()  # the part of windows they would rather have
    ambiguous: tuple[Ambiguity, ...] = ()
    adds: bool = False  # "Friday works too": besides what was said before, not instead of it
    remind_at: datetime | None = None
    topics: tuple[Topic, ...] = ()  # what each question is about, in order
    language: str = "en"
    confidence: float = 0.0
    back_at: datetime | None = None  # an out-of-office's return
    late_minutes: int | None = None  # "running ten minutes late"
    read_by: str = "rules"  # or "model"; or "rules, ..." and why a model was not heard or not followed

"""What can happen in a scenario, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dialogs.scheduling.intervals import Interval
from integrations.channels.base import ReceiptStatus
from integrations.links.base import Why
from integrations.standins.channel import Spoilt


@dataclass(frozen=True, slots=True)
class Says:
    who: str
    texts: tuple[str, ...]  # more than one: a burst
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Presses:
    who: str
    button: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class AnswersInvite:
    who: str
    answer: Literal["accept", "tentative", "decline", "counter"]
    counter: datetime | None = None


@dataclass(frozen=True, slots=True)
class StrangerSays:
    channel: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    length: timedelta


@dataclass(frozen=True, slots=True)
class Until:
    instant: datetime


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    busy: Mapping[str, tuple[Interval, ...]]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody changes the interview of a candidate in their own calendar, and tells nobody."""

    who: str
    candidate: str
    what: Literal["moved", "gone", "declined"]
    to: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Whoever opens this booking link sees something else from now on."""

    who: str
    why: Why


@dataclass(frozen=True, slots=True)
class AtCalendly:
    """Something happens on a host's own Calendly page."""

    host: str
    guest: str
    what: Literal["books", "moves", "calls_off"]
    at: datetime | None = None
    email: str | None = None  # another one than their own
    by_host: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    service: str
    length: timedelta
    error: int


@dataclass(frozen=True, slots=True)
class ReceiptComes:
    to: str
    status: ReceiptStatus
    error: str | None


@dataclass(frozen=True, slots=True)
class SpoilsNext:
    """What comes of the next message to somebody; the channel is where the last word fell, if not said."""

    to: str
    how: Spoilt
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Crashes:
    pass


Step = (
    Says
    | Presses
    | AnswersInvite
    | StrangerSays
    | Waits
    | Until
    | CalendarChanges
    | ByHand
    | LinkChanges
    | AtCalendly
    | Outage
    | ReceiptComes
    | SpoilsNext
    | Crashes
)

"""All that a decision may look at: the people, the round, who is taken when, the firm's rules, and what time it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from dialogs.negotiation.effects import Reader
from dialogs.outreach.quiet import QuietHours
from dialogs.scheduling.firm_days import Closed, Lunch, Region
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.plan import Plan

NINE_TO_EIGHT = QuietHours()
NEVER, NO_REGION, NO_LUNCH = Closed(), Region(), Lunch()


class Mode(StrEnum):
    VIDEO = "video"
    PHONE = "phone"
    ONSITE = "onsite"


@dataclass(frozen=True, slots=True)
class Rules:
    """The firm's own rules, each with its meaning and default; docs/reference/settings.md lists them."""

    quiet_hours: Annotated[QuietHours, "hours in which no message starts a conversation, where the reader lives"] = (
        NINE_TO_EIGHT
    )
    offer_size: Annotated[int, "slots in one offer"] = 3
    rounds_at_most: Annotated[int, "offers before a human is called"] = 5
    notice: Annotated[timedelta, "the soonest an interview may start from now"] = timedelta(hours=2)
    horizon: Annotated[timedelta, "how far ahead an interview may lie"] = timedelta(days=28)
    offer_lasts: Annotated[timedelta, "how long an offer keeps its times in the calendars"] = timedelta(days=3)
    share_slots: Annotated[bool, "may one time be offered to several candidates? The first to take it has it"] = False
    grid: Annotated[timedelta, "offered times begin on multiples of this"] = timedelta(minutes=30)
    buffer: Annotated[timedelta, "kept free before and after an interview, in connected calendars"] = timedelta()
    gap: Annotated[timedelta, "between two interviews of one person"] = timedelta()
    a_day_at_most: Annotated[int, "interviews of one person on one day; 0 for any number"] = 0
    a_week_at_most: Annotated[int, "interviews of one person in one week; 0 for any number"] = 0
    holidays: Annotated[Closed, "days on which nobody is offered, besides public holidays"] = NEVER
    region: Annotated[Region, "whose regional holidays are kept by people of that country with no other"] = NO_REGION
    lunch: Annotated[Lunch, "kept free on everyone's own clock, unless both sides ask for it by name"] = NO_LUNCH
    travel: Annotated[timedelta, "to where interviews on site are held, and back, kept free around them"] = timedelta()
    nudge_after: Annotated[tuple[timedelta, ...], "silence before each nudge"] = (timedelta(days=1), timedelta(days=2))
    give_up_after: Annotated[timedelta, "silence after the last nudge before a human is called"] = timedelta(days=2)
    nudge_on_weekends: Annotated[bool, "may a nudge go out on a Saturday or Sunday?"] = False
    reminders: Annotated[tuple[timedelta, ...], "how long before an interview each reminder goes out"] = (
        timedelta(hours=24),
        timedelta(hours=1),
    )
    follow_up_after: Annotated[timedelta, "how long after an interview both sides are asked how it went"] = timedelta(
        hours=1
    )


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    zone: ZoneInfo
    locale: str = "en"

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


@dataclass(frozen=True, slots=True)
class Facts:
    now: datetime  # aware
    rules: Rules
    candidate: Person
    host: Person
    recruiter: Person
    minutes: int
    mode: Mode
    place: str = ""
    meeting_url: str = ""
    candidate_busy: tuple[Interval, ...] = ()  # their other interviews
    host_busy: tuple[Interval, ...] = ()
    held: tuple[Interval, ...] = ()  # offered elsewhere just now: not offered again while there is other time
    # What other candidates have been offered, by the id of whoever would have to come.
    on_tables: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    tables_until: datetime | None = None  # when the first of those offers ends by itself
    host_open: tuple[Interval, ...] | None = None
    plan: Plan | None = None  # who must come from the host's side, and when they can; None where nothing limits it
    calendars_away: bool = False  # one could not be read: everyone counts as busy, and nobody is blamed for it
    last_round: bool = False
    awake: frozenset[Reader] = frozenset()  # who wrote a moment ago: may be answered at any hour

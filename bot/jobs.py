"""What there is to do, and who can do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class JobKind(StrEnum):
    TURN = "turn"
    EFFECT = "effect"
    TIMER = "timer"
    LOOK = "look"  # whether a connection works, and what changed there
    LINK = "link"  # whether a booking link works
    ACCOUNT = "account"  # whether an account at a vendor of booking pages works, and what was booked there
    BOOKED = "booked"  # what was told of bookings there, taken up
    RECONCILE = "reconcile"  # what we booked, with what a calendar says
    HOME = "home"  # a recruiter's page of how everything stands, shown anew
    TEMPLATES = "templates"  # which of our texts a vendor has approved
    FORGET = "forget"  # what was kept only for a while


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, by reference: the rows of our own database say what it is and whether it is still open."""

    kind: JobKind
    # Of the person whose turn it is, of the effect, of the timer, of the connection, of whose calendar or page it is.
    id: str


class Worker(Protocol):
    async def run(self, job: Job) -> Sequence[Job]:
        """Does it and returns the jobs it caused; safe to repeat; a job that is done already does nothing."""

    async def waiting(self, *, older_than: timedelta) -> Sequence[Job]:
        """What the rows say still wants doing, has been so for `older_than`, and is due."""

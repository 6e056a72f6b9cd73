"""What may go out in how long: to one person, on a channel, from a sender of ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from integrations.channels.base import NAMES

AT_ONCE = 30  # a sender of one a second may be given so many in one go, and then waits as long
SPANS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Cap:
    """So many in so long; `of` says whose, in the same words in every process."""

    of: str
    amount: int
    span: timedelta
    takes: int = 1  # what this message takes of it

    @classmethod
    def of_pace(cls, of: str, per_second: int, takes: int = 1) -> Cap:
        """A steady pace as a cap: over whole seconds, and long enough for the longest text to fit at all."""
        seconds = max(1, math.ceil(AT_ONCE / per_second))
        return cls(of, per_second * seconds, timedelta(seconds=seconds), takes)

    @property
    def cost(self) -> int:
        """What is longer than all there is takes all there is: it waits longest, and goes."""
        return min(self.takes, self.amount)


@dataclass(frozen=True, slots=True)
class Pace:
    amount: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the firm lets go out: to one person, and on each channel."""

    an_hour: int = 10  # messages that we begin
    a_day: int = 40
    answers_an_hour: int = 60  # to somebody who has just written: only against two machines that answer each other
    channels: Mapping[str, Pace] = field(default_factory=dict)


def paces(words: str) -> dict[str, Pace]:
    """Of "email=30/minute, telegram=25/second". Raises ValueError with what is wrong."""
    found: dict[str, Pace] = {}
    for entry in filter(None, (each.strip() for each in words.split(","))):
        channel, _, pace = (part.strip() for part in entry.partition("="))
        amount, _, span = (part.strip() for part in pace.partition("/"))
        if (
            channel not in NAMES
            or channel in found
            or not re.fullmatch(r"[1-9][0-9]{0,5}", amount)
            or span not in SPANS
        ):
            raise ValueError(f"{entry} is no channel and its pace")
        found[channel] = Pace(int(amount), SPANS[span])
    return found


class Limits(Protocol):
    """Asked before each message. What may not go now goes later; nothing is dropped here."""

    async def ask(self, caps: Sequence[Cap]) -> timedelta | None:
        """None: it may go, and is counted. Else how long to wait before asking again."""

    async def redis_answers(self) -> bool | None:
        """None: nobody shares the count."""

    async def close(self) -> None:
        """Lets go of what is open."""

"""How somebody at Slack is written down, and where a message stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from integrations.channels.base import BadAddress


@dataclass(frozen=True, slots=True)
class Address:
    """A person as TEAM:USER, or a channel as TEAM:CHANNEL. A number is unique in its workspace only."""

    team: str
    id: str

    @classmethod
    def read(cls, words: str) -> Self:
        if found := re.fullmatch(r"([TE][A-Z0-9]{1,30}):([UWCGD][A-Z0-9]{1,30})", words):
            return cls(found[1], found[2])
        raise BadAddress("not TEAM:USER")

    @property
    def is_person(self) -> bool:
        return self.id.startswith(("U", "W"))

    def __str__(self) -> str:
        return f"{self.team}:{self.id}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message stands: its channel, and its time there, which is its name.

    The time is text for ever: as a float its last digits are lost, and with them the message.
    """

    channel: str
    ts: str

    @classmethod
    def read(cls, words: str) -> Self | None:
        found = re.fullmatch(r"([CGD][A-Z0-9]{1,30}):([0-9]{1,12}\.[0-9]{6})", words)
        return cls(found[1], found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.channel}:{self.ts}"


def thread_in(channel: str, answers: Iterable[str]) -> str | None:
    """The thread in this channel that what came before stands in; the oldest message there began it."""
    spots = (Spot.read(each) for each in answers)
    return next((spot.ts for spot in spots if spot and spot.channel == channel), None)

"""What every meeting desk does, whichever vendor runs the call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime


class MeetingsError(Exception):
    """The meeting service did not do what was asked.

    MeetingsError
    ├── MeetingsUnreachable
    └── MeetingsRefused
        └── MeetingsDisconnected
    """


class MeetingsUnreachable(MeetingsError):
    """The service did not answer, or asked to come back later: the same again may work."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, where the vendor says so


class MeetingsRefused(MeetingsError):
    """The service said no: the same again will be refused again."""


class MeetingsDisconnected(MeetingsRefused):
    """We may make no meetings there, and only whoever owns the account can change that."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy  # what the owner is to do, as a sentence for them


@dataclass(frozen=True, slots=True)
class Meeting:
    """A place to meet online. `reference` is the vendor's own id, where it has one."""

    url: str
    reference: str = ""


class Meetings(ABC):
    """A desk at which online meetings are made. `key` is ours, one per interview, and stays with it when it moves.

    Every method raises a MeetingsError when the vendor fails.
    """

    @abstractmethod
    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        """A meeting for this key; the same key again gives the same meeting."""

    @abstractmethod
    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        """The meeting at its new time. The link may have changed: the one returned counts."""

    @abstractmethod
    async def end(self, key: str) -> None:
        """Give the meeting up. One that is not there is left so."""

    async def check(self) -> None:  # noqa: B027 – a room that is always there needs no check
        """Would a meeting come about? Makes none."""

    async def close(self) -> None:  # noqa: B027 – most keep nothing open
        """Lets go of connections."""

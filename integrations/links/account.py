"""What every account at a vendor of booking pages can do: show its pages, tell what was booked, and call it off."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dialogs.scheduling.intervals import Interval
from integrations.links.base import LinksRefused
from integrations.links.folding import Notice


@dataclass(frozen=True, slots=True)
class Bookable:
    """One thing that can be booked there."""

    name: str
    minutes: int
    url: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """`new`: nothing was told for a while, so what was booked meanwhile has to be asked for (`notices`)."""

    uri: str
    new: bool


class PageAccount(ABC):
    """Every method raises a LinksError."""

    tells = False  # may it be asked to tell us, by a webhook? Else it is only asked

    @abstractmethod
    async def name(self) -> str:
        """What its owner knows it by."""

    @abstractmethod
    async def bookable(self) -> Sequence[Bookable]:
        """What can be booked there now."""

    @abstractmethod
    async def notices(self, between: Interval, known: Collection[Notice] = ()) -> Sequence[Notice]:
        """All that has happened to what starts in `between`. What is `known` may be left out, or told again."""

    @abstractmethod
    async def call_off(self, event: str, reason: str) -> None:
        """The vendor writes to whoever booked. What is off already is left so."""

    async def single_use_of(self, url: str) -> str | None:
        """A link to what can be booked at `url`, with which somebody can book once; None where there is none."""
        return None

    async def subscribe(self, url: str, key: str, known: str = "") -> Subscription:
        """Bookings are told to `url` from now on, signed with `key`. `known` is the subscription made before."""
        raise LinksRefused("it has no webhooks")

    async def unsubscribe(self, uri: str) -> None:  # noqa: B027 – whoever has no webhooks has none to end
        """No longer. One that is gone is left so."""

    async def close(self) -> None:  # noqa: B027 – one that keeps nothing open has nothing to do
        """Lets go of connections."""

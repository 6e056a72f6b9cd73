"""What a booking link is, and what looking at one finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class LinksError(Exception):
    """The vendor of a booking page did not do what was asked.

    LinksError
    ├── LinksUnreachable
    └── LinksRefused
        └── LinksDisconnected
    """


class LinksUnreachable(LinksError):
    """The vendor did not answer, or asked to come back later: the same again may work."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, where the vendor says so


class LinksRefused(LinksError):
    """The vendor said no: the same again will be refused again."""


class LinksDisconnected(LinksRefused):
    """We may do nothing there, and only the account's owner can change that."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy  # what the owner is to do, as a sentence for them


class Kind(StrEnum):
    """Whose booking page it is, as far as the address tells."""

    CALENDLY = "calendly"
    MICROSOFT = "microsoft"
    GOOGLE = "google"
    CAL = "cal"
    OTHER = "other"


class LinkStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"  # there is one, and whoever opens it could not book, or it was switched off
    SET_UP_REQUIRED = "set_up_required"  # there is none, or nothing that could ever be opened


class Why(StrEnum):
    """What a look came to. The words for people stand in prompts/messages."""

    OPEN = "open"
    GUARDED = "guarded"  # the site asks whether a person is there; people get in
    NO_LINK = "no_link"
    NO_ADDRESS = "no_address"  # what was given is no address of the web
    NOT_ENCRYPTED = "not_encrypted"  # it does not begin with https://
    NOT_PUBLIC = "not_public"  # it leads to a private network, to an unencrypted page, or round in circles
    SILENT = "silent"  # nobody there, too slow, or the answer broke off
    TROUBLE = "trouble"  # the site is out of order, or asks to come back later
    GONE = "gone"  # there is no such page, or it leads to the site's front page
    LOCKED = "locked"  # only for those who sign in
    NOT_A_PAGE = "not_a_page"  # a file, or nothing at all
    UNAVAILABLE = "unavailable"  # a page that says nothing can be booked there
    SWITCHED_OFF = "switched_off"  # by its owner, or by a recruiter


# What may come right by itself: looked at again soon, and believed only when it stays so.
PASSING = frozenset({Why.SILENT, Why.TROUBLE})
WELL = frozenset({Why.OPEN, Why.GUARDED})
NEVER_RIGHT = frozenset({Why.NO_LINK, Why.NO_ADDRESS, Why.NOT_ENCRYPTED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One look at one link."""

    why: Why

    @property
    def passing(self) -> bool:
        return self.why in PASSING

    @property
    def status(self) -> LinkStatus:
        if self.why in WELL:
            return LinkStatus.ACTIVE
        return LinkStatus.SET_UP_REQUIRED if self.why in NEVER_RIGHT else LinkStatus.INACTIVE


class Links(ABC):
    """Whoever opens booking links to see whether they work."""

    @abstractmethod
    async def look(self, url: str) -> Finding:
        """What somebody who opens the link would see. Never raises for what is wrong with the link."""

    async def close(self) -> None:  # noqa: B027 – a stand-in keeps nothing open
        """Lets go of connections."""


class NoLinks(Links):
    """Nobody opens any: each stands as it was saved."""

    async def look(self, url: str) -> Finding:
        return Finding(Why.OPEN if url.startswith("https://") else Why.NOT_ENCRYPTED)


_HOSTS: dict[str, Kind] = {
    "calendly.com": Kind.CALENDLY,
    "cal.com": Kind.CAL,
    "calendar.google.com": Kind.GOOGLE,
    "calendar.app.google": Kind.GOOGLE,
    "outlook.office.com": Kind.MICROSOFT,
    "outlook.office365.com": Kind.MICROSOFT,
    "bookings.cloud.microsoft": Kind.MICROSOFT,
    "book.ms": Kind.MICROSOFT,
}


def kind_of(url: str) -> Kind:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return Kind.OTHER
    known = (kind for name, kind in _HOSTS.items() if host == name or host.endswith(f".{name}"))
    return next(known, Kind.OTHER)

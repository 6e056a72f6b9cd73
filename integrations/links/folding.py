"""What a heap of notices comes to: a move is told as an end and a beginning, in any order, sometimes twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Told(StrEnum):
    CREATED = "created"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing told of one invitee: who booked anew, or whose booking ended. Names are the vendor's own."""

    kind: Told
    invitee: str
    event: str
    start: datetime
    end: datetime
    email: str = ""
    other: str = ""  # the invitee this one replaces (created), or is replaced by (canceled)
    rescheduled: bool = False  # it ended because it moved
    by: By | None = None  # who ended it, where that was said


class By(StrEnum):
    """Who called it off."""

    HOST = "host"
    INVITEE = "invitee"


class Standing(StrEnum):
    BOOKED = "booked"
    MOVING = "moving"  # the end was told, the beginning not yet
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Booking:
    """What one person booked, through all its moves. `start` and `end` are None while only its end was told."""

    invitees: frozenset[str]  # all it ever was called by
    invitee: str  # what it is called now
    event: str
    email: str
    start: datetime | None
    end: datetime | None
    standing: Standing
    by: By | None = None  # who called it off


@dataclass(frozen=True, slots=True)
class Booked:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Moved:
    before: Booking
    booking: Booking


@dataclass(frozen=True, slots=True)
class CalledOff:
    booking: Booking


Change = Booked | Moved | CalledOff


def fold(notices: Iterable[Notice]) -> tuple[Booking, ...]:
    """The bookings these notices are about. Their order says nothing, and a repeat changes nothing."""
    known = sorted(
        set(notices), key=lambda each: (each.invitee, each.kind, each.start, each.end, each.other, each.email)
    )
    created = {each.invitee: each for each in known if each.kind is Told.CREATED}
    ended = {each.invitee: each for each in known if each.kind is Told.CANCELED}
    followed = _followed(known)
    # Where a chain begins: what replaced nothing, and what nobody told us of replaced.
    begins = {each.invitee for each in known} | set(followed)
    begins -= set(followed.values())
    bookings = (_booking(_chain(begin, followed), created, ended) for begin in begins)
    return tuple(sorted(bookings, key=lambda each: each.invitee))


def changes(before: Iterable[Booking], after: Iterable[Booking]) -> tuple[Change, ...]:
    """What to tell of, now that `before` has become `after`: a move is one change, never an end and a beginning."""
    known = [each for each in before if each.start and each.standing is not Standing.OFF]
    return tuple(change for booking in after for change in _changes(known, booking))


def _changes(known: Sequence[Booking], booking: Booking) -> Iterable[Change]:
    same = [each for each in known if each.invitees & booking.invitees]
    if booking.standing is Standing.OFF:
        yield from (CalledOff(each) for each in same)
    elif booking.start and not same:
        yield Booked(booking)
    elif moved := [each for each in same if (each.start, each.end) != (booking.start, booking.end)]:
        yield Moved(moved[0], booking)
    elif len(same) > 1:
        # Told as two, because what joins them came last: they are one, and it has moved back to where it was.
        yield Moved(same[0], booking)


def _followed(known: Iterable[Notice]) -> Mapping[str, str]:
    """Which invitee became which: either of the two notices of a move says so."""
    followed: dict[str, str] = {}
    for each in known:
        if each.other and each.kind is Told.CREATED:
            followed[each.other] = each.invitee
        elif each.other and each.rescheduled:
            followed[each.invitee] = each.other
    return followed


def _chain(begin: str, followed: Mapping[str, str]) -> Sequence[str]:
    chain = [begin]
    while (following := followed.get(chain[-1])) and following not in chain:
        chain.append(following)
    return chain


def _booking(chain: Sequence[str], created: Mapping[str, Notice], ended: Mapping[str, Notice]) -> Booking:
    last = chain[-1]
    beginnings = [created[name] for name in chain if name in created]
    told = beginnings[-1] if beginnings else None
    about = told or next(ended[name] for name in reversed(chain) if name in ended)
    return Booking(
        invitees=frozenset(chain),
        invitee=last,
        event=about.event,
        email=about.email,
        start=told.start if told else None,
        end=told.end if told else None,
        standing=_standing(last, created, ended),
        by=ended[last].by if last in ended else None,
    )


def _standing(last: str, created: Mapping[str, Notice], ended: Mapping[str, Notice]) -> Standing:
    if last in ended:
        return Standing.MOVING if ended[last].rescheduled else Standing.OFF
    return Standing.BOOKED if last in created else Standing.MOVING

"""One business of Microsoft Bookings: its page, and who has booked there. It tells nothing; it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.links.account import Bookable, PageAccount
from integrations.links.base import LinksDisconnected, LinksRefused, LinksUnreachable
from integrations.links.folding import Notice, Told

if TYPE_CHECKING:
    from integrations.calendars.microsoft.bookings import Appointment, Business, MicrosoftBookings


class BookingsAccount(PageAccount):
    """`make` imports Microsoft's SDK, which takes half a second: it is called in a thread, when it is first needed."""

    def __init__(self, make: Callable[[], MicrosoftBookings], business: str, now: Callable[[], datetime]) -> None:
        self._make = make
        self._business = business
        self._now = now
        self._bookings: MicrosoftBookings | None = None

    async def businesses(self) -> Sequence[Business]:
        with _as_links():
            return await (await self._opened()).businesses()

    async def name(self) -> str:
        return self._business

    async def bookable(self) -> Sequence[Bookable]:
        with _as_links():
            services = await (await self._opened()).services(self._business)
        return [Bookable(each.name, int(each.length.total_seconds()) // 60, each.page) for each in services]

    async def notices(self, between: Interval, known: Collection[Notice] = ()) -> Sequence[Notice]:
        """Bookings has no history: what was there when we last looked and is no more was called off, by whomever."""
        with _as_links():
            there = await (await self._opened()).appointments(self._business, between)
        return list(news({each.id: each for each in there if between.holds(each.when)}, between, known, self._now()))

    async def call_off(self, event: str, reason: str) -> None:
        with _as_links():
            await (await self._opened()).cancel(self._business, event, reason)

    async def close(self) -> None:
        if self._bookings is not None:
            await self._bookings.close()

    async def _opened(self) -> MicrosoftBookings:
        if self._bookings is None:
            self._bookings = await asyncio.to_thread(self._make)
        return self._bookings


def news(
    there: dict[str, Appointment], between: Interval, known: Collection[Notice], now: datetime
) -> Iterator[Notice]:
    """What has changed since `known`: one that moved ends and begins, one that is gone ends."""
    times = Counter(each.event for each in known if each.kind is Told.CREATED)
    standing = _standing(known)
    for name, appointment in there.items():
        before = standing.get(name)
        if before and (before.start, before.end) == (appointment.when.start, appointment.when.end):
            continue
        began = _began(appointment, times[name], before)
        if before:
            yield _ended(before, other=began.invitee)
        yield began
    for name, before in standing.items():
        # What has begun may leave the view for other reasons than that it was called off.
        if name not in there and before.start > now and between.holds(Interval(before.start, before.end)):
            yield _ended(before)


def _standing(known: Collection[Notice]) -> dict[str, Notice]:
    """What we know of each appointment as it was when we last looked, where it was not called off."""
    ended = {each.invitee for each in known if each.kind is Told.CANCELED}
    return {each.event: each for each in known if each.kind is Told.CREATED and each.invitee not in ended}


def _began(appointment: Appointment, times: int, before: Notice | None) -> Notice:
    # An appointment keeps its id when it moves; a booking here has another name after each move, as at Calendly. With
    # the count in it, one that comes back to where it was is new; with the start in it, so is one whose past is
    # forgotten.
    name = f"{appointment.id}#{appointment.when.start:%Y%m%dT%H%MZ}-{times}"
    when = appointment.when
    return Notice(
        Told.CREATED, name, appointment.id, when.start, when.end, appointment.email, before.invitee if before else ""
    )


def _ended(before: Notice, other: str = "") -> Notice:
    times = (before.start, before.end)
    return Notice(Told.CANCELED, before.invitee, before.event, *times, before.email, other, rescheduled=bool(other))


@contextmanager
def _as_links() -> Iterator[None]:
    """What Graph will not do, in the words of booking pages."""
    try:
        yield
    except CalendarDisconnected as error:
        raise LinksDisconnected(str(error), remedy=error.remedy) from error
    except CalendarUnreachable as error:
        raise LinksUnreachable(str(error), retry_after=error.retry_after) from error
    except CalendarError as error:
        raise LinksRefused(str(error)) from error

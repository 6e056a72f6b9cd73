"""Calendars on any CalDAV server (RFC 4791): Nextcloud, iCloud, Fastmail, Radicale and their like."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar as Written
from icalendar import Event

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.apart import Apart, Look
from integrations.calendars.base import (
    Answer,
    Block,
    Busy,
    Calendar,
    CalendarChanged,
    CalendarDisconnected,
    CalendarEvent,
    CalendarRefused,
    Standing,
)
from integrations.calendars.caldav_account import Account, Item
from integrations.calendars.caldav_account import Collection as At
from integrations.calendars.ics import PRODUCT, one_line, several_lines
from integrations.calendars.reading import BadCalendarData, CalendarFile, Component
from integrations.calendars.taken import taken, when_is

OURS = "X-ASKARSAN-SEQUENCE"  # SEQUENCE is also raised by whoever moves the event by hand
TRIES = 4
A_DAY = timedelta(days=1)
FRESH = timedelta(minutes=5)  # so long a calendar that was added, or is gone, goes unnoticed
CHOOSE = "Say which of your calendars askARSAN may write to: "
FREE_TO_WRITE = "Allow askARSAN to write to one of your calendars, and connect it again."

ANSWERS = {"ACCEPTED": Answer.ACCEPTED, "TENTATIVE": Answer.TENTATIVE, "DECLINED": Answer.DECLINED}


class CalDavCalendar(Calendar):
    """One person's account. Its calendars are found anew every few minutes.

    Which of them is written to, and which block, may be chosen by name. `zone` is its owner's: whole days, and times
    without a zone, are meant there. Guests are not written into the event, since servers that know scheduling would
    send them invites of their own beside ours (RFC 6638).
    """

    def __init__(
        self,
        account: Account,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        *,
        writes_to: str = "",
        blocking: Collection[str] = (),
    ) -> None:
        self._account = account
        self._zone = zone
        self._now = now
        self._writes_to = writes_to
        self._blocking = tuple(blocking)
        self._found: tuple[At, ...] = ()
        self._found_at = now()
        self._apart = Apart[tuple[Block, ...] | None]()

    async def calendars(self) -> tuple[At, ...]:
        """All there are, to choose from. Raises CalendarError."""
        if not self._found or self._now() >= self._found_at + FRESH:
            self._found, self._found_at = await self._account.collections(), self._now()
        return self._found

    async def busy(self, who: str, between: Interval) -> Busy:
        chosen = await self._that_block()
        # A day more on both sides: servers place times without a zone, and whole days, each in its own way.
        start, end = between.start - A_DAY, between.end + A_DAY
        lists = await asyncio.gather(*(self._account.events(each, start, end) for each in chosen))
        data = sorted(item.data.encode() for items in lists for item in items)
        blocks = await self._apart.read(Look.into(data, who, between), lambda look: _blocks(data, look, self._zone))
        return Busy(readable=False) if blocks is None else Busy.of(blocks, between)

    async def hours(self, who: str) -> WorkingHours | None:
        return None

    async def put(self, event: CalendarEvent) -> None:
        for _ in range(TRIES):
            item = await self._look_up(event.uid)
            there = _ours(item, event.uid) if item else None
            if there and _kept_sequence(there) >= event.sequence:
                return
            url = item.url if item else _address(await self._that_is_written(), event.uid)
            data = _written(event, self._now(), above=_sequence(there) if there else -1)
            if await self._account.write(url, data, item.etag if item else None):
                return
        raise CalendarChanged("somebody else keeps changing the event")

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        for _ in range(TRIES):
            item = await self._look_up(uid)
            if item is None or _kept_sequence(_ours(item, uid)) > sequence or await self._account.delete(item):
                return
        raise CalendarChanged("somebody else keeps changing the event")

    async def find(self, uid: str, who: str) -> Standing | None:
        item = await self._look_up(uid)
        if item is None:
            return None
        event, file = _ours(item, uid), CalendarFile.read(item.data.encode())
        if event.word("STATUS") == "CANCELLED":
            return None
        try:
            when = when_is(file, event, self._zone)
        except BadCalendarData as error:
            raise CalendarRefused("the event stands there, but at no time that can be read") from error
        guests = {
            each.address: each.params.get("PARTSTAT", "").upper() for each in event.properties.get("ATTENDEE", ())
        }
        return Standing(
            uid=uid,
            who=who,
            when=when,
            sequence=_kept_sequence(event),
            tentative=event.word("STATUS") == "TENTATIVE",
            reference=item.url,
            version=item.etag,
            url=event.text("URL"),
            answers={address: ANSWERS.get(said, Answer.NONE) for address, said in guests.items()},
        )

    async def close(self) -> None:
        self._apart.stop()
        await self._account.close()

    async def _look_up(self, uid: str) -> Item | None:
        """Where we put it; else wherever its owner, or the server, has."""
        home = await self._that_is_written()
        item = await self._account.read(_address(home, uid))
        if item and item.etag and _uid_of(item) == uid:
            return item
        for collection in (home, *(each for each in await self.calendars() if each != home)):
            if found := await self._account.with_uid(collection, uid):
                if found.etag:
                    return found
                return await self._account.read(found.url)
        return None

    async def _that_is_written(self) -> At:
        home = self._home(await self.calendars())
        if home is None:
            raise CalendarDisconnected("none of the calendars may be written to", remedy=FREE_TO_WRITE)
        return home

    async def _that_block(self) -> Sequence[At]:
        """Those that were chosen; else all that count as busy. The one that is written to is always among them."""
        calendars = await self.calendars()
        chosen = [self._named(name) for name in self._blocking] or [each for each in calendars if each.blocks]
        home = self._home(calendars)
        return [*chosen, home] if home and home not in chosen else chosen

    def _home(self, calendars: Sequence[At]) -> At | None:
        if self._writes_to:
            return self._named(self._writes_to)
        # One its owner lives in, before one they only look at.
        return min((each for each in calendars if each.writable), key=lambda each: not each.blocks, default=None)

    def _named(self, name: str) -> At:
        found = [each for each in self._found if each.called(name)]
        if not found:
            there = ", ".join(each.name for each in self._found)
            raise CalendarDisconnected("a calendar that was chosen is not there", remedy=f"{CHOOSE}{there}.")
        return found[0]


def _address(collection: At, uid: str) -> str:
    """Where an event of ours is put. What would not survive in an address everywhere is replaced by its mark."""
    name = uid if re.fullmatch(r"[A-Za-z0-9._-]{1,100}", uid) else hashlib.sha256(uid.encode()).hexdigest()[:40]
    return f"{collection.url.rstrip('/')}/{quote(name)}.ics"


def _blocks(data: Sequence[bytes], look: Look, zone: ZoneInfo) -> tuple[Block, ...] | None:
    """None: nothing can be said where one event cannot be read, or came in half."""
    found: list[Block] = []
    try:
        for file in map(CalendarFile.read, data):
            if not file.whole:
                return None
            found += taken(file, look.between, zone=zone, own={look.who})
    except BadCalendarData:
        return None
    return tuple(found)


def _ours(item: Item, uid: str) -> Component:
    """The event itself, not one of its moved occurrences. Raises CalendarRefused."""
    events = [each for each in CalendarFile.read(item.data.encode()).components if each.text("UID") == uid]
    for each in (*(event for event in events if event.first("RECURRENCE-ID") is None), *events):
        return each
    raise CalendarRefused("the event stands there, but cannot be read")


def _uid_of(item: Item | None) -> str:
    file = CalendarFile.read(item.data.encode()) if item else None
    return next((each.text("UID") for each in file.components), "") if file else ""


def _number(words: str) -> int:
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else 0


def _sequence(event: Component) -> int:
    return _number(event.text("SEQUENCE"))


def _kept_sequence(event: Component) -> int:
    return _number(event.text(OURS)) if event.first(OURS) else _sequence(event)


def _written(event: CalendarEvent, now: datetime, *, above: int) -> bytes:
    """The object as a server keeps it: without METHOD, which is for mails (RFC 4791 §4.1)."""
    made = Event()
    made.add("uid", event.uid)
    made.add("sequence", max(event.sequence, above + 1))
    made.add(OURS, str(event.sequence))
    made.add("dtstamp", now.astimezone(UTC))
    made.add("dtstart", event.when.start)
    made.add("dtend", event.when.end)
    made.add("summary", one_line(event.summary))
    made.add("status", "TENTATIVE" if event.tentative else "CONFIRMED")
    made.add("transp", "OPAQUE")
    for name, text in (("description", several_lines(event.description)), ("location", one_line(event.location))):
        if text:
            made.add(name, text)
    if event.url:
        made.add("url", one_line(event.url))
    calendar = Written()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(made)
    return bytes(calendar.to_ical())

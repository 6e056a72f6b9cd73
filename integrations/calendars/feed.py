"""A calendar that is shared by a link to an iCalendar file: it can be read, and nothing can be written there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.apart import Apart, Look
from integrations.calendars.base import (
    Block,
    Busy,
    Calendar,
    CalendarDisconnected,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Standing,
)
from integrations.calendars.reading import BadCalendarData, CalendarFile
from integrations.calendars.taken import taken
from integrations.outside import Answer, NoAnswer, NotAllowed, Outside, TooLarge
from integrations.statuses import Meaning, meaning

ONLY_READ = "a calendar that is shared by a link can only be read"
SHARE_AGAIN = "Share your calendar again, and give us the new link."
ANOTHER_LINK = (
    "Copy the link to the iCalendar file: most calendars call it the iCal or ICS address, and it ends in .ics."
)
SMALLER = "Share a calendar with fewer old events in it, or connect your calendar in another way."


@dataclass(frozen=True, slots=True)
class _File:
    """The file as it came last, and what tells whether it is still the same."""

    body: bytes = field(repr=False)
    etag: str
    changed: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found there: nothing can be said where it is not `readable`, and half a file may come whole later."""

    blocks: tuple[Block, ...] = ()
    readable: bool = True
    whole: bool = True


class FeedCalendar(Calendar):
    """Read anew at every look, which costs little while nothing has changed.

    `zone` is its owner's: whole days, and times without a zone, are meant there. The link is a secret, and stands in
    no error and no log.
    """

    writes = False

    def __init__(self, link: str, zone: ZoneInfo, now: Callable[[], datetime], outside: Outside) -> None:
        self._link = re.sub(r"(?i)^webcals?://", "https://", link.strip())
        self._zone = zone
        self._now = now
        self._outside = outside
        self._kept: _File | None = None
        self._apart = Apart[_Found]()

    async def busy(self, who: str, between: Interval) -> Busy:
        file = await self._latest()
        look = Look.into([file.body], who, between)
        found = await self._apart.read(look, lambda look: _find(look, file.body, self._zone))
        if not found.whole:
            raise CalendarUnreachable("the calendar link gives half a calendar")
        return Busy.of(found.blocks, between) if found.readable else Busy(readable=False)

    async def hours(self, who: str) -> WorkingHours | None:
        return None

    async def put(self, event: CalendarEvent) -> None:
        raise CalendarRefused(ONLY_READ)

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        raise CalendarRefused(ONLY_READ)

    async def find(self, uid: str, who: str) -> Standing | None:
        raise CalendarRefused(ONLY_READ)

    async def close(self) -> None:
        self._apart.stop()
        await self._outside.close()

    async def _latest(self) -> _File:
        kept = self._kept
        headers = {"Accept": "text/calendar"}
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept and kept.changed:
            headers["If-Modified-Since"] = kept.changed
        answer = await self._asked(headers)
        if answer.status == 304 and kept:
            return kept
        if answer.status != 200:
            raise self._refusal(answer)
        etag, changed = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        _check(answer)
        file = _File(answer.body, etag, changed)
        self._kept = file if etag or changed else None
        return file

    async def _asked(self, headers: dict[str, str]) -> Answer:
        try:
            return await self._outside.ask("GET", self._link, headers=headers)
        except NoAnswer as error:
            raise CalendarUnreachable(f"the calendar link gives no answer: {error}") from None
        except NotAllowed as error:
            raise CalendarDisconnected(f"the calendar link cannot be used: {error}", remedy=ANOTHER_LINK) from None
        except TooLarge as error:
            raise CalendarDisconnected(f"the calendar link gives too much: {error}", remedy=SMALLER) from None

    def _refusal(self, answer: Answer) -> CalendarUnreachable | CalendarRefused:
        said = f"the calendar link answers {answer.status}"
        if answer.status == 304 or meaning(answer.status) is Meaning.COME_AGAIN:
            return CalendarUnreachable(said, retry_after=answer.wait(self._now()))
        return CalendarDisconnected(said, remedy=SHARE_AGAIN)


def _find(look: Look, body: bytes, zone: ZoneInfo) -> _Found:
    file = CalendarFile.read(body)
    if not file.whole:
        return _Found(whole=False)
    try:
        return _Found(taken(file, look.between, zone=zone, own={look.who}))
    except BadCalendarData:
        return _Found(readable=False)


def _check(answer: Answer) -> None:
    opening = answer.body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if opening.startswith(b"begin:vcalendar"):
        return
    page = opening.startswith(b"<") or "html" in answer.headers.get("content-type", "").lower()
    said = "a web page, not a calendar" if page else "no calendar"
    raise CalendarDisconnected(f"this link gives {said}", remedy=ANOTHER_LINK)

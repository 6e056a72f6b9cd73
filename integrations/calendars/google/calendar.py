"""People's calendars at Google, read and written over the Calendar API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Block,
    Busy,
    Calendar,
    CalendarChanged,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Changes,
    Standing,
    Watch,
    Watched,
)
from integrations.calendars.google.calls import Calls, NotShared, Refusal, events_of
from integrations.calendars.google.event import Stored, id_of, marks, written
from integrations.calendars.zones import zone_of

Mails = Literal["none", "all", "externalOnly"]

AT_ONCE = 50  # calendars in one question for free and busy
PAGE = 2_500  # the most events Google gives at a time
PAGES = 40  # a calendar that fills more is not one we can plan with
TRIES = 3  # to write while others write too
WATCHED_FOR = timedelta(days=7)

# Nothing is asked for that tells what an event is about, or who else comes.
OF_A_BLOCK = (
    "timeZone,nextPageToken,items(id,iCalUID,status,start,end,transparency,eventType,attendees(self,responseStatus))"
)


class GoogleCalendar(Calendar, Watched):
    """The calendars an account opens, each by the address of its owner."""

    def __init__(self, calls: Calls, *, also: Sequence[str] = (), mails: Mails = "none") -> None:
        """`also`: more calendars that block whoever is asked for. `mails`: whom Google writes to when an event changes;
        our own invites go out, so nobody unless a firm wants it so."""
        self._calls = calls
        self._also = tuple(also)
        self._mails = mails

    async def busy(self, who: str, between: Interval) -> Busy:
        busy = await self._own(who, between)
        if not busy.readable or not self._also:
            return busy
        more = await self._free_busy(who, self._also, between)
        if not more.readable:
            return more
        return Busy.of((*busy.blocks, *more.blocks), between)

    async def hours(self, who: str) -> WorkingHours | None:
        """None: the working hours people set at Google are shown to them, and told to no program."""
        return None

    async def put(self, event: CalendarEvent) -> None:
        # A first one is most often new: it is written without a look. Its id makes sure that it is there only once.
        stored = await self._stored(event.who, event.uid) if event.sequence else None
        for _ in range(TRIES):
            try:
                if stored is None:
                    await self._insert(event)
                elif not stored.copied and (stored.sequence is None or stored.sequence < event.sequence):
                    await self._rewrite(event, stored)
                return
            except Refusal as no:
                # 409: it is there, or was and is deleted, which takes its id for ever. 410, 412: somebody was quicker.
                if no.status not in (409, 410, 412):
                    raise
            stored = await self._stored(event.who, event.uid)
        raise CalendarChanged("the event changes faster than we can write it")

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        for _ in range(TRIES):
            stored = await self._stored(who, uid)
            if stored is None or stored.cancelled or stored.copied or (stored.sequence or 0) > sequence:
                return
            try:
                if stored.sequence != sequence:
                    # A deleted event keeps what it said: so an older one that comes late does not bring it back.
                    mark = {"extendedProperties": {"private": marks(sequence)}}
                    stored = await self._change(who, stored, mark, mails="none")
                await self._delete(who, stored)
                return
            except Refusal as no:
                if no.status in (404, 410):
                    return
                if no.status != 412:
                    raise
        raise CalendarChanged("the event changes faster than we can remove it")

    async def find(self, uid: str, who: str) -> Standing | None:
        stored = await self._stored(who, uid)
        if stored is None or stored.cancelled:
            return None
        return stored.standing(who, await self._zone(who) if stored.all_day else None)

    async def close(self) -> None:
        await self._calls.close()

    # What changes there

    async def watch(self, who: str, url: str, secret: str) -> Watch:
        body = {
            "id": str(uuid4()),
            "type": "web_hook",
            "address": url,
            "token": secret,  # nothing is signed: this is all that proves where a message comes from
            "params": {"ttl": str(int(WATCHED_FOR.total_seconds()))},
        }
        told = await self._calls.on_calendar(who, "POST", "/watch", body=body)
        try:
            channel = _Channel.model_validate(told)
        except ValidationError:
            # Without pydantic's own text, which would show the secret.
            raise CalendarUnreachable("what Google says of the watch cannot be read") from None
        expires = datetime.fromtimestamp(channel.expiration / 1000, UTC)
        return Watch(channel.id, expires, f"{channel.resource} {who}")

    async def renew(self, who: str, watch: Watch, url: str, secret: str) -> Watch:
        """Google prolongs nothing: this is a new watch beside the old one, which tells on until it runs out, or until
        `unwatch`. So no change goes unheard between the two; some are told twice."""
        return await self.watch(who, url, secret)

    async def unwatch(self, watch: Watch) -> None:
        resource, _, who = watch.resource.partition(" ")
        try:
            await self._calls.call(who, "POST", "channels/stop", body={"id": watch.id, "resourceId": resource})
        except Refusal as no:
            if no.status != 404:
                raise

    async def changes(self, who: str, cursor: str) -> Changes:
        try:
            pages = [page async for page in self._changed(who, cursor)]
        except Refusal as no:
            if no.status != 410 or not cursor:
                raise
            return await self.changes(who, "")
        after = pages[-1].get("nextSyncToken")
        if not isinstance(after, str):
            raise CalendarUnreachable("Google does not say where to go on from")
        if not cursor:
            return Changes(after)
        items = (Stored.read(item) for page in pages for item in page.get("items", ()))
        return Changes(after, frozenset(each.uid or each.id for each in items))

    def _changed(self, who: str, cursor: str) -> AsyncIterator[dict[str, Any]]:
        if cursor:
            fields = "nextPageToken,nextSyncToken,items(id,iCalUID,status,start,end)"
            return self._pages(who, {"syncToken": cursor, "maxResults": PAGE, "fields": fields})
        # Only to know where to begin, so of the years behind nothing is asked for.
        since = _rfc3339(self._calls.now() - timedelta(days=1))
        return self._pages(who, {"timeMin": since, "maxResults": PAGE, "fields": "nextPageToken,nextSyncToken"})

    # How it is read and written

    async def _own(self, who: str, between: Interval) -> Busy:
        query = {
            "timeMin": _rfc3339(between.start),
            "timeMax": _rfc3339(between.end),
            "singleEvents": "true",  # series come as the single events they are, changed and moved ones too
            "maxAttendees": 1,  # none but the owner
            "maxResults": PAGE,
            "fields": OF_A_BLOCK,
        }
        blocks: list[Block] = []
        try:
            async for page in self._pages(who, query):
                zone = zone_of(str(page.get("timeZone", "")))
                events = (Stored.read(item) for item in page.get("items", ()))
                blocks.extend(block for event in events if (block := event.block(zone)))
        except NotShared:
            # Whoever shows nobody what they do may still show when.
            return await self._free_busy(who, [who], between)
        return Busy.of(tuple(blocks), between)

    async def _free_busy(self, who: str, calendars: Sequence[str], between: Interval) -> Busy:
        blocks: list[Block] = []
        for first in range(0, len(calendars), AT_ONCE):
            some = calendars[first : first + AT_ONCE]
            body = {
                "timeMin": _rfc3339(between.start),
                "timeMax": _rfc3339(between.end),
                "calendarExpansionMax": AT_ONCE,
                "items": [{"id": each} for each in some],
            }
            told = await self._calls.call(who, "POST", "freeBusy", body=body)
            for each in _free_busy_in(told, some):
                if each.errors:
                    return Busy(readable=False)
                blocks.extend(Block(Interval(span.start, span.end)) for span in each.busy if span.start < span.end)
        return Busy.of(tuple(blocks), between)

    async def _pages(self, who: str, query: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        then = ""
        for _ in range(PAGES):
            page = await self._calls.on_calendar(who, "GET", query=query | ({"pageToken": then} if then else {}))
            yield page
            then = page.get("nextPageToken", "")
            if not then:
                return
        raise CalendarRefused("the calendar holds more events than we can look through")

    async def _zone(self, who: str) -> ZoneInfo | None:
        told = await self._calls.on_calendar(who, "GET", query={"maxResults": 1, "fields": "timeZone"})
        return zone_of(str(told.get("timeZone", "")))

    async def _stored(self, who: str, uid: str) -> Stored | None:
        """The event with what became of it, deleted or not; None if it never was there."""
        try:
            stored = Stored.read(await self._calls.call(who, "GET", f"{events_of(who)}/{id_of(uid)}"))
        except Refusal as no:
            if no.status != 404:
                raise
            # The same answer where the whole calendar is hidden from us: that would not mean that the event is gone.
            await self._zone(who)
            return None
        return stored

    async def _insert(self, event: CalendarEvent) -> None:
        query = {"sendUpdates": self._mails}
        await self._calls.on_calendar(event.who, "POST", query=query, body=written(event))

    async def _rewrite(self, event: CalendarEvent, stored: Stored) -> None:
        if not stored.cancelled:
            await self._change(event.who, stored, written(event, stored))
        else:
            # Called back as a whole: that a patch is enough for a deleted event, Google does not say.
            await self._change(event.who, stored, written(event), method="PUT")

    async def _change(
        self, who: str, stored: Stored, body: dict[str, Any], *, method: str = "PATCH", mails: Mails | None = None
    ) -> Stored:
        path, query = f"{events_of(who)}/{stored.id}", {"sendUpdates": mails or self._mails}
        return Stored.read(await self._calls.call(who, method, path, query=query, body=body, match=stored.etag))

    async def _delete(self, who: str, stored: Stored) -> None:
        path, query = f"{events_of(who)}/{stored.id}", {"sendUpdates": self._mails}
        await self._calls.call(who, "DELETE", path, query=query, match=stored.etag)


class _Channel(BaseModel):
    id: str
    resource: str = Field(alias="resourceId")
    expiration: int  # milliseconds since 1970, as text


class _Span(BaseModel):
    start: AwareDatetime
    end: AwareDatetime


class _FreeBusy(BaseModel):
    busy: list[_Span] = Field(default_factory=list)
    errors: list[Any] = Field(default_factory=list)


def _free_busy_in(told: dict[str, Any], asked: Sequence[str]) -> list[_FreeBusy]:
    """What is said of each calendar that was asked for. Google answers 200 also where it could not read one: such a
    calendar carries errors, and no busy times, which is not to be taken for a free day."""
    try:
        said = {name.lower(): _FreeBusy.model_validate(each) for name, each in told["calendars"].items()}
        return [said[each.lower()] for each in asked]
    except (ValidationError, KeyError, AttributeError):
        raise CalendarUnreachable("what Google says of free and busy cannot be read") from None


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Google Meet: a room comes with an event, so each meeting has one in the calendar of whoever makes them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.calendars.google.calls import Calls, Refusal, events_of
from integrations.calendars.google.event import Stored, id_of
from integrations.meetings.base import Meeting, Meetings, MeetingsRefused, MeetingsUnreachable
from integrations.meetings.by_event import in_meeting_words

TRIES = 3  # to write while others write too
PAUSES = (0.5, 1.0, 2.0)  # seconds; a room is made a little later than its event


class GoogleMeet(Meetings):
    """Its events take nobody's time and invite nobody: they are there for the room alone."""

    def __init__(self, calls: Calls, calendar: str, *, pauses: Sequence[float] = PAUSES) -> None:
        """`calendar`: the address of the calendar in which the meetings are made."""
        self._calls = calls
        self._calendar = calendar
        self._pauses = tuple(pauses)

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        body = _times(start, minutes) | {"summary": topic, "status": "confirmed", "transparency": "transparent"}
        with in_meeting_words():
            stored = await self._inserted(key, body)
            if stored is None:
                stored = await self._found(key)
            if stored is None:
                raise MeetingsUnreachable("the event of the room is there, and is not")
            if stored.cancelled:
                stored = await self._called_back(key, stored, body)
            return await self._room(key, stored)

    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        with in_meeting_words():
            return await self._room(key, await self._written(key, _times(start, minutes)))

    async def end(self, key: str) -> None:
        with in_meeting_words():
            try:
                await self._calls.call(self._calendar, "DELETE", self._path(key), query={"sendUpdates": "none"})
            except Refusal as no:
                if no.status not in (404, 410):
                    raise

    async def close(self) -> None:
        await self._calls.close()

    async def _inserted(self, key: str, body: dict[str, Any]) -> Stored | None:
        """None where it is there already, or was."""
        event = body | {"id": _id_of(key), "conferenceData": _wanted(key, "")}
        try:
            told = await self._calls.on_calendar(self._calendar, "POST", query=_query(), body=event)
        except Refusal as no:
            if no.status != 409:
                raise
            return None
        return Stored.read(told)

    async def _found(self, key: str) -> Stored | None:
        try:
            return Stored.read(await self._calls.call(self._calendar, "GET", self._path(key)))
        except Refusal as no:
            if no.status != 404:
                raise
            return None

    async def _written(self, key: str, body: dict[str, Any]) -> Stored:
        for _ in range(TRIES):
            stored = await self._found(key)
            if stored is None or stored.cancelled:
                raise MeetingsRefused(f"there is no meeting {key}")
            try:
                return await self._changed(key, stored, body)
            except Refusal as no:
                if no.status != 412:
                    raise
        raise MeetingsUnreachable("the event of the room changes faster than we can write it")

    async def _called_back(self, key: str, stored: Stored, body: dict[str, Any]) -> Stored:
        """Deleted, its id is taken for ever; but it can be called back, as a whole and with another room."""
        try:
            again = body | {"conferenceData": _wanted(key, stored.etag)}
            return await self._changed(key, stored, again, method="PUT")
        except Refusal as no:
            if no.status != 412:
                raise
            raise MeetingsUnreachable("somebody else called the room back in the same moment") from no

    async def _changed(self, key: str, stored: Stored, body: dict[str, Any], *, method: str = "PATCH") -> Stored:
        told = await self._calls.call(
            self._calendar, method, self._path(key), query=_query(), body=body, match=stored.etag
        )
        return Stored.read(told)

    async def _room(self, key: str, stored: Stored) -> Meeting:
        """The room of an event: waited for where it is being made, asked for anew where there is none."""
        for pause in self._pauses:
            if not stored.url and not stored.room_is_coming:
                stored = await self._asked_anew(key, stored)
            if stored.url:
                break
            await asyncio.sleep(pause)
            stored = await self._found(key) or stored
        if not stored.url:
            raise MeetingsUnreachable("Google has not made the room yet")
        return Meeting(stored.url, stored.id)

    async def _asked_anew(self, key: str, stored: Stored) -> Stored:
        """A request that failed is not looked at again: this one needs another name, and gets it from the ETag."""
        try:
            return await self._changed(key, stored, {"conferenceData": _wanted(key, stored.etag)})
        except Refusal as no:
            if no.status != 412:
                raise
            return stored  # somebody else asked in the same moment

    def _path(self, key: str) -> str:
        return f"{events_of(self._calendar)}/{_id_of(key)}"


def _id_of(key: str) -> str:
    return id_of(f"meet:{key}")


def _wanted(key: str, after: str) -> dict[str, Any]:
    request = hashlib.sha256(f"{key} {after}".encode()).hexdigest()[:32]
    return {"createRequest": {"requestId": request, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}


def _query() -> dict[str, Any]:
    # Without the version, Google passes over conferenceData and says nothing.
    return {"conferenceDataVersion": 1, "sendUpdates": "none"}


def _times(start: datetime, minutes: int) -> dict[str, Any]:
    begin = start.astimezone(UTC)
    return {
        name: {"dateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "timeZone": "UTC"}
        for name, at in (("start", begin), ("end", begin + timedelta(minutes=minutes)))
    }

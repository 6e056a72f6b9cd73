"""Zoom meetings in the name of one user.

Zoom has no idempotency key: ours stands in the agenda of each meeting, and is looked for before one is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from integrations.meetings.base import Meeting, Meetings, MeetingsUnreachable
from integrations.meetings.zoom.account import NotThere, Zoom, instant

PAGE = 300


class ZoomMeetings(Meetings):
    """Meetings in the name of one Zoom user, who need not come: whoever is there first may begin."""

    def __init__(self, zoom: Zoom) -> None:
        self._zoom = zoom
        self._known: dict[str, int] = {}  # key -> Zoom's id; asked again before it is believed

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        found = await self._found(key)
        if found is None:
            return await self._made(key, topic, start, minutes)
        if (instant(found.get("start_time")), found.get("duration")) != (start, minutes):
            await self._retimed(found["id"], start, minutes)
        return _meeting(found)

    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        found = await self._found(key)
        if found is not None:
            try:
                await self._retimed(found["id"], start, minutes)
                return _meeting(found)
            except NotThere:
                self._known.pop(key, None)
        # Somebody deleted it in Zoom: a new link is better than one that leads nowhere.
        return await self._made(key, "Interview", start, minutes)

    async def end(self, key: str) -> None:
        for each in await self._all_of(key):
            await self._deleted(each["id"])
        self._known.pop(key, None)

    async def check(self) -> None:
        await self._zoom.call("GET", f"/users/{quote(self._zoom.app.user, safe='')}")

    async def close(self) -> None:
        await self._zoom.close()

    async def held(self, uuid: str) -> Held:
        """How a meeting that is over went; `uuid` as the webhook tells it. Raises MeetingsRefused if it never began."""
        told = await self._zoom.call("GET", f"/past_meetings/{in_path(uuid)}")
        start, end = instant(told.get("start_time")), instant(told.get("end_time"))
        if start is None or end is None:
            raise MeetingsUnreachable("Zoom's answer lacks what was asked for")
        return Held(start, end, int(told.get("participants_count", 0)))

    @property
    def _of_user(self) -> str:
        return f"/users/{quote(self._zoom.app.user, safe='')}/meetings"

    async def _made(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        body = {
            "topic": topic[:200],
            "type": 2,  # scheduled, once
            "agenda": _mark(key),
            **_times(start, minutes),
            # Nobody of ours opens the door: both sides come in by themselves, and meet no waiting room.
            "settings": {"join_before_host": True, "jbh_time": 0, "waiting_room": False, "approval_type": 2},
        }
        made = await self._zoom.call("POST", self._of_user, body=body)
        meeting = _meeting(made)
        self._known[key] = made["id"]
        return meeting

    async def _retimed(self, id: int, start: datetime, minutes: int) -> None:
        await self._zoom.call("PATCH", f"/meetings/{id}", body=_times(start, minutes))

    async def _deleted(self, id: int) -> None:
        # Without these Zoom writes to its user about every meeting that is called off.
        quietly = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}
        with suppress(NotThere):
            await self._zoom.call("DELETE", f"/meetings/{id}", query=quietly)

    async def _found(self, key: str) -> dict[str, Any] | None:
        if known := self._known.get(key):
            try:
                told = await self._zoom.call("GET", f"/meetings/{known}")
                if told.get("agenda") == _mark(key):
                    return told
            except NotThere:
                pass
            del self._known[key]
        everything = await self._all_of(key)
        for double in everything[1:]:
            # An answer was lost, and the meeting made once more: people have the link of the first.
            await self._deleted(double["id"])
        if not everything:
            return None
        self._known[key] = everything[0]["id"]
        return everything[0]

    async def _all_of(self, key: str) -> list[dict[str, Any]]:
        """Every meeting of this key, the first made first."""
        found: list[dict[str, Any]] = []
        query = {"type": "scheduled", "page_size": str(PAGE)}
        while True:
            told = await self._zoom.call("GET", self._of_user, query=query)
            found += [each for each in told.get("meetings", ()) if each.get("agenda") == _mark(key)]
            if not (token := told.get("next_page_token")):
                return sorted(found, key=lambda each: (each.get("created_at", ""), each["id"]))
            query["next_page_token"] = token


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting as it was."""

    start: datetime
    end: datetime
    participants: int


def in_path(uuid: str) -> str:
    """A meeting's UUID as part of an address. Zoom wants one with a / at its head, or // in it, encoded twice."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


def _mark(key: str) -> str:
    """Our key as it stands in the agenda, which people may read: it tells them nothing."""
    return f"askARSAN {hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _times(start: datetime, minutes: int) -> dict[str, Any]:
    return {"start_time": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "duration": minutes, "timezone": "UTC"}


def _meeting(told: Mapping[str, Any]) -> Meeting:
    match told:
        case {"id": int(id), "join_url": str(url)} if url:
            return Meeting(url, str(id))
    # Made, perhaps: to ask again is harmless, it will be looked for first.
    raise MeetingsUnreachable("Zoom's answer has no link")

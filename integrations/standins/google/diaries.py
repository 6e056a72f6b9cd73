"""The calendars the stand-in keeps: events with their ETags, who may see them, and what changed in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from integrations.standins.google.bodies import check_event, check_new_id, instant
from integrations.standins.google.refusing import No
from integrations.standins.google.rooms import Rooms
from integrations.standins.google.series import Resource, instant_of, single_of, singles

FOREVER = timedelta(days=800)  # as far as a series is followed where no end is asked for
A_GUESTS = frozenset({"attendees", "extendedProperties", "transparency", "colorId"})  # to change in their own copy


ALWAYS_KEPT = ("kind", "id", "iCalUID", "organizer", "eventType")


@dataclass(frozen=True, slots=True)
class How:
    """What a request says besides the event."""

    conference: bool = False  # conferenceData counts
    mails: str = "none"  # whom Google writes to


class Role(IntEnum):
    """What somebody may do in a calendar; each may what those before it may."""

    NONE = 0
    FREE_BUSY = 1
    READER = 2
    WRITER = 3
    OWNER = 4


@dataclass
class Diary:
    address: str
    zone: ZoneInfo
    roles: dict[str, Role] = field(default_factory=dict)  # of others, by address
    events: dict[str, Resource] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # ids, the last one last: how many there are is a sync token

    def role(self, who: str) -> Role:
        return Role.OWNER if who == self.address else self.roles.get(who, Role.NONE)

    def between(self, start: datetime | None, end: datetime | None, forever: datetime) -> Iterator[Resource]:
        """Single events that touch the time, deleted ones left out."""
        for event in singles(self.events.values(), self.zone, end or forever):
            if event["status"] == "cancelled":
                continue
            begins, ends = instant_of(event["start"], self.zone), instant_of(event["end"], self.zone)
            if (end is None or begins < end) and (start is None or ends > start):
                yield event

    def shown(self, event: Resource, role: Role = Role.OWNER) -> Resource:
        """As Google shows it: times with the offset of the calendar's zone; private ones to their owners only."""
        seen = deepcopy(event)
        if role < Role.WRITER and event.get("visibility") == "private":
            seen = {name: seen[name] for name in ("id", "etag", "status", "start", "end", "visibility", "iCalUID")}
        for name in ("start", "end", "originalStartTime"):
            if name in seen and seen[name].get("dateTime"):
                seen[name]["dateTime"] = instant(seen[name]["dateTime"]).astimezone(self.zone).isoformat()
        return seen


class Diaries:
    def __init__(self, now: Callable[[], datetime], told: Callable[[Diary], None]) -> None:
        self.rooms = Rooms()
        self.mails: list[tuple[str, str]] = []  # whom Google wrote, about which event
        self.now = now
        self._told = told  # of each change
        self._diaries: dict[str, Diary] = {}
        self._etags = 0

    def open(self, address: str, zone: str) -> Diary:
        self._diaries[address] = Diary(address, ZoneInfo(zone))
        return self._diaries[address]

    def __iter__(self) -> Iterator[Diary]:
        return iter(self._diaries.values())

    def get(self, address: str) -> Diary | None:
        return self._diaries.get(address)

    def insert(self, diary: Diary, body: Resource, how: How) -> Resource:
        google_id = body.get("id") or f"hand{self._etags:06d}"
        check_new_id(google_id)
        if google_id in diary.events:
            # Also where it was deleted: an id is never free again.
            raise No(409, "duplicate", "The requested identifier already exists.")
        wanted = body.pop("conferenceData", None)
        event = {
            "kind": "calendar#event",
            "status": "confirmed",
            "iCalUID": f"{google_id}@google.com",
            "eventType": "default",
            "organizer": {"email": diary.address, "self": True},
            **body,
            "id": google_id,
        }
        return self._rewritten(diary, event, wanted, how)

    def patch(self, diary: Diary, google_id: str, body: Resource, match: str, how: How) -> Resource:
        stored = self.found(diary, google_id)
        if stored["status"] == "cancelled":
            raise No(410, "deleted", "Resource has been deleted")
        _check_change(stored, body, match)
        wanted = body.pop("conferenceData", None)
        return self._rewritten(diary, _merged(stored, body), wanted, how)

    def update(self, diary: Diary, google_id: str, body: Resource, match: str, how: How) -> Resource:
        """The event as a whole: what is not named is gone. So a deleted one comes back, too."""
        stored = self.found(diary, google_id)
        _check_change(stored, body, match)
        wanted = body.pop("conferenceData", None)
        names = ALWAYS_KEPT if how.conference else (*ALWAYS_KEPT, "conferenceData", "hangoutLink")
        kept = {name: stored[name] for name in names if name in stored}
        return self._rewritten(diary, {"status": "confirmed", **body, **kept}, wanted, how)

    def delete(self, diary: Diary, google_id: str, match: str, how: How) -> None:
        stored = self.found(diary, google_id)
        if stored["status"] == "cancelled":
            raise No(410, "deleted", "Resource has been deleted")
        _check_match(stored, match)
        self._keep(diary, stored | {"status": "cancelled"}, how.mails)
        if not stored["organizer"].get("self"):
            # A guest who deletes an invitation has said no to it.
            self.answer(self._diaries[stored["organizer"]["email"]], google_id, diary.address, "declined")

    def found(self, diary: Diary, google_id: str) -> Resource:
        if google_id not in diary.events:
            raise No(404, "notFound", "Not Found")
        return diary.events[google_id]

    def touch(self, diary: Diary, google_id: str) -> None:
        """Something about it changes that nobody sees, like its colour: only its ETag tells."""
        self._keep(diary, diary.events[google_id], "none")

    def answer(self, diary: Diary, google_id: str, guest: str, answer: str) -> None:
        event = deepcopy(self.found(diary, google_id))
        for each in event["attendees"]:
            if each["email"] == guest:
                each["responseStatus"] = answer
        self._keep(diary, event, "none")

    def except_one(self, diary: Diary, google_id: str, day: str, change: Mapping[str, Any]) -> None:
        """One of a series is moved, or called off with status cancelled."""
        self._keep(diary, _merged(single_of(diary.events[google_id], day, diary.zone), change), "none")

    def looked_at(self, diary: Diary, google_id: str) -> Resource:
        """A room that is being made is a step further with every look at its event."""
        event = self.found(diary, google_id)
        if self.rooms.look(event):
            self._keep(diary, event, "none")
        return diary.events[google_id]

    def _rewritten(self, diary: Diary, event: Resource, wanted: Resource | None, how: How) -> Resource:
        check_event(event)
        if how.conference and wanted:
            self.rooms.ask(event, wanted)
        self._keep(diary, event, how.mails)
        return diary.events[event["id"]]

    def _keep(self, diary: Diary, event: Resource, mails: str) -> None:
        self._etags += 1
        kept = event | {"etag": f'"{self._etags}"', "updated": self.now().isoformat()}
        for guest in kept.get("attendees", ()):
            guest["self"] = guest["email"] == diary.address
            guest.setdefault("responseStatus", "needsAction")
        diary.events[kept["id"]] = kept
        diary.changed.append(kept["id"])
        self._told(diary)
        if kept["organizer"].get("self"):
            self._invite(diary, kept, mails)

    def _invite(self, diary: Diary, event: Resource, mails: str) -> None:
        """A guest who is at Google too has the event in their calendar, under the same id."""
        guests = [guest["email"] for guest in event.get("attendees", ())]
        for guest in guests:
            if mails == "all" or (mails == "externalOnly" and guest not in self._diaries):
                self.mails.append((guest, event["id"]))
        for other in self._diaries.values():
            had = other.events.get(event["id"])
            if other is diary or (other.address not in guests and not (had and not had["organizer"].get("self"))):
                continue
            copy = deepcopy(event) | {"organizer": {"email": diary.address}}
            copy.get("extendedProperties", {}).pop("private", None)
            self._keep(other, copy if other.address in guests else copy | {"status": "cancelled"}, "none")


def _check_change(stored: Resource, body: Resource, match: str) -> None:
    _check_match(stored, match)
    if not stored["organizer"].get("self") and (foreign := sorted(set(body) - A_GUESTS)):
        message = f"Shared property {foreign[0]} can only be changed by the organizer"
        raise No(403, "forbiddenForNonOrganizer", message, "calendar")


def _check_match(stored: Resource, match: str) -> None:
    if match not in ("", "*", stored["etag"]):
        raise No(412, "conditionNotMet", "Precondition Failed")


def _merged(stored: Any, change: Any) -> Any:
    """As a PATCH does it: what is not named stays, null takes away, a list is replaced as a whole."""
    if not isinstance(change, Mapping):
        return deepcopy(change)
    merged = dict(stored) if isinstance(stored, Mapping) else {}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged

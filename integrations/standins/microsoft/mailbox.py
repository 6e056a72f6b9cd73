"""One mailbox of the stand-in: its events, its hours, and the log of what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import day_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.zones import zone_of
from integrations.standins.microsoft import fields
from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.fields import Json

EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday"]
BLOB = "<div>________<a href='{link}'>Join the meeting now</a></div>"  # what Teams writes into the body


@dataclass
class Stored:
    id: str
    start: datetime
    end: datetime
    told: Json = field(default_factory=dict)  # as it was written
    properties: dict[str, str] = field(default_factory=dict)
    version: int = 1
    transaction: str = ""
    all_day: bool = False
    cancelled: bool = False
    organizer: bool = True
    response: str = "organizer"
    answers: dict[str, str] = field(default_factory=dict)  # by address
    link: str = ""  # of the online meeting
    link_after: int = 0  # reads until the link is there

    @property
    def etag(self) -> str:
        return f'W/"{self.key}"'

    @property
    def key(self) -> str:
        return f"ck{self.version}-{self.id}"


@dataclass
class Mailbox:
    address: str
    zone: str = "UTC"  # as Exchange names it
    hours: Json | None = None  # workingHours, where they are not nine to five
    teams: bool = True  # may it have online meetings?
    unreadable: str = ""  # what getSchedule says instead of a schedule
    only_outline: bool = False  # getSchedule tells digits, and no events
    link_after: int = 0
    events: dict[str, Stored] = field(default_factory=dict)
    transactions: dict[str, str] = field(default_factory=dict)  # for good: also of what is deleted
    log: list[tuple[str, str]] = field(default_factory=list)  # what changed: created, updated or deleted, and its id
    mails: list[tuple[str, str]] = field(default_factory=list)  # what Exchange sent to whom
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    # Graph's own verbs

    def create(self, told: Any, *, twins: str) -> Stored:
        body = fields.event_fields(told)
        transaction = body.get("transactionId") or ""
        if transaction in self.transactions:
            earlier = self.events.get(self.transactions[transaction])
            if twins == "refuse":
                raise GraphError(409, "ErrorDuplicateTransactionId", "The transactionId exists in this mailbox.")
            if earlier is not None:
                return earlier
        if "start" not in body or "end" not in body:
            raise refuse("ErrorInvalidRequest", "Start and end are required.")
        event = Stored(f"AAMk{next(self._ids):04}=", *_times(body), transaction=transaction)
        self.events[event.id] = event
        if transaction:
            self.transactions[transaction] = event.id
        self._write(event, body)
        self._mail("invitation", event)
        self.log.append(("created", event.id))
        return event

    def change(self, event: Stored, told: Any) -> None:
        body = fields.event_fields(told)
        if "transactionId" in body:
            raise refuse("ErrorInvalidRequest", "transactionId cannot be changed.")
        event.start, event.end = _times({"start": fields.shown(event.start), "end": fields.shown(event.end)} | body)
        self._write(event, body)
        event.version += 1
        self._mail("update", event)
        self.log.append(("updated", event.id))

    def delete(self, event: Stored) -> None:
        del self.events[event.id]
        self.log.append(("deleted", event.id))

    def cancel(self, event: Stored) -> None:
        if not event.organizer or not event.told.get("attendees"):
            raise refuse("ErrorCannotCancelMeeting", "Only the organizer of a meeting can cancel it.")
        self._mail("cancellation", event)
        self.delete(event)

    def found(self, event_id: str) -> Stored:
        if event_id not in self.events:
            raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return self.events[event_id]

    # What people do there

    def busy(self, start: datetime, end: datetime, **more: Any) -> Stored:
        """The owner, or somebody who invites them, writes an event."""
        event = Stored(f"AAMk{next(self._ids):04}=", start.astimezone(UTC), end.astimezone(UTC))
        event.all_day = more.pop("all_day", False)
        event.response = more.pop("response", "organizer")
        event.cancelled = more.pop("cancelled", False)
        event.organizer = event.response == "organizer"
        event.told = {"subject": "Private matters", "showAs": "busy", **more}
        self.events[event.id] = event
        self.log.append(("created", event.id))
        return event

    def by_hand(self, event: Stored, when: Interval | None) -> None:
        """The owner moves an event, or deletes it."""
        if when is None:
            return self.delete(event)
        event.start, event.end = when.start, when.end
        event.version += 1
        self.log.append(("updated", event.id))
        return None

    def answer(self, event: Stored, guest: str, response: str) -> None:
        event.answers[guest.lower()] = response
        event.version += 1
        self.log.append(("updated", event.id))

    def ours(self) -> list[Stored]:
        """What an app wrote and still stands."""
        return [each for each in self.events.values() if each.properties]

    # Shown

    def shown(self, event: Stored, select: set[str] | None, expand: set[str]) -> Json:
        attendees = [
            {**each, "status": {"response": event.answers.get(each["emailAddress"]["address"].lower(), "none")}}
            for each in event.told.get("attendees") or ()
        ]
        whole = {
            "id": event.id,
            "changeKey": event.key,
            "type": "singleInstance",
            "iCalUId": f"04{event.id}",
            "subject": event.told.get("subject", ""),
            "start": fields.shown(event.start),
            "end": fields.shown(event.end),
            "isAllDay": event.all_day,
            "showAs": event.told.get("showAs", "busy"),
            "sensitivity": event.told.get("sensitivity", "normal"),
            "isCancelled": event.cancelled,
            "isOrganizer": event.organizer,
            "responseStatus": {"response": event.response, "time": "0001-01-01T00:00:00Z"},
            "location": event.told.get("location") or {"displayName": ""},
            "body": event.told.get("body") or {"contentType": "html", "content": ""},
            "attendees": attendees,
            **self._online(event),
            **({"transactionId": event.transaction} if event.transaction else {}),
        }
        asked = [{"id": name, "value": value} for name, value in event.properties.items() if name in expand]
        picked = {name: value for name, value in whole.items() if select is None or name in {*select, "id"}}
        return {"@odata.etag": event.etag, **picked, **({"singleValueExtendedProperties": asked} if asked else {})}

    def seen(self, between: Interval) -> list[Stored]:
        """What calendarView shows: by time, whole days as the owner's days."""
        near = [each for each in self.events.values() if self.taken(each).meets(between)]
        return sorted(near, key=lambda each: (each.start, each.id))

    def taken(self, event: Stored) -> Interval:
        if not event.all_day:
            return Interval(event.start, max(event.end, event.start + timedelta(seconds=1)))
        zone = zone_of(self.zone) or ZoneInfo("UTC")
        last = (event.end - timedelta(days=1)).date()
        return Interval(day_of(event.start.date(), zone).start, day_of(last, zone).end)

    def working_hours(self) -> Json:
        return self.hours or {
            "daysOfWeek": EVERY_DAY,
            "startTime": f"{time(9)}.0000000",
            "endTime": f"{time(17)}.0000000",
            "timeZone": {"name": self.zone},
        }

    def _online(self, event: Stored) -> Json:
        provider = "teamsForBusiness" if event.link else "unknown"
        there = bool(event.link) and event.link_after <= 0
        event.link_after -= 1
        return {
            "isOnlineMeeting": bool(event.link),
            "onlineMeetingProvider": provider,
            "onlineMeeting": {"joinUrl": event.link} if there else None,
        }

    def _write(self, event: Stored, body: Json) -> None:
        event.told |= {name: value for name, value in body.items() if name in fields.WRITABLE}
        event.all_day = bool(event.told.get("isAllDay"))
        event.properties |= dict(fields.properties(body))
        if event.link and "body" in body and event.link not in body["body"].get("content", ""):
            event.link = ""  # who writes over what Teams wrote has no meeting any more
        wants = body.get("isOnlineMeeting") and body.get("onlineMeetingProvider") == "teamsForBusiness"
        if wants and self.teams and not event.link:
            event.link = f"https://teams.example/l/meetup-join/{event.id}{event.version}"
            event.link_after = self.link_after
            content = (event.told.get("body") or {}).get("content", "")
            event.told["body"] = {"contentType": "html", "content": content + BLOB.format(link=event.link)}

    def _mail(self, what: str, event: Stored) -> None:
        for each in event.told.get("attendees") or ():
            self.mails.append((what, each["emailAddress"]["address"]))


def _times(body: Json) -> tuple[datetime, datetime]:
    start, end = fields.instant(body["start"]), fields.instant(body["end"])
    if end < start:
        raise refuse("ErrorInvalidRequest", "The event ends before it starts.")
    if body.get("isAllDay") and (start.time(), end.time()) != (time(0), time(0)):
        raise refuse("ErrorPropertyValidationFailure", "An all-day event begins and ends at midnight.")
    return start, end

"""Each request to the API, answered from what the stand-in keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dialogs.scheduling.intervals import Interval, union
from integrations.standins.google import bodies
from integrations.standins.google.bodies import instant, read_body
from integrations.standins.google.diaries import FOREVER, Diaries, Diary, How, Role
from integrations.standins.google.fields import partial
from integrations.standins.google.pushing import Pushing
from integrations.standins.google.refusing import No
from integrations.standins.google.series import Resource, instant_of


class Limits(Protocol):
    """What can be set by hand."""

    page: int
    oldest_sync: int

    def next_race(self, diary: Diary) -> None: ...


class Api:
    def __init__(self, diaries: Diaries, pushing: Pushing, limits: Limits) -> None:
        self._diaries = diaries
        self._pushing = pushing
        self._limits = limits

    async def list(self, request: Request, subject: str) -> Response:
        diary, query = self._open(request, subject, Role.READER), request.query_params
        # A page token holds where to go on, and what was the newest when the first page was made.
        begin, newest = 0, len(diary.changed)
        if "pageToken" in query:
            begin, newest = (int(each) for each in query["pageToken"].split("-"))
        found = list(self._changed(diary, query["syncToken"]) if "syncToken" in query else self._asked(diary, query))
        size = min(self._limits.page, int(query.get("maxResults", 250)))
        told: dict[str, Any] = {
            "kind": "calendar#events",
            "timeZone": diary.zone.key,
            "accessRole": diary.role(subject).name.lower(),
            "items": [
                _few_guests(diary.shown(each, diary.role(subject)), query) for each in found[begin : begin + size]
            ],
        }
        if begin + size < len(found):
            told["nextPageToken"] = f"{begin + size}-{newest}"
        else:
            told["nextSyncToken"] = f"sync-{newest}"
        return _json(told, request)

    async def get(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.READER)
        return _json(diary.shown(self._diaries.looked_at(diary, _event(request)), diary.role(subject)), request)

    async def insert(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.WRITER)
        body = read_body(bodies.Event, await request.body())
        return _json(diary.shown(self._diaries.insert(diary, body, _how(request))), request)

    async def patch(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.WRITER)
        body = read_body(bodies.Event, await request.body())
        self._limits.next_race(diary)
        match = request.headers.get("If-Match", "")
        return _json(diary.shown(self._diaries.patch(diary, _event(request), body, match, _how(request))), request)

    async def update(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.WRITER)
        body = read_body(bodies.Event, await request.body())
        self._limits.next_race(diary)
        match = request.headers.get("If-Match", "")
        return _json(diary.shown(self._diaries.update(diary, _event(request), body, match, _how(request))), request)

    async def delete(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.WRITER)
        self._limits.next_race(diary)
        match = request.headers.get("If-Match", "")
        self._diaries.delete(diary, _event(request), match, _how(request))
        return Response(status_code=204)

    async def free_busy(self, request: Request, subject: str) -> Response:
        asked = read_body(bodies.FreeBusy, await request.body())
        if instant(asked["timeMin"]) >= instant(asked["timeMax"]):
            raise No(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")
        between = Interval(instant(asked["timeMin"]), instant(asked["timeMax"]))
        most = asked.get("calendarExpansionMax", 50)
        calendars: dict[str, Any] = {}
        for number, item in enumerate(asked["items"]):
            diary = self._diaries.get(item["id"])
            if number >= most:
                calendars[item["id"]] = _unreadable("tooManyCalendarsRequested")
            elif diary is None or diary.role(subject) < Role.FREE_BUSY:
                # Within an answer of 200, and with no busy times: as if the day were free.
                calendars[item["id"]] = _unreadable("notFound")
            else:
                calendars[item["id"]] = {"busy": _busy(diary, between)}
        return _json({"kind": "calendar#freeBusy", "calendars": calendars}, request)

    async def watch(self, request: Request, subject: str) -> Response:
        diary = self._open(request, subject, Role.READER)
        channel = self._pushing.open(diary.address, subject, read_body(bodies.Channel, await request.body()))
        told = {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource,
            "resourceUri": str(request.url),
            "expiration": str(int(channel.expires.timestamp() * 1000)),
        }
        return _json(told | ({"token": channel.token} if channel.token else {}), request)

    async def stop(self, request: Request, subject: str) -> Response:
        asked = read_body(bodies.Stopped, await request.body())
        self._pushing.stop(asked["id"], asked["resourceId"], subject)
        return Response(status_code=204)

    def _open(self, request: Request, subject: str, wanted: Role) -> Diary:
        """The calendar, if it may be opened so far. Raises No: what nobody may see is not there."""
        address = request.path_params["calendar"]
        diary = self._diaries.get(subject if address == "primary" else address)
        if diary is None or diary.role(subject) is Role.NONE:
            raise No(404, "notFound", "Not Found")
        if diary.role(subject) < wanted:
            message = f"You need to have {wanted.name.lower()} access to this calendar."
            raise No(403, "requiredAccessLevel", message, "calendar")
        return diary

    def _asked(self, diary: Diary, query: Any) -> Iterable[Resource]:
        start = instant(query["timeMin"]) if "timeMin" in query else None
        end = instant(query["timeMax"]) if "timeMax" in query else None
        found = diary.between(start, end, self._diaries.now() + FOREVER)
        if query.get("singleEvents") == "true":
            return sorted(found, key=lambda each: instant_of(each["start"], diary.zone))
        # A series comes as one, if any of its events lies within.
        ids = dict.fromkeys(str(each.get("recurringEventId", each["id"])) for each in found)
        return [diary.events[each] for each in ids]

    def _changed(self, diary: Diary, token: str) -> Iterable[Resource]:
        number = token.removeprefix("sync-")
        since = int(number) if number.isdecimal() else -1
        if since < self._limits.oldest_sync:
            raise No(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "calendar")
        for google_id in dict.fromkeys(diary.changed[since:]):
            event = diary.events[google_id]
            # Of a deleted event nothing but the id is sure to be told.
            deleted = event["status"] == "cancelled"
            yield {name: event[name] for name in ("id", "etag", "status")} if deleted else event


def _busy(diary: Diary, between: Interval) -> list[dict[str, str]]:
    taken = []
    for event in diary.between(between.start, between.end, between.end):
        own = next((each for each in event.get("attendees", ()) if each["self"]), {"responseStatus": "accepted"})
        free = event.get("transparency") == "transparent" or event["eventType"] == "workingLocation"
        start, end = instant_of(event["start"], diary.zone), instant_of(event["end"], diary.zone)
        if not free and own["responseStatus"] != "declined" and start < end:
            taken.append(Interval(max(start, between.start), min(end, between.end)))
    return [{"start": each.start.isoformat(), "end": each.end.isoformat()} for each in union(taken)]


def _unreadable(reason: str) -> dict[str, Any]:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _few_guests(event: Resource, query: Any) -> Resource:
    """With more guests than were asked for, only the one whose calendar it is."""
    guests = event.get("attendees", [])
    if len(guests) <= int(query.get("maxAttendees", 100)):
        return event
    return event | {"attendees": [each for each in guests if each["self"]], "attendeesOmitted": True}


def _how(request: Request) -> How:
    query = request.query_params
    return How(query.get("conferenceDataVersion") == "1", query.get("sendUpdates", "none"))


def _event(request: Request) -> str:
    return str(request.path_params["event"])


def _json(told: Any, request: Request) -> Response:
    return JSONResponse(partial(told, request.query_params.get("fields", "")))

"""What may be sent to Google: a field or a parameter that is not listed here is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from integrations.standins.google.refusing import No

ALWAYS = frozenset({"fields", "alt", "prettyPrint", "quotaUser"})
QUERIES = {
    "list": frozenset(
        "timeMin timeMax singleEvents maxAttendees maxResults pageToken syncToken showDeleted orderBy timeZone "
        "privateExtendedProperty iCalUID".split()
    ),
    "get": frozenset({"maxAttendees", "timeZone"}),
    "insert": frozenset({"sendUpdates", "conferenceDataVersion", "maxAttendees"}),
    "patch": frozenset({"sendUpdates", "conferenceDataVersion", "maxAttendees"}),
    "update": frozenset({"sendUpdates", "conferenceDataVersion", "maxAttendees"}),
    "delete": frozenset({"sendUpdates"}),
    "watch": frozenset[str](),
    "stop": frozenset[str](),
    "freebusy": frozenset[str](),
    # Gmail
    "profile": frozenset[str](),
    "labels": frozenset[str](),
    "label": frozenset[str](),
    "messages": frozenset({"q", "maxResults", "pageToken"}),
    "history": frozenset({"startHistoryId", "historyTypes", "labelId", "maxResults", "pageToken"}),
    "message": frozenset({"format"}),
    "modify": frozenset[str](),
}
NOT_WITH_SYNC = ("timeMin", "timeMax", "orderBy", "privateExtendedProperty", "iCalUID")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Time(_Strict):
    day: str | None = Field(default=None, alias="date")
    date_time: str | None = None
    time_zone: str | None = None


class Guest(_Strict):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    display_name: str | None = None
    optional: bool | None = None
    response_status: Literal["needsAction", "declined", "tentative", "accepted"] = "needsAction"


class Properties(_Strict):
    private: dict[str, str] | None = None
    shared: dict[str, str] | None = None


class SolutionKey(_Strict):
    type: Literal["hangoutsMeet"]


class CreateRequest(_Strict):
    request_id: str = Field(min_length=1)
    conference_solution_key: SolutionKey


class Conference(_Strict):
    create_request: CreateRequest


class Event(_Strict):
    id: str | None = None
    ical_uid: str | None = Field(default=None, alias="iCalUID")
    status: Literal["confirmed", "tentative", "cancelled"] | None = None
    summary: str | None = None
    description: str | None = None
    location: str | None = None
    start: Time | None = None
    end: Time | None = None
    transparency: Literal["opaque", "transparent"] | None = None
    visibility: Literal["default", "public", "private", "confidential"] | None = None
    event_type: Literal["default", "outOfOffice", "focusTime", "workingLocation", "birthday"] | None = None
    attendees: list[Guest] | None = None
    guests_can_see_other_guests: bool | None = None
    guests_can_invite_others: bool | None = None
    extended_properties: Properties | None = None
    conference_data: Conference | None = None
    recurrence: list[str] | None = None


class Parameters(_Strict):
    ttl: str | None = Field(default=None, pattern=r"^\d+$")


class Channel(_Strict):
    id: str = Field(pattern=r"^[A-Za-z0-9\-_+/=]{1,64}$")
    type: Literal["web_hook", "webhook"]
    address: str
    token: str | None = Field(default=None, max_length=256)
    params: Parameters | None = None


class Stopped(_Strict):
    id: str
    resource_id: str


class Item(_Strict):
    id: str


class FreeBusy(_Strict):
    time_min: AwareDatetime
    time_max: AwareDatetime
    time_zone: str | None = None
    calendar_expansion_max: int | None = Field(default=None, ge=1, le=50)
    group_expansion_max: int | None = None
    items: list[Item]


class NewLabel(_Strict):
    name: str = Field(min_length=1, max_length=225)


class Relabelled(_Strict):
    add_label_ids: list[str] | None = Field(default=None, max_length=100)
    remove_label_ids: list[str] | None = Field(default=None, max_length=100)


def read_body(shape: type[_Strict], raw: bytes) -> dict[str, Any]:
    """What was set in the body, and nothing that was not. Raises No."""
    try:
        return shape.model_validate_json(raw).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise No(400, "badRequest", f"Invalid value at '{place}': {first['type']}") from None


def check_query(kind: str, query: Mapping[str, str]) -> None:
    unknown = sorted(set(query) - QUERIES[kind] - ALWAYS)
    if unknown:
        raise No(400, "badRequest", f"Unknown name {unknown[0]!r}")
    if query.get("sendUpdates", "none") not in ("none", "all", "externalOnly"):
        raise No(400, "invalidParameter", "Invalid value for sendUpdates")
    if "syncToken" in query and (clash := [each for each in NOT_WITH_SYNC if each in query]):
        raise No(400, "badRequest", f"Sync token cannot be used with {clash[0]}")
    for name in ("timeMin", "timeMax"):
        if name in query:
            instant(query[name])
    if "timeMin" in query and "timeMax" in query and instant(query["timeMin"]) >= instant(query["timeMax"]):
        raise No(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")


def check_event(event: Mapping[str, Any]) -> None:
    """An event as a whole. Raises No where Google would take it for none."""
    if not re.fullmatch(r"[a-v0-9_TZ]{5,1024}", str(event["id"])):
        raise No(400, "invalid", "Invalid resource id value.")
    for name in ("start", "end"):
        time = event.get(name) or {}
        if not any(time.get(each) for each in ("date", "dateTime")):
            raise No(400, "required", f"Missing {name} time.")
        if time.get("date") and time.get("dateTime"):
            raise No(400, "invalid", f"Invalid {name} time.")
    if bool(event["start"].get("date")) != bool(event["end"].get("date")):
        raise No(400, "invalid", "Start and end times must either both be date or both be dateTime.")
    if event["start"].get("date"):
        if date.fromisoformat(event["start"]["date"]) >= date.fromisoformat(event["end"]["date"]):
            raise No(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")
    elif instant(event["start"]["dateTime"]) > instant(event["end"]["dateTime"]):
        raise No(400, "timeRangeEmpty", "The specified time range is empty.", "calendar")


def check_new_id(google_id: str) -> None:
    if not re.fullmatch(r"[a-v0-9]{5,1024}", google_id):
        raise No(400, "invalid", "Invalid resource id value.")


def instant(text: str) -> datetime:
    """RFC 3339, with its offset: without one Google says no."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise No(400, "badRequest", "Bad Request") from None
    if at.tzinfo is None:
        raise No(400, "badRequest", "Bad Request")
    return at

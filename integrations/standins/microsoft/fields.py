"""What Graph takes in a body and in a query, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.calendars.zones import zone_of
from integrations.standins.microsoft.faults import refuse

Json = dict[str, Any]

WRITABLE = {
    "subject": str,
    "body": dict,
    "start": dict,
    "end": dict,
    "location": dict,
    "attendees": list,
    "showAs": str,
    "isAllDay": bool,
    "sensitivity": str,
    "isOnlineMeeting": bool,
    "onlineMeetingProvider": str,
    "singleValueExtendedProperties": list,
    "transactionId": str,
    "isReminderOn": bool,
}
SHOWS = {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"}
READABLE = {
    *WRITABLE,
    *("id", "changeKey", "isCancelled", "isOrganizer", "responseStatus", "onlineMeeting", "type", "iCalUId"),
}
_ONE = r"id eq '((?:[^']|'')*)'"
FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '((?:[^']|'')*)' and ep/value eq '((?:[^']|'')*)'\)"
)
EXPAND = re.compile(rf"singleValueExtendedProperties\(\$filter={_ONE}(?: or {_ONE})*\)")
PROPERTY = re.compile(r"String \{([0-9a-fA-F-]{36})\} Name ([\w-]+)")
LONGEST_TRANSACTION = 255


def checked(told: Any, allowed: Mapping[str, Any] | Collection[str], kind: str) -> Json:
    """The object, if it has no field that Graph does not know."""
    if not isinstance(told, dict):
        raise refuse("BadRequest", "Empty Payload. JSON content expected.")
    for name, value in told.items():
        if name.startswith("@odata."):
            continue
        if name not in allowed:
            raise refuse("RequestBodyRead", f"The property '{name}' does not exist on type 'microsoft.graph.{kind}'.")
        wanted = allowed[name] if isinstance(allowed, Mapping) else None
        if wanted and value is not None and not isinstance(value, wanted):
            raise refuse("RequestBodyRead", f"Cannot convert the value of '{name}'.")
    return told


def event_fields(told: Any) -> Json:
    body = checked(told, WRITABLE, "event")
    if body.get("showAs", "busy") not in SHOWS:
        raise refuse("RequestBodyRead", "The value of 'showAs' is not of type 'microsoft.graph.freeBusyStatus'.")
    for each in body.get("singleValueExtendedProperties") or ():
        if not PROPERTY.fullmatch(each.get("id", "")) or not isinstance(each.get("value"), str):
            raise refuse("ErrorInvalidProperty", "The property is invalid.")
    if len(body.get("transactionId") or "") > LONGEST_TRANSACTION:
        raise refuse("ErrorInvalidRequest", "transactionId is too long")
    for each in body.get("attendees") or ():
        if "@" not in checked(each, {"type", "status", "emailAddress"}, "attendee")["emailAddress"].get("address", ""):
            raise refuse("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    return body


def instant(point: Any) -> datetime:
    """A dateTimeTimeZone: the clock has no offset, the zone is Windows' or IANA's."""
    told = checked(point, {"dateTime", "timeZone"}, "dateTimeTimeZone")
    clock, zone = told.get("dateTime") or "", zone_of(told.get("timeZone") or "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?", clock):
        raise refuse("ErrorPropertyValidationFailure", "The dateTime is not valid.")
    if zone is None:
        raise refuse("TimeZoneNotSupportedException", "A valid TimeZone value must be specified.")
    return datetime.fromisoformat(clock).replace(tzinfo=zone).astimezone(UTC)


def shown(at: datetime) -> Json:
    return {"dateTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}


def moment(words: str | None) -> datetime:
    """An instant in a query or of a subscription; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(words or "")
    except ValueError:
        raise refuse("ErrorInvalidParameter", "A date and time is missing or not valid.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def duration(words: Any) -> timedelta:
    """ISO 8601, and nothing of Python's own."""
    found = re.fullmatch(
        r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", words if isinstance(words, str) else ""
    )
    if not found or not any(found.groups()):
        raise refuse("RequestBodyRead", f"Cannot convert the literal '{words}' to the expected type 'Edm.Duration'.")
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def query(told: Mapping[str, str], *allowed: str) -> Mapping[str, str]:
    for name in told:
        if name not in allowed:
            raise refuse("BadRequest", f"Query option '{name}' was not recognized.")
    return told


def selected(told: Mapping[str, str]) -> set[str] | None:
    names = {each for each in told.get("$select", "").split(",") if each}
    if unknown := names - READABLE:
        raise refuse("BadRequest", f"Could not find a property named '{unknown.pop()}' on type 'event'.")
    return names or None


def expanded(told: Mapping[str, str]) -> set[str]:
    """The properties asked for; Graph shows none of them unasked."""
    words = told.get("$expand", "")
    if words and not EXPAND.fullmatch(words):
        raise refuse("BadRequest", "Parsing OData Select and Expand failed.")
    return {folded(each) for each in re.findall(_ONE, words)}


def wanted(told: Mapping[str, str]) -> tuple[str, str] | None:
    words = told.get("$filter", "")
    if not words:
        return None
    found = FILTER.fullmatch(words)
    if not found:
        raise refuse("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    return folded(found[1].replace("''", "'")), found[2].replace("''", "'")


def properties(told: Json) -> Iterator[tuple[str, str]]:
    for each in told.get("singleValueExtendedProperties") or ():
        yield folded(each["id"]), each["value"]


def folded(name: str) -> str:
    """Exchange keeps the set's number, not its letters: it writes it in its own case."""
    found = PROPERTY.fullmatch(name)
    return f"String {{{found[1].upper()}}} Name {found[2]}" if found else name

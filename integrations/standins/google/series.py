"""A series of events as the single events it stands for, as Google expands it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from integrations.standins.google.bodies import instant

Resource = dict[str, Any]


def singles(events: Iterable[Resource], zone: ZoneInfo, until: datetime) -> Iterator[Resource]:
    """Every event by itself, up to `until`; changed and moved ones of a series in place of those they were."""
    everything = list(events)
    changed = {
        (each["recurringEventId"], instant_of(each["originalStartTime"], zone))
        for each in everything
        if "recurringEventId" in each
    }
    for event in everything:
        if "recurrence" not in event:
            yield event
            continue
        for single in _expanded(event, zone, until):
            if (event["id"], instant_of(single["start"], zone)) not in changed:
                yield single


def single_of(event: Resource, day: str, zone: ZoneInfo) -> Resource:
    """The one that begins on that day by the clock of the series."""
    until = datetime.combine(date.fromisoformat(day) + timedelta(days=2), time(0), UTC)
    own = ZoneInfo(event["start"].get("timeZone", zone.key))
    for single in _expanded(event, zone, until):
        if instant_of(single["start"], zone).astimezone(own).date() == date.fromisoformat(day):
            return single
    raise LookupError(f"the series has nothing on {day}")


def instant_of(moment: Mapping[str, str], zone: ZoneInfo) -> datetime:
    if moment.get("dateTime"):
        return instant(moment["dateTime"]).astimezone(UTC)
    return datetime.combine(date.fromisoformat(moment["date"]), time(0), zone).astimezone(UTC)


def _expanded(event: Resource, zone: ZoneInfo, until: datetime) -> Iterator[Resource]:
    """By the wall clock of the series' own zone: nine o'clock stays nine o'clock when the clocks change."""
    if event["start"].get("date"):
        first = datetime.combine(date.fromisoformat(event["start"]["date"]), time(0), UTC)
        days = date.fromisoformat(event["end"]["date"]) - date.fromisoformat(event["start"]["date"])
        for at in _starts(event, first, until):
            begins = {"date": at.date().isoformat()}
            yield _single(event, begins, {"date": (at.date() + days).isoformat()}, at.strftime("%Y%m%d"))
        return
    own = ZoneInfo(event["start"].get("timeZone", zone.key))
    first = instant_of(event["start"], zone).astimezone(own)
    length = instant_of(event["end"], zone) - instant_of(event["start"], zone)
    for at in _starts(event, first, until):
        begin = at.astimezone(UTC)
        start, end = ({"dateTime": each.isoformat(), "timeZone": own.key} for each in (begin, begin + length))
        yield _single(event, start, end, begin.strftime("%Y%m%dT%H%M%SZ"))


def _starts(event: Resource, first: datetime, until: datetime) -> Iterator[datetime]:
    rule = rrulestr("\n".join(event["recurrence"]), dtstart=first, forceset=True)
    for at in rule:
        if at.astimezone(UTC) >= until:
            return
        yield at


def _single(event: Resource, start: Mapping[str, str], end: Mapping[str, str], mark: str) -> Resource:
    rest = {name: value for name, value in event.items() if name != "recurrence"}
    return rest | {
        "id": f"{event['id']}_{mark}",
        "recurringEventId": event["id"],
        "originalStartTime": dict(start),
        "start": dict(start),
        "end": dict(end),
    }

"""A booked interview for one's own calendar: as a file to save, and as links that open a web calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from icalendar import Calendar, Event

from dialogs.scheduling.intervals import Interval

PRODUCT = "-//askARSAN//Interviews//EN"


@dataclass(frozen=True, slots=True)
class Saved:
    """`uid` and `sequence` are those of the invite, so that a calendar that has it already changes it, adding none."""

    uid: str
    sequence: int
    when: Interval
    summary: str
    description: str
    location: str
    now: datetime


def to_file(saved: Saved) -> bytes:
    """An iCalendar object that is published (RFC 5546, 3.2.1): it asks nobody to answer."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", saved.uid)
    event.add("sequence", saved.sequence)
    event.add("dtstamp", saved.now.astimezone(UTC))
    event.add("dtstart", saved.when.start)
    event.add("dtend", saved.when.end)
    event.add("summary", " ".join(saved.summary.split()))
    for name, value in (("description", saved.description), ("location", " ".join(saved.location.split()))):
        if value:
            event.add(name, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def google_link(saved: Saved) -> str:
    edges = "/".join(f"{edge:%Y%m%dT%H%M%SZ}" for edge in (saved.when.start, saved.when.end))
    fields = {"action": "TEMPLATE", "text": saved.summary, "dates": edges}
    fields |= {"details": saved.description, "location": saved.location}
    return f"https://calendar.google.com/calendar/render?{urlencode(fields)}"


def outlook_link(saved: Saved) -> str:
    fields = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": saved.summary,
        "startdt": saved.when.start.isoformat(),
        "enddt": saved.when.end.isoformat(),
        "body": saved.description,
        "location": saved.location,
    }
    # Outlook shows a + as it stands.
    return f"https://outlook.office.com/calendar/0/deeplink/compose?{urlencode(fields, quote_via=quote)}"

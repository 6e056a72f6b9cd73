"""What a person's mail program answers to an invite: iTIP REPLY and COUNTER (RFC 5546)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

PARTSTAT = {"accept": "ACCEPTED", "tentative": "TENTATIVE", "decline": "DECLINED", "counter": "TENTATIVE"}


def answer(
    uid: str,
    sequence: int,
    attendee: str,
    said: Literal["accept", "tentative", "decline", "counter"],
    now: datetime,
    counter: tuple[datetime, timedelta] | None = None,
) -> bytes:
    """The calendar object a mail program sends back. `counter`: the start and length it proposes instead."""
    calendar = Calendar()
    calendar.add("prodid", "-//askARSAN//A mailbox//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "COUNTER" if said == "counter" else "REPLY")
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC))
    if counter:
        event.add("dtstart", counter[0].astimezone(UTC))
        event.add("dtend", (counter[0] + counter[1]).astimezone(UTC))
    address = vCalAddress(f"mailto:{attendee}")
    address.params["PARTSTAT"] = vText(PARTSTAT[said])
    event.add("attendee", address, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())

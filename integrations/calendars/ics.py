"""Invites as iCalendar (RFC 5545), sent as iTIP has it (RFC 5546); what comes back is read in itip.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from dialogs.scheduling.intervals import Interval
from integrations.calendars.vtimezone import vtimezone

PRODUCT = "-//askARSAN//Interviews//EN"

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody named in an invite. The organizer's address is a mailbox that reads the answers."""

    name: str
    email: str
    required: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", self.email):
            raise ValueError(f"{self.email!r} is not an address an invite can be sent to")


@dataclass(frozen=True, slots=True)
class Invite:
    """One interview as its guests' calendars shall have it. A move or a CANCEL keeps `uid` and raises `sequence`."""

    uid: str
    sequence: int
    method: Method
    start: datetime
    end: datetime
    summary: str
    organizer: Guest
    attendees: tuple[Guest, ...]
    now: datetime  # DTSTAMP: of two with the same sequence the later counts
    description: str = ""
    location: str = ""
    url: str = ""
    zone: ZoneInfo | None = None  # where set, calendars show the times with it; else they are in UTC

    def __post_init__(self) -> None:
        if not self.uid or self.sequence < 0:
            raise ValueError(f"an invite needs a uid and a sequence from 0: {self.uid!r}, {self.sequence}")
        if not self.attendees:
            raise ValueError(f"the invite {self.uid} invites nobody: without an ATTENDEE no calendar shows its buttons")
        Interval(self.start, self.end)  # aware, and in order


def to_ics(invite: Invite) -> bytes:
    """The calendar object to send: `text/calendar; charset=utf-8; method=…` with the same method (RFC 6047)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", invite.method)
    zone = _shown_in(invite)
    if zone:
        calendar.add_component(vtimezone(zone, Interval(invite.start, invite.end)))
    event = Event()
    off = invite.method == "CANCEL"
    event.add("uid", one_line(invite.uid))
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.now.astimezone(UTC))
    # Unless asked otherwise UTC, so that no VTIMEZONE is needed and none can be misread.
    event.add("dtstart", invite.start.astimezone(zone or UTC))
    event.add("dtend", invite.end.astimezone(zone or UTC))
    event.add("summary", one_line(invite.summary))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if off else "OPAQUE")
    event.add("organizer", _address(invite.organizer), encode=False)
    for guest in invite.attendees:
        event.add("attendee", _attendee(guest, asked=not off), encode=False)
    for name, value in (("description", several_lines(invite.description)), ("location", one_line(invite.location))):
        if value:
            event.add(name, value)
    if invite.url:
        event.add("url", one_line(invite.url))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _shown_in(invite: Invite) -> ZoneInfo | None:
    """The zone asked for; none where its clocks show the time twice, and only UTC says which is meant."""
    if invite.zone is None or invite.zone.key == "UTC":
        return None
    local = [each.astimezone(invite.zone) for each in (invite.start, invite.end)]
    twice = any(each.replace(fold=0).utcoffset() != each.replace(fold=1).utcoffset() for each in local)
    return None if twice else invite.zone


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    # A quotation mark would be written as ^' (RFC 6868), which Outlook shows as it stands.
    address.params["CN"] = vText(one_line(guest.name).replace('"', "'") or guest.email)
    return address


def _attendee(guest: Guest, *, asked: bool) -> vCalAddress:
    address = _address(guest)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT" if guest.required else "OPT-PARTICIPANT")
    if asked:
        # Without both, mail programs show no buttons to answer with.
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE")
    return address


def several_lines(value: str) -> str:
    """With line breaks, and without the other control characters, which iCalendar forbids."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", value.replace("\r\n", "\n")).strip()


def one_line(value: str) -> str:
    return " ".join(several_lines(value).split())

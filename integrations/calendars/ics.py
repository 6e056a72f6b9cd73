"""Invites as iCalendar (RFC 5545) and answers to them (iTIP, RFC 5546)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.tz import tzical  # type: ignore[import-untyped]
from icalendar import Calendar, Event, vCalAddress, vDatetime, vDuration, vText
from icalendar.parser import Contentline, Contentlines
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from dialogs.scheduling.intervals import Interval

PRODUCT = "-//askARSAN//Interviews//EN"
LARGEST = 256 * 1024

Method = Literal["REQUEST", "CANCEL"]
Answer = Literal["accepted", "declined", "tentative"]
ANSWERS: Mapping[str, Answer] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


class BadCalendarData(ValueError):
    """What came is not a calendar answer we can act upon; the message says why, in words for a log or a recruiter."""


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

    def __post_init__(self) -> None:
        if not self.uid or self.sequence < 0:
            raise ValueError(f"an invite needs a uid and a sequence from 0: {self.uid!r}, {self.sequence}")
        if not self.attendees:
            raise ValueError(f"the invite {self.uid} invites nobody: without an ATTENDEE no calendar shows its buttons")
        Interval(self.start, self.end)  # aware, and in order


@dataclass(frozen=True, slots=True)
class Reply:
    """What a guest's calendar answered. Compare `sequence`, then `stamp`, with what was sent: older ones are void.

    `attendee` is what the data claims, lower case; who really wrote is for the channel to say. An answer may come
    without one. `proposed` is the other time of a COUNTER.
    """

    uid: str
    sequence: int
    attendee: str | None
    answer: Answer | None
    proposed: Interval | None = None
    comment: str = ""
    stamp: datetime | None = None


def to_ics(invite: Invite) -> bytes:
    """The calendar object to send: `text/calendar; charset=utf-8; method=…` with the same method (RFC 6047)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", invite.method)
    event = Event()
    off = invite.method == "CANCEL"
    event.add("uid", _line(invite.uid))
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.now.astimezone(UTC))
    # UTC, so that no VTIMEZONE is needed and none can be misread.
    event.add("dtstart", invite.start.astimezone(UTC))
    event.add("dtend", invite.end.astimezone(UTC))
    event.add("summary", _line(invite.summary))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if off else "OPAQUE")
    event.add("organizer", _address(invite.organizer), encode=False)
    for guest in invite.attendees:
        event.add("attendee", _attendee(guest, asked=not off), encode=False)
    for name, value in (("description", _text(invite.description)), ("location", _line(invite.location))):
        if value:
            event.add(name, value)
    if invite.url:
        event.add("url", _line(invite.url))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def read_reply(data: bytes) -> Reply | None:
    """The answer in a calendar object; None if it is some other calendar object, or says nothing yet.

    Raises BadCalendarData, and nothing else, where it is no readable answer.
    """
    if len(data) > LARGEST:
        raise BadCalendarData("the calendar file is too large to be an answer to an invite")
    try:
        return _reply(_Object.read(data))
    except BadCalendarData:
        raise
    except Exception as problem:
        raise BadCalendarData(f"the calendar file cannot be read: {problem}") from problem


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    # A quotation mark would be written as ^' (RFC 6868), which Outlook shows as it stands.
    address.params["CN"] = vText(_line(guest.name).replace('"', "'") or guest.email)
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


def _text(value: str) -> str:
    """With line breaks, and without the other control characters, which iCalendar forbids."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", value.replace("\r\n", "\n")).strip()


def _line(value: str) -> str:
    return " ".join(_text(value).split())


_Property = tuple[Mapping[str, str], str]


@dataclass(frozen=True, slots=True)
class _Object:
    """A calendar object taken apart, no further than an answer needs.

    The lines are icalendar's, the components are not: as it reads, it keeps every VTIMEZONE for good under its name,
    so the "Customized Time Zone" of one mail would rule the next one's, and it follows any recurrence to its end.
    """

    method: str
    event: Mapping[str, Sequence[_Property]]
    zones: Sequence[str] = field(default=())  # each VTIMEZONE as it came

    @classmethod
    def read(cls, data: bytes) -> _Object:
        method, event, zones = "", dict[str, list[_Property]](), list[list[str]]()
        events, inside = 0, list[str]()
        for name, params, value, line in _lines(data):
            if name == "BEGIN":
                inside.append(value.upper())
                events += inside[-1] == "VEVENT"
                if inside[-1] == "VTIMEZONE":
                    zones.append([])
            if "VTIMEZONE" in inside and name in _ZONE_LINES:
                zones[-1].append(line)
            if name == "END" and inside:
                inside.pop()
            elif inside == ["VCALENDAR"] and name == "METHOD":
                method = value.strip().upper()
            elif inside == ["VCALENDAR", "VEVENT"] and events == 1:
                event.setdefault(name, []).append((params, value))
        if not events:
            raise BadCalendarData("the calendar file holds no event")
        return cls(method, event, ["\n".join(zone) for zone in zones])

    def text(self, name: str) -> str:
        values = self.event.get(name)
        return values[0][1].strip() if values else ""

    def instant(self, name: str) -> datetime | None:
        """The value of a date-time property as an instant."""
        if name not in self.event:
            return None
        params, value = self.event[name][0]
        value = value.strip()
        if "T" not in value.upper():
            raise BadCalendarData(f"{name} names a day but no time: {value}")
        try:
            wall: datetime = vDatetime.from_ical(value)  # type: ignore[no-untyped-call]
        except ValueError:
            raise BadCalendarData(f"{name} names a time that does not exist: {value}") from None
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        if not params.get("TZID"):
            raise BadCalendarData(f"{name} names a time but no time zone: {value}")
        return wall.replace(tzinfo=self._zone(params["TZID"])).astimezone(UTC)

    def _zone(self, name: str) -> tzinfo:
        """The zone a TZID means: an IANA or Windows name, one with a vendor's prefix, or one that came along."""
        for candidate in _zone_names(name):
            try:
                return ZoneInfo(candidate)
            except (KeyError, ValueError, OSError):
                continue
        for zone in self.zones:
            if re.search(rf"(?mi)^TZID[^:]*:{re.escape(name)}\s*$", zone):
                return _custom_zone(name, zone)
        raise BadCalendarData(f"the time zone {name!r} is not known")


_ZONE_LINES = frozenset({"BEGIN", "END", "TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE"})
_YEARLY = re.compile(r"RRULE:(?=.*FREQ=YEARLY)(?:(?:FREQ|INTERVAL|UNTIL|COUNT|BYMONTH|BYDAY|BYMONTHDAY|WKST)=[^;]*;?)+")


def _lines(data: bytes) -> Iterator[tuple[str, Mapping[str, str], str, str]]:
    """Name, parameters, value and the whole of each line that has them, unfolded."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        try:
            name, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
        except ValueError:
            continue  # a broken line somewhere does not make the answer unreadable
        yield name.upper(), {key.upper(): str(each) for key, each in params.items()}, value, str(line)


def _zone_names(name: str) -> Iterator[str]:
    cleaned = name.strip().strip('"/')
    yield WINDOWS_TO_OLSON.get(cleaned, cleaned)
    if cleaned.lower() == "tzone://microsoft/utc":  # how Outlook on the web writes it
        yield "UTC"
    # "/freeassociation.sourceforge.net/Europe/Lisbon": what follows the vendor's own.
    parts = cleaned.split("/")
    for start in range(1, len(parts) - 1):
        yield "/".join(parts[start:])


def _custom_zone(name: str, lines: str) -> tzinfo:
    rules = [line for line in lines.splitlines() if line.upper().startswith("RRULE")]
    if len(rules) > 20 or not all(_YEARLY.fullmatch(rule.strip().upper()) for rule in rules):
        # A rule by the second would keep us busy until the year 9999.
        raise BadCalendarData(f"the time zone {name!r} changes in a way no time zone does")
    zone = tzical(StringIO(lines)).get()
    assert isinstance(zone, tzinfo)
    return zone


def _reply(read: _Object) -> Reply | None:
    if read.method not in ("REPLY", "COUNTER"):
        return None
    uid = read.text("UID")
    if not uid:
        raise BadCalendarData("the answer does not say to which invite: it has no UID")
    attendee, answer = _who_answered(read.event.get("ATTENDEE", ()))
    proposed = _proposed(read) if read.method == "COUNTER" else None
    if answer is None and proposed is None:
        return None
    return Reply(
        uid=uid,
        sequence=int(read.text("SEQUENCE") or 0),
        attendee=attendee,
        answer=answer,
        proposed=proposed,
        comment=read.text("COMMENT"),
        stamp=_stamp(read),
    )


def _stamp(read: _Object) -> datetime | None:
    try:
        return read.instant("DTSTAMP")
    except BadCalendarData:
        return None  # nobody's answer is lost for a bad time stamp


def _who_answered(attendees: Sequence[_Property]) -> tuple[str | None, Answer | None]:
    """A REPLY names one guest; a COUNTER may name all, of whom one has an answer."""
    answered = [
        (re.sub(r"(?i)^mailto:", "", value.strip()).lower(), ANSWERS[params["PARTSTAT"].upper()])
        for params, value in attendees
        if params.get("PARTSTAT", "").upper() in ANSWERS
    ]
    if len(answered) == 1:
        return answered[0]
    if len(attendees) == 1:
        return re.sub(r"(?i)^mailto:", "", attendees[0][1].strip()).lower(), None
    return None, None


def _proposed(read: _Object) -> Interval:
    start, end = read.instant("DTSTART"), read.instant("DTEND")
    if start is None:
        raise BadCalendarData("another time is proposed, but none is named")
    if end is None and "DURATION" in read.event:
        length = vDuration.from_ical(read.text("DURATION"))  # type: ignore[no-untyped-call]
        assert isinstance(length, timedelta)
        end = start + length
    if end is None or end <= start:
        raise BadCalendarData("another time is proposed, but it has no length")
    return Interval(start, end)

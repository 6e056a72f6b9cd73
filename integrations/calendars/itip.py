"""What guests' calendars send back about an invite (iTIP, RFC 5546), whatever dialect they write it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialogs.scheduling.intervals import Interval
from integrations.calendars.reading import BadCalendarData, CalendarFile, Component, Property, length

LARGEST = 256 * 1024


class Answer(StrEnum):
    """What it comes to, for whoever invited."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    DELEGATED = "delegated"  # sends somebody else
    COUNTER = "counter"  # proposes another time
    COUNTER_DECLINED = "counter declined"  # does not take the other time we proposed
    REFRESH = "refresh"  # has lost the invite and asks for it again
    CANCELLED = "cancelled"  # a guest cannot cancel an event, but some calendars say so when it is deleted


_SAID: Mapping[str, Answer] = {
    "ACCEPTED": Answer.ACCEPTED,
    "TENTATIVE": Answer.TENTATIVE,
    "DECLINED": Answer.DECLINED,
    "DELEGATED": Answer.DELEGATED,
}
_METHODS: Mapping[str, Answer] = {
    "COUNTER": Answer.COUNTER,
    "DECLINECOUNTER": Answer.COUNTER_DECLINED,
    "REFRESH": Answer.REFRESH,
    "CANCEL": Answer.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a guest's calendar answered.

    `attendee` is what the data claims, lower case; who really wrote is for the channel to say. An answer may come
    without one. `stamp` is when it was given, in UTC; a calendar that states no readable one is believed without.
    """

    uid: str
    sequence: int
    attendee: str | None
    answer: Answer
    proposed: Interval | None = None  # the other time of a COUNTER
    comment: str = ""
    stamp: datetime | None = None
    delegate: str | None = None  # who comes instead

    def older_than(self, other: Reply) -> bool:
        """Was it given before `other` of the same guest? Then it counts no more, though mails overtake each other (RFC
        5546 §2.1.5). Where the stamps do not tell, as they come counts.
        """
        if self.sequence != other.sequence:
            return self.sequence < other.sequence
        return self.stamp is not None and other.stamp is not None and self.stamp < other.stamp

    def answers(self, sequence: int) -> bool:
        """Is it about the invite as it stands, and not about the time before it was moved?"""
        return self.sequence == sequence


def read_reply(data: bytes) -> Reply | None:
    """The answer in a calendar object; None if it is some other calendar object, or says nothing yet.

    Raises BadCalendarData, and nothing else, where it is no readable answer.
    """
    if len(data) > LARGEST:
        raise BadCalendarData("the calendar file is too large to be an answer to an invite")
    file = CalendarFile.read(data)
    events = [each for each in file.components if each.kind == "VEVENT"]
    if not events:
        raise BadCalendarData("the calendar file holds no event")
    if file.method != "REPLY" and file.method not in _METHODS:
        return None
    return _reply(file, events[0])


def _reply(file: CalendarFile, event: Component) -> Reply | None:
    uid = event.text("UID")
    if not uid:
        raise BadCalendarData("the answer does not say to which invite: it has no UID")
    guest = _who_answered(event.properties.get("ATTENDEE", ()))
    answer = _METHODS.get(file.method) or _SAID.get(_partstat(guest))
    if answer is None:
        return None
    return Reply(
        uid=uid,
        sequence=_sequence(event),
        attendee=guest.address if guest else None,
        answer=answer,
        proposed=_proposed(file, event) if answer is Answer.COUNTER else None,
        comment=_comment(event, guest),
        stamp=_stamp(file, event),
        delegate=_delegate(guest) if answer is Answer.DELEGATED else None,
    )


def _who_answered(attendees: Sequence[Property]) -> Property | None:
    """A REPLY names one guest; a COUNTER may name all, of whom one has an answer.

    With a delegation two are named, who was asked and who comes instead, and the first has answered (RFC 5546 §3.2.3).
    """
    answered = [each for each in attendees if _partstat(each) in _SAID]
    delegating = [each for each in answered if _partstat(each) == "DELEGATED"]
    for found in (delegating, answered, attendees):
        if len(found) == 1:
            return found[0]
    return None


def _partstat(attendee: Property | None) -> str:
    return attendee.params.get("PARTSTAT", "").upper() if attendee else ""


def _delegate(guest: Property | None) -> str | None:
    named = guest.params.get("DELEGATED-TO", "") if guest else ""
    return Property({}, named.split(",")[0].strip('"')).address or None


def _comment(event: Component, guest: Property | None) -> str:
    said = guest.params.get("X-RESPONSE-COMMENT", "") if guest else ""  # where Google puts it
    return event.text("COMMENT") or Property({}, said).text


def _sequence(event: Component) -> int:
    words = event.text("SEQUENCE") or "0"
    if not words.isascii() or not words.isdecimal() or len(words) > 9:
        raise BadCalendarData(f"the answer does not say to which version of the invite: {words[:40]}")
    return int(words)


def _stamp(file: CalendarFile, event: Component) -> datetime | None:
    stated = event.first("DTSTAMP")
    try:
        return file.instant(stated) if stated else None
    except BadCalendarData:
        return None  # nobody's answer is lost for a bad time stamp


def _proposed(file: CalendarFile, event: Component) -> Interval:
    start, end = event.first("DTSTART"), event.first("DTEND")
    if start is None:
        raise BadCalendarData("another time is proposed, but none is named")
    begins = file.instant(start)
    try:
        ends = file.instant(end) if end else begins + length(event.text("DURATION") or "PT0S")
    except OverflowError:
        ends = begins
    if ends <= begins:
        raise BadCalendarData("another time is proposed, but it has no length")
    return Interval(begins, ends)

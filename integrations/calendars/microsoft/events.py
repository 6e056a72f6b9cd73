"""Our events as Graph writes them: which are ours, what they say, what they take."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.location import Location
from msgraph.generated.models.online_meeting_provider_type import OnlineMeetingProviderType
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty

from dialogs.scheduling.hours import MIDNIGHT, day_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Answer, Block, CalendarEvent, CalendarUnreachable, Show, Standing
from integrations.calendars.microsoft import told
from integrations.calendars.zones import zone_of

# Named properties of our own: Outlook keeps them with the event, shows them to nobody, and finds events by them.
_SET = "String {7d0e9c8e-53f1-4b0e-9d0e-0a5f3a8f4c21} Name "
UID, SEQUENCE = "askarsan-uid", "askarsan-sequence"
PROPERTIES = f"singleValueExtendedProperties($filter=id eq '{_SET}{UID}' or id eq '{_SET}{SEQUENCE}')"

MARK = "askarsan-"  # how a transaction of ours begins
HOLD = "[Hold]"
MEETING_ONLY = -1  # the sequence of an event that so far is only the place of an online meeting

# No subject and no body: what somebody's own events are about is nobody's business here.
SEEN = ["id", "start", "end", "isAllDay", "showAs", "isCancelled", "responseStatus", "changeKey"]
READ = [*SEEN, "isOrganizer", "attendees", "isOnlineMeeting", "onlineMeeting"]

SHOWS: Mapping[str | None, Show] = {
    "free": Show.FREE,
    "tentative": Show.TENTATIVE,
    "busy": Show.BUSY,
    "oof": Show.AWAY,
    "workingElsewhere": Show.ELSEWHERE,
}
ANSWERS: Mapping[str | None, Answer] = {
    "accepted": Answer.ACCEPTED,
    "organizer": Answer.ACCEPTED,
    "tentativelyAccepted": Answer.TENTATIVE,
    "declined": Answer.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Ours:
    """An event of ours as Graph has it, with what changing it takes."""

    standing: Standing
    sequence: int
    etag: str
    invites: bool  # others are invited, by us: they hear of its end
    online: bool


# Written


def written(event: CalendarEvent) -> Event:
    """All but what it is on its way with: the transaction of a new one, the body of an old one."""
    # Tentative is said twice, for whoever looks at words and for whoever looks at colours.
    held = event.tentative and not event.summary.startswith(HOLD)
    guests = [
        Attendee(type=AttendeeType.Required, email_address=EmailAddress(address=each)) for each in event.attendees
    ]
    return Event(
        subject=f"{HOLD} {event.summary}" if held else event.summary,
        start=point(event.when.start),
        end=point(event.when.end),
        show_as=FreeBusyStatus.Tentative if event.tentative else FreeBusyStatus.Busy,
        is_reminder_on=not event.tentative,  # nobody is called to what may never be
        location=Location(display_name=event.location),
        attendees=guests or None,  # an empty list would send away whoever the owner invited
        single_value_extended_properties=named(event.uid, event.sequence),
    )


def body(text: str) -> ItemBody:
    return ItemBody(content_type=BodyType.Text, content=text)


def above(text: str, meeting: told.Body | None) -> ItemBody:
    """The text over what Teams wrote, which stays as it is."""
    lines = "<br>".join(escape(line) for line in text.splitlines())
    return ItemBody(content_type=BodyType.Html, content=f"<div>{lines}</div>{meeting.content if meeting else ''}")


def meeting(key: str, topic: str, when: Interval) -> Event:
    """An event that so far is only the place of a Teams meeting."""
    event = Event(subject=topic, start=point(when.start), end=point(when.end), show_as=FreeBusyStatus.Busy)
    event.single_value_extended_properties = named(key, MEETING_ONLY)
    return with_teams(event)


def moved(when: Interval) -> Event:
    return Event(start=point(when.start), end=point(when.end))


def with_teams(event: Event) -> Event:
    event.is_online_meeting = True
    event.online_meeting_provider = OnlineMeetingProviderType.TeamsForBusiness
    return event


def online() -> Event:
    """What makes an event that is there already a Teams meeting."""
    return with_teams(Event())


def transaction(who: str, uid: str, sequence: int, attempt: int = 0) -> str:
    """The same for the same event, so that a request that was answered into the void makes no twin.

    A later `attempt` is for an event that Graph remembers having made, and that is gone.
    """
    parts = [who.lower(), uid, str(sequence), *([str(attempt)] if attempt else [])]
    return MARK + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def named(uid: str, sequence: int) -> list[SingleValueLegacyExtendedProperty]:
    return [
        SingleValueLegacyExtendedProperty(id=_SET + UID, value=uid),
        SingleValueLegacyExtendedProperty(id=_SET + SEQUENCE, value=str(sequence)),
    ]


def of(uid: str) -> str:
    """The filter that finds the events of this uid."""
    value = uid.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{_SET}{UID}' and ep/value eq '{value}')"


def point(at: datetime) -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), time_zone="UTC")


def wire(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Read


def ours(event: told.Event, who: str, zone: ZoneInfo | None) -> Ours | None:
    """None for an event that is none of ours, or that is called off."""
    properties = _properties(event)
    if event.is_cancelled or not properties.get(UID):
        return None
    told_sequence = properties.get(SEQUENCE, "")
    sequence = int(told_sequence) if told_sequence.isdecimal() else MEETING_ONLY
    answers = {
        each.email_address.address.lower(): ANSWERS.get(each.status.response, Answer.NONE)
        for each in event.attendees
        if each.email_address and each.email_address.address
    }
    standing = Standing(
        uid=properties[UID],
        who=who,
        when=taken(event, zone),
        sequence=None if sequence == MEETING_ONLY else sequence,
        tentative=event.show_as == "tentative",
        reference=event.id,
        version=event.change_key,
        url=(event.online_meeting and event.online_meeting.join_url) or "",
        answers=answers,
    )
    return Ours(standing, sequence, event.etag, bool(answers) and event.is_organizer, bool(event.is_online_meeting))


def blocks(seen: Iterable[told.Event], zone: ZoneInfo | None) -> tuple[Block, ...]:
    return tuple(
        Block(taken(each, zone), _show(each), each.is_all_day, _properties(each).get(UID, ""))
        for each in seen
        if not each.is_cancelled
    )


def taken(event: told.Event, zone: ZoneInfo | None) -> Interval:
    """The time an event takes. A whole day is the owner's day: Graph gives its date, and calls it UTC."""
    if event.start is None or event.end is None:
        raise CalendarUnreachable("Microsoft 365 told of an event without a time")
    start, end = instant(event.start), instant(event.end)
    if event.is_all_day and start.time() == end.time() == MIDNIGHT:
        first, last = start.date(), max(start, end - timedelta(days=1)).date()
        if zone is not None:
            return Interval(day_of(first, zone).start, day_of(last, zone).end)
        # Where they are is not known: from where on Earth the first day begins to where the last one ends.
        start, end = start - timedelta(hours=14), max(start + timedelta(days=1), end) + timedelta(hours=12)
    return lasting(start, end)


def lasting(start: datetime, end: datetime) -> Interval:
    return Interval(start, max(end, start + timedelta(minutes=1)))  # Outlook knows events of no length


def instant(at: told.Point) -> datetime:
    """Graph writes Windows' names of zones as well as IANA's."""
    zone = zone_of(at.time_zone)
    if zone is None:
        raise CalendarUnreachable("Microsoft 365 wrote a time in a zone that is not known")
    return at.date_time.replace(tzinfo=zone).astimezone(UTC)


def _show(event: told.Event) -> Show:
    if event.response_status and event.response_status.response == "declined":
        return Show.DECLINED
    return SHOWS.get(event.show_as, Show.BUSY)  # what Graph calls unknown is not free


def _properties(event: told.Event) -> dict[str, str]:
    """By their own name: the rest of the id comes back in other letters than it was sent in."""
    return {each.id.rpartition(" Name ")[2]: each.value for each in event.properties}

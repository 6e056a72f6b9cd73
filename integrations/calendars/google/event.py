"""An event as Google has it: how ours is written there, and what is read of any."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from dialogs.scheduling.hours import instant_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Answer, Block, CalendarEvent, CalendarUnreachable, Show, Standing

OURS = "askarsan"  # begins the id of what we wrote; its letters are among those Google allows
UID, SEQUENCE = "askarsan_uid", "askarsan_sequence"
HOLD = "[Hold]"

ANSWERS: Mapping[str, Answer] = {
    "accepted": Answer.ACCEPTED,
    "tentative": Answer.TENTATIVE,
    "declined": Answer.DECLINED,
}


# What we write


def id_of(uid: str) -> str:
    """The id of our event. Google takes [a-v0-9]{5,1024}, which is base32hex; so it can be read back to the uid."""
    return OURS + base64.b32hexencode(uid.encode()).decode().rstrip("=").lower()


def uid_in(google_id: str) -> str:
    """The uid an id of ours was made of; empty for everybody else's. Of a deleted event nothing but its id is told."""
    ours, _, _ = google_id.partition("_")  # an instance of a series carries its time behind
    if not ours.startswith(OURS):
        return ""
    letters = ours.removeprefix(OURS).upper()
    try:
        return base64.b32hexdecode(letters + "=" * (-len(letters) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def written(event: CalendarEvent, stored: Stored | None = None) -> dict[str, Any]:
    """The event for Google; with `stored`, as a patch of what stands there, whose other fields are the owner's."""
    body: dict[str, Any] = {
        "summary": _summary(event),
        "description": event.description,
        "location": event.location or event.url,
        "start": _moment(event.when.start, patch=stored is not None),
        "end": _moment(event.when.end, patch=stored is not None),
        "status": "tentative" if event.tentative else "confirmed",
        "transparency": "opaque",
        "attendees": [] if event.tentative else _guests(event, stored),
        # Candidates and clients see only themselves, and nobody passes the invitation on.
        "guestsCanSeeOtherGuests": False,
        "guestsCanInviteOthers": False,
        "extendedProperties": {"private": marks(event.sequence) | {UID: event.uid}},
    }
    if stored is None:
        body["id"] = id_of(event.uid)
    return body


def marks(sequence: int) -> dict[str, str]:
    """Which of our changes it was; Google's own `sequence` counts other things besides."""
    return {SEQUENCE: str(sequence)}


def _summary(event: CalendarEvent) -> str:
    if event.tentative and not event.summary.startswith(HOLD):
        return f"{HOLD} {event.summary}"
    return event.summary


def _moment(at: datetime, *, patch: bool) -> dict[str, str | None]:
    moment: dict[str, str | None] = {"dateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "timeZone": "UTC"}
    # A patch leaves what it does not name: the date of an event that its owner made an all-day one has to go.
    return moment | ({"date": None} if patch else {})


def _guests(event: CalendarEvent, stored: Stored | None) -> list[dict[str, str]]:
    """Those invited. Answers are kept while the time stays: a yes to another time is no yes."""
    said = stored.answers if stored and stored.is_at(event.when) else {}
    guests = []
    for address in event.attendees:
        answer = "accepted" if address.lower() == event.who.lower() else said.get(address.lower(), "needsAction")
        guests.append({"email": address, "responseStatus": answer})
    return guests


# What we read


class _Told(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Moment(_Told):
    day: date | None = Field(default=None, alias="date")
    date_time: AwareDatetime | None = None

    @property
    def known(self) -> bool:
        return self.day is not None or self.date_time is not None

    def instant(self, zone: ZoneInfo | None, *, ends: bool) -> datetime:
        """An all-day event begins and ends at midnight in the calendar's zone; where that is not known, it takes
        every hour that belongs to the day anywhere on earth."""
        if self.date_time is not None:
            return self.date_time.astimezone(UTC)
        assert self.day is not None  # or it was not read
        if zone is None:
            midnight = datetime.combine(self.day, time(0), UTC)
            return midnight + (timedelta(hours=12) if ends else timedelta(hours=-14))
        return instant_of(self.day, time(0), zone)


class Attendee(_Told):
    email: str = ""
    own: bool = Field(default=False, alias="self")  # the one whose calendar it is
    response_status: str = "needsAction"


class Organizer(_Told):
    own: bool = Field(default=False, alias="self")


class EntryPoint(_Told):
    entry_point_type: str = ""
    uri: str = ""


class Status(_Told):
    status_code: str = ""


class CreateRequest(_Told):
    status: Status = Status()


class Conference(_Told):
    entry_points: list[EntryPoint] = Field(default_factory=list)
    create_request: CreateRequest = CreateRequest()


class Properties(_Told):
    private: dict[str, str] = Field(default_factory=dict)


class Stored(_Told):
    """An event as it stands at Google. Titles, texts and places are not read: they are nobody's business."""

    id: str
    status: str = "confirmed"
    etag: str = ""
    start: Moment = Moment()
    end: Moment = Moment()
    transparency: str = "opaque"
    event_type: str = "default"
    ical_uid: str = Field(default="", alias="iCalUID")
    attendees: list[Attendee] = Field(default_factory=list)
    organizer: Organizer = Organizer(self=True)
    extended_properties: Properties = Properties()
    conference_data: Conference = Conference()

    @classmethod
    def read(cls, told: object) -> Stored:
        """Raises CalendarUnreachable where it cannot be read: what is not understood must not pass for free."""
        try:
            stored = cls.model_validate(told)
        except ValidationError:
            # Without pydantic's own text, which would show what stands in people's calendars.
            raise CalendarUnreachable("an event of Google's cannot be read") from None
        if not stored.cancelled and not (stored.start.known and stored.end.known):
            raise CalendarUnreachable("an event of Google's has no time")
        return stored

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def copied(self) -> bool:
        """It came as an invitation to an event in somebody else's calendar, under the same id, and follows that one."""
        return not self.organizer.own

    @property
    def uid(self) -> str:
        """Ours where we wrote it; else the one of the invitation it came with, which may be ours, sent by mail."""
        return uid_in(self.id) or self.ical_uid

    @property
    def sequence(self) -> int | None:
        value = self.extended_properties.private.get(SEQUENCE, "")
        return int(value) if value.isdecimal() else None

    @property
    def answers(self) -> Mapping[str, str]:
        return {each.email.lower(): each.response_status for each in self.attendees if each.email}

    @property
    def url(self) -> str:
        """The online meeting, once Google has made it."""
        ways = (each.uri for each in self.conference_data.entry_points if each.entry_point_type == "video")
        return next(ways, "")

    @property
    def room_is_coming(self) -> bool:
        return self.conference_data.create_request.status.status_code == "pending"

    @property
    def all_day(self) -> bool:
        return self.start.date_time is None

    @property
    def show(self) -> Show:
        own = next((each.response_status for each in self.attendees if each.own), "accepted")
        if own == "declined":
            return Show.DECLINED
        if self.event_type == "outOfOffice":
            return Show.AWAY
        if self.event_type == "workingLocation":
            return Show.ELSEWHERE
        if self.transparency == "transparent":
            return Show.FREE
        # What nobody has answered yet may still be meant.
        return Show.TENTATIVE if self.status == "tentative" or own != "accepted" else Show.BUSY

    def is_at(self, when: Interval) -> bool:
        return not self.all_day and (self.start.date_time, self.end.date_time) == (when.start, when.end)

    def block(self, zone: ZoneInfo | None) -> Block | None:
        """None where it takes no time: cancelled, or as short as a reminder."""
        if self.cancelled:
            return None
        start, end = self.start.instant(zone, ends=False), self.end.instant(zone, ends=True)
        return Block(Interval(start, end), self.show, self.all_day, self.uid) if start < end else None

    def standing(self, who: str, zone: ZoneInfo | None) -> Standing:
        start, end = self.start.instant(zone, ends=False), self.end.instant(zone, ends=True)
        return Standing(
            uid=self.uid,
            who=who,
            when=Interval(start, max(end, start + timedelta(minutes=1))),  # shortened to nothing it still stands there
            sequence=self.sequence,
            tentative=self.status == "tentative",
            reference=self.id,
            version=self.etag,
            url=self.url,
            answers={address: ANSWERS.get(answer, Answer.NONE) for address, answer in self.answers.items()},
        )

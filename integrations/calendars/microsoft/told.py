"""What Graph answers, as far as it is read here.

Read by our own shapes: the SDK's readers import two thousand modules, and take ten milliseconds for each event.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Told(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class Page(Told, Generic[T]):
    value: list[T]
    next: str | None = Field(None, alias="@odata.nextLink")
    delta: str | None = Field(None, alias="@odata.deltaLink")


# Events


class Point(Told):
    """A clock without an offset, and the zone it hangs in."""

    date_time: datetime
    time_zone: str = "UTC"


class Answered(Told):
    response: str | None = None


class Address(Told):
    address: str | None = None


class Guest(Told):
    email_address: Address | None = None
    status: Answered = Field(default_factory=Answered)


class Named(Told):
    id: str
    value: str


class Body(Told):
    content: str = ""
    content_type: str = "html"


class Link(Told):
    join_url: str | None = None


class Event(Told):
    """Of one that was deleted, the delta tells nothing but its id."""

    id: str
    change_key: str = ""
    etag: str = Field("", alias="@odata.etag")
    start: Point | None = None
    end: Point | None = None
    is_all_day: bool = False
    show_as: str | None = None
    is_cancelled: bool = False
    is_organizer: bool = False
    response_status: Answered | None = None
    attendees: list[Guest] = Field(default_factory=list)
    is_online_meeting: bool | None = None
    online_meeting: Link | None = None
    body: Body | None = None
    transaction_id: str | None = None
    properties: list[Named] = Field(default_factory=list, alias="singleValueExtendedProperties")
    removed: Any = Field(None, alias="@removed")


# Schedules


class Change(Told):
    """The day on which a zone changes its clock: a weekday, for the nth time in a month; the fifth is the last."""

    month: int
    day_occurrence: int
    day_of_week: str
    clock: time = Field(alias="time")
    daylight_bias: int = 0

    def on(self, year: int) -> datetime:
        first = date(year, self.month, 1)
        day = first + timedelta(
            days=(DAYS.index(self.day_of_week) - first.weekday()) % 7, weeks=self.day_occurrence - 1
        )
        return datetime.combine(day if day.month == self.month else day - timedelta(weeks=1), self.clock)


class Zone(Told):
    """By its name, or made up in Outlook: then the name says nothing, and the rest all."""

    name: str = ""
    bias: int | None = None  # minutes
    standard_offset: Change | None = None
    daylight_offset: Change | None = None


class Hours(Told):
    days_of_week: list[str] = Field(default_factory=list)
    start_time: time | None = None
    end_time: time | None = None
    time_zone: Zone | None = None


class Item(Told):
    status: str | None = None
    start: Point
    end: Point


class Schedule(Told):
    availability_view: str | None = None
    schedule_items: list[Item] = Field(default_factory=list)
    working_hours: Hours | None = None
    error: Any = None


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


# Subscriptions


class Subscription(Told):
    id: str
    expiration_date_time: AwareDatetime


# Bookings


class Business(Told):
    id: str
    display_name: str | None = None
    public_url: str | None = None
    is_published: bool | None = None


class Service(Told):
    id: str
    display_name: str | None = None
    default_duration: timedelta | None = None
    web_url: str | None = None


class Customer(Told):
    name: str | None = None
    email_address: str | None = None


class Appointment(Told):
    id: str
    service_id: str | None = None
    start_date_time: Point
    end_date_time: Point
    customers: list[Customer] = Field(default_factory=list)
    join_web_url: str | None = None


# Refusals


class Problem(Told):
    code: str | None = None


class Refusal(Told):
    error: Problem

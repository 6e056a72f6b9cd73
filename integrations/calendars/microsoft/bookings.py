"""Microsoft Bookings: the firm's booking pages, what they offer, and who has booked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.booking_appointment import BookingAppointment
from msgraph.generated.models.booking_customer_information import BookingCustomerInformation
from msgraph.generated.models.booking_service import BookingService
from msgraph.generated.solutions.booking_businesses.item.appointments.item.cancel.cancel_post_request_body import (
    CancelPostRequestBody,
)
from msgraph.generated.solutions.booking_businesses.item.booking_business_item_request_builder import (
    BookingBusinessItemRequestBuilder as BusinessRequests,
)
from msgraph.generated.solutions.booking_businesses.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarUnreachable
from integrations.calendars.microsoft.events import instant, lasting, point, wire
from integrations.calendars.microsoft.graph import Graph, NotAllowed, NotThere

# Without the second one an app may make businesses and services, and not a single appointment.
PERMISSIONS = (
    "Ask whoever runs your Microsoft 365 to give askARSAN both permissions: Bookings.ReadWrite.All and "
    "BookingsAppointment.ReadWrite.All."
)

T = TypeVar("T")
ViewQuery = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters


@dataclass(frozen=True, slots=True)
class Business:
    id: str
    name: str
    page: str = ""  # where people book for themselves
    published: bool = False  # can they?


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    name: str
    length: timedelta
    page: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    id: str
    service: str
    when: Interval
    name: str = ""
    email: str = ""
    url: str = ""  # the online meeting, where there is one


class MicrosoftBookings:
    """Every method raises a CalendarError when Graph fails."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def businesses(self) -> tuple[Business, ...]:
        """The list itself knows no pages: each is asked for."""
        with _with_the_permissions():
            told = await self._graph.ask("", lambda client: client.solutions.booking_businesses.get())
            found = [await self._ask(each.id, lambda its: its.get()) for each in _all(told)]
        return tuple(
            Business(each.id, each.display_name or "", each.public_url or "", bool(each.is_published))
            for each in map(_made, found)
        )

    async def services(self, business: str) -> tuple[Service, ...]:
        with _with_the_permissions():
            told = await self._ask(business, lambda its: its.services.get())
            return tuple(_service(each) for each in _all(told))

    async def offer(self, business: str, name: str, length: timedelta) -> Service:
        """A new service that people can book."""
        new = BookingService(display_name=name, default_duration=duration(length))
        with _with_the_permissions():
            return _service(_made(await self._ask(business, lambda its: its.services.post(new))))

    async def appointments(self, business: str, between: Interval) -> tuple[Appointment, ...]:
        asked = ViewQuery(start=wire(between.start), end=wire(between.end))
        with _with_the_permissions():
            told = await self._ask(business, lambda its: its.calendar_view.get(_query(asked)))
            return tuple(_appointment(each) for each in _all(told))

    async def book(self, business: str, service: str, when: Interval, name: str, email: str) -> Appointment:
        """Bookings takes no key of ours: what the same person has already at the same time is not booked again."""
        for each in await self.appointments(business, when):
            if (each.service, each.when, each.email.lower()) == (service, when, email.lower()):
                return each
        new = BookingAppointment(
            service_id=service,
            start_date_time=point(when.start),
            end_date_time=point(when.end),
            customers=[BookingCustomerInformation(name=name, email_address=email)],
        )
        with _with_the_permissions():
            return _appointment(_made(await self._ask(business, lambda its: its.appointments.post(new))))

    async def cancel(self, business: str, appointment: str, message: str) -> None:
        """Who booked gets the message. An appointment that is gone is left so."""
        said = CancelPostRequestBody(cancellation_message=message)
        with _with_the_permissions():
            try:
                await self._ask(
                    business, lambda its: its.appointments.by_booking_appointment_id(appointment).cancel.post(said)
                )
            except NotThere:
                return

    async def close(self) -> None:
        await self._graph.close()

    async def _ask(self, business: str, question: Callable[[BusinessRequests], Awaitable[T]]) -> T:
        return await self._graph.ask(
            business, lambda client: question(client.solutions.booking_businesses.by_booking_business_id(business))
        )


def duration(length: timedelta) -> str:
    """As ISO 8601 has it. The SDK would write a timedelta as 1:00:00, which Graph refuses; text it leaves alone."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        raise ValueError("a service lasts at least a minute")
    return f"PT{minutes}M"


def _service(told: BookingService) -> Service:
    return Service(told.id, told.display_name or "", told.default_duration or timedelta(), told.web_url or "")


def _appointment(told: BookingAppointment) -> Appointment:
    when = lasting(instant(told.start_date_time), instant(told.end_date_time))
    guest = next((each for each in told.customers or () if isinstance(each, BookingCustomerInformation)), None)
    name = guest.name if guest else told.customer_name
    email = guest.email_address if guest else told.customer_email_address
    return Appointment(told.id, told.service_id or "", when, name or "", email or "", told.join_web_url or "")


def _all(told: Any) -> list[Any]:
    if told is None or told.value is None:
        raise CalendarUnreachable("Microsoft Bookings gave no list")
    return list(told.value)


def _made(told: Any) -> Any:
    if told is None or not told.id:
        raise CalendarUnreachable("Microsoft Bookings gave no answer we can read")
    return told


def _query(asked: object) -> RequestConfiguration[Any]:
    return RequestConfiguration(query_parameters=asked)


@contextmanager
def _with_the_permissions() -> Iterator[None]:
    try:
        yield
    except NotAllowed as error:
        raise NotAllowed(str(error), remedy=PERMISSIONS) from None

"""Microsoft Bookings: the firm's booking pages, what they offer, and who has booked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

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
from pydantic import BaseModel

from dialogs.scheduling.intervals import Interval
from integrations.calendars.microsoft import told
from integrations.calendars.microsoft.events import instant, lasting, point, wire
from integrations.calendars.microsoft.graph import Graph, NotAllowed, NotThere, asking

# Without the second one an app may make businesses and services, and not a single appointment.
PERMISSIONS = (
    "Ask whoever runs your Microsoft 365 to give askARSAN both permissions: Bookings.ReadWrite.All and "
    "BookingsAppointment.ReadWrite.All."
)

M = TypeVar("M", bound=BaseModel)
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
        """The list itself knows no pages: each business is asked for its own."""
        with _with_the_permissions():
            listed = await self._graph.ask(
                "", lambda client: client.solutions.booking_businesses.get(asking()), told.Page[told.Business]
            )
            found = [await self._ask(each.id, lambda its: its.get(asking()), told.Business) for each in listed.value]
        return tuple(
            Business(each.id, each.display_name or "", each.public_url or "", bool(each.is_published)) for each in found
        )

    async def services(self, business: str) -> tuple[Service, ...]:
        with _with_the_permissions():
            found = await self._ask(business, lambda its: its.services.get(asking()), told.Page[told.Service])
        return tuple(_service(each) for each in found.value)

    async def offer(self, business: str, name: str, length: timedelta) -> Service:
        """A new service that people can book."""
        new = BookingService(display_name=name, default_duration=duration(length))
        with _with_the_permissions():
            return _service(await self._ask(business, lambda its: its.services.post(new, asking()), told.Service))

    async def appointments(self, business: str, between: Interval) -> tuple[Appointment, ...]:
        query = ViewQuery(start=wire(between.start), end=wire(between.end))
        with _with_the_permissions():
            found = await self._ask(
                business, lambda its: its.calendar_view.get(asking(query)), told.Page[told.Appointment]
            )
        return tuple(_appointment(each) for each in found.value)

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
            made = await self._ask(business, lambda its: its.appointments.post(new, asking()), told.Appointment)
        return _appointment(made)

    async def cancel(self, business: str, appointment: str, message: str) -> None:
        """Who booked gets the message. An appointment that is gone is left so."""
        said = CancelPostRequestBody(cancellation_message=message)
        with _with_the_permissions(), suppress(NotThere):
            await self._graph.do(
                business,
                lambda client: (
                    client.solutions.booking_businesses.by_booking_business_id(business)
                    .appointments.by_booking_appointment_id(appointment)
                    .cancel.post(said, asking())
                ),
            )

    async def close(self) -> None:
        await self._graph.close()

    async def _ask(self, business: str, question: Callable[[BusinessRequests], Awaitable[Any]], shape: type[M]) -> M:
        return await self._graph.ask(
            business,
            lambda client: question(client.solutions.booking_businesses.by_booking_business_id(business)),
            shape,
        )


def duration(length: timedelta) -> str:
    """As ISO 8601 has it. The SDK would write a timedelta as 1:00:00, which Graph refuses; text it leaves alone."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        raise ValueError("a service lasts at least a minute")
    return f"PT{minutes}M"


def _service(found: told.Service) -> Service:
    return Service(found.id, found.display_name or "", found.default_duration or timedelta(), found.web_url or "")


def _appointment(found: told.Appointment) -> Appointment:
    when = lasting(instant(found.start_date_time), instant(found.end_date_time))
    guest = found.customers[0] if found.customers else told.Customer()
    return Appointment(
        found.id, found.service_id or "", when, guest.name or "", guest.email_address or "", found.join_web_url or ""
    )


@contextmanager
def _with_the_permissions() -> Iterator[None]:
    try:
        yield
    except NotAllowed as error:
        raise NotAllowed(str(error), remedy=PERMISSIONS) from None

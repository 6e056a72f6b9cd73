"""Microsoft Bookings over the SDK: pages, services, appointments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest
from msgraph.generated.models.booking_service import BookingService

from integrations.calendars.base import CalendarDisconnected, CalendarRefused, CalendarUnreachable
from integrations.calendars.microsoft.bookings import Business, MicrosoftBookings, duration
from integrations.calendars.microsoft.graph import asking
from integrations.calendars.microsoft.set_up import bookings_from
from integrations.calendars.microsoft.told import Service
from integrations.standins.microsoft.bookings import Business as Shop
from integrations.standins.microsoft.faults import Fault
from tests.calendars.at_microsoft import RITA, WEEK, Office, at, office

SHOP = "interviews@acme.example"
PAGE = "https://outlook.office365.com/book/interviews@acme.example"


@dataclass(frozen=True)
class Reception:
    desk: Office
    shop: Shop
    bookings: MicrosoftBookings


@asynccontextmanager
async def reception() -> AsyncIterator[Reception]:
    async with office() as desk:
        yield Reception(desk, desk.microsoft.business(SHOP, "Interviews", PAGE), MicrosoftBookings(desk.graph))


async def test_businesses_are_listed_with_their_pages() -> None:
    """The list leaves the pages out; taken at its word, no business would have one."""
    async with reception() as at_work:
        at_work.desk.microsoft.business("hidden@acme.example", "Not yet")
        assert await at_work.bookings.businesses() == (
            Business(SHOP, "Interviews", PAGE, True),
            Business("hidden@acme.example", "Not yet"),
        )


async def test_bookings_are_made_from_the_settings() -> None:
    async with reception() as at_work:
        microsoft, url = at_work.desk.microsoft, at_work.desk.url
        known = {"tenant": microsoft.tenant, "client_id": microsoft.client_id, "client_secret": microsoft.client_secret}
        places = {"graph_url": f"{url}/v1.0", "login_url": url}
        settings = {f"microsoft_{name}": value for name, value in (known | places).items()}
        bookings = bookings_from(settings, at_work.desk.clock)
        assert len(await bookings.businesses()) == 1
        await bookings.close()


async def test_a_service_lasts_as_long_as_it_was_said_to() -> None:
    async with reception() as at_work:
        for length in (timedelta(minutes=45), timedelta(hours=1), timedelta(days=1, minutes=90)):
            made = await at_work.bookings.offer(SHOP, "First talk", length)
            assert made.length == length
        assert [each.length for each in await at_work.bookings.services(SHOP)][:2] == [
            timedelta(minutes=45),
            timedelta(hours=1),
        ]


async def test_a_timedelta_given_to_the_sdk_goes_out_in_pythons_own_writing() -> None:
    """Which Graph refuses: this is why a length is written by hand. If it passes one day, the detour can go."""
    async with reception() as at_work:
        new = BookingService(display_name="First talk", default_duration=timedelta(hours=1))
        with pytest.raises(CalendarRefused):
            await at_work.desk.graph.ask(
                SHOP,
                lambda client: client.solutions.booking_businesses.by_booking_business_id(SHOP).services.post(
                    new, asking()
                ),
                Service,
            )
    assert duration(timedelta(hours=1)) == "PT60M"
    with pytest.raises(ValueError, match="minute"):
        duration(timedelta(seconds=20))


async def test_an_appointment_is_booked_once_and_called_off_with_a_word() -> None:
    async with reception() as at_work:
        service = await at_work.bookings.offer(SHOP, "First talk", timedelta(hours=1))
        made = await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ana Silva", "ana@example.org")
        assert await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ana Silva", "Ana@Example.org") == made
        assert await at_work.bookings.appointments(SHOP, WEEK) == (made,)
        assert (made.when, made.name, made.email) == (at(3, 9), "Ana Silva", "ana@example.org")
        another = await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ben Okafor", "ben@example.org")
        assert another.id != made.id
        for _ in range(2):
            await at_work.bookings.cancel(SHOP, made.id, "We will write again.")
        assert await at_work.bookings.appointments(SHOP, WEEK) == (another,)
        assert at_work.shop.mails == ["We will write again."]


async def test_an_answer_that_was_lost_books_nothing_twice() -> None:
    async with reception() as at_work:
        service = await at_work.bookings.offer(SHOP, "First talk", timedelta(hours=1))
        at_work.desk.microsoft.faults.add(Fault(503, on="POST", done=True))
        with pytest.raises(CalendarUnreachable):
            await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ana Silva", "ana@example.org")
        await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ana Silva", "ana@example.org")
        assert len(at_work.shop.appointments) == 1


async def test_one_of_the_two_permissions_alone_is_told_as_such() -> None:
    async with reception() as at_work:
        service = await at_work.bookings.offer(SHOP, "First talk", timedelta(hours=1))
        at_work.desk.microsoft.permissions.discard("BookingsAppointment.ReadWrite.All")
        assert await at_work.bookings.businesses()
        with pytest.raises(CalendarDisconnected) as refused:
            await at_work.bookings.book(SHOP, service.id, at(3, 9), "Ana Silva", "ana@example.org")
        assert "BookingsAppointment.ReadWrite.All" in refused.value.remedy
        at_work.desk.microsoft.permissions.discard("Bookings.ReadWrite.All")
        with pytest.raises(CalendarDisconnected):
            await at_work.bookings.businesses()


# The stand-in itself


async def test_the_stand_in_is_as_strict_as_graph() -> None:
    """A stand-in that takes everything would let every mistake through."""
    async with office() as desk:
        token = {"Authorization": f"Bearer {await _token(desk)}"}
        when = {"start": {"dateTime": "2026-03-03T09:00:00", "timeZone": "UTC"}}
        whole = {"subject": "x", **when, "end": {"dateTime": "2026-03-03T10:00:00", "timeZone": "UTC"}}
        events, schedule = f"/users/{RITA}/events", f"/users/{RITA}/calendar/getSchedule"
        window = {"schedules": [RITA], "startTime": whole["start"], "endTime": whole["end"]}
        june = {"dateTime": "2026-06-03T09:00:00", "timeZone": "UTC"}
        pascal = {f"{name[0].upper()}{name[1:]}": value for name, value in window.items()}
        async with httpx2.AsyncClient(base_url=f"{desk.url}/v1.0", trust_env=False, headers=token) as graph:
            assert (await graph.post(events, json=whole)).status_code == 201
            assert (await graph.post(schedule, json=window)).status_code == 200
            assert (await graph.post(schedule, json=pascal)).status_code == 200, "as the SDK writes it"
            refused = [
                graph.post(events, json={**whole, "titel": "x"}),
                graph.post(events, json={**whole, "changeKey": "mine"}),
                graph.post(events, json={**whole, "showAs": "away"}),
                graph.post(events, json={**whole, "start": {"dateTime": "2026-03-03T09:00:00Z", "timeZone": "UTC"}}),
                graph.post(events, json={**whole, "start": {"dateTime": "2026-03-03T09:00:00", "timeZone": "Mars"}}),
                graph.post(events, json=when),
                graph.post(events, content=b"{}", headers={"Content-Type": "text/plain"}),
                graph.post(schedule, json={**window, "mailboxes": []}),
                graph.post(schedule, json={**window, "availabilityViewInterval": 4}),
                graph.post(schedule, json={**window, "endTime": june}),
                graph.get(events, params={"$filter": "subject eq 'x'"}),
                graph.get(events, params={"$top": "1001"}),
                graph.get(events, params={"$search": "x"}),
                graph.get(f"/users/{RITA}/calendarView"),
                graph.get("/users/nobody@acme.example/events"),
                graph.post(f"/users/{RITA}/findMeetingTimes", json={}),
                graph.get("/groups"),
                graph.get(events, headers={"Authorization": "Bearer made-up"}),
            ]
            assert [each.status_code for each in [await one for one in refused]] == [
                *[400] * 6,
                415,
                *[400] * 7,
                404,
                403,
                400,
                401,
            ]


async def _token(desk: Office) -> str:
    told = {"client_id": desk.microsoft.client_id, "client_secret": desk.microsoft.client_secret}
    told |= {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{desk.url}/{desk.microsoft.tenant}/oauth2/v2.0/token", data=told)
    return str(answer.json()["access_token"])

"""One person's mailbox over Graph: every request there is to the events in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.event import Event as NewEvent
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody
from msgraph.generated.users.item.events.item.event_item_request_builder import EventItemRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.graph_service_client import GraphServiceClient

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarUnreachable
from integrations.calendars.microsoft import events
from integrations.calendars.microsoft.events import Ours
from integrations.calendars.microsoft.graph import Graph, NotThere, asking
from integrations.calendars.microsoft.told import Event, Page

PAGE = 250  # events in one answer
PAGES = 40  # nobody has ten thousand events in the weeks we look at: an answer that never ends is none

ViewQuery = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
EventsQuery = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters
EventQuery = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters
DeltaQuery = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters

Question = Callable[[UserItemRequestBuilder], Awaitable[Any]]


class Mailbox:
    """Every method raises a CalendarError when Graph fails."""

    def __init__(self, graph: Graph, who: str) -> None:
        self.who = who
        self._graph = graph

    async def view(self, between: Interval) -> list[Event]:
        """Everything there in that time, series taken apart into their single events."""
        query = ViewQuery(
            start_date_time=events.wire(between.start),
            end_date_time=events.wire(between.end),
            select=events.SEEN,
            expand=[events.PROPERTIES],
            top=PAGE,
        )
        found, _ = await self._every_page(lambda mine: mine.calendar_view.get(asking(query)))
        return found

    async def of(self, uid: str) -> list[Event]:
        """Ours of this uid. It should be one; somebody may have copied it."""
        query = EventsQuery(filter=events.of(uid), select=events.READ, expand=[events.PROPERTIES], top=PAGE)
        found, _ = await self._every_page(lambda mine: mine.events.get(asking(query)))
        return found

    async def event(self, reference: str, *also: str) -> Event:
        """Raises NotThere where it is gone."""
        query = EventQuery(select=[*events.READ, *also], expand=[events.PROPERTIES])
        return await self._ask(lambda mine: mine.events.by_event_id(reference).get(asking(query)))

    async def create(self, event: NewEvent) -> Event:
        """Raises CalendarChanged where Graph has seen its transaction before."""
        return await self._ask(lambda mine: mine.events.post(event, asking()))

    async def change(self, ours: Ours, event: NewEvent) -> Event:
        """Raises CalendarChanged where somebody changed it since it was read, NotThere where it is gone."""
        reference = ours.standing.reference
        return await self._ask(lambda mine: mine.events.by_event_id(reference).patch(event, _unless_changed(ours)))

    async def remove(self, ours: Ours) -> None:
        """Whoever was invited is told; without guests it just goes. One that is gone is left so."""
        reference, farewell = ours.standing.reference, CancelPostRequestBody(comment="")
        with suppress(NotThere):
            if ours.invites:
                # A mere deletion would leave it in the calendars of the others.
                await self._do(lambda mine: mine.events.by_event_id(reference).cancel.post(farewell, asking()))
            else:
                await self._do(lambda mine: mine.events.by_event_id(reference).delete(_unless_changed(ours)))

    async def changed(self, link: str) -> tuple[list[Event], str]:
        """What changed since the link was given, and the link for the next time. Raises NotThere if it is too old."""
        return await self._every_page(lambda mine: mine.calendar_view.delta.with_url(link).get(asking()))

    async def changed_in(self, window: Interval) -> tuple[list[Event], str]:
        """All there is in a window, as the beginning of what changes in it."""
        query = DeltaQuery(start_date_time=events.wire(window.start), end_date_time=events.wire(window.end))
        return await self._every_page(lambda mine: mine.calendar_view.delta.get(asking(query)))

    async def _every_page(self, question: Question) -> tuple[list[Event], str]:
        """The events of all pages, and the delta's link where there is one."""
        found: list[Event] = []
        page = await self._page(question)
        for _ in range(PAGES):
            found += page.value
            if not page.next:
                return found, page.delta or ""
            page = await self._page(partial(_next, page.next))
        raise CalendarUnreachable("Microsoft 365 comes to no end with a calendar")

    async def _page(self, question: Question) -> Page[Event]:
        return await self._graph.ask(self.who, self._mine(question), Page[Event])

    async def _ask(self, question: Question) -> Event:
        return await self._graph.ask(self.who, self._mine(question), Event)

    async def _do(self, question: Question) -> None:
        await self._graph.do(self.who, self._mine(question))

    def _mine(self, question: Question) -> Callable[[GraphServiceClient], Awaitable[Any]]:
        return lambda client: question(client.users.by_user_id(self.who))


def _next(link: str, mine: UserItemRequestBuilder) -> Awaitable[Any]:
    page: Awaitable[Any] = mine.events.with_url(link).get(asking())
    return page


def _unless_changed(ours: Ours) -> RequestConfiguration[Any]:
    return asking(headers={"If-Match": ours.etag or "*"})

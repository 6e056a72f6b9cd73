"""One person's mailbox over Graph: every request there is to the events in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_collection_response import EventCollectionResponse
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody
from msgraph.generated.users.item.events.item.event_item_request_builder import EventItemRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarUnreachable
from integrations.calendars.microsoft import events
from integrations.calendars.microsoft.events import Ours
from integrations.calendars.microsoft.graph import Graph, NotThere

PAGE = 250  # events in one answer
PAGES = 40  # nobody has ten thousand events in the weeks we look at: an answer that never ends is none

ViewQuery = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
EventsQuery = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters
EventQuery = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters
DeltaQuery = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters

T = TypeVar("T")


class Mailbox:
    """Every method raises a CalendarError when Graph fails."""

    def __init__(self, graph: Graph, who: str) -> None:
        self.who = who
        self._graph = graph

    async def view(self, between: Interval) -> list[Event]:
        """Everything there in that time, series taken apart into their single events."""
        asked = ViewQuery(
            start_date_time=events.wire(between.start),
            end_date_time=events.wire(between.end),
            select=events.SEEN,
            expand=[events.PROPERTIES],
            top=PAGE,
        )
        return await self._every_page(await self._ask(lambda mine: mine.calendar_view.get(_query(asked))))

    async def of(self, uid: str) -> list[Event]:
        """Ours of this uid. It should be one; somebody may have copied it."""
        asked = EventsQuery(filter=events.of(uid), select=events.READ, expand=[events.PROPERTIES], top=PAGE)
        return await self._every_page(await self._ask(lambda mine: mine.events.get(_query(asked))))

    async def event(self, reference: str, *also: str) -> Event:
        """Raises NotThere where it is gone."""
        asked = EventQuery(select=[*events.READ, *also], expand=[events.PROPERTIES])
        return _whole(await self._ask(lambda mine: mine.events.by_event_id(reference).get(_query(asked))))

    async def create(self, event: Event) -> Event:
        """Raises CalendarChanged where Graph has seen its transaction before."""
        return _whole(await self._ask(lambda mine: mine.events.post(event)))

    async def change(self, ours: Ours, event: Event) -> Event:
        """Raises CalendarChanged where somebody changed it since it was read, NotThere where it is gone."""
        event_id, unless = ours.standing.reference, _unless_changed(ours)
        return _whole(await self._ask(lambda mine: mine.events.by_event_id(event_id).patch(event, unless)))

    async def remove(self, ours: Ours) -> None:
        """Whoever was invited is told; without guests it just goes. One that is gone is left so."""
        event_id, unless = ours.standing.reference, _unless_changed(ours)
        farewell = CancelPostRequestBody(comment="")
        try:
            if ours.invites:
                # A mere deletion would leave it in the calendars of the others.
                await self._ask(lambda mine: mine.events.by_event_id(event_id).cancel.post(farewell))
            else:
                await self._ask(lambda mine: mine.events.by_event_id(event_id).delete(unless))
        except NotThere:
            return

    async def changed(self, link: str) -> tuple[list[Event], str]:
        """What changed since the link was given, and the link for the next time. Raises NotThere if it is too old."""
        return await self._to_the_end(await self._ask(partial(_page_of_changes, link)))

    async def changed_in(self, window: Interval) -> tuple[list[Event], str]:
        """All there is in a window, as the beginning of what changes in it."""
        asked = DeltaQuery(start_date_time=events.wire(window.start), end_date_time=events.wire(window.end))
        return await self._to_the_end(await self._ask(lambda mine: mine.calendar_view.delta.get(_query(asked))))

    async def _ask(self, question: Callable[[UserItemRequestBuilder], Awaitable[T]]) -> T:
        return await self._graph.ask(self.who, lambda client: question(client.users.by_user_id(self.who)))

    async def _every_page(self, told: EventCollectionResponse | None) -> list[Event]:
        found: list[Event] = []
        for _ in range(PAGES):
            if told is None or told.value is None:
                break
            found += told.value
            if not told.odata_next_link:
                return found
            told = await self._ask(partial(_page_of_events, told.odata_next_link))
        raise CalendarUnreachable("Microsoft 365 broke off in the middle of a calendar")

    async def _to_the_end(self, told: DeltaGetResponse | None) -> tuple[list[Event], str]:
        found: list[Event] = []
        for _ in range(PAGES):
            if told is None or told.value is None:
                break
            found += told.value
            if told.odata_delta_link:
                return found, told.odata_delta_link
            if not told.odata_next_link:
                break
            told = await self._ask(partial(_page_of_changes, told.odata_next_link))
        raise CalendarUnreachable("Microsoft 365 broke off in the middle of what changed")


def _page_of_events(link: str, mine: UserItemRequestBuilder) -> Awaitable[EventCollectionResponse | None]:
    page: Awaitable[EventCollectionResponse | None] = mine.events.with_url(link).get()
    return page


def _page_of_changes(link: str, mine: UserItemRequestBuilder) -> Awaitable[DeltaGetResponse | None]:
    page: Awaitable[DeltaGetResponse | None] = mine.calendar_view.delta.with_url(link).get()
    return page


def _query(asked: object) -> RequestConfiguration[Any]:
    return RequestConfiguration(query_parameters=asked)


def _unless_changed(ours: Ours) -> RequestConfiguration[Any]:
    headers = HeadersCollection()
    headers.add("If-Match", ours.etag or "*")
    return RequestConfiguration(headers=headers)


def _whole(event: Event | None) -> Event:
    # A redirect, which is not followed, reads like an event in which nothing stands.
    if event is None or not event.id:
        raise CalendarUnreachable("Microsoft 365 gave no event")
    return event

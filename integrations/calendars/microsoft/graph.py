"""The way to Microsoft Graph: its SDK, its limits per mailbox, and its errors in our words."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx  # the SDK's own client, which it also hands its errors on from
from kiota_abstractions.api_error import APIError
from kiota_abstractions.serialization import ParseNodeFactoryRegistry, SerializationWriterFactoryRegistry
from kiota_http.middleware import ParametersNameDecodingHandler
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_collection_response import EventCollectionResponse
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.schedule_information import ScheduleInformation
from msgraph.generated.models.subscription import Subscription
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from integrations.calendars.base import (
    CalendarChanged,
    CalendarDisconnected,
    CalendarError,
    CalendarRefused,
    CalendarUnreachable,
)
from integrations.calendars.microsoft.account import Account
from integrations.calendars.microsoft.tokens import SIGN_IN_AGAIN, Tokens

LET_US_IN = "Ask whoever runs your Microsoft 365 to let askARSAN in; the guide says which permissions it needs."
NO_SUCH_MAILBOX = "Look at the address: Microsoft 365 has no mailbox of that name."
AT_ONCE = 4  # per app and mailbox; a fifth request is refused ("MailboxConcurrency")
LONGEST_REST = timedelta(days=1)
NO_MAILBOX = frozenset(
    {"ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "Request_ResourceNotFound", "ErrorNonExistentMailbox"}
)

T = TypeVar("T")
Question = Callable[[GraphServiceClient], Awaitable[T]]


class NotAllowed(CalendarDisconnected):
    """We are known, but may not do this there."""


class NoMailbox(CalendarDisconnected):
    """There is no such mailbox, or it is none of Exchange Online."""


class NotThere(CalendarRefused):
    """What we asked for by its id is gone."""


class Graph:
    """One account's way in. Nothing is tried twice here: whoever asked knows whether, and when, to ask again."""

    def __init__(self, account: Account, now: Callable[[], datetime], *, seconds: float = 20.0) -> None:
        self.account = account
        self.now = now
        self.tokens = Tokens(account, now)
        self._seconds = seconds
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._resting: dict[str, datetime] = {}
        self._opening = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None
        self._client: GraphServiceClient | None = None

    async def ask(self, mailbox: str, question: Question[T]) -> T:
        """One request that concerns `mailbox`, answered or failed within a time limit. Raises a CalendarError.

        A mailbox that asked us to come back later is left alone until then.
        """
        lane = mailbox.lower()
        async with self._lanes[lane]:
            self._leave_alone(lane)
            client = await self._opened()
            try:
                return await self._asked(client, question)
            except CalendarUnreachable as error:
                self._rest(lane, error)
                raise

    async def close(self) -> None:
        await self.tokens.close()
        if self._http is not None:
            await self._http.aclose()

    async def _asked(self, client: GraphServiceClient, question: Question[T]) -> T:
        try:
            return await self._once(client, question)
        except _TokenRefused:
            # It may have ended early, or been called back; a fresh one tells whether we are still welcome.
            self.tokens.drop()
        return await self._once(client, question)

    async def _once(self, client: GraphServiceClient, question: Question[T]) -> T:
        with _in_our_words(self.now):
            async with asyncio.timeout(self._seconds):
                return await question(client)

    def _leave_alone(self, lane: str) -> None:
        wait = self._resting.get(lane, self.now()) - self.now()
        if wait > timedelta():
            raise CalendarUnreachable("Microsoft 365 asked us to wait", retry_after=wait.total_seconds())
        self._resting.pop(lane, None)

    def _rest(self, lane: str, error: CalendarUnreachable) -> None:
        if error.retry_after:
            self._resting[lane] = self.now() + timedelta(seconds=error.retry_after)

    async def _opened(self) -> GraphServiceClient:
        async with self._opening:
            client = self._client
            if client is None:
                client, self._http = await asyncio.to_thread(_open, self.account, self.tokens, self._seconds)
                self._client = client
            return client


def _open(account: Account, tokens: Tokens, seconds: float) -> tuple[GraphServiceClient, httpx.AsyncClient]:
    """The SDK, ready: it imports as it goes, and the first request would otherwise hold everybody up for a second."""
    http = httpx.AsyncClient(timeout=httpx.Timeout(seconds, connect=5), follow_redirects=False, trust_env=False)
    # None of the SDK's own retries: it would repeat a POST, and sleep for as long as it is told to. No redirects
    # either: the token would go along.
    GraphClientFactory.create_with_custom_middleware([ParametersNameDecodingHandler()], client=http)
    adapter = GraphRequestAdapter(tokens, http)
    adapter.base_url = account.graph_url
    client = GraphServiceClient(request_adapter=adapter)
    _warm_up()
    return client, http


def _warm_up() -> None:
    event = b'{"value": [{"start": {"dateTime": ""}, "attendees": [{"status": {}}], "onlineMeeting": {}}]}'
    schedule = b'{"scheduleItems": [{"start": {}}], "workingHours": {"timeZone": {}}, "error": {}}'
    for shape, sample in (
        (EventCollectionResponse, event),
        (ScheduleInformation, schedule),
        (Subscription, b"{}"),
        (ODataError, b'{"error": {"innerError": {}}}'),
    ):
        ParseNodeFactoryRegistry().get_root_parse_node("application/json", sample).get_object_value(shape)
    writer = SerializationWriterFactoryRegistry().get_serialization_writer("application/json")
    writer.write_object_value(None, Event())


class _TokenRefused(CalendarDisconnected):
    """Graph answered 401."""


@contextmanager
def _in_our_words(now: Callable[[], datetime]) -> Iterator[None]:
    """Whatever the SDK raises becomes a CalendarError, without a word of what was sent or came."""
    try:
        yield
    except CalendarError:
        raise
    except TimeoutError:
        raise CalendarUnreachable("Microsoft 365 did not answer in time") from None
    except APIError as error:
        raise _problem(error, now()) from None
    except httpx.HTTPError as error:
        raise CalendarUnreachable(f"Microsoft 365 cannot be reached ({type(error).__name__})") from None
    except Exception as error:  # noqa: BLE001 – the SDK raises nothing narrower
        # The SDK's readers stumble over a proxy's page, or half an answer.
        raise CalendarUnreachable(f"Microsoft 365 gave no answer we can read ({type(error).__name__})") from None


def _problem(error: APIError, now: datetime) -> CalendarError:
    status = error.response_status_code or 0
    code = _code(error)
    said = f"Microsoft 365 answered {status} {code}".strip()
    match status:
        case 401:
            return _TokenRefused(said, remedy=SIGN_IN_AGAIN)
        case 403:
            return NotAllowed(said, remedy=LET_US_IN)
        case 404 if code in NO_MAILBOX:
            return NoMailbox(said, remedy=NO_SUCH_MAILBOX)
        case 404 | 410:
            return NotThere(said)
        case 409 | 412:
            return CalendarChanged(said)
        case 408 | 425 | 429:
            return CalendarUnreachable(said, retry_after=_seconds(error.response_headers, now))
    if 400 <= status < 500:
        return CalendarRefused(said)
    return CalendarUnreachable(said, retry_after=_seconds(error.response_headers, now))


def _code(error: APIError) -> str:
    main = error.error if isinstance(error, ODataError) else None
    return str(main.code)[:64] if main and main.code else ""


def _seconds(headers: Mapping[str, Any] | None, now: datetime) -> float | None:
    """Retry-After as seconds or a date (RFC 9110 §10.2.3), at most a day; None where it is neither."""
    words = str((headers or {}).get("retry-after", ""))
    try:
        wait = timedelta(seconds=int(words)) if words.isdecimal() else parsedate_to_datetime(words) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_REST).total_seconds()

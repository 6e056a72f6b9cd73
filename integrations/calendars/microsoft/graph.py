"""The way to Microsoft Graph: its SDK, its limits per mailbox, and its errors in our words."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import httpx  # the SDK's own client, which it also hands its errors on from
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.serialization import SerializationWriterFactoryRegistry
from kiota_http.middleware import ParametersNameDecodingHandler
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.generated.models.event import Event
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory
from pydantic import BaseModel, ValidationError

from integrations.calendars.base import (
    CalendarChanged,
    CalendarDisconnected,
    CalendarError,
    CalendarRefused,
    CalendarUnreachable,
)
from integrations.calendars.microsoft.account import Account
from integrations.calendars.microsoft.tokens import SIGN_IN_AGAIN, Tokens
from integrations.calendars.microsoft.told import Refusal
from integrations.statuses import Meaning, meaning
from integrations.waits import asked_to_wait

LET_US_IN = "Ask whoever runs your Microsoft 365 to let askARSAN in; the guide says which permissions it needs."
NO_SUCH_MAILBOX = "Look at the address: Microsoft 365 has no mailbox of that name."
AT_ONCE = 4  # per app and mailbox; a fifth request is refused ("MailboxConcurrency")
NO_MAILBOX = frozenset(
    {"ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "Request_ResourceNotFound", "ErrorNonExistentMailbox"}
)

M = TypeVar("M", bound=BaseModel)
Question = Callable[[GraphServiceClient], Awaitable[Any]]


def asking(query: object = None, headers: Mapping[str, str] | None = None) -> RequestConfiguration[Any]:
    """How each request is made; with it the SDK hands us the answer as it came."""
    collected = HeadersCollection()
    for name, value in (headers or {}).items():
        collected.add(name, value)
    return RequestConfiguration(collected, [ResponseHandlerOption(NativeResponseHandler())], query)


class NotAllowed(CalendarDisconnected):
    """We are known, but may not do this there."""


class NoMailbox(CalendarDisconnected):
    """There is no such mailbox, or it is none of Exchange Online."""


class NotThere(CalendarRefused):
    """What we asked for by its id is gone."""


class TooOld(NotThere):
    """Where we were in what changes, nobody there knows any more."""


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
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._client: GraphServiceClient | None = None

    async def ask(self, mailbox: str, question: Question, shape: type[M]) -> M:
        """One request that concerns `mailbox`, made with `asking`, and its answer. Raises a CalendarError.

        A mailbox that asked us to come back later is left alone until then.
        """
        answer = await self._answer(mailbox, question)
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError:
            # A proxy's page, or half an answer. What stood there is nobody's business.
            raise CalendarUnreachable("Microsoft 365 gave no answer we can read") from None

    async def fetch(self, mailbox: str, question: Question) -> bytes:
        """The same, where what is answered is no JSON."""
        return (await self._answer(mailbox, question)).content

    async def do(self, mailbox: str, question: Question) -> None:
        """The same, where nothing is answered."""
        await self._answer(mailbox, question)

    async def close(self) -> None:
        await self.tokens.close()
        if self._transport is not None:
            await self._transport.aclose()

    async def _answer(self, mailbox: str, question: Question) -> httpx.Response:
        lane = mailbox.lower()
        async with self._lanes[lane]:
            self._leave_alone(lane)
            client = await self._opened()
            try:
                try:
                    return await self._once(client, question)
                except _TokenRefused:
                    # It may have ended early, or been called back; a fresh one tells whether we are still welcome.
                    self.tokens.drop()
                return await self._once(client, question)
            except CalendarUnreachable as error:
                self._rest(lane, error)
                raise

    async def _once(self, client: GraphServiceClient, question: Question) -> httpx.Response:
        with _in_our_words():
            async with asyncio.timeout(self._seconds):
                answer: httpx.Response = await question(client)
        if not answer.is_success:
            raise _problem(answer, self.now())
        return answer

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
                client, self._transport = await asyncio.to_thread(_open, self.account, self.tokens, self._seconds)
                self._client = client
            return client


def _open(account: Account, tokens: Tokens, seconds: float) -> tuple[GraphServiceClient, httpx.AsyncHTTPTransport]:
    """The SDK, ready: it imports as it goes, and the first request would otherwise hold everybody up.

    The transport is what has to be closed: the SDK puts its own around it, which closes nothing.
    """
    tokens.open()
    transport = httpx.AsyncHTTPTransport(verify=_trusted(), http2=True, trust_env=False)
    http = httpx.AsyncClient(
        transport=transport, timeout=httpx.Timeout(seconds, connect=5), follow_redirects=False, trust_env=False
    )
    # None of the SDK's own retries: it would repeat a POST, and sleep for as long as it is told to. No redirects
    # either: the token would go along.
    GraphClientFactory.create_with_custom_middleware([ParametersNameDecodingHandler()], client=http)
    adapter = GraphRequestAdapter(tokens, http)
    adapter.base_url = account.graph_url
    client = GraphServiceClient(request_adapter=adapter)
    _warm_up()
    return client, transport


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Apart from the sign-in's: each says which protocols it speaks."""
    return httpx.create_ssl_context(trust_env=False)


def _warm_up() -> None:
    writer = SerializationWriterFactoryRegistry().get_serialization_writer("application/json")
    writer.write_object_value(None, Event())


class _TokenRefused(CalendarDisconnected):
    """Graph answered 401."""


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Whatever goes wrong on the way becomes a CalendarError, without a word of what was sent."""
    try:
        yield
    except CalendarError:
        raise
    except TimeoutError:
        raise CalendarUnreachable("Microsoft 365 did not answer in time") from None
    except httpx.HTTPError as error:
        raise CalendarUnreachable(f"Microsoft 365 cannot be reached ({type(error).__name__})") from None


def _problem(answer: httpx.Response, now: datetime) -> CalendarError:
    status, code = answer.status_code, _code(answer)
    said = f"Microsoft 365 answered {status} {code}".strip()
    match meaning(status):
        case Meaning.NOT_LET_IN:
            return _TokenRefused(said, remedy=SIGN_IN_AGAIN)
        case Meaning.FORBIDDEN:
            return NotAllowed(said, remedy=LET_US_IN)
        case Meaning.NOT_THERE if code in NO_MAILBOX:
            return NoMailbox(said, remedy=NO_SUCH_MAILBOX)
        case Meaning.NOT_THERE:
            return TooOld(said) if status == 410 else NotThere(said)
        case Meaning.CLASH:
            return CalendarChanged(said)
        case Meaning.REFUSED:
            return CalendarRefused(said)
    return CalendarUnreachable(said, retry_after=_wait_in(answer, now))


def _code(answer: httpx.Response) -> str:
    try:
        return (Refusal.model_validate_json(answer.content).error.code or "")[:64]
    except ValidationError:
        return ""


def _wait_in(answer: httpx.Response, now: datetime) -> float | None:
    """The seconds it asks to wait; None where it says nothing we can read."""
    wait = asked_to_wait(answer.headers.get("Retry-After", ""), now)
    return None if wait is None else wait.total_seconds()

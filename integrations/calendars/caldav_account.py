"""One account on a CalDAV server (RFC 4791): its calendars found, and what is asked of them over a careful client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

import httpx2
from caldav.async_davclient import AsyncDAVClient
from caldav.lib.error import DAVError
from caldav.response import CalendarQueryResult, DAVResponse

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarRefused, CalendarUnreachable
from integrations.outside import Answer, NoAnswer, NotAllowed, Outside, TooLarge
from integrations.statuses import Meaning, meaning

DAV, CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
WELL_KNOWN = "/.well-known/caldav"
SPEAKS_NO_CALDAV = frozenset({405, 501})  # how web servers answer to a method they have never heard of

SIGN_IN_AGAIN = "Connect your calendar again: where you sign in with a second step, it takes an app password."
LET_US_IN = "Allow askARSAN to read and write this calendar, and connect it again."
PUBLIC_ADDRESS = "Give us an address that begins with https:// and can be reached from the internet."
RIGHT_ADDRESS = (
    "Look up the CalDAV address in your calendar's settings or its help pages, and connect it again. For iCloud it is"
    " caldav.icloud.com, for Fastmail caldav.fastmail.com; for Nextcloud it ends in /remote.php/dav."
)

# What it logs is what stands in people's calendars.
logging.getLogger("caldav").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Collection:
    """One calendar of the account."""

    url: str
    name: str
    writable: bool = True
    blocks: bool = True  # False: its owner does not want it to count as busy (RFC 6638 §9.1)

    def called(self, name: str) -> bool:
        return name.casefold() in (self.name.casefold(), self.url.casefold())


@dataclass(frozen=True, slots=True)
class Item:
    """One object in a calendar, at an address that says nothing of its UID."""

    url: str
    etag: str
    data: str = field(repr=False)


class Account:
    """What a name and password open on a server. Every method raises CalendarError."""

    def __init__(self, url: str, outside: Outside, now: Callable[[], datetime]) -> None:
        self._client = _Client(url, outside, now)
        self._url = url if "://" in url else f"https://{url}"

    async def close(self) -> None:
        await self._client.close()

    async def collections(self) -> tuple[Collection, ...]:
        """The calendars for events, by name, wherever in the account the address points: to one, or to their owner."""
        here, found = await self._first()
        if CAL + "calendar" in _types(found):
            return (_collection(here, found),)
        homes = [urljoin(here, each) for each in _addresses(found.get(CAL + "calendar-home-set"))]
        for principal in _addresses(found.get(DAV + "current-user-principal")) if not homes else ():
            for url, asked in (await self._properties(urljoin(here, principal), 0)).items():
                homes += [urljoin(url, each) for each in _addresses(asked.get(CAL + "calendar-home-set"))] or [url]
        made: dict[str, Collection] = {}
        for home in homes:
            for url, properties in (await self._properties(home, 1)).items():
                if CAL + "calendar" in _types(properties) and _for_events(properties):
                    made[url] = _collection(url, properties)
        if not made:
            raise CalendarDisconnected("there is no calendar at this address", remedy=RIGHT_ADDRESS)
        return tuple(sorted(made.values(), key=lambda each: (each.name.casefold(), each.url)))

    async def events(self, collection: Collection, start: datetime, end: datetime) -> list[Item]:
        """Everything with an occurrence in that time, as it was written: we unfold series ourselves, all in one way."""
        with _in_our_words():
            told = await self._client.calendar_query(collection.url, start=start, end=end, event=True)
            return _items(_source(told), _whole(told).parse_calendar_query())

    async def with_uid(self, collection: Collection, uid: str) -> Item | None:
        """Looked up by its UID (RFC 4791 §7.8.6), since its address is whatever its maker made of it."""
        with _in_our_words():
            told = await self._client.report(collection.url, _uid_query(uid), depth=1)
            found = _whole(told).parse_calendar_query()
        return next(iter(_items(_source(told), found)), None)

    async def read(self, url: str) -> Item | None:
        answer = await self._client.ask("GET", url)
        if meaning(answer.status) is Meaning.NOT_THERE:
            return None
        _expect(answer, 200)
        return Item(url, answer.headers.get("etag", ""), answer.body.decode("utf-8", "replace"))

    async def write(self, url: str, data: bytes, etag: str | None) -> bool:
        """Over the version of that ETag, or with None where nothing is yet. False if meanwhile it is another.

        A few servers tell no ETag; there whoever writes last wins, as it does for everybody else.
        """
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": etag} if etag else {}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        answer = await self._client.ask("PUT", url, headers=headers, content=data)
        if meaning(answer.status) is Meaning.CLASH or (
            answer.status in (403, 404) and b"no-uid-conflict" in answer.body
        ):
            return False
        _expect(answer, 200, 201, 204)
        return True

    async def delete(self, item: Item) -> bool:
        """False if meanwhile it is another; one that is gone is gone."""
        headers = {"If-Match": item.etag} if item.etag else {}
        answer = await self._client.ask("DELETE", item.url, headers=headers)
        if answer.status == 412:
            return False
        _expect(answer, 200, 204, 404, 410)
        return True

    async def _first(self) -> tuple[str, Mapping[str, object]]:
        """What stands at the address, or where its server says the calendars begin (RFC 6764 §5), and where that is."""
        for url in dict.fromkeys((self._url, urljoin(self._url, WELL_KNOWN))):
            try:
                found = await self._properties(url, 0)
            except CalendarRefused as error:
                if isinstance(error, CalendarDisconnected) and error.remedy not in (RIGHT_ADDRESS, LET_US_IN):
                    raise
                continue
            for here, properties in found.items():
                if properties.get(DAV + "current-user-principal") or CAL + "calendar" in _types(properties):
                    return here, properties
        raise CalendarDisconnected("there is no CalDAV server at this address", remedy=RIGHT_ADDRESS)

    async def _properties(self, url: str, depth: int) -> dict[str, Mapping[str, object]]:
        """By absolute address."""
        with _in_our_words():
            told = await self._client.propfind(url, body=PROPERTIES, depth=depth)
            return {_absolute(_source(told), each.href): each.properties for each in _whole(told).parse_propfind()}


# The package knows most of these, and leaves out the others without a word.
PROPERTIES = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>
<D:resourcetype/><D:displayname/><D:current-user-principal/><D:current-user-privilege-set/>
<C:calendar-home-set/><C:supported-calendar-component-set/><C:schedule-calendar-transp/>
</D:prop></D:propfind>"""


class _Client(AsyncDAVClient):
    """The caldav package's requests and readings, over our own line: it calls no private address and never for ever."""

    def __init__(self, url: str, outside: Outside, now: Callable[[], datetime]) -> None:
        super().__init__(url=url, enable_rfc6764=False, rate_limit_handle=False)
        self._outside = outside
        self._now = now

    async def close(self) -> None:
        await super().close()
        await self._outside.close()

    async def request(
        self,
        url: str,
        method: str = "GET",
        body: str = "",
        headers: Mapping[str, str] | None = None,
        rate_limit_time_slept: float = 0,
    ) -> DAVResponse:
        answer = await self.ask(method, str(url), headers=headers, content=body.encode() if body else None)
        # Of anything but an answer in XML it would print the body to the log.
        told = answer.body if answer.status == 207 else b""
        response = httpx2.Response(answer.status, headers={"Content-Type": "text/xml"}, content=told)
        return _Told(response, answer.url, self)

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """The answer, unless it says that nothing can be had for now, or for this password."""
        try:
            answer = await self._outside.ask(method, url, headers=headers, content=content)
        except NoAnswer as error:
            raise CalendarUnreachable(f"the calendar server gives no answer: {error}") from None
        except NotAllowed as error:
            raise CalendarDisconnected(f"the calendar server cannot be used: {error}", remedy=PUBLIC_ADDRESS) from None
        except TooLarge as error:
            raise CalendarUnreachable(f"the calendar server says too much: {error}") from None
        told = meaning(answer.status)
        if told is Meaning.NOT_LET_IN:
            raise CalendarDisconnected("the calendar server does not take the password", remedy=SIGN_IN_AGAIN)
        if told is Meaning.COME_AGAIN:
            wait = answer.wait(self._now())
            raise CalendarUnreachable(f"the calendar server answers {answer.status}", retry_after=wait)
        return answer


class _Told(DAVResponse):
    """An answer that knows where it came from, redirects followed: the addresses in it are meant from there."""

    def __init__(self, response: httpx2.Response, source: str, client: _Client) -> None:
        super().__init__(response, client)
        self.source = source


def _source(told: DAVResponse) -> str:
    assert isinstance(told, _Told)
    return told.source


def _whole(told: DAVResponse) -> DAVResponse:
    if told.status in (200, 207) and told.tree is not None:
        return told
    raise _refusal(told.status)


def _expect(answer: Answer, *good: int) -> None:
    if answer.status not in good:
        raise _refusal(answer.status)


def _refusal(status: int) -> CalendarError:
    said, told = f"the calendar server answers {status}", meaning(status)
    if told is Meaning.FORBIDDEN:
        return CalendarDisconnected(said, remedy=LET_US_IN)
    if status in SPEAKS_NO_CALDAV:
        return CalendarDisconnected("this server does not speak CalDAV", remedy=RIGHT_ADDRESS)
    if told in (Meaning.NOT_THERE, Meaning.WELL):
        return CalendarDisconnected(said, remedy=RIGHT_ADDRESS)
    return CalendarRefused(said)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Whatever the package makes of an odd answer; our own errors pass."""
    try:
        yield
    except CalendarError:
        raise
    except (DAVError, SyntaxError, AssertionError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise CalendarUnreachable(f"the calendar server's answer cannot be read ({type(error).__name__})") from None


def _uid_query(uid: str) -> str:
    written = uid.replace("&", "&amp;").replace("<", "&lt;")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">
<C:text-match collation="i;octet">{written}</C:text-match>
</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


def _items(base: str, found: Sequence[CalendarQueryResult]) -> list[Item]:
    return [
        Item(_absolute(base, each.href), each.etag or "", each.calendar_data) for each in found if each.calendar_data
    ]


def _absolute(base: str, href: str) -> str:
    """The package unquotes every address and cuts it down to its path."""
    return urljoin(base, quote(href, safe="/:@!$&'()*+,;=~-._"))


def _addresses(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _types(properties: Mapping[str, object]) -> list[str]:
    return _addresses(properties.get(DAV + "resourcetype"))


def _for_events(properties: Mapping[str, object]) -> bool:
    kinds = _addresses(properties.get(CAL + "supported-calendar-component-set"))
    return not kinds or "VEVENT" in [each.upper() for each in kinds]


def _collection(url: str, properties: Mapping[str, object]) -> Collection:
    may = _addresses(properties.get(DAV + "current-user-privilege-set"))
    name = properties.get(DAV + "displayname")
    return Collection(
        url=url,
        name=name if isinstance(name, str) and name else urlsplit(url).path.rstrip("/").rpartition("/")[2],
        writable=not may or bool({DAV + "write", DAV + "write-content", DAV + "bind", DAV + "all"} & set(may)),
        blocks=CAL + "transparent" not in _addresses(properties.get(CAL + "schedule-calendar-transp")),
    )

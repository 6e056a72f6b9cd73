"""Requests to addresses that people gave us: to the public net only, nowhere astray, not for ever, not without end.

OutsideError
├── NoAnswer      nobody there, too slow, cut off: the same again may work
├── NotAllowed    an address we do not call, or that leads to one
└── TooLarge      more than we asked for
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import httpx2

from integrations.waits import asked_to_wait

REDIRECTS = 5
LEADS_ON = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # a host and port to its addresses


class OutsideError(Exception):
    """What was asked for outside did not come."""


class NoAnswer(OutsideError):
    """Nobody there, too slow, or cut off: the same again may work."""


class NotAllowed(OutsideError):
    """An address we do not call, or one that leads there."""


class TooLarge(OutsideError):
    """More came than was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # whatever case they are asked for in
    body: bytes
    url: str  # where it came from in the end

    def wait(self, now: datetime) -> float | None:
        """The seconds it asks to wait; None where it says nothing we can read."""
        wait = asked_to_wait(self.headers.get("retry-after", ""), now)
        return None if wait is None else wait.total_seconds()


@dataclass(frozen=True, slots=True)
class Login:
    name: str
    password: str = field(repr=False)


class Outside:
    """One client for addresses that are not ours to trust.

    `own` are hosts of the firm's own network: only they may have a private address, and speak without TLS. `trust` is
    whose certificates are believed, where it is not everybody's.
    """

    def __init__(
        self,
        *,
        own: Collection[str] = (),
        login: Login | None = None,
        seconds: float = 20,
        largest: int = 20 * 1024 * 1024,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._own = frozenset(host.strip().lower() for host in own)
        self._seconds = seconds
        self._largest = largest
        self._auth = _Asked(login) if login else None
        # No proxy of the environment stands between: it would look the host up again, and unchecked.
        self._client = httpx2.AsyncClient(
            transport=_Checked(self._own, resolve or _look_up, trust or _everybodys()),
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
        )

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """The answer, whatever its status, after at most five redirects. Raises OutsideError."""
        first = self._allowed(url)
        here = first
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self._seconds):
                for _ in range(REDIRECTS + 1):
                    answer = await self._once(method, here, headers or {}, content, login=_same_house(first, here))
                    if answer.status not in LEADS_ON or "location" not in answer.headers:
                        return answer
                    here = self._allowed(str(here.join(answer.headers["location"])), after=here)
        except TimeoutError:
            raise NoAnswer(f"no whole answer within {self._seconds:g} seconds") from None
        except httpx2.InvalidURL:
            raise NotAllowed("it leads to something that is no address") from None
        raise NotAllowed("it leads from one address to the next without end")

    async def close(self) -> None:
        await self._client.aclose()

    async def _once(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes | None, *, login: bool
    ) -> Answer:
        sent = {"Accept-Encoding": "gzip", **headers}
        auth = self._auth if login else None
        async with _in_our_words(), self._client.stream(method, url, headers=sent, content=content, auth=auth) as told:
            if int(told.headers.get("content-length", "0")) > self._largest:
                raise TooLarge(f"more than {self._largest // 1024:,} KiB")
            body = bytearray()
            async for piece in told.aiter_raw():
                body += piece
                if len(body) > self._largest:
                    raise TooLarge(f"more than {self._largest // 1024:,} KiB")
            packing = told.headers.get("content-encoding", "").strip().lower()
            return Answer(told.status_code, told.headers, self._unpacked(bytes(body), packing), str(url))

    def _unpacked(self, body: bytes, packing: str) -> bytes:
        """A little gzip can hold gigabytes, so it is opened no further than we would have read."""
        if packing in ("", "identity") or not body:
            return body
        if packing not in ("gzip", "x-gzip"):
            raise NoAnswer("the answer is packed in a way we did not ask for")
        opening = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            whole = opening.decompress(body, self._largest + 1)
        except zlib.error:
            raise NoAnswer("the packed answer is damaged") from None
        if len(whole) > self._largest:
            raise TooLarge(f"more than {self._largest // 1024:,} KiB")
        if not opening.eof:
            raise NoAnswer("the packed answer ends in the middle")
        return whole

    def _allowed(self, words: str, after: httpx2.URL | None = None) -> httpx2.URL:
        try:
            url = httpx2.URL(words)
        except (httpx2.InvalidURL, ValueError):
            raise NotAllowed("this is no address") from None
        if not url.host or url.scheme not in ("http", "https"):
            raise NotAllowed("this is no address of the web")
        if url.scheme == "http" and (url.host.lower() not in self._own or (after and after.scheme == "https")):
            raise NotAllowed("it is not encrypted: the address has to begin with https://")
        return url


def _same_house(first: httpx2.URL, here: httpx2.URL) -> bool:
    """May the login go along? To the same host, and from example.com to dav.example.com; no redirect takes it on."""
    ports_agree = (first.scheme, first.port) == (here.scheme, here.port)
    return ports_agree and (here.host == first.host or here.host.endswith(f".{first.host}"))


class _Asked(httpx2.Auth):
    """Shows the password to nobody who has not asked for it, and then Digest, which keeps it, before Basic."""

    def __init__(self, login: Login) -> None:
        self._basic = httpx2.BasicAuth(login.name, login.password)
        self._digest = httpx2.DigestAuth(login.name, login.password)
        self._chosen: httpx2.Auth | None = None

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self._chosen is None:
            answer = yield request
            if answer.status_code != 401:
                return
            digest = "digest" in answer.headers.get("www-authenticate", "").lower()
            self._chosen = self._digest if digest else self._basic
        yield from self._chosen.auth_flow(request)


class _Checked(httpx2.AsyncBaseTransport):
    """Looks a host up, and connects to the very address it has checked: a second look might be told another."""

    def __init__(self, own: Collection[str], resolve: Resolve, trust: ssl.SSLContext) -> None:
        self._own = own
        self._resolve = resolve
        self._trust = trust
        self._lines: dict[str, httpx2.AsyncHTTPTransport] = {}  # by host: a kept connection speaks for one host only

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host.lower()
        addresses = await self._addresses(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        line = self._lines.setdefault(host, httpx2.AsyncHTTPTransport(verify=self._trust))
        for address in addresses[:-1]:
            try:
                return await line.handle_async_request(_to(address, request))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await line.handle_async_request(_to(addresses[-1], request))

    async def aclose(self) -> None:
        for line in self._lines.values():
            await line.aclose()

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise NoAnswer("nobody knows a host of that name") from None
        if not found:
            raise NoAnswer("nobody knows a host of that name")
        # One private address among public ones is a trap, not a choice.
        if host not in self._own and not all(is_public(each) for each in found):
            raise NotAllowed("it lies in a private network")
        return found


def _to(address: str, request: httpx2.Request) -> httpx2.Request:
    """The same request to one address; the Host header and the certificate stay those of the name."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


@lru_cache(maxsize=1)
def _everybodys() -> ssl.SSLContext:
    return httpx2.create_ssl_context()  # a fifth of a second, which not every connection has to take


async def _look_up(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Can anybody on the internet reach it? An IPv4 address dressed as IPv6 is judged by what is underneath."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside:
            return is_public(str(inside))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@asynccontextmanager
async def _in_our_words() -> AsyncGenerator[None]:
    """Whatever the client raises becomes an OutsideError, without the address, which may be a secret."""
    try:
        yield
    except (httpx2.RequestError, httpx2.StreamError) as error:
        raise NoAnswer(_WORDS.get(type(error).__name__, "the connection broke")) from None
    except ValueError:
        raise NoAnswer("the answer is not of the web's kind") from None


_WORDS = {
    "ConnectError": "no connection",
    "ConnectTimeout": "no connection in time",
    "ReadTimeout": "no answer in time",
    "RemoteProtocolError": "the answer was cut off",
}

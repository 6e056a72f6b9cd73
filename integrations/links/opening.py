"""Booking links opened as a candidate would, over the public net only."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from integrations.links.base import Finding, Links, Why, kind_of
from integrations.links.pages import SIGN_IN, asks_for_a_person, says_unavailable
from integrations.outside import Answer, NoAnswer, NotAllowed, Outside, Resolve, TooLarge
from integrations.statuses import Meaning, meaning

LARGEST = 5 * 1024 * 1024
PATIENCE = 15.0  # seconds

# In English, because that is the language in which we know how a vendor says that a page is gone.
ASKED = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "en",
    "User-Agent": "Mozilla/5.0 (compatible; askARSAN link check)",
}
NO_ENTRY = frozenset({401, 402, 403, 407})


class OpenedLinks(Links):
    """`own` are hosts that may lie in the firm's own network, and speak without TLS."""

    def __init__(self, *, own: Collection[str] = (), resolve: Resolve | None = None, seconds: float = PATIENCE) -> None:
        self._own = frozenset(own)
        self._outside = Outside(own=own, resolve=resolve, seconds=seconds, largest=LARGEST)

    async def look(self, url: str) -> Finding:
        return Finding(self._wrong_with(url) or await self._opened(url))

    async def close(self) -> None:
        await self._outside.close()

    def _wrong_with(self, url: str) -> Why | None:
        if not url.strip():
            return Why.NO_LINK
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return Why.NO_ADDRESS
        if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in url):
            return Why.NO_ADDRESS
        return Why.NOT_ENCRYPTED if parts.scheme == "http" and host not in self._own else None

    async def _opened(self, url: str) -> Why:
        try:
            answer = await self._outside.ask("GET", url, headers=ASKED)
        except NoAnswer:
            return Why.SILENT
        except TooLarge:
            return Why.NOT_A_PAGE
        except NotAllowed:
            return Why.NOT_PUBLIC
        return _seen(url, answer)


def _seen(url: str, answer: Answer) -> Why:
    page = _html(answer)
    if answer.headers.get("cf-mitigated", "") == "challenge" or (answer.status != 200 and asks_for_a_person(page)):
        return Why.GUARDED
    if meaning(answer.status) is Meaning.COME_AGAIN:
        return Why.TROUBLE
    if answer.status in NO_ENTRY:
        return Why.LOCKED
    if not 200 <= answer.status < 300 or _only_the_front_page(url, answer.url):
        return Why.GONE
    if urlsplit(answer.url).hostname in SIGN_IN:
        return Why.LOCKED
    if not page.strip():
        return Why.NOT_A_PAGE
    return Why.UNAVAILABLE if says_unavailable(page, kind_of(answer.url)) else Why.OPEN


def _html(answer: Answer) -> str:
    """The page; empty where it is none."""
    if "html" not in answer.headers.get("content-type", "").lower():
        return ""
    return answer.body.decode("utf-8", "replace")


def _only_the_front_page(asked: str, reached: str) -> bool:
    """A link to somebody's page that ends at a site's door: the page is gone, and the site is polite about it."""
    return urlsplit(asked).path.strip("/") != "" and urlsplit(reached).path.strip("/") == ""

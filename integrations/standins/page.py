"""A stand-in for a site with booking pages: they work, move, or break in each of the ways they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from integrations.links.base import Finding, Links, Why
from integrations.standins.gateway import HungUp

# What a booking page of today looks like: a shell, and a script that knows every sentence there is.
WORKING = """<!doctype html><html lang="en"><head><title>Noor Haddad – book a time</title>
<script>window.words = {"gone": "This Calendly URL is not valid.", "off": "This page is no longer available"};</script>
</head><body><h1>Noor Haddad</h1><p>Choose a time for your interview.</p>
<noscript><h1>This page is not available without JavaScript</h1></noscript>
<footer>Past times are no longer available. &copy; 404 Studios</footer></body></html>"""
FAULTY = """<!doctype html><html lang="en"><head><title>Bookings</title></head><body><h1>{heading}</h1>
<p>{words}</p></body></html>"""


@dataclass
class StandInPages:
    """A site with a page per path; whatever is not there is not found."""

    pages: dict[str, Callable[[], Response]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def works(self, path: str) -> None:
        self.pages[path] = lambda: HTMLResponse(WORKING)

    def says(self, path: str, heading: str, words: str = "", status: int = 200) -> None:
        """A page of the site's own, whatever its status says."""
        self.pages[path] = lambda: HTMLResponse(FAULTY.format(heading=heading, words=words), status)

    def answers(self, path: str, status: int, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = lambda: HTMLResponse(FAULTY.format(heading="Hello", words=""), status, named)

    def leads(self, path: str, to: str, status: int = 302) -> None:
        self.pages[path] = lambda: RedirectResponse(to, status)

    def is_a_file(self, path: str, kind: str = "application/pdf") -> None:
        self.pages[path] = lambda: Response(b"%PDF-1.7", media_type=kind)

    def never_ends(self, path: str) -> None:
        async def drip() -> AsyncIterator[bytes]:
            while True:
                yield b"<p>"
                await asyncio.sleep(0.05)

        self.pages[path] = lambda: StreamingResponse(drip(), media_type="text/html")

    def is_endless(self, path: str) -> None:
        """More than anybody reads."""
        self.pages[path] = lambda: HTMLResponse("<p>a</p>" * 1_000_000)

    def hangs_up(self, path: str) -> None:
        self.pages[path] = HungUp

    async def serve(self, request: Request) -> Response:
        self.asked.append(request)
        page = self.pages.get(request.url.path)
        return page() if page else HTMLResponse(FAULTY.format(heading="Page not found", words=""), 404)


@dataclass
class StandInLinks(Links):
    """Every link works, unless told otherwise: for the demo and for rehearsals, without a net."""

    seen: dict[str, Why] = field(default_factory=dict)

    def turns(self, url: str, why: Why) -> None:
        """Whoever opens it sees this from now on."""
        self.seen[url] = why

    async def look(self, url: str) -> Finding:
        if not url.startswith("https://"):
            return Finding(Why.NOT_ENCRYPTED if url.startswith("http://") else Why.NO_ADDRESS)
        return Finding(self.seen.get(url, Why.OPEN))


def web(pages: StandInPages) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", pages.serve)])

"""What stands where there is nothing to show: a page that says so, in the language of whoever came there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from bot.doors.pages import words
from bot.doors.pages.guard import HEADERS
from bot.doors.pages.showing import Teller, frame
from bot.doors.pages.writing import html
from bot.doors.pages.zones import zone_named
from bot.house import House
from bot.records.people import PersonRow

PAGES, PROGRAMS = ("/p/", "/tasks/", "/stop/", "/desk/"), ("/api/", "/hooks/")
NOTHING_THERE = (404, 405)


def root_of(house: House, request: Request) -> str:
    """The path under which people find us, whatever a proxy does with it."""
    public = house.firm.public_url
    return (urlsplit(public).path if public else str(request.scope.get("root_path", ""))).rstrip("/")


def whoever_asks(house: House, request: Request) -> PersonRow:
    """Nobody we know, who reads what their browser says they read."""
    known = words.shipped().languages
    wishes = words.spoken_in(request.headers.get("accept-language", ""))
    wish = next((tag for tag in wishes if tag.partition("-")[0].lower() in known), house.firm.language)
    return PersonRow(id="", role="candidate", name="", zone=house.firm.zone.key, locale=wish)


def closed(house: House, request: Request, person: PersonRow, text: str, status: int) -> Response:
    """`text` names the two texts of the page: expired, unknown or busy."""
    say = Teller(house, person, zone_named(person.zone) or house.firm.zone)
    fields = {**frame(say), "title": say(f"{text}_title"), "text": say(text)}
    return HTMLResponse(html("closed.html", root_of(house, request), fields), status, headers=dict(HEADERS))


def nowhere(house: House) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Answers for every address that leads nowhere: people get a page, programs get JSON."""

    async def answered(request: Request, refused: Exception) -> Response:
        assert isinstance(refused, HTTPException)
        if refused.status_code in NOTHING_THERE and _read_by_people(request):
            return closed(house, request, whoever_asks(house, request), "unknown", 404)
        return await http_exception_handler(request, refused)

    return answered


def _read_by_people(request: Request) -> bool:
    path = request.url.path
    if path.startswith(PROGRAMS):
        return False
    return path.startswith(PAGES) or "text/html" in request.headers.get("accept", "")

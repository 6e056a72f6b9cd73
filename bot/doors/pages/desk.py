"""What every page needs of the house: who has opened it, how it is shown, and what is said where it cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from urllib.parse import urlencode

import structlog
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from bot.doors.pages.closing import closed, root_of, whoever_asks
from bot.doors.pages.guard import HEADERS, Guesses, TooLarge
from bot.doors.pages.news import NOTES, answered, name_of, note, since_then, stale
from bot.doors.pages.sending import Sheet, Stale, TooMany, send
from bot.doors.pages.showing import Line, Notice, Teller, interviews_of, page, rounds_of, teller
from bot.doors.pages.visiting import Expired, Unknown, Visit, visit
from bot.doors.pages.writing import html
from bot.doors.pages.zones import zone_named
from bot.house import House
from bot.jobs import Job
from bot.records import interviews, jobs
from bot.records.base import Session
from dialogs.negotiation.state import Party

log = structlog.get_logger()

Begin = Callable[[Sequence[Job]], Awaitable[None]]
Fields = Mapping[str, object]
Answer = Callable[..., Awaitable[Response]]


class Closed(Exception):
    """There is nothing to show; `answer` says why, in kind words."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


class Desk:
    """One for the whole door: it counts those who guess."""

    def __init__(self, house: House, begin: Begin) -> None:
        self.house = house
        self.begin = begin
        self._guesses = Guesses()

    def root(self, request: Request) -> str:
        return root_of(self.house, request)

    @asynccontextmanager
    async def visit(self, request: Request, token: str, zone: str = "") -> AsyncIterator[tuple[Session, Visit]]:
        """Raises Closed where the link opens nothing."""
        async with self.house.records.read() as session:
            try:
                found = await visit(self.house, session, token, zone_named(zone))
            except Unknown:
                raise Closed(self.unknown(request)) from None
            except Expired as expired:
                raise Closed(closed(self.house, request, expired.person, "expired", 410)) from None
            yield session, found

    async def show(
        self, request: Request, session: Session, of: Visit, notice: Notice | None = None, **more: object
    ) -> Response:
        """The page of one interview. `typed` is given back to whoever could not send it."""
        say = teller(self.house, of)
        notice = notice or await self._notice(request, session, say, of)
        rounds = await self._rounds(session, say, of)
        status = int(str(more.pop("status", 200)))
        fields = {**page(self.house, of, rounds, notice), "typed": "", "wrong": "", **more}
        return self.write(request, of, "page.html", fields, status)

    def write(self, request: Request, of: Visit, template: str, fields: Fields, status: int = 200) -> Response:
        own = of.zone.key == of.person.zone
        here = f"{self.root(request)}/p/{of.token}"
        fields = {**fields, "here": here, "also": "" if own else f"?{urlencode({'zone': of.zone.key})}"}
        # A client's page is for the clock on their wall; a candidate may be anywhere.
        fields["detect"] = of.party is Party.CANDIDATE and own and of.person.role == "candidate"
        return HTMLResponse(html(template, self.root(request), fields), status, headers=dict(HEADERS))

    def back(self, request: Request, of: Visit, **asked: str) -> Response:
        """To the page of the interview, by an address that may be loaded again."""
        query = f"?{urlencode(asked)}" if asked else ""
        return RedirectResponse(f"{self.root(request)}/p/{of.token}{query}", 303, headers=dict(HEADERS))

    async def take(self, request: Request, of: Visit, sheets: Sequence[Sheet]) -> Response:
        """What was filled in is sent; what came of it is shown."""
        meant = sheets[0].meant
        try:
            outcome = await send(self.house, of, sheets, of.zone)
        except (Stale, TooMany) as refused:
            return await self._refused(request, of, sheets, late=isinstance(refused, Stale))
        await self.begin(outcome.jobs)
        if len(sheets) > 1:
            return self.back(request, of, note="sent_several" if outcome.heard else "later")
        if outcome.said:
            return self.back(request, of, said=outcome.said)
        async with self.visit(request, of.token) as (_, now):
            return self.back(request, of, note=name_of(outcome, meant, now))

    async def _refused(self, request: Request, of: Visit, sheets: Sequence[Sheet], *, late: bool) -> Response:
        """Nothing was sent; what was typed is still there."""
        typed = sheets[0].text if sheets[0].meant is None else ""
        async with self.visit(request, of.token, of.zone.key) as (session, now):
            say = teller(self.house, now)
            if late:
                notice, status = note(say, stale(sheets[0].meant, now), now), 409
            else:
                notice, status = Notice("wrong", say("wrong_too_many")), 429
            return await self.show(request, session, now, notice, typed=typed, status=status)

    async def _notice(self, request: Request, session: Session, say: Teller, of: Visit) -> Notice | None:
        asked = request.query_params
        if said := asked.get("said"):
            return await answered(self.house, session, say, of, said)
        if asked.get("note") in NOTES and (asked["note"] != "booked" or of.case.state.booked):
            return note(say, asked["note"], of)
        return since_then(say, of)

    async def _rounds(self, session: Session, say: Teller, of: Visit) -> Sequence[Line]:
        if of.party is Party.HOST:
            return list(interviews_of(say, of)) if len(of.mine) > 1 else ()
        held = await interviews.of_application(session, of.case.application.id)
        return list(rounds_of(say, of, await jobs.rounds(session, of.case.job.id), held))

    def unknown(self, request: Request) -> Response:
        place = request.client.host if request.client else ""
        guessing = self._guesses.too_many(place, self.house.clock.now())
        if guessing:
            log.warning("pages_guessed")
        text, status = ("busy", 429) if guessing else ("unknown", 404)
        return closed(self.house, request, whoever_asks(self.house, request), text, status)


def kindly(work: Answer) -> Answer:
    """Where there is nothing to show, that is said in the reader's words."""

    @wraps(work)
    async def answered(*given: object, **named: object) -> Response:
        try:
            return await work(*given, **named)
        except Closed as closed:
            return closed.answer
        except TooLarge:
            return PlainTextResponse("that is more than a form of ours holds", 413, headers=dict(HEADERS))

    return answered

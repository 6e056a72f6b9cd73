"""The doors of the playground: the page, what is done on it, the story as a file, and word when something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.exceptions import HTTPException

from bot.doors.pages.filing import handed_out
from bot.doors.pages.guard import HEADERS, TooLarge, form_of
from bot.playground.acts import NotSo, step_of
from bot.playground.game import Game, TooLong
from bot.playground.page import file, page, told_shortly
from bot.playground.saving import story
from bot.playground.view import HERE, View
from bot.rehearsal.play import CannotPlay

log = structlog.get_logger()

LARGEST = 512 * 1024  # bytes of a form
ALIVE = 15.0  # seconds between two signs of life
# Whoever reads this page sits at this machine: another name for it is somebody's trick.
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
BROKEN = "Something broke here, and it is not your fault. What was played up to then can still be saved."
TOO_LONG = "So much has been played here that it is time to begin again. Save the story first, if you like."


def playground_app(game: Game) -> FastAPI:
    safe = [Depends(_only_from_here)]
    app = FastAPI(title="askARSAN playground", docs_url=None, redoc_url=None, openapi_url=None, dependencies=safe)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_exception_handler(Exception, _broken)

    @app.get("/")
    async def front() -> Response:
        return RedirectResponse(HERE, 303)

    @app.get(HERE)
    async def look(request: Request) -> Response:
        return await _shown(game, _view(game, request.url.query))

    @app.post(HERE)
    async def do(request: Request) -> Response:
        form = {name: str(value) for name, value in (await form_of(request, LARGEST)).items()}
        view = _view(game, form.get("view", ""))
        try:
            await _done(game, form)
        except (NotSo, CannotPlay) as hint:
            return await _shown(game, view, str(hint), form)
        except TooLong:
            return await _shown(game, view, TOO_LONG, form)
        except Exception:
            log.exception("playground_broke")
            return await _shown(game, view, BROKEN, form, 500)
        return RedirectResponse(view.url, 303, headers=dict(HEADERS))

    @app.get(f"{HERE}/story.yaml")
    async def save() -> Response:
        async with game.still() as rehearsal:
            text = await story(game, rehearsal)
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="story.yaml"'}
        return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)

    @app.get(f"{HERE}/news")
    async def news() -> Response:
        return StreamingResponse(_news(game), media_type="text/event-stream", headers=dict(HEADERS))

    @app.get(HERE + "/static/{version}/{name}")
    async def static(request: Request, version: str, name: str) -> Response:
        wanted = file(name)
        return handed_out(request, wanted, version) if wanted else PlainTextResponse("there is no such file", 404)

    return app


async def _done(game: Game, form: Mapping[str, str]) -> None:
    if form.get("do") == "begin":
        starter = form.get("starter", "")
        await game.begin(starter if starter in game.starters else "")
        return
    async with game.still() as rehearsal:
        step = await step_of(form, rehearsal)
    await game.do(step)


def _view(game: Game, query: str) -> View:
    people = {person.key: person for person in game.scenario.people}
    return View.read(query, people, tab="candidate" if game.steps else "recruiter")  # who says the first word


async def _shown(
    game: Game, view: View, notice: str = "", typed: Mapping[str, str] | None = None, status: int = 0
) -> Response:
    status = status or (422 if notice else 200)
    return HTMLResponse(await page(game, view, notice, typed), status, headers=dict(HEADERS))


async def _news(game: Game) -> AsyncIterator[str]:
    """The version of what is played, each time there is another one."""
    version = game.version
    yield f"data: {version}\n\n"
    while True:
        try:
            version = await asyncio.wait_for(game.changed(version), ALIVE)
        except TimeoutError:
            yield ": still here\n\n"
        else:
            yield f"data: {version}\n\n"


async def _only_from_here(request: Request) -> None:
    """A page elsewhere may send this browser here, under another name or with a form of its own: it gets nothing."""
    if request.url.hostname not in OWN_NAMES or (request.method != "GET" and _from_elsewhere(request)):
        raise HTTPException(403)


def _from_elsewhere(request: Request) -> bool:
    """As the browser says. An old one only names the origin; one that is asked for no referrer names none there."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    words = "The playground is for this machine alone." if status == 403 else "There is nothing here."
    return HTMLResponse(told_shortly(words), status, headers=dict(HEADERS))


async def _too_large(_: Request, __: Exception) -> Response:
    return HTMLResponse(told_shortly("That is too much for one message."), 413, headers=dict(HEADERS))


async def _broken(_: Request, __: Exception) -> Response:
    return HTMLResponse(told_shortly(BROKEN), 500, headers=dict(HEADERS))

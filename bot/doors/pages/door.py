"""The door of our own pages: whoever has the link sees where it stands, and answers there as they would in the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from bot.doors.pages.api import api_door
from bot.doors.pages.calling import calling_door
from bot.doors.pages.desk import Begin, Desk, kindly
from bot.doors.pages.filing import files_door
from bot.doors.pages.guard import HEADERS, form_of
from bot.doors.pages.inbox import inbox_door
from bot.doors.pages.painting import painting_door
from bot.doors.pages.queueing import queueing_door
from bot.doors.pages.sending import Sheet
from bot.doors.pages.showing import Notice, saved, teller, when
from bot.doors.pages.stopping import stopping_door
from bot.doors.pages.visiting import Visit
from bot.doors.pages.zoning import zones_door
from bot.house import House
from bot.pressing import Press
from dialogs.understanding.meaning import Act
from integrations.calendars.saving import to_file

A_YEAR = timedelta(days=366)  # whatever lies further off was never offered
LONGEST = 2_000  # characters; who has more to say writes a mail

# What a button wishes, and the name of the text on it.
WISHES: Mapping[str, tuple[Act, str]] = {
    "move": (Act.RESCHEDULE, "move"),
    "none": (Act.REJECT, "none_of_these"),
    "withdraw": (Act.CANCEL, "withdraw"),
}


def pages_door(house: House, begin: Begin) -> APIRouter:
    """`begin` starts jobs after they were committed, and waits for nobody to finish writing: a form is whole."""
    door, desk = APIRouter(), Desk(house, begin)

    @door.get("/p/{token}")
    @kindly
    async def look(request: Request, token: str, zone: str = "") -> Response:
        async with desk.visit(request, token, zone) as (session, visit):
            return await desk.show(request, session, visit)

    @door.post("/p/{token}")
    @kindly
    async def answer(request: Request, token: str) -> Response:
        form = await form_of(request)
        async with desk.visit(request, token, str(form.get("zone", ""))) as (session, visit):
            sheet = _sheet(house, visit, {name: str(value) for name, value in form.items()})
            if isinstance(sheet, Wrong):
                return await desk.show(request, session, visit, Notice("wrong", sheet.text), **sheet.beside())
        return await desk.take(request, visit, [sheet])

    @door.get("/p/{token}/interview.ics")
    @kindly
    async def calendar_file(request: Request, token: str) -> Response:
        async with desk.visit(request, token) as (_, visit):
            mine = saved(house, visit)
        if mine is None:
            return desk.back(request, visit)
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="interview.ics"'}
        return Response(to_file(mine), media_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)

    for room in (
        files_door(),
        zones_door(desk),
        painting_door(desk),
        queueing_door(desk),
        api_door(desk),
        calling_door(desk),
        stopping_door(desk),
        inbox_door(desk),
    ):
        door.include_router(room)
    return door


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why what was filled in cannot be sent; what was typed is given back."""

    text: str
    typed: str = ""
    words: bool = False  # it is the words that are wrong

    def beside(self) -> Mapping[str, object]:
        return {"typed": self.typed, "wrong": self.text if self.words else "", "status": 422}


def _sheet(house: House, visit: Visit, form: Mapping[str, str]) -> Sheet | Wrong:
    """What the form says about the interview it stands beside."""
    say, negotiation, mark = teller(house, visit), visit.case.row.id, form.get("mark", "")
    if visit.silent:
        return Wrong(say("silent"))
    if start := form.get("start"):
        press = Press.read(f"{negotiation}@{start}")
        if press is None or not isinstance(press.meant, datetime):
            return Wrong(say("wrong_form"))
        if not house.clock.now() < press.meant < house.clock.now() + A_YEAR:
            return Wrong(say("wrong_time"))
        return Sheet(negotiation, mark, when(say, press.meant), press.meant)
    if wish := WISHES.get(form.get("do", "")):
        return Sheet(negotiation, mark, say(wish[1]), wish[0])
    words = form.get("words", "").strip()
    if not words:
        return Wrong(say("wrong_empty"), words=True)
    if len(words) > LONGEST:
        return Wrong(say("wrong_long", number=LONGEST), words, words=True)
    return Sheet(negotiation, mark, words)

"""The page on which somebody says where they are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.doors.pages.desk import Desk, kindly
from bot.doors.pages.guard import form_of
from bot.doors.pages.showing import Notice, clock_in, frame, teller
from bot.doors.pages.visiting import Visit
from bot.doors.pages.zones import found, zone_named
from bot.records import people
from bot.turn import Turn

LONGEST = 60


def zones_door(desk: Desk) -> APIRouter:
    door, house = APIRouter(), desk.house

    @door.get("/p/{token}/zone")
    @kindly
    async def look(request: Request, token: str, q: str = "", zone: str = "") -> Response:
        async with desk.visit(request, token, zone) as (_, visit):
            return _show(desk, request, visit, q[:LONGEST])

    @door.post("/p/{token}/zone")
    @kindly
    async def choose(request: Request, token: str) -> Response:
        form = await form_of(request)
        said = str(form.get("to", ""))
        async with desk.visit(request, token) as (_, visit):
            zone = zone_named(said)
            if zone is None:
                return _show(desk, request, visit, said[:LONGEST], wrong=True)
        async with house.records.write() as session:
            person = await people.lock(session, visit.person.id)
            person.zone = zone.key
            Turn(house, session).log("zone_noted", person=person.id, zone=zone.key)
        return desk.back(request, visit, note="zone")

    return door


def _show(desk: Desk, request: Request, visit: Visit, said: str, *, wrong: bool = False) -> Response:
    say = teller(desk.house, visit)
    fields = {
        **frame(say, Notice("wrong", say("wrong_zone")) if wrong else None),
        "title": say("zone_title"),
        "rows": [(zone, clock_in(say, zone.key)) for zone in found(said, say.person.tongue)],
        "said": said,
    }
    return desk.write(request, visit, "zone.html", fields, 422 if wrong else 200)

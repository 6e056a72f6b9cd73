"""The page where somebody ends all messages: looking at it changes nothing, as programs open every link in a mail."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from bot import leaving
from bot.doors.pages.closing import closed
from bot.doors.pages.desk import Closed, Desk, kindly
from bot.doors.pages.guard import HEADERS
from bot.doors.pages.showing import Teller, frame
from bot.doors.pages.writing import html
from bot.doors.pages.zones import zone_named
from bot.jobs import Job, JobKind
from bot.records import people
from bot.records.people import PersonRow
from bot.stopping import STOP, whose_stop
from bot.turn import Turn


def stopping_door(desk: Desk) -> APIRouter:
    door, house = APIRouter(), desk.house

    async def whose(request: Request, token: str) -> PersonRow:
        """Raises Closed where the link opens nothing."""
        found = whose_stop(token, house.desks.keys) if house.desks else None
        async with house.records.read() as session:
            person = await people.find(session, found) if found else None
        if person is None:
            raise Closed(desk.unknown(request))
        return person

    @door.get(f"{STOP}{{token}}")
    @kindly
    async def ask(request: Request, token: str) -> Response:
        person = await whose(request, token)
        if person.opted_out_at:
            return closed(house, request, person, "stopped", 200)
        say = Teller(house, person, zone_named(person.zone) or house.firm.zone)
        fields = {**frame(say), "here": f"{desk.root(request)}{STOP}{token}", "title": say("stop_title")}
        return HTMLResponse(html("stop.html", desk.root(request), fields), headers=dict(HEADERS))

    @door.post(f"{STOP}{{token}}")
    @kindly
    async def stop(request: Request, token: str) -> Response:
        """By the button, or by a mail program in one click (RFC 8058). What else they send is not looked at."""
        person = await whose(request, token)
        async with house.records.write() as session:
            turn = Turn(house, session)
            person = await people.lock(session, person.id)
            await leaving.leave(turn, person, leaving.Wish("wrote", "email"))
        await desk.begin([Job(JobKind.EFFECT, each) for each in turn.begun])
        return closed(house, request, person, "stopped", 200)

    return door

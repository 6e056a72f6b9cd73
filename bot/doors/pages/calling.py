"""The page of tasks: whom its recruiter is to reach, with the script, a number to tap, and what can be noted."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.doors.pages.closing import closed
from bot.doors.pages.desk import Closed, Desk, kindly
from bot.doors.pages.guard import HEADERS, form_of
from bot.doors.pages.showing import Notice, Teller, frame
from bot.doors.pages.writing import html
from bot.effects.rendering import render
from bot.effects.scripts import card_of_task
from bot.facts.case import load
from bot.facts.tasks import Assigned, of_row
from bot.hearing.listening import hear
from bot.house import House
from bot.jobs import Job
from bot.pages import opened
from bot.pressing import TaskPress
from bot.records import messages, pages, people, tasks, work
from bot.records.base import Session
from bot.records.messages import AlreadyKept, MessageRow
from bot.records.people import PersonRow
from bot.turn import SAY
from dialogs.negotiation.effects import Say
from integrations.channels.base import Card
from integrations.channels.forms import words_in
from integrations.meetings.phone import shown

FILLED = ("words", "date", "time")
LONGEST = 2_000  # characters of what somebody said


def calling_door(desk: Desk) -> APIRouter:
    door = APIRouter()

    @door.get("/tasks/{token}")
    @kindly
    async def look(request: Request, token: str, said: str = "") -> Response:
        async with _caller(desk, request, token) as (session, caller):
            return await _show(desk, request, session, token, caller, await _notice(desk.house, session, caller, said))

    @door.post("/tasks/{token}")
    @kindly
    async def note(request: Request, token: str) -> Response:
        form = await form_of(request)
        filled = {name: str(form.get(name, ""))[:LONGEST] for name in FILLED if form.get(name)}
        async with _caller(desk, request, token) as (session, caller):
            row = await _noted(desk.house, session, caller, str(form.get("press", "")), filled)
        jobs, said = await _heard(desk.house, caller, row) if row else ((), "")
        await desk.begin(jobs)
        query = f"?said={said}" if said else ""
        return RedirectResponse(f"{desk.root(request)}/tasks/{token}{query}", 303, headers=dict(HEADERS))

    return door


@asynccontextmanager
async def _caller(desk: Desk, request: Request, token: str) -> AsyncIterator[tuple[Session, PersonRow]]:
    """Whose page it is. Raises Closed where the link opens none."""
    async with desk.house.records.read() as session:
        page = await opened(session, token)
        person = await people.find(session, page.person_id) if page else None
        if page is None or person is None or person.role != "recruiter":
            raise Closed(desk.unknown(request))
        if page.until <= desk.house.clock.now():
            raise Closed(closed(desk.house, request, person, "expired", 410))
        yield session, person


@dataclass(frozen=True, slots=True)
class Line:
    """What there is to know, and where a tap on it leads."""

    label: str
    value: str
    leads: str = ""


async def _show(
    desk: Desk, request: Request, session: Session, token: str, caller: PersonRow, notice: Notice | None
) -> Response:
    house, said = desk.house, words_in(caller.tongue)
    found = [await of_row(session, row) for row in await tasks.open_ones(session, caller.id)]
    cards = [(card_of_task(house, task, caller), task) for task in found if task.open]
    fields = {
        **frame(Teller(house, caller, ZoneInfo(caller.zone)), notice),
        "title": said["home_to_call"],
        "nobody": said["home_needs_nobody"],
        "said": said,
        "here": f"{desk.root(request)}/tasks/{token}",
        "cards": [(card, _lines(card, task), task.row.due_at <= house.clock.now()) for card, task in cards],
    }
    return HTMLResponse(html("tasks.html", desk.root(request), fields), headers=dict(HEADERS))


def _lines(card: Card, task: Assigned) -> Sequence[Line]:
    leads: Mapping[str, str] = {shown(task.phone): f"tel:{task.phone}", task.linkedin: task.linkedin}
    return [Line(label, value, leads.get(value, "") if value else "") for label, value in card.facts]


async def _noted(
    house: House, session: Session, caller: PersonRow, pressed: str, filled: Mapping[str, str]
) -> MessageRow | None:
    """What was pressed, as a message of theirs; None: it is no task of this page. The same form is the same message."""
    press = TaskPress.read(pressed)
    row = await tasks.find(session, press.negotiation, press.number) if press else None
    if row is None or row.recruiter_id != caller.id:
        return None
    once = hashlib.sha256(repr((pressed, row.tries, row.due_at, row.note, sorted(filled.items()))).encode()).hexdigest()
    return MessageRow(
        direction="in",
        at=house.clock.now(),
        person_id=caller.id,
        channel=pages.CHANNEL,
        address=pages.CHANNEL,
        text=filled.get("words", ""),
        kind="command",
        status="received",
        vendor_id=f"{caller.id}/task/{once[:24]}",
        pressed=pressed,
        form=dict(filled) or None,
    )


async def _heard(house: House, caller: PersonRow, row: MessageRow) -> tuple[Sequence[Job], str]:
    """What it begins, and the effect that answers it."""
    vendor_id = row.vendor_id or ""
    try:
        async with house.records.write() as session:
            if await pages.sent_before(session, vendor_id) is None:
                await messages.keep(session, row)
    except AlreadyKept:
        pass  # pressed twice in the same instant: once is enough
    jobs = await hear(house, caller.id, at_once=True)
    async with house.records.read() as session:
        kept = await pages.sent_before(session, vendor_id)
    return jobs, f"{kept.turn_id}.answer" if kept and kept.turn_id else ""


async def _notice(house: House, session: Session, caller: PersonRow, effect_id: str) -> Notice | None:
    """What was answered to what was noted: the same that goes out as a message."""
    effect = await work.effect(session, effect_id) if effect_id else None
    if effect is None or effect.person_id != caller.id or effect.kind != "say" or not effect.negotiation_id:
        return None
    told: Say = SAY.validate_python(effect.payload)
    case = await load(session, effect.negotiation_id)
    return Notice("told", render(house, case, told.to, caller, told.parts).text)

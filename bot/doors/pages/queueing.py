"""The page on which a client sees several candidates back to back: whom, on which day, from when on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from bot.doors.pages import several
from bot.doors.pages.desk import Desk, kindly
from bot.doors.pages.guard import form_of
from bot.doors.pages.painting import ahead
from bot.doors.pages.sending import Sheet
from bot.doors.pages.several import DoNotFit, back_to_back
from bot.doors.pages.showing import Notice, Teller, frame, teller, when
from bot.doors.pages.visiting import Visit, mark, waiting_for_times
from bot.facts.case import Case
from bot.records import interviews
from bot.records.base import Session
from dialogs.scheduling.intervals import Interval


@dataclass(frozen=True, slots=True)
class Plan:
    """What was chosen, and the slot of each that follows from it."""

    chosen: Sequence[Case]
    slots: Sequence[Interval] = ()
    wrong: str = ""


def queueing_door(desk: Desk) -> APIRouter:
    door = APIRouter()

    @door.get("/p/{token}/several")
    @kindly
    async def look(request: Request, token: str) -> Response:
        async with desk.visit(request, token) as (_, visit):
            waiting = waiting_for_times(visit.mine, visit.person)
            if len(waiting) < 2 or visit.silent:
                return desk.back(request, visit)
            return _show(desk, request, visit, Plan(waiting), {})

    @door.post("/p/{token}/several")
    @kindly
    async def choose(request: Request, token: str) -> Response:
        form = await form_of(request)
        async with desk.visit(request, token) as (session, visit):
            if visit.silent:
                return desk.back(request, visit)
            plan = await _plan(desk, session, visit, form)
            if plan.wrong or form.get("go") != "send":
                return _show(desk, request, visit, plan, _said(form))
            say = teller(desk.house, visit)
            sheets = [
                Sheet(case.row.id, str(form.get(f"mark-{case.row.id}", "")), when(say, slot.start), (slot,))
                for case, slot in zip(plan.chosen, plan.slots, strict=True)
            ]
        return await desk.take(request, visit, sheets)

    return door


async def _plan(desk: Desk, session: Session, visit: Visit, form: FormData) -> Plan:
    say, house = teller(desk.house, visit), desk.house
    asked = {str(each) for each in form.getlist("who")}
    chosen = [case for case in visit.mine if case.row.id in asked and case.host.id == visit.person.id]
    if not chosen:
        return Plan((), wrong=say("wrong_nobody"))
    try:
        start, until = several.begins(_said(form), visit.zone)
        pause = int(str(form.get("pause", "0")))
    except ValueError:
        return Plan(chosen, wrong=say("wrong_form"))
    if pause not in several.PAUSES or not ahead(house).start <= start <= ahead(house).end:
        return Plan(chosen, wrong=say("wrong_time"))
    busy = await interviews.taken(
        session, {visit.person.id, *(case.candidate.id for case in chosen)}, house.clock.now()
    )
    taken = [(*busy[visit.person.id], *busy[case.candidate.id]) for case in chosen]
    try:
        return Plan(chosen, back_to_back(start, [case.interview.minutes for case in chosen], pause, taken, until))
    except DoNotFit:
        return Plan(chosen, wrong=say("wrong_day"))


def _show(desk: Desk, request: Request, visit: Visit, plan: Plan, said: Mapping[str, str]) -> Response:
    say, now = teller(desk.house, visit), desk.house.clock.now()
    days = several.days_ahead(now, visit.zone)
    chosen = {case.row.id for case in plan.chosen}
    waiting = waiting_for_times(visit.mine, visit.person)
    fields = {
        **frame(say, Notice("wrong", plan.wrong) if plan.wrong else None),
        "title": say("several_title"),
        "who": [_candidate(say, case, visit, chosen=case.row.id in chosen) for case in waiting],
        "days": [(day.isoformat(), say.reader.day(day)) for day in days],
        "day": said.get("day") or next(day for day in days if day > now.astimezone(visit.zone).date()).isoformat(),
        "clocks": [(f"{clock:%H:%M}", say.reader.clock(clock)) for clock in several.clocks()],
        "clock": said.get("clock") or "10:00",
        "pauses": [(str(each), say("several_minutes", number=each)) for each in several.PAUSES],
        "pause": said.get("pause") or "0",
        "plan": [_slot(say, case, slot) for case, slot in zip(plan.chosen, plan.slots, strict=False)],
    }
    return desk.write(request, visit, "several.html", fields, 422 if plan.wrong else 200)


def _candidate(say: Teller, case: Case, visit: Visit, *, chosen: bool) -> Mapping[str, object]:
    about = f"{case.interview.round_name} · {case.job.title} · {case.interview.minutes} min"
    return {
        "id": case.row.id,
        "name": case.candidate.name,
        "about": about,
        "mark": mark(case, visit.person),
        "chosen": chosen,
    }


def _slot(say: Teller, case: Case, slot: Interval) -> tuple[str, str]:
    return say.reader.window(slot), case.candidate.name


def _said(form: FormData) -> Mapping[str, str]:
    return {name: str(form.get(name, "")) for name in ("day", "clock", "pause")}

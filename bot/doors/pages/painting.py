"""The page on which somebody paints a week: half hours they can, over as many weeks as they like, sent as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from bot.doors.pages import week as weeks
from bot.doors.pages.desk import Desk, kindly
from bot.doors.pages.guard import form_of
from bot.doors.pages.sending import Sheet
from bot.doors.pages.showing import Notice, Teller, frame, teller, windows_in_words
from bot.doors.pages.visiting import Visit, mark, may_give_times
from bot.doors.pages.week import Week
from bot.house import House
from bot.pressing import MOST
from bot.records import interviews
from bot.records.base import Session
from dialogs.scheduling.intervals import Interval, difference, intersection


def painting_door(desk: Desk) -> APIRouter:
    door, house = APIRouter(), desk.house

    @door.get("/p/{token}/times")
    @kindly
    async def look(request: Request, token: str, week: str = "", zone: str = "") -> Response:
        async with desk.visit(request, token, zone) as (session, visit):
            if not _may(visit):
                return desk.back(request, visit)
            given = visit.case.state.given(visit.party).windows
            marked = intersection(given, [ahead(house)]) if given else ()
            return await _show(desk, request, session, visit, marked, week)

    @door.post("/p/{token}/times")
    @kindly
    async def paint(request: Request, token: str) -> Response:
        form = await form_of(request)
        async with desk.visit(request, token, str(form.get("zone", ""))) as (session, visit):
            if not _may(visit):
                return desk.back(request, visit)
            say = teller(house, visit)
            marked, wrong = _marked(house, say, visit, form)
            if form.get("go") != "send" or wrong:
                shown = str(form.get("go") if not wrong else form.get("week", ""))
                return await _show(desk, request, session, visit, marked, shown, wrong)
            text = "; ".join(windows_in_words(say, marked))
            sheet = Sheet(visit.case.row.id, str(form.get("mark", "")), text, marked)
        return await desk.take(request, visit, [sheet])

    return door


def ahead(house: House) -> Interval:
    """How far somebody may give times: from the notice on to the horizon."""
    soonest = house.clock.now() + house.rules.notice
    return Interval(soonest, soonest + house.rules.horizon)


async def taken(house: House, session: Session, visit: Visit) -> Sequence[Interval]:
    """When this person is booked already; what this very interview takes is free to itself."""
    mine = (await interviews.taken(session, [visit.person.id], house.clock.now()))[visit.person.id]
    own = visit.case.state.booked
    return difference(mine, [own]) if own else mine


def _may(visit: Visit) -> bool:
    return may_give_times(visit.case, visit.party) and not visit.silent


def _marked(house: House, say: Teller, visit: Visit, form: FormData) -> tuple[tuple[Interval, ...], str]:
    """What is marked over all weeks, and what is wrong with it, if it is to be sent."""
    cells, kept = ([str(each) for each in form.getlist(name)] for name in ("cell", "kept"))
    try:
        marked = intersection(weeks.stretches(cells, kept), [ahead(house)])
    except ValueError:
        return (), say("wrong_form")
    if form.get("go") != "send":
        return marked, ""
    longest = max((each.length.total_seconds() / 60 for each in marked), default=0)
    if not marked:
        return marked, say("wrong_nothing_marked")
    if longest < visit.case.interview.minutes:
        return marked, say("wrong_too_short")
    return marked, say("wrong_form") if len(marked) > MOST else ""


async def _show(
    desk: Desk,
    request: Request,
    session: Session,
    visit: Visit,
    marked: Sequence[Interval],
    asked: str,
    wrong: str = "",
) -> Response:
    house, say = desk.house, teller(desk.house, visit)
    first = weeks.begins(asked, visit.zone, ahead(house))
    shown = weeks.week(first, visit.zone, marked, await taken(house, session, visit), ahead(house))
    fields = {
        **frame(say, Notice("wrong", wrong) if wrong else None),
        "title": say(f"{visit.party.value}_give_times"),
        "week": shown,
        "days": [_day(say, day) for day in shown.days],
        "kept": [weeks.as_kept(each) for each in shown.elsewhere],
        "elsewhere": windows_in_words(say, _outside(shown, visit)),
        "mark": mark(visit.case, visit.person),
    }
    return desk.write(request, visit, "times.html", fields, 422 if wrong else 200)


def _outside(shown: Week, visit: Visit) -> Sequence[Interval]:
    """What is marked on days that are not shown."""
    days = set(shown.days)
    return [each for each in shown.elsewhere if each.start.astimezone(visit.zone).date() not in days]


def _day(say: Teller, day: date) -> tuple[str, str, str]:
    """The head of a column: the short name of the weekday, the number of the day, and the whole of it."""
    locale = say.reader.locale
    return format_date(day, "ccc", locale=locale), str(day.day), say.reader.day(day)

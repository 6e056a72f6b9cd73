"""The same answer for programs: when somebody can, said by a calendar or a form of the client's own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.doors.pages.desk import Closed, Desk
from bot.doors.pages.guard import LARGEST
from bot.doors.pages.painting import ahead
from bot.doors.pages.sending import Sheet, Stale, TooMany, send
from bot.doors.pages.showing import teller, windows_in_words
from bot.doors.pages.visiting import Visit, mark, may_give_times, standing
from bot.pressing import MOST
from dialogs.scheduling.intervals import Interval, intersection

REFUSED = {404: (401, "there is no such link"), 410: (410, "the link is over"), 429: (429, "too many tries")}


class Window(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Window:
        try:
            Interval(self.start, self.end)
        except OverflowError:
            raise ValueError("no calendar reaches so far") from None
        return self


class Availability(BaseModel):
    model_config = ConfigDict(extra="forbid")

    windows: list[Window] = Field(min_length=1, max_length=MOST)


def api_door(desk: Desk) -> APIRouter:
    door, house = APIRouter(), desk.house

    @door.post("/api/availability")
    async def give(request: Request) -> Response:
        """`Authorization: Bearer` and what a link ends with; the body is an Availability. Answers where it stands."""
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST:
            return _refusal(413, "the body is too large, or of no length")
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        try:
            said = Availability.model_validate_json(await request.body())
            async with desk.visit(request, token) as (_, visit):
                sheet = _sheet(desk, visit, said)
        except ValidationError as wrong:
            told = [{"at": list(each["loc"]), "wrong": each["msg"]} for each in wrong.errors()]
            return JSONResponse({"error": "this is no availability", "faults": told}, 422)
        except Closed as closed:
            return _refusal(*REFUSED[closed.answer.status_code])
        if isinstance(sheet, Response):
            return sheet
        try:
            outcome = await send(house, visit, [sheet], visit.zone)
        except (Stale, TooMany) as refused:
            return _refusal(409 if isinstance(refused, Stale) else 429, "it changed meanwhile, or that was too much")
        await desk.begin(outcome.jobs)
        async with desk.visit(request, token) as (_, now):
            return JSONResponse({"kept": True, "stands": standing(now.case, now.person, over=False).value})

    return door


def _sheet(desk: Desk, visit: Visit, said: Availability) -> Sheet | Response:
    case = visit.case
    if visit.silent or not may_give_times(case, visit.party):
        return _refusal(409, "no times can be given for this interview now")
    windows = intersection([Interval(each.start, each.end) for each in said.windows], [ahead(desk.house)])
    if max((each.length.total_seconds() / 60 for each in windows), default=0) < case.interview.minutes:
        return _refusal(422, f"no window ahead is {case.interview.minutes} minutes long")
    words = "; ".join(windows_in_words(teller(desk.house, visit), windows))
    return Sheet(case.row.id, mark(case, visit.person), words, windows)


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)

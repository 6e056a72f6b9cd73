"""A recruiter's own page: who wrote and is not known, where somebody is reached, and who is to be left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot import leaving
from bot.desk_links import DESK, whose_desk
from bot.doors.pages.desk import Closed, Desk, kindly
from bot.doors.pages.guard import HEADERS, form_of
from bot.doors.pages.showing import Notice, Teller, frame
from bot.doors.pages.writing import html
from bot.effects.rendering import render_alone
from bot.effects.strangers import who
from bot.facts.reach import Reach, reach_of
from bot.hearing import strangers
from bot.hearing.naming import Unclear
from bot.jobs import Job, JobKind
from bot.records import people, senders
from bot.records.base import Session
from bot.records.people import PersonRow
from bot.records.senders import SenderRow, Standing
from bot.turn import Turn
from dialogs.negotiation.effects import Part

LONGEST_NAME = 100
FOUND_AT_MOST = 20


@dataclass(frozen=True)
class Done:
    """What a form came to: word of it, or the question whether it is meant."""

    part: Part | None = None
    ask: Mapping[str, object] | None = None


def inbox_door(desk: Desk) -> APIRouter:
    door, house = APIRouter(), desk.house

    @door.get(f"{DESK}{{token}}")
    @kindly
    async def look(request: Request, token: str, who: str = "") -> Response:
        async with _recruiter(desk, request, token) as (session, recruiter):
            return await _inbox(desk, request, session, token, recruiter, said=who)

    @door.post(f"{DESK}{{token}}")
    @kindly
    async def settle(request: Request, token: str) -> Response:
        form = {name: str(value) for name, value in (await form_of(request)).items()}
        async with _recruiter(desk, request, token) as (_, recruiter):
            pass
        try:
            async with house.records.write() as session:
                turn = Turn(house, session)
                sender = await strangers.choose(session, f"#{form.get('number', '')}")
                done = await DO[form.get("do", "")](turn, sender, form, recruiter)
        except (Unclear, KeyError) as wrong:
            unclear = wrong if isinstance(wrong, Unclear) else Unclear("nobody_wrote")
            rows = tuple({"name": choice} for choice in unclear.choices)
            done = Done(Part(unclear.text, words={"said": unclear.said}, rows=rows))
        await desk.begin([Job(JobKind.TURN, sender_of) for sender_of in await _to_hear(desk, form)])
        notice = Notice("told", render_alone(house, recruiter, (done.part,)).text) if done.part else None
        async with _recruiter(desk, request, token) as (session, _):
            return await _inbox(desk, request, session, token, recruiter, notice=notice, ask=done.ask)

    @door.get(f"{DESK}{{token}}/people/{{person_id}}")
    @kindly
    async def person(request: Request, token: str, person_id: str) -> Response:
        async with _recruiter(desk, request, token) as (session, recruiter):
            found = await _outsider(desk, request, session, person_id)
            return _person(desk, request, token, recruiter, await reach_of(session, found))

    @door.post(f"{DESK}{{token}}/people/{{person_id}}")
    @kindly
    async def opt_out(request: Request, token: str, person_id: str) -> Response:
        async with _recruiter(desk, request, token) as (session, recruiter):
            found = await _outsider(desk, request, session, person_id)
        async with house.records.write() as session:
            turn = Turn(house, session)
            await leaving.leave(turn, await people.lock(session, found.id), leaving.Wish("staff", by=recruiter.id))
        await desk.begin([Job(JobKind.EFFECT, each) for each in turn.begun])
        here = f"{desk.root(request)}{DESK}{token}/people/{person_id}"
        return RedirectResponse(here, 303, headers=dict(HEADERS))

    return door


@asynccontextmanager
async def _recruiter(desk: Desk, request: Request, token: str) -> AsyncIterator[tuple[Session, PersonRow]]:
    """Whose page it is. Raises Closed where the link opens none."""
    house = desk.house
    found = whose_desk(token, house.desks.keys, house.clock.now()) if house.desks else None
    async with house.records.read() as session:
        person = await people.find(session, found) if found else None
        if person is None or person.role != "recruiter":
            raise Closed(desk.unknown(request))
        yield session, person


async def _outsider(desk: Desk, request: Request, session: Session, person_id: str) -> PersonRow:
    found = await people.find(session, person_id)
    if found is None or found.role not in strangers.OUTSIDE:
        raise Closed(desk.unknown(request))
    return found


async def _known(turn: Turn, sender: SenderRow, form: Mapping[str, str], recruiter: PersonRow) -> Done:
    """Asked once more before it is done: a wrong name would send another person's matters there."""
    person = await people.find(turn.session, form.get("person", ""))
    if person is None or person.role not in strangers.OUTSIDE:
        raise Unclear("unknown_candidate", form.get("person", ""))
    if form.get("sure") != "yes":
        return Done(ask={"number": sender.id, "who": who(sender)["who"], "person": person.id, "name": person.name})
    await strangers.is_known(turn, sender, person, recruiter.id, sure=True)
    return Done(Part("sender_known", words=_told(sender, person.name)))


async def _new(turn: Turn, sender: SenderRow, form: Mapping[str, str], recruiter: PersonRow) -> Done:
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME]
    if not name:
        raise Unclear("name_of_somebody_new", f"#{sender.id}")
    person = await strangers.is_new(turn, sender, name, recruiter.id)
    return Done(Part("sender_added", words=_told(sender, person.name)))


async def _ignore(turn: Turn, sender: SenderRow, _form: Mapping[str, str], recruiter: PersonRow) -> Done:
    await strangers.put_aside(turn, sender, Standing.IGNORED, recruiter.id)
    return Done(Part("sender_ignored", words=_told(sender)))


async def _answered(turn: Turn, sender: SenderRow, _form: Mapping[str, str], recruiter: PersonRow) -> Done:
    await strangers.put_aside(turn, sender, Standing.ANSWERED, recruiter.id)
    return Done(Part("sender_answered", words=_told(sender)))


def _told(sender: SenderRow, name: str = "") -> dict[str, str]:
    return {"number": f"#{sender.id} ({who(sender)['who']})", "who": name}


DO: Mapping[str, Callable[[Turn, SenderRow, Mapping[str, str], PersonRow], Awaitable[Done]]] = {
    "known": _known,
    "new": _new,
    "ignore": _ignore,
    "answered": _answered,
}


async def _to_hear(desk: Desk, form: Mapping[str, str]) -> Sequence[str]:
    """Whose words are to be read now."""
    number = form.get("number", "")
    async with desk.house.records.read() as session:
        sender = await senders.get(session, int(number)) if number.isascii() and number.isdecimal() else None
    return [sender.person_id] if sender and sender.person_id else []


async def _inbox(
    desk: Desk,
    request: Request,
    session: Session,
    token: str,
    recruiter: PersonRow,
    *,
    said: str = "",
    notice: Notice | None = None,
    ask: Mapping[str, object] | None = None,
) -> Response:
    say = Teller(desk.house, recruiter, ZoneInfo(recruiter.zone))
    everybody = await people.of_role(session, *strangers.OUTSIDE)
    waiting = [
        {
            "number": row.id,
            "who": who(row)["who"],
            "about": f"{row.channel} · {say.reader.when(row.since)}",
            "words": words,
            "one_of": say.reader.listing(each.name for each in everybody if each.id in row.between),
            "choices": [each for each in everybody if not row.between or each.id in row.between],
        }
        for row, words in await strangers.who_waits(session)
    ]
    sought = said.strip().casefold()
    found = [each for each in everybody if sought and sought in each.name.casefold()][:FOUND_AT_MOST]
    fields = {"title": say("desk_title"), "waiting": waiting, "said": said, "found": found, "ask": ask}
    return _page(desk, request, "inbox.html", token, {**frame(say, notice), **fields})


def _person(desk: Desk, request: Request, token: str, recruiter: PersonRow, reach: Reach) -> Response:
    say = Teller(desk.house, recruiter, ZoneInfo(recruiter.zone))
    story = [
        " · ".join(
            filter(
                None, [say.reader.when(each.at), say(f"desk_{each.what}"), each.channel, _how(say, each.how), each.by]
            )
        )
        for each in reach.said
    ]
    ways = [(each.channel, each.address, say(f"desk_{each.state}")) for each in reach.ways]
    fields = {"title": reach.person.name, "person": reach.person, "ways": ways, "story": story}
    return _page(desk, request, "person.html", token, {**frame(say), **fields})


def _how(say: Teller, how: str) -> str:
    return say(f"desk_{how}") if how else ""


def _page(desk: Desk, request: Request, template: str, token: str, fields: Mapping[str, object]) -> Response:
    root = desk.root(request)
    return HTMLResponse(html(template, root, {**fields, "here": f"{root}{DESK}{token}"}), headers=dict(HEADERS))

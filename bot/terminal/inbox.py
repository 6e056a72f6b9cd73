"""`askarsan inbox` and `askarsan people`: who wrote and is not known, and who is left alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import leaving
from bot.desk_links import desk_link
from bot.effects.strangers import who
from bot.facts.reach import Reach, Said, reach_of
from bot.hearing import colleagues, strangers
from bot.hearing.naming import Unclear
from bot.house import House
from bot.records import people
from bot.records.base import Session
from bot.records.senders import SenderRow, Standing
from bot.settings.settings import Settings
from bot.terminal.firm import in_house
from bot.terminal.moments import moment
from bot.terminal.screen import standard_output, table
from bot.terminal.tasks import NO_PAGE
from bot.terminal.trouble import Trouble
from bot.turn import Turn

EVERYBODY = (colleagues.RECRUITER, *strangers.OUTSIDE)
STATES = {"open": "", "closed": "wants nothing there", "not_asked": "no consent noted", "lost": "nothing arrives"}
WHAT = {"opted_out": "wants no messages", "opted_in": "wants messages again", "channel_closed": "wants none there"}
HOW = {"wrote": "wrote so", "vendor": "told by the vendor", "staff": "noted by a colleague"}


def show_inbox(settings: Settings, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            waiting = await strangers.who_waits(session)
            names = {row.id: [each.name for each in await people.all_of(session, row.between)] for row, _ in waiting}
        if as_json:
            _print_json([_as_data(row, said, names[row.id]) for row, said in waiting])
        elif waiting:
            rows = [_line(house.firm.zone, row, said, names[row.id]) for row, said in waiting]
            standard_output().print(table(("no.", "since", "channel", "who", "words"), rows))
        else:
            standard_output().print("Nobody waits: everybody who wrote is known.")

    in_house(settings, work)


def _as_data(row: SenderRow, said: str, shared: list[str]) -> dict[str, object]:
    return {
        "number": row.id,
        "since": row.since.isoformat(),
        "channel": row.channel,
        "address": row.address,
        "name": row.name,
        "one_of": shared,
        "words": said,
    }


def _line(zone: ZoneInfo, row: SenderRow, said: str, shared: list[str]) -> tuple[str, ...]:
    named = f"{who(row)['who']} (one of: {', '.join(shared)})" if shared else who(row)["who"]
    return f"#{row.id}", moment(row.since, zone), row.channel, named, said


def show_link(settings: Settings, name: str) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            found = [each for each in await people.of_role(session, "recruiter") if _is(name, each.name)]
        if len(found) != 1:
            raise Trouble(f"{name!r} is not the name of one recruiter.")
        if not house.firm.public_url or house.desks is None:
            raise Trouble(NO_PAGE)
        standard_output().print(desk_link(house, house.desks.keys, found[0]), soft_wrap=True)

    in_house(settings, work)


def _is(said: str, name: str) -> bool:
    return said.casefold() in (name.casefold(), name.split(maxsplit=1)[0].casefold())


def settle_known(settings: Settings, number: str, name: str, *, sure: bool) -> None:
    async def settle(turn: Turn, sender: SenderRow) -> str:
        person = await strangers.named(turn.session, name)
        await strangers.is_known(turn, sender, person, None, sure=sure)
        return f"{who(sender)['who']} is {person.name}; what came from there is read as theirs."

    _settle(settings, number, settle)


def settle_new(settings: Settings, number: str, name: str) -> None:
    async def settle(turn: Turn, sender: SenderRow) -> str:
        person = await strangers.is_new(turn, sender, name, None)
        return f"Added {person.name}, reached at {who(sender)['who']}."

    _settle(settings, number, settle)


def put_aside(settings: Settings, number: str, standing: Standing) -> None:
    async def settle(turn: Turn, sender: SenderRow) -> str:
        await strangers.put_aside(turn, sender, standing, None)
        return f"{who(sender)['who']} is {standing.value}."

    _settle(settings, number, settle)


def _settle(settings: Settings, number: str, settle: Callable[[Turn, SenderRow], Awaitable[str]]) -> None:
    async def work(house: House) -> None:
        try:
            async with house.records.write() as session:
                said = f"#{number}" if number.isdigit() else number
                told = await settle(Turn(house, session), await strangers.choose(session, said))
        except Unclear as unclear:
            raise Trouble(_told(unclear)) from unclear
        standard_output().print(told, soft_wrap=True)

    in_house(settings, work)


def _told(unclear: Unclear) -> str:
    choices = " or ".join(unclear.choices)
    match unclear.text:
        case "nobody_wrote":
            return "Nobody waits: everybody who wrote is known."
        case "sure_about_sender":
            return (
                f"{unclear.said} is reached elsewhere on that channel ({choices}); --sure takes the last one instead."
            )
        case "known_already":
            return f"There is somebody called {unclear.said} already; `askarsan inbox is NUMBER NAME` if it is them."
        case _:
            return f"{unclear.said!r} is not one of those known here." + (
                f" Did you mean {choices}?" if choices else ""
            )


# People


def show_people(settings: Settings, name: str | None, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            found = [await _named(session, name, *EVERYBODY)] if name else await people.of_role(session, *EVERYBODY)
            reaches = [await reach_of(session, person) for person in found]
        if as_json:
            _print_json([_reach_as_data(each) for each in reaches])
            return
        rows = [(each.person.name, each.person.role, _ways(each), _alone(each)) for each in reaches]
        nobody = "There is nobody yet. `askarsan import candidates.csv` brings candidates in."
        standard_output().print(table(("name", "role", "reached by", "left alone"), rows) if rows else nobody)
        for said in reaches[0].said if name else ():
            standard_output().print(f"{moment(said.at, house.firm.zone)}  {_how(said)}")

    in_house(settings, work)


def opt_out(settings: Settings, name: str, *, sure: bool) -> None:
    """Nobody here can take it back, so a part of a name is not enough."""

    async def work(house: House) -> None:
        async with house.records.write() as session:
            person = await _named(session, name)
            if not sure and person.name.casefold() != name.strip().casefold():
                raise Trouble(
                    f"{name!r} is {person.name}? What is planned with them is called off, and only they can take that "
                    f"back. If so: askarsan people opt-out {person.name} --sure"
                )
            left = await leaving.leave(Turn(house, session), person, leaving.Wish("staff"))
        now = "" if left else " already"
        told = f"{person.name} hears nothing from us{now}, on any channel. Only they can take that back, with START."
        standard_output().print(told, soft_wrap=True)

    in_house(settings, work)


async def _named(session: Session, name: str, *roles: str) -> people.PersonRow:
    try:
        return await strangers.named(session, name, *roles)
    except Unclear as unclear:
        raise Trouble(_told(unclear)) from unclear


def _ways(reach: Reach) -> str:
    return ", ".join(
        f"{each.channel} {each.address}" + (f" ({STATES[each.state]})" if STATES[each.state] else "")
        for each in reach.ways
    )


def _alone(reach: Reach) -> str:
    if reach.person.opted_out_at is None:
        return ""
    out = next((each for each in reach.said if each.what == "opted_out"), None)
    return _how(out) if out else "yes"


def _how(said: Said) -> str:
    where = f" on {said.channel}" if said.channel else ""
    return f"{WHAT[said.what]}{where}" + (f", {HOW[said.how]}" if said.how else "") + (f" {said.by}" if said.by else "")


def _reach_as_data(reach: Reach) -> dict[str, object]:
    def at(when: datetime | None) -> str | None:
        return when.isoformat() if when else None

    return {
        "name": reach.person.name,
        "role": reach.person.role,
        "left_alone_since": at(reach.person.opted_out_at),
        "channels": [
            {"channel": each.channel, "address": each.address, "state": each.state, "why": each.why}
            for each in reach.ways
        ],
        "said": [
            {"at": at(each.at), "what": each.what, "how": each.how, "channel": each.channel, "by": each.by}
            for each in reach.said
        ],
    }


def _print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")

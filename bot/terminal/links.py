"""`askarsan link`: set and opened at once, listed with how each stands, tested, switched off and on."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.house import House
from bot.records import connections, links, people
from bot.records.connections import ConnectionRow
from bot.records.links import LinkRow
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.calendars import FAULTS, STATES
from bot.terminal.firm import in_house, somebody
from bot.terminal.moments import length
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import NOT_HELD, Trouble
from bot.watching.links import LinkState, first, save_link, switch_link
from integrations.links.base import LinkStatus, Why
from integrations.needs import LABELS

STATUSES = {"active": "Active", "inactive": "Inactive", "set_up_required": "Set-up required"}
WHYS = {
    Why.OPEN: "people can book there",
    Why.GUARDED: "the site keeps programs out, so only people can see the page",
    Why.NO_LINK: "there is none",
    Why.NO_ADDRESS: "this is no address of a page",
    Why.NOT_ENCRYPTED: "it has to begin with https://",
    Why.NOT_PUBLIC: "it leads where people outside cannot go",
    Why.SILENT: "nobody answers there",
    Why.TROUBLE: "the site is out of order",
    Why.GONE: "the page is not there any more",
    Why.LOCKED: "only people who sign in can see it",
    Why.NOT_A_PAGE: "it is no page",
    Why.UNAVAILABLE: "the page says that nothing can be booked",
    Why.SWITCHED_OFF: "it was switched off",
}
NO_LINK = LinkStatus.SET_UP_REQUIRED.value, Why.NO_LINK.value


def set_link(settings: Settings, said: str, url: str, *, as_json: bool) -> int:
    async def work(house: House) -> int:
        async with house.records.read() as session:
            person = await somebody(session, said)
        seen = await save_link(house, person.id, url)
        told = _show(person, url.strip(), seen, as_json=as_json)
        return told if url.strip() else 0  # taken away, as it was asked

    return in_house(settings, work)


def test_link(settings: Settings, said: str, *, as_json: bool) -> int:
    """Opens it now, whatever was known, and has the assistant open it again too."""

    async def work(house: House) -> int:
        person, row = await _of(house, said)
        seen = first(await house.links.look(row.url), house.clock.now())
        async with house.records.write() as session:
            await links.look_now(session, person.id, house.clock.now())
        return _show(person, row.url, seen, as_json=as_json)

    return in_house(settings, work)


def turn_link(settings: Settings, said: str, *, on: bool) -> None:
    async def work(house: House) -> None:
        person, row = await _of(house, said)
        _show(person, row.url, await switch_link(house, person.id, on=on), as_json=False)

    in_house(settings, work)


def list_links(settings: Settings, *, everyone: bool, as_json: bool) -> None:
    """Those who have a link or an account; with `everyone`, whoever hosts interviews."""

    async def work(house: House) -> None:
        async with house.records.read() as session:
            hosts = await people.of_role(session, "recruiter", "client", "interviewer")
            known = {row.person_id: row for row in await links.everyone(session)}
            accounts = defaultdict[str, list[ConnectionRow]](list)
            for each in await connections.accounts(session):
                accounts[each.person_id or ""].append(each)
        shown = [person for person in hosts if everyone or person.id in known or person.id in accounts]
        if as_json:
            _print([_data(person, known.get(person.id), accounts[person.id]) for person in shown])
        elif not shown:
            standard_output().print("Nobody has a booking link. `askarsan link set PERSON --url URL`.")
        else:
            now = house.clock.now()
            lines = [_line(person, known.get(person.id), accounts[person.id], now) for person in shown]
            standard_output().print(table(("Person", "Status", "Why", "For", "Link", "Account"), lines))

    in_house(settings, work)


def _line(person: PersonRow, row: LinkRow | None, accounts: Sequence[ConnectionRow], now: datetime) -> tuple[str, ...]:
    status, why = (row.status, row.why) if row else NO_LINK
    age = length(now - row.since) if row else ""
    health = ", ".join(
        f"{LABELS[each.vendor]}: {STATES[each.state]}" + (f", {FAULTS[each.fault]}" if each.fault else "")
        for each in accounts
    )
    return person.name, STATUSES[status], WHYS[Why(why)], age, row.url if row else "", health


async def _of(house: House, said: str) -> tuple[PersonRow, LinkRow]:
    async with house.records.read() as session:
        person = await somebody(session, said)
        row = await links.of_person(session, person.id)
    if row is None:
        raise Trouble(f"{person.name} has no booking link. `askarsan link set {person.name} --url URL`.")
    return person, row


def _show(person: PersonRow, url: str, state: LinkState, *, as_json: bool) -> int:
    if as_json:
        _print({"person": person.name, "url": url, "status": state.status.value, "why": state.why.value})
    else:
        words = f"{STATUSES[state.status.value]}: {WHYS[state.why]}."
        style = "bold" if state.status is LinkStatus.ACTIVE else "red"
        standard_output().print(f"{person.name}: {words}", style=style, soft_wrap=True)
    return 0 if state.status is LinkStatus.ACTIVE else NOT_HELD


def _data(person: PersonRow, row: LinkRow | None, accounts: Sequence[ConnectionRow]) -> dict[str, Any]:
    connected = [{"vendor": each.vendor, "state": each.state, "fault": each.fault} for each in accounts]
    if row is None:
        return {"person": person.name, "status": NO_LINK[0], "why": NO_LINK[1], "accounts": connected}
    return {
        "person": person.name,
        "accounts": connected,
        "url": row.url,
        "kind": row.kind,
        "status": row.status,
        "why": row.why,
        "since": row.since.isoformat(),
        "checked_at": row.checked_at.isoformat() if row.checked_at else None,
    }


def _print(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")

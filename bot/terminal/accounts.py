"""`askarsan link connect`: an account at a vendor of booking pages, once it has shown what can be booked there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.connections.connecting import Given, Unusable
from bot.house import House
from bot.records import connections
from bot.records.people import PersonRow
from bot.service import of_vendors
from bot.settings import Settings
from bot.terminal.asking import Wish, answers_of, given_of, page_vendor_of
from bot.terminal.firm import in_house, somebody
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import Trouble
from bot.watching.accounts import PATIENCE, about_now, connect_account, disconnect_account, let_go_of_webhook
from integrations.catalog import LABELS
from integrations.links.base import LinksDisconnected, LinksError
from integrations.links.calendly.account import EventType, User
from integrations.links.calendly.folding import Notice

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an account shows of itself."""

    user: User
    types: Sequence[EventType]
    notices: Sequence[Notice]  # of all that was booked there up to now


def connect_page(settings: Settings, said: str, wish: Wish, *, as_json: bool) -> None:
    vendor = page_vendor_of(wish.vendor)
    answers = answers_of(vendor, wish)

    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        given = given_of(vendor, {"account": ""}, answers, {}, of_vendors(settings))
        shown = await _self_test(house, given)
        given = Given(vendor, shown.user.email, given.settings, given.secrets)
        assert house.link_desk
        async with house.records.write() as session:
            person = await session.get_one(PersonRow, person.id)
            keys, now = house.link_desk.keys, house.clock.now()
            row = await connect_account(session, house.ids, keys, person, given, shown.notices, now)
        if as_json:
            told = {"connection": row.id, "vendor": vendor, "person": person.name, "account": given.account}
            types = [{"name": each.name, "minutes": each.duration, "url": each.scheduling_url} for each in shown.types]
            sys.stdout.write(json.dumps({**told, "event_types": types}, ensure_ascii=False) + "\n")
            return
        _show(person, shown)
        how = "is told to us at once" if house.firm.public_url else "is asked for every minute"
        words = f"Connected: {person.name}, {LABELS[vendor]} ({given.account}). What is booked there {how}."
        standard_output().print(words, style="bold", soft_wrap=True)

    in_house(settings, work)


def disconnect_page(settings: Settings, said: str) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
            rows = await connections.accounts_of(session, person.id)
        if not rows:
            raise Trouble(f"{person.name} has no booking page connected.")
        for row in rows:
            await _let_go(house, row.id)
        names = " and ".join(LABELS[row.vendor] for row in rows)
        standard_output().print(f"Disconnected: {person.name}, {names}. The token is gone.")

    in_house(settings, work)


async def _let_go(house: House, connection_id: str) -> None:
    assert house.link_desk
    async with house.records.write() as session:
        row = await connections.lock(session, connection_id)
        assert row
        try:
            account = house.link_desk.open(row)
        except Unusable:
            account = None  # nobody gets in there any more
        webhook = row.watch_id
        disconnect_account(row, house.clock.now())
    if account:
        await let_go_of_webhook(account, connection_id, webhook)
        await account.close()


async def _self_test(house: House, given: Given) -> Shown:
    """Raises Trouble in words that say what to do."""
    assert house.link_desk
    label = LABELS[given.vendor]
    try:
        account = house.link_desk.make(given.vendor, {**given.settings, **given.secrets})
    except Unusable as error:
        raise Trouble(f"{label} cannot be connected: {error}.") from error
    try:
        user = await _in_time(account.user())
        types = await _in_time(account.event_types())
        return Shown(user, types, await _in_time(account.notices(about_now(house.clock.now()))))
    except LinksError as error:
        remedy = f" {error.remedy}" if isinstance(error, LinksDisconnected) and error.remedy else ""
        raise Trouble(f"{label}: {error}.{remedy} Nothing was saved.") from error
    except TimeoutError as error:
        raise Trouble(f"{label} takes too long to answer. Nothing was saved.") from error
    finally:
        await account.close()


async def _in_time(asking: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await asking


def _show(person: PersonRow, shown: Shown) -> None:
    console = standard_output()
    if not shown.types:
        console.print(f"Nothing can be booked with {person.name} there at the moment.")
        return
    console.print(f"This can be booked with {person.name}:", soft_wrap=True)
    lines = [(each.name, f"{each.duration} minutes", each.scheduling_url) for each in shown.types]
    console.print(table(("What", "Length", "Link"), lines))

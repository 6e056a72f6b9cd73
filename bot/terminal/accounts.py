"""`askarsan link connect`: an account at a vendor of booking pages, once it has shown what can be booked there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from bot.carriers import of_vendors
from bot.connections.connecting import Given, Unusable
from bot.house import House
from bot.records import connections
from bot.records.connections import ConnectionRow
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.asking import Wish, answers_of, given_of, page_vendor_of
from bot.terminal.firm import in_house, somebody
from bot.terminal.links import STATUSES, WHYS
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import Failed, Trouble, said_by
from bot.watching.accounts import PATIENCE, about_now, connect_account, disconnect_account, let_go_of_webhook
from bot.watching.links import LinkState, save_link
from integrations.links.account import Bookable, PageAccount
from integrations.links.base import LinksDisconnected, LinksError, LinksUnreachable
from integrations.links.folding import Notice
from integrations.links.microsoft_bookings import BookingsAccount
from integrations.needs import LABELS

if TYPE_CHECKING:
    from integrations.calendars.microsoft.bookings import Business

T = TypeVar("T")


BOOKINGS = "microsoft-bookings"


@dataclass(frozen=True, slots=True)
class Shown:
    """What an account shows of itself."""

    name: str
    bookable: Sequence[Bookable]
    notices: Sequence[Notice]  # of all that was booked there up to now


def connect_page(settings: Settings, said: str, wish: Wish, *, as_json: bool) -> None:
    vendor = page_vendor_of(wish.vendor)
    answers = answers_of(vendor, wish)

    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        business = await _chosen(house, answers.get("bookings_business", "")) if vendor == BOOKINGS else None
        if business:
            given = Given(vendor, business.id, {"bookings_business": business.id}, {})
        else:
            given = given_of(vendor, {"account": ""}, answers, {}, of_vendors(settings))
        shown = await _self_test(house, given)
        row = await _kept(house, person, replace(given, account=shown.name), shown)
        link = await save_link(house, person.id, business.page) if business and business.page else None
        if as_json:
            told = {"connection": row.id, "vendor": vendor, "person": person.name, "account": shown.name}
            _print(told, shown, link)
            return
        _show(person, shown)
        if business:
            _show_page(business, link)
        how = "is told to us at once" if house.firm.public_url and not business else "is asked for every minute"
        words = f"Connected: {person.name}, {LABELS[vendor]} ({shown.name}). What is booked there {how}."
        standard_output().print(words, style="bold", soft_wrap=True)

    in_house(settings, work)


async def _kept(house: House, person: PersonRow, given: Given, shown: Shown) -> ConnectionRow:
    assert house.link_desk
    async with house.records.write() as session:
        person = await session.get_one(PersonRow, person.id)
        keys, now = house.link_desk.keys, house.clock.now()
        return await connect_account(session, house.ids, keys, person, given, shown.notices, now)


async def _chosen(house: House, said: str) -> Business:
    """The business meant, by its id or its name; the only one where none is named. Raises Trouble."""
    account = _opened(house, Given(BOOKINGS, "", {}, {}))
    assert isinstance(account, BookingsAccount)
    async with _in_words(BOOKINGS, account):
        there = await _in_time(account.businesses())
    if not there:
        raise Trouble("There is no business in Microsoft Bookings yet. Make one at book.ms, and publish its page.")
    meant = [each for each in there if said in (each.id, each.name)] or (list(there) if not said else [])
    if len(meant) == 1:
        return meant[0]
    lines = [(each.name, each.id, each.page or "not published") for each in there]
    standard_output().print(table(("Business", "Its id", "Its page"), lines))
    unknown = f"There is no business {said!r}. " if said else ""
    raise Trouble(f"{unknown}Say which it is: --set bookings_business='{there[0].name}'. Nothing was saved.")


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
    account = _opened(house, given)
    async with _in_words(given.vendor, account):
        name = await _in_time(account.name())
        bookable = await _in_time(account.bookable())
        return Shown(name, bookable, await _in_time(account.notices(about_now(house.clock.now()))))


def _opened(house: House, given: Given) -> PageAccount:
    assert house.link_desk
    try:
        return house.link_desk.make(given.vendor, {**given.settings, **given.secrets})
    except Unusable as error:
        raise Trouble(f"{LABELS[given.vendor]} cannot be connected: {error}.") from error


@asynccontextmanager
async def _in_words(vendor: str, account: PageAccount) -> AsyncIterator[None]:
    label = LABELS[vendor]
    try:
        yield
    except LinksUnreachable as error:
        raise Failed(f"{said_by(label, error)} Nothing was saved; try again in a while.") from error
    except LinksError as error:
        remedy = error.remedy if isinstance(error, LinksDisconnected) else ""
        raise Trouble(f"{said_by(label, error, remedy)} Nothing was saved.") from error
    except TimeoutError as error:
        raise Failed(f"{label} takes too long to answer. Nothing was saved.") from error
    finally:
        await account.close()


async def _in_time(asking: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await asking


def _show(person: PersonRow, shown: Shown) -> None:
    console = standard_output()
    if not shown.bookable:
        console.print(f"Nothing can be booked with {person.name} there at the moment.")
        return
    console.print(f"This can be booked with {person.name}:", soft_wrap=True)
    lines = [(each.name, f"{each.minutes} minutes", each.url) for each in shown.bookable]
    console.print(table(("What", "Length", "Link"), lines))


def _show_page(business: Business, link: LinkState | None) -> None:
    if link is None:
        words = f"{business.name} has no page: publish it in Bookings, and connect it again."
    else:
        words = f"Booking link: {business.page} – {STATUSES[link.status.value]}: {WHYS[link.why]}."
    standard_output().print(words, soft_wrap=True)


def _print(told: dict[str, str], shown: Shown, link: LinkState | None) -> None:
    types = [{"name": each.name, "minutes": each.minutes, "url": each.url} for each in shown.bookable]
    status = {"link_status": link.status.value} if link else {}
    sys.stdout.write(json.dumps({**told, **status, "event_types": types}, ensure_ascii=False) + "\n")

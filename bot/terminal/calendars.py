"""`askarsan calendar`: connected once it has shown what it sees, listed with how it fares, tested, let go."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.carriers import of_vendors
from bot.connections.connecting import Given, connect
from bot.connections.switchboard import PATIENCE_TO_WRITE, in_time
from bot.house import House
from bot.records import connections
from bot.records.connections import ConnectionRow
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.asking import Wish, answers_of, given_of, hours_of, vendor_of
from bot.terminal.firm import in_house, somebody
from bot.terminal.moments import length, stretch
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import NOT_HELD, Failed, Trouble, said_by
from bot.watching.letting_go import LetGo, let_go_of
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Block,
    Busy,
    Calendar,
    CalendarDisconnected,
    CalendarError,
    CalendarUnreachable,
)
from integrations.needs import LABELS

SELF_TEST = timedelta(days=7)
STATES = {
    "active": "works",
    "broken": "does not work",
    "set_up_required": "must be connected again",
    "inactive": "disconnected",
}
FAULTS = {
    "signed_out": "it no longer lets us in",
    "key_lost": "the key of its secret is not here",
    "not_set_up": "a setting it needs is missing",
    "silent": "it does not answer",
    "refused": "it refuses",
    "unreadable": "it hides busy times",
}


def connect_calendar(settings: Settings, said: str, wish: Wish, *, as_json: bool) -> None:
    vendor = vendor_of(wish.vendor)
    answers = answers_of(vendor, wish)
    hours = hours_of(wish)

    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        account = wish.account or person.email
        if not account:
            raise Trouble(f"{person.name} has no address here; say whose calendar it is with --account.")
        about = {"account": account, "timezone": person.zone}
        given = given_of(vendor, about, answers, hours, of_vendors(settings))
        seen = await _self_test(house, person, given)
        assert house.desks
        async with house.records.write() as session:
            person = await session.get_one(PersonRow, person.id)
            row = await connect(session, house.ids, house.desks.keys, person, given, house.clock.now())
        if as_json:
            _print({"connection": row.id, "vendor": vendor, "person": person.name, "account": account, **_data(seen)})
            return
        _show(person, seen)
        standard_output().print(f"Connected: {person.name}, {LABELS[vendor]} ({account}).", style="bold")

    in_house(settings, work)


def list_calendars(settings: Settings, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            rows = await connections.everything(session)
        now = house.clock.now()
        if as_json:
            _print([_health(row, person) for row, person in rows])
            return
        if not rows:
            standard_output().print("No calendar is connected. `askarsan calendar connect PERSON --with VENDOR`.")
            return
        lines = [
            (
                person.name,
                LABELS.get(row.vendor, row.vendor),
                row.account,
                STATES[row.state] + (f": {FAULTS[row.fault]}" if row.fault else ""),
                f"{length(now - row.since)}",
                f"{length(now - row.good_at)} ago" if row.good_at else "never",
            )
            for row, person in rows
        ]
        standard_output().print(table(("Person", "Calendar", "Account", "State", "For", "Last read"), lines))

    in_house(settings, work)


def test_calendar(settings: Settings, said: str, *, as_json: bool) -> int:
    """Looks now, whatever was known, and has the assistant look again too."""

    async def work(house: House) -> int:
        async with house.records.read() as session:
            person = await somebody(session, said)
            rows = await connections.of_person(session, person.id)
        if not rows:
            raise Trouble(
                f"{person.name} has no connected calendar. `askarsan calendar connect {person.name} --with VENDOR`."
            )
        told = [await _tested(house, person, row) for row in rows]
        async with house.records.write() as session:
            await connections.look_now(session, [row.id for row in rows], house.clock.now())
        if as_json:
            _print([data for data, _ in told])
        else:
            for row, (data, seen) in zip(rows, told, strict=True):
                standard_output().print(f"\n{LABELS.get(row.vendor, row.vendor)} ({row.account})", style="bold")
                if seen:
                    _show(person, seen)
                else:
                    standard_output().print(data["error"], style="red", soft_wrap=True)
        return 0 if all(seen for _, seen in told) else NOT_HELD

    return in_house(settings, work)


def disconnect_calendar(settings: Settings, said: str, vendor: str | None) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
            rows = [each for each in await connections.of_person(session, person.id) if vendor in (None, each.vendor)]
        if not rows:
            raise Trouble(f"{person.name} has no calendar connected" + (f" with {vendor}." if vendor else "."))
        if len(rows) > 1:
            raise Trouble(f"{person.name} has several: say which with --with {' or '.join(r.vendor for r in rows)}.")
        _show_let_go(person, LABELS[rows[0].vendor], await let_go_of(house, rows[0].id))

    in_house(settings, work)


def _show_let_go(person: PersonRow, label: str, gone: LetGo) -> None:
    console, zone = standard_output(), ZoneInfo(person.zone)
    console.print(f"Disconnected: {person.name}, {label}. Its secret is gone.")
    if gone.taken_out:
        console.print(f"Taken out of it: {_entries(len(gone.taken_out))}.")
    if gone.left:
        console.print(
            f"Could not be taken out, and still in it: {_entries(len(gone.left))}. Ask {person.name} to delete them by"
            " hand, or connect the same calendar again: then they go by themselves.",
            soft_wrap=True,
        )
        lines = [(stretch(each.start, each.end, zone), "hold" if each.offer else "interview") for each in gone.left]
        console.print(table(("When", "What"), lines))


def _entries(count: int) -> str:
    return "one event" if count == 1 else f"{count} events"


# What is seen


@dataclass(frozen=True)
class Seen:
    between: Interval
    busy: Busy
    hours: WorkingHours | None
    writes: bool


async def _self_test(house: House, person: PersonRow, given: Given) -> Seen:
    """Raises Trouble in words that say what to do."""
    assert house.desks
    label = LABELS[given.vendor]
    try:
        calendar = house.desks.make(given.vendor, {**given.settings, **given.secrets})
    except CalendarError as error:
        raise Trouble(f"{label[0].upper()}{label[1:]} cannot be connected: {error}.") from error
    try:
        seen = await _look(house, calendar, given.account)
    except CalendarUnreachable as error:
        raise Failed(f"{_in_words(error, label)} Nothing was saved; try again in a while.") from error
    except CalendarError as error:
        raise Trouble(f"{_in_words(error, label)} Nothing was saved.") from error
    finally:
        await calendar.close()
    if not seen.busy.readable:
        raise Trouble(
            f"{label} answers, but does not show when {person.name} is busy. Share the calendar of {given.account} at"
            " least as free/busy, and try again. Nothing was saved."
        )
    return seen


async def _tested(house: House, person: PersonRow, row: ConnectionRow) -> tuple[dict[str, Any], Seen | None]:
    assert house.desks
    label = LABELS.get(row.vendor, row.vendor)
    about = _health(row, person)
    try:
        seen = await _look(house, house.desks.of(row), row.account)
    except CalendarError as error:
        return {**about, "error": _in_words(error, label)}, None
    if not seen.busy.readable:
        return {**about, "error": f"{label} answers, but hides when {person.name} is busy."}, None
    return {**about, **_data(seen)}, seen


async def _look(house: House, calendar: Calendar, account: str) -> Seen:
    now = house.clock.now()
    between = Interval(now, now + SELF_TEST)
    busy = await in_time(calendar.busy(account, between), PATIENCE_TO_WRITE)
    hours = await in_time(calendar.hours(account), PATIENCE_TO_WRITE)
    return Seen(between, busy, hours, calendar.writes)


def _in_words(error: CalendarError, label: str) -> str:
    return said_by(label, error, error.remedy if isinstance(error, CalendarDisconnected) else "")


def _show(person: PersonRow, seen: Seen) -> None:
    console, zone = standard_output(), ZoneInfo(person.zone)
    blocks = _blocks(seen.busy)
    if not blocks:
        console.print(f"{person.name} has nothing in the next seven days.")
        return
    console.print(f"These are the busy blocks I see in the next seven days ({zone.key}):", soft_wrap=True)
    lines = [
        (stretch(each.when.start, each.when.end, zone), each.show.value + (", all day" if each.all_day else ""))
        for each in blocks
    ]
    console.print(table(("When", "Shown as"), lines))


def _blocks(busy: Busy) -> Sequence[Block]:
    return busy.blocks or tuple(map(Block, busy.intervals))


def _data(seen: Seen) -> dict[str, Any]:
    return {
        "from": seen.between.start.isoformat(),
        "to": seen.between.end.isoformat(),
        "writes": seen.writes,
        "blocks": [
            {
                "start": each.when.start.isoformat(),
                "end": each.when.end.isoformat(),
                "show": each.show.value,
                "all_day": each.all_day,
            }
            for each in _blocks(seen.busy)
        ],
    }


def _health(row: ConnectionRow, person: PersonRow) -> dict[str, Any]:
    return {
        "connection": row.id,
        "person": person.name,
        "vendor": row.vendor,
        "account": row.account,
        "state": row.state,
        "since": row.since.isoformat(),
        "fault": row.fault,
        "last_good": row.good_at.isoformat() if row.good_at else None,
        "watched_until": row.watch_until.isoformat() if row.watch_until else None,
    }


def _print(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")

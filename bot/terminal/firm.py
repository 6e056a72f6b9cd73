"""The firm's house for the length of a command, and whom of its people the words at a terminal mean."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bot.hearing import naming
from bot.hearing.naming import Unclear
from bot.house import House
from bot.records import people
from bot.records.base import Session
from bot.records.opening import ready
from bot.records.people import PersonRow
from bot.service import build
from bot.settings.settings import Settings
from bot.terminal.trouble import Trouble

T = TypeVar("T")


def in_house(settings: Settings, work: Callable[[House], Awaitable[T]]) -> T:
    """The work, done with the vendors and the database of the settings."""

    async def run() -> T:
        house = build(settings, hears=False)
        try:
            await ready(house.records)
            return await work(house)
        finally:
            with suppress(Exception):
                await house.calendar.close()
            await house.links.close()
            for desk in (house.approvals, house.limits):
                if desk:
                    await desk.close()
            await house.records.close()

    return asyncio.run(run())


async def somebody(session: Session, said: str) -> PersonRow:
    """One of those who host, or a room: by address, or by any part of the name that is enough. Raises Trouble."""
    person, rest = await somebody_and_more(session, said)
    if rest:
        raise Trouble(f"{person.name} is known here, but {rest!r} behind the name is not.")
    return person


async def somebody_and_more(session: Session, said: str) -> tuple[PersonRow, str]:
    """The same, and what was said behind the name."""
    known = await people.of_role(session, "recruiter", "client", "interviewer", people.ROOM)
    address, _, rest = said.strip().partition(" ")
    by_address = [person for person in known if person.email and person.email.lower() == address.lower()]
    if by_address:
        return by_address[0], rest.strip()
    try:
        named = naming.find(said, known, "unknown_host", "which_host")
        return named.person, named.rest
    except Unclear as unclear:
        choices = " or ".join(unclear.choices)
        if unclear.text == "which_host":
            raise Trouble(f"There are several: {choices}? Write the whole name.") from unclear
        near = f" Did you mean {choices}?" if choices else " `askarsan add team.yaml` adds people."
        raise Trouble(f"Nobody who hosts interviews is called {said!r}.{near}") from unclear

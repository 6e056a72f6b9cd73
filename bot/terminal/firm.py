"""The firm's house for the length of a command, and whom of its people the words at a terminal mean."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bot import naming
from bot.house import House
from bot.naming import Unclear
from bot.records import people
from bot.records.base import Session
from bot.records.opening import ready
from bot.records.people import PersonRow
from bot.service import build
from bot.settings import Settings
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
            await house.records.close()

    return asyncio.run(run())


async def somebody(session: Session, said: str) -> PersonRow:
    """One of those who host: by address, or by any part of the name that is enough. Raises Trouble."""
    known = await people.of_role(session, "recruiter", "client", "interviewer")
    by_address = [person for person in known if person.email and person.email.lower() == said.strip().lower()]
    if by_address:
        return by_address[0]
    try:
        return naming.find(said, known, "unknown_host", "which_host").person
    except Unclear as unclear:
        choices = " or ".join(unclear.choices)
        if unclear.text == "which_host":
            raise Trouble(f"There are several: {choices}? Write the whole name.") from unclear
        near = f" Did you mean {choices}?" if choices else " `askarsan add team.yaml` adds people."
        raise Trouble(f"Nobody who hosts interviews is called {said!r}.{near}") from unclear

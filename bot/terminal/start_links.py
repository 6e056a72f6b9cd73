"""`askarsan channels link`: the link that leads one person into the chat with our bot at Telegram."""

from __future__ import annotations

import json

from bot.carriers import carried_by, of_vendors
from bot.hearing import naming
from bot.hearing.naming import Unclear
from bot.house import House
from bot.records import people
from bot.records.base import Session
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.firm import in_house
from bot.terminal.screen import standard_output
from bot.terminal.trouble import Failed, Trouble
from integrations.channels.base import ChannelError

TELEGRAM = "telegram"


def show_link(settings: Settings, said: str, *, as_json: bool) -> None:
    """Raises Trouble, and Failed where Telegram does not say what our bot is called."""
    if carried_by(settings)[TELEGRAM] != TELEGRAM:
        raise Trouble("Nobody carries telegram yet: `askarsan channels set-up telegram` says how.")

    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await _person(session, said)
            contacts = await people.contacts(session, person.id)
        link = await _link(settings, house, person)
        there = next((each.address for each in contacts if each.channel == TELEGRAM and not each.broken), "")
        if as_json:
            told = {"person": person.name, "link": link, "chat": there or None}
            standard_output().print_json(json.dumps(told, ensure_ascii=False))
            return
        console = standard_output()
        console.print(link, soft_wrap=True)
        note = f"{person.name} is in a chat with it already. " if there else ""
        console.print(f"\n{note}It is for {person.name} alone, and for fourteen days: send it where only they read.")

    in_house(settings, work)


async def _link(settings: Settings, house: House, person: PersonRow) -> str:
    from integrations.channels.telegram.set_up import api_from, username
    from integrations.channels.telegram.starting import LASTS, start_link

    assert settings.telegram_secret, "without it the channel could not be made"
    api = api_from(of_vendors(settings))
    try:
        name = await username(api)
    except ChannelError as error:
        raise Failed(f"Telegram does not say what our bot is called. {error}") from error
    finally:
        await api.close()
    secret = settings.telegram_secret.get_secret_value()
    return start_link(name, person.id, secret, house.clock.now() + LASTS)


async def _person(session: Session, said: str) -> PersonRow:
    known = await people.of_role(session, "candidate", "client", "interviewer", "recruiter")
    try:
        named = naming.find(said, known, "unknown", "several")
    except Unclear as unclear:
        choices = " or ".join(unclear.choices)
        if unclear.text == "several":
            raise Trouble(f"There are several: {choices}? Write the whole name.") from unclear
        raise Trouble(f"Nobody is called {said!r}." + (f" Did you mean {choices}?" if choices else "")) from unclear
    if named.rest:
        raise Trouble(f"{named.person.name} is known here, but {named.rest!r} behind the name is not.")
    return named.person

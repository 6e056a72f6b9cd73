"""The line below the first mail to a candidate that says where else they may write: a link for them alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import structlog

from bot.effects.rendering import render_alone
from bot.house import House
from bot.records import people
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Part
from integrations.channels.base import ChannelError
from integrations.channels.desk import Entrance

log = structlog.get_logger()

PATIENCE = 5.0  # seconds; the mail is good without it
BELOW = "email"  # in an SMS it would be two more of them
AROUND = {"telegram": Part("rather_telegram")}  # by channel, the words around the link


@dataclass(frozen=True, slots=True)
class WayIn:
    text: str
    url: str = field(repr=False)

    def hidden_in(self, text: str) -> str:
        """The text as it may be kept: whoever reads it there must not be taken for this person."""
        return text.replace(self.url, f"{self.url.partition('=')[0]}=…")


async def way_in(house: House, person: PersonRow, channel: str) -> WayIn | None:
    """None where there is nowhere else, or they were there already and perhaps left."""
    if channel != BELOW or person.role != "candidate":
        return None
    async with house.records.read() as session:
        known = {each.channel for each in await people.contacts(session, person.id)}
    for name, part in AROUND.items():
        entrance: object = house.channels.get(name)
        if name in known or not isinstance(entrance, Entrance):
            continue
        try:
            async with asyncio.timeout(PATIENCE):
                url = await entrance.way_in(person.id)
        except (ChannelError, TimeoutError) as error:
            log.info("no_way_in", channel=name, error=type(error).__name__)
            continue
        return WayIn(render_alone(house, person, (replace(part, words={"link": url}),)).text, url)
    return None

"""The page in a channel where a recruiter sees how everything stands: shown anew after what has changed it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.hearing.front_desk import FrontDesk
from bot.house import House
from bot.jobs import Job
from bot.records import people
from integrations.channels.base import ChannelError
from integrations.channels.desk import Board

log = structlog.get_logger()


async def show_anew(house: House, recruiter_id: str) -> Sequence[Job]:
    """As everything stands now. Whoever opens their page sees it anew too, so one that is lost stays so for little."""
    async with house.records.read() as session:
        contacts = [each for each in await people.contacts(session, recruiter_id) if each.may_be_used]
    for contact in contacts:
        board: object = house.channels.get(contact.channel)
        if not isinstance(board, Board):
            continue
        sections = await FrontDesk(house).home(contact.channel, contact.address)
        if sections is None:
            continue
        try:
            await board.publish(contact.address, sections)
        except ChannelError as error:
            log.warning("home_not_shown", channel=contact.channel, person=recruiter_id, code=error.code)
    return ()

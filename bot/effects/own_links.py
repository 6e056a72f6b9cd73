"""A booking link in a message to a candidate becomes one of their own, with which somebody can book once."""

from __future__ import annotations

import asyncio
import re

import structlog

from bot.connections.connecting import Unusable
from bot.house import House
from bot.records import connections, links, work
from bot.records.connections import ConnectionRow, ConnectionState
from bot.records.work import EffectRow
from integrations.links.base import LinksError, LinkStatus

log = structlog.get_logger()

PATIENCE = 15.0  # seconds; the plain link does as well, and the candidate is waiting
ENDS = r"(?![\w/?#%&=-])"  # else it is the beginning of another link


async def with_own_links(house: House, effect: EffectRow, text: str) -> str:
    """Made once for each message, however often it is sent. Where none can be made, the link stays as it is."""
    if not house.firm.single_use_links or house.link_desk is None or "://" not in text:
        return text
    own: dict[str, str] = dict(effect.payload.get("own_links", {}))
    for url, account in await _connected(house, text):
        if url not in own and (made := await _made(house, account, url)):
            own[url] = made
    if own != effect.payload.get("own_links", {}):
        await _remember(house, effect, own)
    for url, made in own.items():
        text = re.sub(re.escape(url) + ENDS, made, text)
    return text


async def _connected(house: House, text: str) -> list[tuple[str, ConnectionRow]]:
    """The links in this text that work and whose owner's account is connected."""
    async with house.records.read() as session:
        named = [row for row in await links.everyone(session) if row.url and re.search(re.escape(row.url) + ENDS, text)]
        found = []
        for row in named:
            accounts = await connections.accounts_of(session, row.person_id)
            well = [each for each in accounts if each.state == ConnectionState.ACTIVE.value]
            if row.status == LinkStatus.ACTIVE.value and well:
                found.append((row.url, well[0]))
    return found


async def _made(house: House, row: ConnectionRow, url: str) -> str | None:
    assert house.link_desk
    try:
        account = house.link_desk.open(row)
    except Unusable:
        return None  # its owner is told of that elsewhere
    try:
        async with asyncio.timeout(PATIENCE):
            return await account.single_use_of(url)
    except (LinksError, TimeoutError) as error:
        log.warning("no_single_use_link", connection=row.id, because=type(error).__name__)
        return None
    finally:
        await account.close()


async def _remember(house: House, effect: EffectRow, own: dict[str, str]) -> None:
    async with house.records.write() as session:
        row = await work.lock_effect(session, effect.id)
        row.payload = {**row.payload, "own_links": own}

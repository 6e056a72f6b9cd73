"""A message handed to its vendor, and whether our key opens the way: a key that is not taken is told of once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot.house import House
from bot.records import negotiations, people, refused_keys
from bot.records.refused_keys import RefusedKeyRow
from bot.records.work import EffectRow
from bot.turn import Turn
from dialogs.negotiation.effects import Say
from dialogs.negotiation.events import Undelivered
from dialogs.negotiation.state import Party
from integrations.channels.base import Channel, KeyRefused, Outbound, Sent

log = structlog.get_logger()

SHORT = 2  # so often a message is tried again with a key that is not taken, where its reader has another channel
WAITS = timedelta(days=1)  # at most for a key to be mended, where there is none; then it would say what is long past


async def hand_over(house: House, channel: Channel, message: Outbound) -> Sent:
    """Once. Raises ChannelError."""
    async with with_our_key(house, channel, message.to):
        return await channel.send(message)


@asynccontextmanager
async def with_our_key(house: House, channel: Channel, to: str) -> AsyncIterator[None]:
    """Around whatever is asked of a vendor about this address: what comes of it /health shows, and the log once."""
    try:
        yield
    except KeyRefused as error:
        await _note_refused(house, channel.name, channel.account(to), error.code or "")
        raise
    await _note_taken(house, channel.name, channel.account(to))


async def _note_refused(house: House, channel: str, account: str, code: str) -> None:
    row = RefusedKeyRow(channel=channel, account=account, since=house.clock.now(), code=code)
    async with house.records.write() as session:
        news = await refused_keys.note(session, row)
    if news:
        log.error("key_refused", channel=channel, account=account, code=code)


async def _note_taken(house: House, channel: str, account: str) -> None:
    async with house.records.read() as session:
        if not await refused_keys.is_refused(session, channel, account):
            return
    async with house.records.write() as session:
        news = await refused_keys.forget(session, channel, account)
    if news:
        log.info("key_taken_again", channel=channel, account=account)


async def waits_for_the_key(house: House, effect: EffectRow, channel: str) -> bool:
    """Until another way is taken; where the reader has no other, for long: with the key mended it still arrives."""
    async with house.records.read() as session:
        known = await people.contacts(session, effect.person_id or "")
    tried = {channel, *effect.payload.get("tried", ())}
    others = [
        each for each in known if each.may_be_used and each.channel in house.channels and each.channel not in tried
    ]
    return effect.attempts < SHORT if others else house.clock.now() - effect.made_at < WAITS


async def call_for_a_person(house: House, effect: EffectRow, say: Say) -> None:
    """The message still waits; what is done about it meanwhile may make it needless."""
    if effect.negotiation_id and say.to.value in (Party.CANDIDATE, Party.HOST):
        async with house.records.write() as session:
            row = await negotiations.get(session, effect.negotiation_id)
            await Turn(house, session).happen(row, Undelivered(Party(say.to.value), "key", say.kind))

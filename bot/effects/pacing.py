"""Whether a message may go now: the pace of its sender, of its channel, and how much its reader hears from us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog

from bot.effects.carrying import Later
from bot.facts.case import JUST_NOW
from bot.house import House
from bot.limits import Cap, Limits
from bot.records import messages
from bot.records.people import PersonRow
from bot.records.work import EffectRow
from dialogs.negotiation.effects import Say
from integrations.channels.base import Channel, ChannelError, Load, Outbound

log = structlog.get_logger()

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


async def keep_pace(
    house: House, effect: EffectRow, say: Say, person: PersonRow, channel: Channel, message: Outbound
) -> None:
    """Counts the message. Raises Later where it would be one too many just now."""
    if house.limits is None:
        return
    await _ask(
        house.limits, effect, [*_of_ours(house, channel, message), *await _of_theirs(house, effect, say, person)]
    )


async def keep_our_pace(house: House, effect: EffectRow, channel: str, message: Outbound) -> None:
    """The same for what is no message to a person in a conversation: a card, an invite, a word to a stranger."""
    if house.limits:
        await _ask(house.limits, effect, [*_of_ours(house, house.channels[channel], message)])


async def _ask(limits: Limits, effect: EffectRow, caps: Sequence[Cap]) -> None:
    if wait := await limits.ask(caps):
        log.info("message_held_back", effect=effect.id, seconds=round(wait.total_seconds()))
        raise Later(wait, tried=False)


def _of_ours(house: House, channel: Channel, message: Outbound) -> Iterator[Cap]:
    if load := _load(channel, message):
        yield Cap.of_pace(f"sender/{load.sender}", load.per_second, load.units)
    if pace := house.allowed.channels.get(channel.name):
        yield Cap(f"channel/{channel.name}", pace.amount, pace.span)


def _load(channel: Channel, message: Outbound) -> Load | None:
    try:
        return channel.load(message)
    except ChannelError:
        return None  # it will be refused as well when it is sent, and that is told there


async def _of_theirs(house: House, effect: EffectRow, say: Say, person: PersonRow) -> list[Cap]:
    """What we begin is capped. Who has just written is answered, but for two machines that answer each other.

    The firm's own people hear everything, and what cannot wait does not. A second attempt is no second message.
    """
    again = effect.attempts or effect.payload.get("tried")
    if person.role == "recruiter" or say.urgent or say.last_word or again:
        return []
    async with house.records.read() as session:
        wrote = await messages.last_in(session, person.id)
    allowed, whose = house.allowed, f"person/{person.id}"
    if wrote and effect.made_at - wrote.at <= JUST_NOW:
        return [Cap(f"{whose}/answers", allowed.answers_an_hour, AN_HOUR)]
    return [Cap(f"{whose}/hour", allowed.an_hour, AN_HOUR), Cap(f"{whose}/day", allowed.a_day, A_DAY)]

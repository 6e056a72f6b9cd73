"""Who wants no messages gets none: a vendor's word closes one channel, and START opens that one again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.facts.reach import reach_of
from bot.hearing.inbox import keep
from bot.records import messages, people
from bot.rehearsal.play import Rehearsal
from integrations.channels.base import BadAddress, ChannelError, OptedOut, Receipt, ReceiptStatus, Wish
from tests.channels.assistance import rehearsed


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """Ana has two times to choose from, on WhatsApp; she can be reached by SMS, too."""
    async with rehearsed(tmp_path) as (rehearsal, _):
        yield rehearsal


async def ways(firm: Rehearsal) -> Mapping[str, str]:
    async with firm.stage.house.records.read() as session:
        reach = await reach_of(session, await people.get(session, "ana"))
    return {each.channel: each.state for each in reach.ways if each.channel in ("whatsapp", "sms")}


async def fails(firm: Rehearsal, means: type[ChannelError]) -> None:
    """The vendor says so of the offer."""
    house = firm.stage.house
    async with house.records.read() as session:
        last = await messages.last_out(session, "ana")
    assert last
    receipt = Receipt(last.vendor_id or "", ReceiptStatus.FAILED, "21610", means)
    await firm.stage.engine.begin(await keep(house, receipt))
    await firm.stage.settle()


async def test_an_opt_out_at_the_carrier_closes_its_channel_and_start_opens_it_again(firm: Rehearsal) -> None:
    await fails(firm, OptedOut)
    assert await ways(firm) == {"whatsapp": "closed", "sms": "open"}
    assert "Which of these suits you?" in firm.world.channels["sms"].delivered[-1].text
    start = firm.world.channels["whatsapp"].hear("+351912345678", "START")
    await firm.stage.hear([start])
    assert await ways(firm) == {"whatsapp": "open", "sms": "open"}
    assert "Welcome back" in firm.world.channels["whatsapp"].delivered[-1].text


async def test_how_it_came_is_kept(firm: Rehearsal) -> None:
    await fails(firm, OptedOut)
    stop = firm.world.channels["sms"].hear("+351912345678", "Please never write to me again")
    await firm.stage.hear([stop])
    async with firm.stage.house.records.read() as session:
        said = (await reach_of(session, await people.get(session, "ana"))).said
    assert [(each.what, each.how, each.channel) for each in said] == [
        ("opted_out", "wrote", "sms"),
        ("channel_closed", "vendor", "whatsapp"),
    ]


async def test_nobody_there_is_no_wish_of_hers_and_start_elsewhere_mends_no_number(firm: Rehearsal) -> None:
    await fails(firm, BadAddress)
    assert await ways(firm) == {"whatsapp": "lost", "sms": "open"}
    await firm.stage.hear([firm.world.channels["sms"].hear("+351912345678", "START")])
    assert await ways(firm) == {"whatsapp": "lost", "sms": "open"}


async def test_a_yes_that_the_carrier_takes_for_start_is_still_an_answer(firm: Rehearsal) -> None:
    yes = replace(firm.world.channels["whatsapp"].hear("+351912345678", "yes, the first one"), wish=Wish.IN)
    await firm.stage.hear([yes])
    assert "You are booked" in firm.world.channels["whatsapp"].delivered[-1].text

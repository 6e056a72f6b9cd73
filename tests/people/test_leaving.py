"""Who wants no messages gets none: a vendor's word closes one channel, and START opens that one again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import leaving
from bot.adding import add_candidates
from bot.facts.reach import reach_of
from bot.hearing.inbox import keep
from bot.records import everything, messages, people
from bot.rehearsal.play import Rehearsal
from bot.seeding import NewPerson, add_person
from bot.turn import Turn
from integrations.channels.base import BadAddress, ChannelError, Inbound, OptedOut, Receipt, ReceiptStatus, Wish
from integrations.trackers.sheet import CandidateRow
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


async def test_yes_takes_no_stop_back_neither_ones_own_nor_that_of_who_shares_the_number(firm: Rehearsal) -> None:
    number, house = "+351912345678", firm.stage.house
    async with house.records.write() as session:
        ways = {"sms": number, "email": "ben@mail.example"}
        new = NewPerson("ben", "candidate", "Ben Silva", "Europe/Lisbon", tuple(ways), tuple(ways), ways)
        ben = await add_person(session, house.ids, new)
        await leaving.leave(Turn(house, session), ben, leaving.Wish("wrote", "email"))
    yes = replace(firm.world.channels["sms"].hear(number, "Yes"), wish=Wish.IN)
    await firm.stage.hear([yes])
    assert "Tue 3 Mar, 09:00" in firm.world.channels["sms"].delivered[-1].text  # it is Ana's, and she is asked which
    assert await who_left(firm) == {"ben"}
    await firm.stage.hear([firm.world.channels["sms"].hear(number, "Please do not write to me again")])
    await firm.stage.hear([replace(yes, vendor_id="sms-yes-again")])
    assert await who_left(firm) == {"ana", "ben"}


async def who_left(firm: Rehearsal) -> set[str]:
    async with firm.stage.house.records.read() as session:
        return {person.id for person in await people.of_role(session, "candidate") if person.opted_out_at}


async def test_no_machine_and_no_forged_mail_says_whose_words_they_were_in_a_mailbox_that_two_share(
    firm: Rehearsal,
) -> None:
    mailbox, house = "family@mail.example", firm.stage.house
    async with house.records.write() as session:
        await people.move_to(session, "ana", "email", mailbox)
        new = NewPerson("ben", "candidate", "Ben Silva", "Europe/Lisbon", ("email",), ("email",), {"email": mailbox})
        await add_person(session, house.ids, new)
    await firm.stage.hear(
        [firm.world.channels["slack"].hear("T1:URITA", "schedule Ben Silva for Data Engineer at Acme")]
    )
    await firm.stage.hear([Inbound("c-1", "email", "c@a.example", "Ben: Thursday 10-12 or Friday after 3pm")])
    await firm.stage.hear([Inbound("m-1", "email", mailbox, "I am away. Unsubscribe", automatic=True)])
    await firm.stage.hear([Inbound("m-2", "email", mailbox, "the first one works")])
    sent = len(firm.world.channels["email"].delivered)
    await firm.stage.hear([Inbound("m-3", "email", mailbox, "Ben", automatic=True)])
    await firm.stage.hear([Inbound("m-4", "email", mailbox, "Ben", trusted=False)])
    assert len(firm.world.channels["email"].delivered) == sent
    assert await who_left(firm) == set()
    async with house.records.read() as session:
        assert {row.status for row in await everything.negotiations(session)} == {"offered"}


async def test_a_stranger_who_said_stop_is_written_to_only_once_they_come_back(firm: Rehearsal) -> None:
    number, house = "+4917600000001", firm.stage.house
    await firm.stage.hear([Inbound("x-1", "whatsapp", number, "STOP")])
    row = CandidateRow(2, "Bo Berg", phone=number, channels=("sms",), consent=("sms",), job="Data Engineer")
    async with house.records.write() as session:
        added = await add_candidates(session, house.ids, [row], "Europe/Berlin", "en", "Rita Lopes")
    assert added.left_alone == ["Bo Berg"]
    await firm.stage.hear([firm.world.channels["slack"].hear("T1:URITA", "schedule Bo Berg for Data Engineer at Acme")])
    assert not [each for each in firm.world.channels["sms"].delivered if each.to == number]
    await firm.stage.hear([Inbound("x-2", "sms", number, "START")])
    assert [each.text for each in firm.world.channels["sms"].delivered if each.to == number]


async def test_whoever_has_a_number_now_that_was_wrong_for_us_is_a_stranger_and_heard(firm: Rehearsal) -> None:
    hears = firm.world.channels["whatsapp"].hear
    await firm.stage.hear([hears("+351912345678", "Wrong number, I am not Ana")])
    await firm.stage.hear([hears("+351912345678", "no problem")])
    sent = len(firm.world.channels["whatsapp"].delivered)
    await firm.stage.hear([hears("+351912345678", "But I do have an interview with you, I am Zoe")])
    assert len(firm.world.channels["whatsapp"].delivered) == sent + 1
    assert "I am Zoe" in firm.world.channels["slack"].delivered[-1].text


async def test_a_stranger_whose_answer_may_be_out_is_not_answered_again(firm: Rehearsal) -> None:
    whatsapp = firm.world.channels["whatsapp"]
    whatsapp.forget_answer()
    await firm.stage.hear([Inbound("x-1", "whatsapp", "+4917600000001", "Hello, who are you?")])
    await firm.stage.advance_to(firm.stage.house.clock.now() + timedelta(minutes=30))
    assert [each.to for each in whatsapp.delivered].count("+4917600000001") == 1

"""A person of the firm writes to somebody past the assistant: from then on the assistant is silent there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.hearing.inbox import keep
from bot.records import everything, people
from bot.rehearsal.play import Rehearsal
from integrations.channels.base import Inbound, Receipt, ReceiptStatus
from tests.channels.assistance import rehearsed

ANA = "ana@mail.example"
MAIL = Inbound("mail-1", "email", "rita@firm.example", "Dear Ana, do you need a visa?", also_to=(ANA,))


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """Ana has two times to choose from, and Rita writes mails, too."""
    async with rehearsed(tmp_path) as (rehearsal, _):
        async with rehearsal.stage.house.records.write() as session:
            await people.bind(session, "rita", "email", "rita@firm.example")
        yield rehearsal


async def is_taken(firm: Rehearsal) -> bool:
    async with firm.stage.house.records.read() as session:
        return bool((await everything.negotiations(session))[0].state["human"])


def told(firm: Rehearsal) -> list[str]:
    """What Rita reads where she works."""
    return [each.text for each in firm.world.channels["slack"].delivered if "a person has the thread" in each.text]


async def test_a_mail_of_rita_to_ana_with_us_in_copy_takes_the_thread_and_is_no_command(firm: Rehearsal) -> None:
    await firm.stage.hear([MAIL])
    assert await is_taken(firm)
    assert "Rita Lopes wrote to Ana Silva or Carl Olsen" in told(firm)[0]
    await firm.stage.hear([Inbound("wa-1", "whatsapp", "+351912345678", "the first one")])
    assert "booked" not in str(firm.world.channels["whatsapp"].delivered[-1].text)


async def test_the_button_below_that_word_hands_it_back(firm: Rehearsal) -> None:
    await firm.stage.hear([MAIL])
    button = next(each for each in firm.world.channels["slack"].delivered if "a person has" in each.text).buttons[0]
    assert button.label == "Hand it back"
    await firm.stage.hear([firm.world.channels["slack"].hear("T1:URITA", button.label, pressed=button.id)])
    assert not await is_taken(firm)


@pytest.mark.parametrize(
    "mail",
    [
        replace(MAIL, trusted=False),
        replace(MAIL, automatic=True),
        replace(MAIL, also_to=("pia@firm.example",)),
        replace(MAIL, text="status", also_to=()),
        replace(MAIL, sender="carl@acme.example"),
    ],
    ids=["in her name", "out of office", "to a colleague", "to us", "of a client"],
)
async def test_no_other_mail_takes_it(firm: Rehearsal, mail: Inbound) -> None:
    await firm.stage.hear([mail])
    assert not await is_taken(firm)
    assert told(firm) == []


async def test_what_is_sent_to_ana_from_the_shared_mailbox_or_an_app_takes_it(firm: Rehearsal) -> None:
    await firm.stage.hear([Inbound("app-1", "whatsapp", "+351912345678", "Hi Ana, it is me", colleague=True)])
    assert await is_taken(firm)
    assert "Somebody of your team wrote" in told(firm)[0]


async def test_a_message_from_the_console_of_the_vendor_takes_it_once_it_is_sure_that_it_is_not_ours(
    firm: Rehearsal,
) -> None:
    house = firm.stage.house
    await firm.stage.advance_to(house.clock.now() + timedelta(hours=1))
    for status in (ReceiptStatus.SENT, ReceiptStatus.DELIVERED):
        receipt = Receipt("SM-of-a-colleague", status, channel="whatsapp", to="+351912345678")
        await firm.stage.engine.begin(await keep(house, receipt))
    await firm.stage.settle()
    assert not await is_taken(firm)
    await firm.stage.advance_to(house.clock.now() + timedelta(minutes=11))
    assert await is_taken(firm)
    assert len(told(firm)) == 1


async def test_a_receipt_for_a_piece_of_a_long_message_of_ours_silences_nobody(firm: Rehearsal) -> None:
    house = firm.stage.house
    receipt = Receipt("SM-second-piece", ReceiptStatus.SENT, channel="whatsapp", to="+351912345678")
    await firm.stage.engine.begin(await keep(house, receipt))
    await firm.stage.advance_to(house.clock.now() + timedelta(minutes=30))
    assert not await is_taken(firm)

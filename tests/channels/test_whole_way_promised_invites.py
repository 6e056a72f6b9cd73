"""Whoever is told that the invite is on its way is sent one; whoever gets none is not told so."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.engine import InlineEngine
from bot.hearing.inbox import keep
from bot.house import House
from bot.records import people
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.worker import Assistant
from integrations.channels.base import Inbound
from tests.channels.assistance import STORY, Assistance, rehearsed

NUMBER = "+351912345678"
PROMISE = "The invite is on its way"
WITH_A_MAILBOX = STORY.replace("channels: [whatsapp, sms]", "channels: [whatsapp, email]")
WITHOUT = STORY.replace("    email: ana@mail.example\n", "")


async def spoil(house: House, how: str) -> None:
    async with house.records.write() as session:
        mailbox = next(each for each in await people.contacts(session, "ana") if each.channel == "email")
        if how == "bounces":
            mailbox.broken = "5.1.1"
        if how == "closed":
            mailbox.opted_out_at = house.clock.now()


@pytest.mark.parametrize(
    ("mailbox", "story", "invited"),
    [
        ("good", WITH_A_MAILBOX, True),
        ("bounces", WITH_A_MAILBOX, False),
        ("closed", WITH_A_MAILBOX, False),
        ("none", WITHOUT, False),
    ],
)
async def test_an_invite_is_promised_to_nobody_who_gets_none(
    tmp_path: Path, mailbox: str, story: str, invited: bool
) -> None:
    async with rehearsed(tmp_path, story=story) as (rehearsal, house):
        here = Assistance(rehearsal, house, InlineEngine(Assistant(house)))
        if mailbox != "none":
            await spoil(house, mailbox)
        told = Inbound("wa-1", "whatsapp", NUMBER, "the second one works")
        await here.begin(await keep(house, told, vendor="gateway", raw=b""))
        await here.engine.settle()
        assert await here.status() == "confirmed"
        async with house.records.read() as session:
            theirs = MessageRow.person_id == "ana", MessageRow.template.contains("confirmation")
            text = (await session.scalars(select(MessageRow.text).where(*theirs))).one()
            sent = (await session.scalars(select(InviteRow).where(InviteRow.person_id == "ana"))).all()
        assert "You are booked, Ana" in text
        assert (PROMISE in text) is invited
        assert bool(sent) is invited

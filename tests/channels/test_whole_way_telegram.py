"""The whole way over Telegram: whoever opens their own link is known there, and chooses with one tap."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.inbox import keep
from bot.records import messages, people
from bot.seeding import NewPerson, add_person
from bot.worker import Assistant
from integrations import carriers
from integrations.channels.base import Inbound
from integrations.channels.telegram.set_up import close_door
from integrations.channels.telegram.starting import start_link
from integrations.means import Means
from tests.channels.assistance import Assistance, rehearsed
from tests.channels.telegram.at_telegram import ANA, BEN, SECRET, Office, Served, office, served

__all__ = ["office", "served"]

BEN_AT = "ben@mail.example"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class AtTelegram(Assistance):
    """With a Telegram on loopback, which knocks at our real door."""

    office: Office

    async def told(self) -> None:
        assert set(await self.office.telegram.deliver()) <= {200}
        await self.engine.settle()

    async def payload(self) -> str:
        """The end of Ana's own link."""
        async with self.house.records.read() as session:
            [ana] = await people.of_role(session, "candidate")
        link = start_link("arsan_bot", ana.id, SECRET, self.house.clock.now() + timedelta(days=7))
        return link.partition("start=")[2]

    async def opens_anas_link(self, who: int) -> None:
        self.office.telegram.chats.start(who, await self.payload())
        await self.told()

    async def says(self, who: int, text: str) -> None:
        self.office.telegram.chats.write(who, text)
        await self.told()

    async def hears(self, channel: str, sender: str, text: str) -> None:
        await self.begin(await keep(self.house, Inbound(f"{sender} {text}", channel, sender, text)))
        await self.engine.settle()

    async def ben_is_written_to(self) -> None:
        """By mail, for the first time."""
        ben = NewPerson("ben", "candidate", "Ben Okafor", "Europe/Lisbon", ["email"], ["email"], {"email": BEN_AT})
        async with self.house.records.write() as session:
            await add_person(session, self.house.ids, ben)
        await self.hears("slack", "T1:URITA", "schedule Ben Okafor for Data Engineer at Acme")
        await self.hears("email", "c@a.example", "Thursday 10-12")

    def mails(self, to: str) -> list[str]:
        return [each.text for each in self.rehearsal.world.channels["email"].delivered if each.to == to]

    def got(self, who: int = ANA) -> list[str]:
        return [each.text for each in self.office.telegram.chats.said(who)]


@asynccontextmanager
async def assistance(folder: Path, office: Office, served: Served) -> AsyncIterator[AtTelegram]:
    async with rehearsed(folder) as (rehearsal, rehearsing):
        office.clock.at = rehearsing.clock.now()
        house = replace(rehearsing, channels={**rehearsing.channels, "telegram": office.channel})
        here = AtTelegram(rehearsal, house, InlineEngine(Assistant(house)), office)
        served.door = make_app(house, here.begin, None, "1", doors=[office.door])
        yield here


async def test_whoever_opens_their_own_link_is_known_there(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.opens_anas_link(ANA)
        await here.says(ANA, "the second one works")
        assert await here.status() == "confirmed", here.got()
        assert any(text.startswith("You are booked, Ana") for text in here.got())


async def test_whoever_opens_it_after_them_is_somebody_else(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.opens_anas_link(ANA)
        await here.opens_anas_link(BEN)
        await here.says(BEN, "the second one works")
        assert await here.status() == "offered"
        assert not any("Ana" in text for text in here.got(BEN))


async def test_a_link_somebody_made_up_binds_nobody(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        link = start_link("arsan_bot", "ana", "another secret", here.house.clock.now() + timedelta(days=7))
        office.telegram.chats.start(BEN, link.partition("start=")[2])
        await here.told()
        await here.says(BEN, "the second one works")
        assert await here.status() == "offered"


async def test_a_bot_that_is_blocked_writes_on_elsewhere(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.opens_anas_link(ANA)
        await here.says(ANA, "the second one works")
        office.telegram.chats.block(ANA)
        await here.told()
        told, written = len(here.got()), len(here.rehearsal.world.channels["whatsapp"].delivered)
        await here.wait(timedelta(days=1, hours=6))  # the reminder is due
        assert len(here.got()) == told
        assert len(here.rehearsal.world.channels["whatsapp"].delivered) > written
        assert await here.status() == "confirmed"


async def test_without_an_address_updates_are_fetched_and_presses_answered(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await close_door(office.api)
        chats, now = office.telegram.chats, here.house.clock.now
        given = {"telegram_token": office.telegram.token, "telegram_secret": SECRET, "telegram_url": office.url}
        async with here.holding(carriers.LINES["telegram"](Means(now, given))):
            chats.start(ANA, await here.payload())
            await here.comes_to(lambda: not chats.pending)
            chats.write(ANA, "the second one works")
            await here.comes_to(lambda: any(text.startswith("You are booked, Ana") for text in here.got()))
        assert await here.status() == "confirmed"


async def test_while_telegram_knocks_elsewhere_nothing_is_fetched_and_afterwards_all_of_it(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        given = {"telegram_token": office.telegram.token, "telegram_secret": SECRET, "telegram_url": office.url}
        async with here.holding(carriers.LINES["telegram"](Means(here.house.clock.now, given))):
            office.telegram.chats.start(ANA, await here.payload())
            await asyncio.sleep(0.1)
            assert office.telegram.chats.pending
            await close_door(office.api)
            await here.comes_to(lambda: not office.telegram.chats.pending)


async def test_the_first_mail_and_no_other_says_where_else_one_may_write_by_a_link_for_its_reader_alone(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.ben_is_written_to()
        (first,) = here.mails(BEN_AT)
        last = first.rstrip().splitlines()[-1]
        assert last.startswith("If you would rather write on Telegram: https://t.me/askarsan_bot?start=")
        async with here.house.records.read() as session:
            kept = await messages.last_out(session, "ben")
        assert kept
        assert "https://t.me/askarsan_bot?start=…" in kept.text, "nobody is taken for Ben who reads our records"
        (payload,) = re.findall(r"start=(\S+)", first)
        office.telegram.chats.start(BEN, payload)
        await here.told()
        await here.says(BEN, "the first one works")
        assert any(text.startswith("You are booked, Ben") for text in here.got(BEN)), here.got(BEN)
        assert not any("t.me/" in each for each in here.mails(BEN_AT)[1:])


async def test_while_telegram_is_away_the_mail_goes_without_that_line(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        served.telegram = Starlette()
        await here.ben_is_written_to()
        (first,) = here.mails(BEN_AT)
        assert "Thu" in first
        assert "t.me/" not in first

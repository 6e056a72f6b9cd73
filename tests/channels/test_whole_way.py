"""The whole way: a signed webhook in, a turn of the assistant, the vendor's SDK out; and a fault anywhere on it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.limits import Allowed, Limits
from bot.records import people, raw_events
from bot.records.raw_events import RawEventRow
from bot.records.sealed import unseal
from bot.worker import Assistant
from integrations.channels.approvals import Approvals
from integrations.channels.twilio.door import TwilioDoor
from integrations.channels.twilio.signing import Secrets
from tests.channels.assistance import STORY, Assistance, rehearsed
from tests.channels.twilio.at_twilio import ANA, PUBLIC, TOKEN, Office, Served, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

A_MINUTE = timedelta(minutes=1)


@dataclass
class AtTwilio(Assistance):
    """With WhatsApp and SMS at a Twilio on loopback, which knocks at our real door."""

    office: Office

    async def passes(self, time: timedelta) -> None:
        self.office.clock.at = self.house.clock.now() + time
        await self.wait(time)

    async def write(self, text: str, on: str = "whatsapp") -> int:
        answer = await self.office.standin.write("ana", text, on)
        await self.engine.settle()
        return answer.status_code

    def got(self) -> list[str]:
        return [each.text for each in self.office.standin.phone("ana")]


@asynccontextmanager
async def assistance(
    folder: Path,
    office: Office,
    served: Served,
    story: str = STORY,
    approvals: Approvals | None = None,
    limits: Limits | None = None,
    allowed: Allowed | None = None,
) -> AsyncIterator[AtTwilio]:
    async with rehearsed(folder, story=story) as (rehearsal, rehearsing):
        office.clock.at = rehearsing.clock.now()
        house = replace(
            rehearsing,
            channels={**rehearsing.channels, "whatsapp": office.whatsapp, "sms": office.sms},
            firm=replace(rehearsing.firm, public_url=PUBLIC),
            approvals=approvals,
            limits=limits,
            allowed=allowed or Allowed(),
        )
        here = AtTwilio(rehearsal, house, InlineEngine(Assistant(house)), office)
        served.door = make_app(house, here.begin, None, "1", doors=[TwilioDoor(Secrets(TOKEN))])
        yield here


async def test_she_takes_a_time_on_whatsapp_and_is_told_there_that_it_is_booked(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        assert await here.write("the second one works") == 200
        await here.office.standin.deliver()
        assert await here.status() == "confirmed"
        assert any(text.startswith("You are booked, Ana") for text in here.got())


async def test_what_twilio_tells_twice_is_heard_once(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.write("the second one works")
        before = len(office.standin.messages)
        await office.standin.again()
        await here.engine.settle()
        assert len(office.standin.messages) == before


async def test_a_message_that_was_accepted_while_the_answer_was_lost_is_not_sent_again(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.standin.fail_next(500, after_accepting=True, on="POST /2010-04-01/")
        office.standin.fail_next(503, times=2, on="GET /2010-04-01/")  # and nobody can tell for a while
        await here.write("the second one works")
        for _ in range(12):
            await here.passes(A_MINUTE)
        await office.standin.deliver()
        confirmations = [text for text in here.got() if text.startswith("You are booked, Ana")]
        assert len(confirmations) == 1


async def test_a_message_that_does_not_arrive_on_whatsapp_goes_out_by_sms(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.standin.fail_delivery(63024)
        await here.write("the second one works")
        await office.standin.deliver()
        await here.engine.settle()
        await office.standin.deliver()
        [arrived] = [each for each in office.standin.messages if each.status == "delivered"]
        assert arrived.to == ANA, "the number, and not whatsapp:"
        assert (arrived.shown.text or "").startswith("You are booked, Ana")


async def test_stop_by_sms_ends_it_on_whatsapp_too_and_at_twilio(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.write("STOP", on="sms")
        assert await here.status() == "cancelled"
        told = len(office.standin.messages)
        await here.passes(timedelta(days=3))
        assert len(office.standin.messages) == told
        async with here.house.records.read() as session:
            contacts = await people.contacts(session, (await people.of_role(session, "candidate"))[0].id)
        assert all(contact.opted_out_at for contact in contacts)


async def test_what_was_told_is_kept_sealed_for_thirty_days(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.write("a canary sings")
        [row, *_] = await here.raw()
        assert row.vendor == "twilio"
        assert "canary" not in str(row.body)
        assert unseal(row.body, RawEventRow.place(row.id), here.rehearsal.world.keys)
        await here.passes(raw_events.KEPT + A_MINUTE)
        for job in await Assistant(here.house).waiting(older_than=timedelta()):
            await Assistant(here.house).run(job)
        assert await here.raw() == []


async def test_nothing_somebody_wrote_stands_in_the_log(
    tmp_path: Path, office: Office, served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with assistance(tmp_path, office, served) as here:
        await here.write("my canary sings on Tuesday")
        await here.passes(A_MINUTE)
    out, err = capfd.readouterr()
    for said in (caplog.text, out, err):
        assert "canary" not in said
        assert TOKEN not in said


async def test_a_stranger_is_told_once_a_day_that_we_do_not_know_them(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        for text in ("hello?", "is anybody there?"):
            await office.standin.write("ben", text)
            await here.engine.settle()
        await office.standin.deliver()
        assert len(office.standin.phone("ben")) == 1

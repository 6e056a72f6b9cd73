"""What goes out is held to its limits and comes later; what comes in by the hundred is kept, and starves nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.counting import Counted
from bot.engine import DurableEngine, InlineEngine
from bot.hearing.inbox import keep
from bot.limits import Allowed, Cap
from bot.records import everything, people, work
from bot.records.messages import MessageRow
from bot.worker import Assistant
from integrations.channels.base import Inbound
from tests.channels.assistance import Assistance, rehearsed
from tests.channels.test_whole_way import AtTwilio, assistance
from tests.channels.twilio.at_twilio import Office, Served, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

A_MINUTE = timedelta(minutes=1)
MANY = 200


@dataclass
class Gate:
    """Limits that are full, or are not."""

    full: bool = False
    asked: list[tuple[Cap, ...]] = field(default_factory=list)

    async def ask(self, caps: Sequence[Cap]) -> timedelta | None:
        self.asked.append(tuple(caps))
        return A_MINUTE if self.full else None

    async def redis_answers(self) -> bool | None:
        return None

    async def close(self) -> None: ...


@asynccontextmanager
async def limited(folder: Path, office: Office, served: Served) -> AsyncIterator[tuple[AtTwilio, Gate]]:
    gate = Gate()
    async with assistance(folder, office, served, limits=gate) as here:
        yield here, gate


async def to_ana(here: Assistance) -> list[MessageRow]:
    async with here.house.records.read() as session:
        ana = (await people.of_role(session, "candidate"))[0].id
        return [each for each in await everything.messages(session) if (each.direction, each.person_id) == ("out", ana)]


# Out


async def test_what_is_over_the_limit_comes_later_once_and_in_its_own_words(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with limited(tmp_path, office, served) as (here, gate):
        gate.full = True
        await here.write("the second one works")
        for _ in range(9):  # more often than a vendor that fails would be asked
            await here.passes(A_MINUTE)
        assert office.standin.messages == []
        gate.full = False
        await here.passes(A_MINUTE)
        await here.passes(A_MINUTE)
        await office.standin.deliver()
        assert [text.splitlines()[0][:20] for text in here.got()] == ["You are booked, Ana:"]
        assert {each.channel for each in await to_ana(here)} == {"whatsapp"}, "waiting is no reason for another one"


async def test_what_was_held_back_does_not_ring_in_the_night(tmp_path: Path, office: Office, served: Served) -> None:
    async with limited(tmp_path, office, served) as (here, gate):
        gate.full = True
        await here.write("the second one works")
        until_night = datetime(2026, 3, 2, 22, tzinfo=here.house.clock.now().tzinfo) - here.house.clock.now()
        await here.passes(until_night)
        gate.full = False
        await here.passes(A_MINUTE)
        assert office.standin.messages == []
        await here.passes(timedelta(hours=12))
        assert len(office.standin.messages) >= 1


async def test_a_message_that_may_be_out_already_stays_in_doubt_while_it_waits(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with limited(tmp_path, office, served) as (here, gate):
        office.standin.fail_next(500, after_accepting=True, on="POST /2010-04-01/")
        office.standin.fail_next(503, times=1, on="GET /2010-04-01/")
        await here.write("the second one works")
        gate.full = True
        for _ in range(3):
            await here.passes(A_MINUTE)
        gate.full = False
        for _ in range(6):
            await here.passes(A_MINUTE)
        await office.standin.deliver()
        assert len([text for text in here.got() if text.startswith("You are booked, Ana")]) == 1


async def test_each_message_is_counted_for_its_sender_its_channel_and_its_reader(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with limited(tmp_path, office, served) as (here, gate):
        await here.write("the second one works")
        answer = next(caps for caps in gate.asked if any(cap.of.startswith("sender/") for cap in caps))
        kinds = [cap.of.split("/")[0] + "/" + cap.of.split("/")[-1] for cap in answer]
        assert kinds == ["sender/whatsapp:+15550100200", "person/answers"]
        asked = len(gate.asked)
        await here.passes(timedelta(days=1, hours=10))  # the day before the interview
        begun = [cap.of.rpartition("/")[2] for caps in gate.asked[asked:] for cap in caps if "person/" in cap.of]
        assert set(begun) == {"hour", "day"}
        assert not any("answers" in cap.of for caps in gate.asked[asked:] for cap in caps)


async def test_a_person_hears_so_much_unasked_and_is_answered(tmp_path: Path, office: Office, served: Served) -> None:
    real = Counted(RealClock().now)
    allowed = Allowed(an_hour=1, a_day=5)
    async with assistance(tmp_path, office, served, limits=real, allowed=allowed) as here:
        await here.begin(await keep(here.house, said("rita", "slack", "T1:URITA", "say Ana: Bring your portfolio.")))
        await here.engine.settle()
        await here.begin(await keep(here.house, said("rita2", "slack", "T1:URITA", "say Ana: And a pen.")))
        await here.engine.settle()
        out = [each.text for each in await to_ana(here)]
        assert any("portfolio" in text for text in out)
        assert not any("pen" in text for text in out), "one too many in this hour: it waits"
        await here.begin(await keep(here.house, said("rita3", "slack", "T1:URITA", "back Ana")))
        await here.engine.settle()
        await here.write("the second one works")
        assert await here.status() == "confirmed"
        assert (await to_ana(here))[-1].text.startswith("You are booked, Ana")
        async with here.house.records.read() as session:
            assert await work.next_due(session), "it is still there, and due"


# In


async def test_two_hundred_messages_in_a_minute_are_kept_and_answered_once(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        here.house = replace(here.house, burst=timedelta(seconds=3))
        here.engine = InlineEngine(Assistant(here.house))
        before = len(await to_ana(here))
        clock = here.rehearsal.world.clock
        for batch in batches("whatsapp", "+351912345678"):
            await here.begin(await keep(here.house, *batch))
            await here.engine.settle()
            if batch[0].vendor_id == "flood-100":
                await here.begin(await keep(here.house, said("carl-9", "email", "c@a.example", "Who is Ana?")))
            clock.advance_to(clock.now() + timedelta(seconds=2.5))
        assert len(await to_ana(here)) == before, "she is still writing"
        async with here.house.records.read() as session:
            heard = [each for each in await everything.messages(session) if each.vendor_id == "carl-9"]
        await here.passes(timedelta(seconds=4))
        assert heard[0].turn_id, "nobody else waits for her"
        assert len(await to_ana(here)) == before + 1
        async with here.house.records.read() as session:
            kept = [each for each in await everything.messages(session) if (each.vendor_id or "").startswith("flood-")]
        assert len(kept) == MANY
        assert len({each.turn_id for each in kept}) == 1, "one turn heard it all"


async def test_a_stranger_who_writes_two_hundred_times_at_once_is_answered_once_while_others_are_heard(
    tmp_path: Path,
) -> None:
    async with rehearsed(tmp_path) as (rehearsal, house):
        async with DurableEngine(Assistant(house), house.records.url, sweep_every=timedelta(hours=1)) as engine:

            async def write(*told: Inbound) -> None:
                await engine.begin(await keep(house, *told))

            *before, after = batches("sms", "+4915200000000")
            choice = said("ana-1", "whatsapp", "+351912345678", "the second one works")
            began = time.monotonic()
            await asyncio.gather(*(write(*batch) for batch in (*before, [choice], after)))
            here = Assistance(rehearsal, house, InlineEngine(Assistant(house)))
            while await here.status() != "confirmed":
                assert time.monotonic() - began < 60
                await asyncio.sleep(0.02)
        async with house.records.read() as session:
            all_of_it = await everything.messages(session)
        assert len([each for each in all_of_it if (each.vendor_id or "").startswith("flood-")]) == MANY
        assert len([each for each in all_of_it if (each.direction, each.address) == ("out", "+4915200000000")]) == 1


def batches(channel: str, sender: str) -> list[list[Inbound]]:
    """One person's two hundred, ten at a time."""
    flood = [said(f"flood-{number}", channel, sender, f"hm {number}") for number in range(MANY)]
    return [flood[start : start + 10] for start in range(0, MANY, 10)]


def said(id: str, channel: str, sender: str, text: str) -> Inbound:
    return Inbound(id, channel, sender, text)

"""One hour, many who want it: one has it, and everybody else hears at once what is free instead."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.clock import JumpingClock
from bot.effects.kinds import carry_out
from bot.hearing.listening import hear
from bot.house import House
from bot.records import negotiations, work
from bot.records.interviews import BookingCellRow, cells
from bot.records.negotiations import NegotiationRow
from bot.records.work import EffectRow
from dialogs.negotiation.facts import Rules
from dialogs.negotiation.state import Given, Negotiation, Status
from dialogs.scheduling.intervals import Interval
from tests.bookings.firm import MONDAY, a_house, hour, keep, presses, seed, slot
from tests.databases import reopened

MANY = 1000
AT_ONCE = 32  # as many turns as the engine lets run side by side
WANTED = hour(3, 10)


@pytest.fixture
async def house(with_tables: str) -> AsyncIterator[House]:
    made = a_house(reopened(with_tables), JumpingClock(MONDAY), Rules(share_slots=True))
    yield made
    await made.records.close()


async def states(house: House) -> list[Negotiation]:
    async with house.records.read() as session:
        return [negotiations.state_of(row) for row in await session.scalars(select(NegotiationRow))]


async def said(house: House) -> Counter[str]:
    """How often each text is on its way."""
    async with house.records.read() as session:
        effects = (await session.scalars(select(EffectRow).where(EffectRow.kind == "say"))).all()
    return Counter(part["text"] for effect in effects for part in effect.payload["parts"])


async def test_of_a_thousand_who_take_one_hour_one_has_it_and_999_are_offered_others(house: House) -> None:
    await seed(house, MANY, [WANTED], asked=Given((Interval(WANTED, hour(3, 17)),)))
    async with house.records.write() as session:
        await keep(session, *(presses(n, WANTED) for n in range(MANY)))

    gate = asyncio.Semaphore(AT_ONCE)

    async def takes(n: int) -> None:
        async with gate:
            await hear(house, f"c{n}")

    await asyncio.gather(*map(takes, range(MANY)))

    after = await states(house)
    assert Counter(each.status for each in after) == {Status.AGREED: 1, Status.OFFERED: MANY - 1}
    others = [each.offer for each in after if each.status is Status.OFFERED]
    assert all(offer and WANTED not in offer.starts for offer in others)
    assert (await said(house))["offer_gone"] == MANY - 1
    async with house.records.read() as session:
        taken = (await session.execute(select(BookingCellRow.person_id, BookingCellRow.cell))).all()
    assert sorted(cell for person, cell in taken if person == "carl") == list(cells(slot(3, 10)))


async def test_whoever_was_slower_hears_of_it_without_having_written(house: House) -> None:
    await seed(house, 8, [WANTED, hour(4, 10)])
    async with house.records.write() as session:
        await keep(session, presses(0, WANTED))
    for job in await hear(house, "c0"):
        await carry_out(house, job.id)

    after = {each.id: each for each in await states(house)}
    assert after.pop("n0").booked == slot(3, 10)
    for each in after.values():
        assert each.offer
        assert each.offer.number == 2
        assert WANTED not in each.offer.starts
        assert each.rounds == 1, "nobody turned anything down"
    assert (await said(house))["offer_one_gone"] == 7


async def test_without_the_setting_nobody_hears_of_what_somebody_else_took(with_tables: str) -> None:
    house = a_house(reopened(with_tables), JumpingClock(MONDAY), Rules(share_slots=False))
    await seed(house, 3, [WANTED])
    async with house.records.write() as session:
        await keep(session, presses(0, WANTED))
    await hear(house, "c0")
    async with house.records.read() as session:
        begun = [
            await work.effect(session, each) for each in await work.open_effects(session, *[house.clock.now()] * 2)
        ]
    assert "offer_without_gone" not in {each.kind for each in begun if each}
    await house.records.close()

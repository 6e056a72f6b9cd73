"""Every booking link is looked at when it is saved and every day, and nobody finds a dead one by being sent to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import JumpingClock
from bot.doors.metrics import exposition
from bot.house import Firm, House
from bot.jobs import Job
from bot.records import links as rows
from bot.rehearsal.stage import Stage, World
from bot.seeding import NewPerson, add_person
from bot.watching.links import DAILY, MISSES, SOON, LinkState, check_link, first, link_of, save_link, switch_link
from dialogs.negotiation.facts import Rules
from integrations.links.base import Finding, LinkStatus, Why
from integrations.standins.page import StandInLinks
from tests.databases import reopened

MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
NOOR = "https://calendly.com/noor/first-talk"
MINUTE = timedelta(minutes=1)


async def check_links(house: House) -> Sequence[Job]:
    """As the worker does, each link whose turn it is."""
    async with house.records.read() as session:
        due = await rows.due(session, house.clock.now())
    return [job for person in due for job in await check_link(house, person)]


@dataclass
class Desk:
    stage: Stage

    @property
    def links(self) -> StandInLinks:
        return self.stage.world.links

    @property
    def house(self) -> House:
        return self.stage.house

    @property
    def now(self) -> datetime:
        return self.stage.world.clock.now()

    async def save(self, url: str = NOOR, person: str = "noor") -> LinkState:
        return await save_link(self.house, person, url)

    async def check(self, after: timedelta = MINUTE) -> LinkState:
        """A while later the timer rings, and what is to be said is said."""
        self.stage.world.clock.advance_to(self.now + after)
        await self.stage.engine.begin(await check_links(self.house))
        await self.stage.settle()
        return await link_of(self.house, "noor")

    def heard(self, channel: str) -> Sequence[str]:
        return [each.text for each in self.stage.world.channels[channel].delivered]


PEOPLE = [
    NewPerson("rita", "recruiter", "Rita Lopes", "Europe/Madrid", ["slack"], ["slack"], {"slack": "rita"}),
    NewPerson(
        "noor", "client", "Noor Haddad", "Europe/Amsterdam", ["email"], ["email"], {"email": "noor@northwind.example"}
    ),
]


@pytest.fixture
async def desk(with_tables: str) -> AsyncIterator[Desk]:
    stage = Stage(World(JumpingClock(MONDAY), with_tables, reopened), Rules(), Firm())
    async with stage.house.records.write() as session:
        for person in PEOPLE:
            await add_person(session, stage.house.ids, person)
    yield Desk(stage)
    await stage.close()


async def test_a_link_is_looked_at_the_moment_it_is_saved(desk: Desk) -> None:
    assert await desk.save() == LinkState(LinkStatus.ACTIVE, Why.OPEN, MONDAY, 0, MONDAY + DAILY)
    desk.links.turns(NOOR, Why.GONE)
    assert await desk.save() == LinkState(LinkStatus.INACTIVE, Why.GONE, MONDAY, 0, MONDAY + DAILY)
    assert await link_of(desk.house, "noor") == LinkState(LinkStatus.INACTIVE, Why.GONE, MONDAY, 0, MONDAY + DAILY)
    async with desk.house.records.read() as session:
        row = await rows.of_person(session, "noor")
    assert row is not None
    assert (row.kind, row.checked_at) == ("calendly", MONDAY)


async def test_without_a_link_or_with_something_that_is_none_it_has_to_be_set_up(desk: Desk) -> None:
    assert (await link_of(desk.house, "noor")).status is LinkStatus.SET_UP_REQUIRED
    told = await desk.save("http://calendly.com/noor")
    assert (told.status, told.why, told.due) == (LinkStatus.SET_UP_REQUIRED, Why.NOT_ENCRYPTED, None)
    await desk.save()
    await desk.save("  ")
    assert (await link_of(desk.house, "noor")).why is Why.NO_LINK


async def test_a_link_that_dies_is_noticed_within_a_day_and_told_once_to_whom_it_concerns(desk: Desk) -> None:
    await desk.save()
    desk.links.turns(NOOR, Why.GONE)
    assert (await desk.check(DAILY - 2 * MINUTE)).status is LinkStatus.ACTIVE, (
        "it is not asked for more often than needed"
    )
    found = await desk.check(5 * MINUTE)
    assert (found.status, found.why, found.since) == (LinkStatus.INACTIVE, Why.GONE, desk.now)
    for _ in range(3):
        await desk.check(DAILY)
    (told,) = desk.heard("slack")
    assert told.startswith("The booking link of Noor Haddad leads to a page that is no longer there.")
    assert NOOR in told
    (told,) = desk.heard("email")
    assert "your booking link leads to a page that is no longer there" in told
    assert (await link_of(desk.house, "noor")).since == found.since


async def test_a_link_that_works_again_is_told_too(desk: Desk) -> None:
    await desk.save()
    desk.links.turns(NOOR, Why.UNAVAILABLE)
    await desk.check(DAILY)
    desk.links.turns(NOOR, Why.OPEN)
    assert (await desk.check(DAILY)).status is LinkStatus.ACTIVE
    assert [each.splitlines()[0] for each in desk.heard("slack")][1:] == [
        "The booking link of Noor Haddad works again."
    ]


async def test_one_bad_hour_of_a_site_is_nobodys_news(desk: Desk) -> None:
    await desk.save()
    desk.links.turns(NOOR, Why.TROUBLE)
    assert (await desk.check(DAILY)).status is LinkStatus.ACTIVE
    desk.links.turns(NOOR, Why.OPEN)
    assert await desk.check(SOON) == LinkState(LinkStatus.ACTIVE, Why.OPEN, MONDAY, 0, desk.now + DAILY)
    assert desk.heard("slack") == []


async def test_a_site_that_stays_away_is_given_up_and_told(desk: Desk) -> None:
    await desk.save()
    desk.links.turns(NOOR, Why.SILENT)
    await desk.check(DAILY)
    await desk.check(SOON)
    found = await desk.check(SOON)
    assert (found.status, found.why, found.misses) == (LinkStatus.INACTIVE, Why.SILENT, MISSES)
    assert len(desk.heard("slack")) == 1


async def test_at_night_nobody_is_woken_for_a_dead_link_and_in_the_morning_they_are_told(desk: Desk) -> None:
    desk.stage.world.clock.advance_to(MONDAY + timedelta(hours=13))  # midnight in Madrid
    await desk.save()
    desk.links.turns(NOOR, Why.GONE)
    await desk.check(DAILY)
    assert (await link_of(desk.house, "noor")).status is LinkStatus.INACTIVE
    assert desk.heard("slack") == []
    await desk.check(timedelta(hours=9))
    assert len(desk.heard("slack")) == 1


async def test_a_link_that_came_back_before_anybody_was_told_is_no_news(desk: Desk) -> None:
    desk.stage.world.clock.advance_to(MONDAY + timedelta(hours=13))
    await desk.save()
    desk.links.turns(NOOR, Why.GONE)
    await desk.check(DAILY)
    desk.links.turns(NOOR, Why.OPEN)
    await desk.save()
    await desk.check(timedelta(hours=9))
    assert desk.heard("slack") == []


async def test_switched_off_it_is_off_at_once_and_left_alone(desk: Desk) -> None:
    await desk.save()
    assert (await switch_link(desk.house, "noor", on=False)).status is LinkStatus.INACTIVE
    assert (await desk.check(2 * DAILY)).why is Why.SWITCHED_OFF
    assert desk.heard("slack") == []
    assert (await switch_link(desk.house, "noor", on=True)).status is LinkStatus.ACTIVE
    assert (await switch_link(desk.house, "rita", on=True)).status is LinkStatus.SET_UP_REQUIRED


async def test_a_link_changed_while_it_was_looked_at_is_not_judged_by_the_old_one(desk: Desk) -> None:
    await desk.save()
    better = "https://cal.com/noor"

    class Meanwhile(StandInLinks):
        async def look(self, url: str) -> Finding:
            await save_link(replace(desk.house, links=desk.links), "noor", better)
            return Finding(Why.GONE)

    desk.stage.world.clock.advance_to(MONDAY + DAILY)
    await check_links(replace(desk.house, links=Meanwhile()))
    found = await link_of(desk.house, "noor")
    assert (found.status, found.why) == (LinkStatus.ACTIVE, Why.OPEN)


async def test_two_timers_at_once_tell_of_it_once(desk: Desk) -> None:
    await desk.save()
    desk.links.turns(NOOR, Why.GONE)
    desk.stage.world.clock.advance_to(MONDAY + DAILY)
    jobs = [job for two in await asyncio.gather(check_links(desk.house), check_links(desk.house)) for job in two]
    await desk.stage.engine.begin(jobs)
    await desk.stage.settle()
    assert len(desk.heard("slack")) == 1


whys = st.sampled_from([each for each in Why if each is not Why.SWITCHED_OFF])


@given(whys, st.lists(whys, max_size=12))
def test_whatever_is_seen_one_after_the_other_a_link_stands_as_it_was_seen_last(begin: Why, seen: list[Why]) -> None:
    """Save that a link that worked is given two more hours; and what will never change is not looked at."""
    now, state = MONDAY, first(Finding(begin), MONDAY)
    for why in seen:
        if state.due is None:
            assert state.status is LinkStatus.SET_UP_REQUIRED
            break
        assert now < state.due <= now + DAILY
        now, before = state.due, state
        state = before.after(Finding(why), now)
        if Finding(why).passing and before.status is LinkStatus.ACTIVE and state.misses < MISSES:
            assert (state.status, state.why, state.since) == (before.status, before.why, before.since)
        else:
            assert (state.status, state.why) == (Finding(why).status, why)
        assert (state.since == now) == (state.status is not before.status)


async def test_how_many_links_are_dead_is_counted_for_whoever_watches(desk: Desk) -> None:
    await desk.save()
    await desk.save("https://cal.com/rita", "rita")
    desk.links.turns(NOOR, Why.GONE)
    await desk.check(DAILY)
    told = (await exposition(desk.house)).decode()
    assert 'askarsan_links{status="active"} 1.0' in told
    assert 'askarsan_links{status="inactive"} 1.0' in told

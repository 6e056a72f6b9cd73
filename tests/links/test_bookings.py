"""What is booked on a page of Microsoft Bookings becomes the interview's time: asked for, by the SDK over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import JumpingClock
from bot.connections.connecting import Given
from bot.connections.keys import GivenKeys
from bot.connections.link_desk import LinkDesk
from bot.engine import InlineEngine
from bot.house import Firm
from bot.records import connections, negotiations, people
from bot.records.connections import ConnectionRow
from bot.records.sealed import Key
from bot.rehearsal.stage import Stage, World
from bot.watching.accounts import about_now, connect_account
from bot.worker import Assistant
from dialogs.negotiation.facts import Rules
from dialogs.negotiation.state import Negotiation
from dialogs.scheduling.intervals import Interval
from integrations.calendars.microsoft.bookings import Appointment
from integrations.links.folding import CalledOff, Moved, Notice, changes, fold
from integrations.links.microsoft_bookings import news
from integrations.standins.microsoft.bookings import Business
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web
from tests.links.test_taking_up import ANA, MINUTE, TEN, THURSDAY, WEDNESDAY, cast, copy, migrated
from tests.loopback import serving

__all__ = ["copy", "migrated"]

SHOP = "firsttalks@northwind.example"


@dataclass
class Desk:
    """The assistant, and the firm's Microsoft 365 with a business in it."""

    stage: Stage
    microsoft: StandInMicrosoft
    shop: Business
    connection: str = ""

    async def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            await self.stage.advance_to(self.stage.world.clock.now() + MINUTE)

    async def rita_says(self, text: str) -> None:
        await self.stage.hear([self.stage.world.channels["slack"].hear("rita", text)])

    async def state(self) -> Negotiation:
        async with self.stage.house.records.read() as session:
            return negotiations.state_of((await negotiations.of_person(session, "ana"))[0])

    async def row(self) -> ConnectionRow:
        async with self.stage.house.records.read() as session:
            found = await connections.get(session, self.connection)
        assert found
        return found

    async def connect(self) -> None:
        house = self.stage.house
        assert house.link_desk
        chosen = Given("microsoft-bookings", SHOP, {"bookings_business": SHOP}, {})
        account = house.link_desk.make(chosen.vendor, chosen.settings)
        before = await account.notices(about_now(house.clock.now()))
        await account.close()
        async with house.records.write() as session:
            noor = await people.get(session, "noor")
            row = await connect_account(
                session, house.ids, house.link_desk.keys, noor, chosen, before, house.clock.now()
            )
        self.connection = row.id
        await self.stage.settle()

    def heard(self, channel: str, words: str) -> list[str]:
        return [each.text for each in self.stage.world.channels[channel].delivered if words in each.text]


@pytest.fixture
async def desk(copy: str) -> AsyncIterator[Desk]:
    stage = Stage(World(JumpingClock(TEN), copy), Rules(), Firm())
    microsoft = StandInMicrosoft(stage.world.clock.now)
    shop = microsoft.business(SHOP, "First talks", "https://outlook.office365.com/book/first-talks")
    async with serving(web(microsoft)) as url:
        known = {"tenant": microsoft.tenant, "client_id": microsoft.client_id, "client_secret": microsoft.client_secret}
        places = {"graph_url": f"{url}/v1.0", "login_url": url}
        settings = {f"microsoft_{name}": value for name, value in (known | places).items()}
        stage.house = replace(
            stage.house, link_desk=LinkDesk(GivenKeys(str(Key.new())), stage.world.clock.now, settings)
        )
        stage.engine = InlineEngine(Assistant(stage.house))
        await cast(stage.house)
        made = Desk(stage, microsoft, shop)
        await made.rita_says("schedule Ana Silva for Data Engineer at Northwind")
        yield made
        await microsoft.close()
    await stage.close()


def lasting(start: datetime) -> Interval:
    return Interval.lasting(start, 30)


async def test_what_is_booked_moved_and_called_off_there_is_noticed_within_a_minute(desk: Desk) -> None:
    await desk.connect()
    booked = desk.shop.visited("Ana@Mail.example", lasting(WEDNESDAY))
    await desk.wait(1)
    state = await desk.state()
    assert (state.status, state.booked) == ("confirmed", lasting(WEDNESDAY))
    desk.shop.moved(booked, lasting(THURSDAY))
    await desk.wait(1)
    state = await desk.state()
    assert (state.status, state.booked, state.sequence) == ("confirmed", lasting(THURSDAY), 1)
    desk.shop.moved(booked, lasting(WEDNESDAY))
    await desk.wait(1)
    assert (await desk.state()).booked == lasting(WEDNESDAY), "back to where it was is a move too"
    desk.shop.gave_up(booked)
    await desk.wait(1)
    # Bookings does not say who it was, so nobody is taken to have withdrawn.
    assert len(desk.heard("slack", "was called off there. Here I have changed nothing")) == 1


async def test_called_off_here_it_is_called_off_there_and_that_comes_back_as_no_news(desk: Desk) -> None:
    await desk.connect()
    desk.shop.visited(ANA, lasting(WEDNESDAY))
    await desk.wait(1)
    await desk.rita_says("cancel Ana Silva")
    assert desk.shop.appointments == {}
    assert desk.shop.mails, "Bookings writes to whoever booked"
    said = sum(len(channel.delivered) for channel in desk.stage.world.channels.values())
    await desk.wait(2)
    assert sum(len(channel.delivered) for channel in desk.stage.world.channels.values()) == said


async def test_what_was_booked_before_it_was_connected_is_left_as_it_is(desk: Desk) -> None:
    desk.shop.visited(ANA, lasting(WEDNESDAY))
    await desk.connect()
    await desk.wait(2)
    assert (await desk.state()).status == "collecting"


async def test_each_minute_is_one_question_and_no_webhook_is_asked_for(desk: Desk) -> None:
    await desk.connect()
    await desk.wait(1)
    before = len(desk.microsoft.requests)
    await desk.wait(3)
    asked = {each.partition("?")[0] for each in desk.microsoft.requests[before:]}
    assert asked == {f"GET /solutions/bookingBusinesses/{SHOP}/calendarView"}
    assert len(desk.microsoft.requests) - before <= 4


async def test_a_right_that_is_taken_away_is_told_with_what_to_do(desk: Desk) -> None:
    await desk.connect()
    await desk.wait(1)
    desk.microsoft.permissions.discard("Bookings.ReadWrite.All")
    await desk.wait(2)
    assert (await desk.row()).state == "set_up_required"
    assert len(desk.heard("slack", "askarsan link connect Noor Haddad --with microsoft-bookings")) == 1


async def test_bookings_that_is_away_ends_nothing(desk: Desk) -> None:
    await desk.connect()
    desk.shop.visited(ANA, lasting(WEDNESDAY))
    await desk.wait(1)
    desk.microsoft.fail(503, "serviceNotAvailable", times=3, retry_after="1")
    await desk.wait(2)
    assert (await desk.state()).booked == lasting(WEDNESDAY)


BETWEEN = about_now(TEN)
STARTS = st.integers(1, 60).map(lambda hours: TEN + timedelta(hours=hours))


@given(st.lists(st.none() | STARTS, min_size=1, max_size=8))
def test_however_an_appointment_moves_and_vanishes_looking_each_time_tells_each_change_once(
    steps: list[datetime | None],
) -> None:
    known: list[Notice] = []
    before = fold(known)
    held: Interval | None = None
    for number, start in enumerate([step for step in steps if step is not None]):
        when = Interval.lasting(start, 30)
        there = {"a": Appointment("a", "s", when, email=ANA)}
        for _ in range(2):  # the second look finds nothing new
            known += news(there, BETWEEN, known, TEN)
        after = fold(known)
        told = changes(before, after)
        assert len(told) == (0 if held == when else 1)
        assert isinstance(told[0], Moved) == (number > 0) if told else True
        before, held = after, when
    known += news({}, BETWEEN, known, TEN)
    told = changes(before, fold(known))
    assert [type(each) for each in told] == ([CalledOff] if held else [])

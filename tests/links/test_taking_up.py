"""What is booked on a host's own page becomes the interview's time: from Calendly's notice to everybody's messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import pytest

from bot.clock import JumpingClock
from bot.connections.connecting import Given
from bot.connections.keys import GivenKeys
from bot.connections.link_desk import LinkDesk
from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.house import Firm, House
from bot.jobs import Job
from bot.records import connections, links, negotiations, people
from bot.records.connections import ConnectionRow, ConnectionState
from bot.records.schema import migrate_url
from bot.records.sealed import Key
from bot.rehearsal.stage import Stage, World
from bot.seeding import NewPerson, NewRound, add_job, add_person
from bot.watching import accounts
from bot.watching.accounts import connect_account
from bot.worker import Assistant
from dialogs.negotiation.facts import Rules
from dialogs.negotiation.state import Negotiation
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.links.folding import Notice
from integrations.standins.calendly import StandInCalendly, web
from tests.conftest import Database
from tests.loopback import serving

TEN = datetime.fromisoformat("2026-03-02T09:00:00+00:00")  # a Monday
WEDNESDAY = datetime.fromisoformat("2026-03-04T14:00:00+00:00")
THURSDAY = datetime.fromisoformat("2026-03-05T10:00:00+00:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOOR, ANA = "noor@northwind.example", "ana@mail.example"


@dataclass
class Desk:
    """The assistant, served; and Noor's Calendly, served too."""

    stage: Stage
    calendly: StandInCalendly
    url: str = ""
    connection: str = ""
    dying: bool = False  # what was told is kept, and nothing is begun

    @property
    def house(self) -> House:
        return self.stage.house

    async def connect(self, before: Sequence[Notice] = ()) -> None:
        given = Given("calendly", NOOR, {}, {"calendly_token": self.calendly.token})
        assert self.house.link_desk
        async with self.house.records.write() as session:
            noor, keys, now = await people.get(session, "noor"), self.house.link_desk.keys, self.house.clock.now()
            row = await connect_account(session, self.house.ids, keys, noor, given, before, now)
        self.connection = row.id
        await self.stage.settle()

    async def begin(self, jobs: Sequence[Job]) -> None:
        if not self.dying:
            await self.stage.engine.begin(jobs)

    async def send(self, *numbers: int) -> None:
        """These notices, in this order, and then what they cause."""
        for number in numbers:
            assert await self.calendly.send(self.calendly.outbox[number]) == [204]
            await self.stage.settle()

    async def wait(self, length: timedelta, step: timedelta = MINUTE) -> None:
        end = self.house.clock.now() + length
        while self.house.clock.now() < end:
            await self.stage.advance_to(min(self.house.clock.now() + step, end))

    async def rita_says(self, text: str) -> None:
        await self.stage.hear([self.stage.world.channels["slack"].hear("rita", text)])

    async def state(self) -> Negotiation:
        """Of the search that was opened last."""
        async with self.house.records.read() as session:
            rows = await negotiations.of_person(session, "ana")
        return negotiations.state_of(rows[0])

    async def row(self) -> ConnectionRow:
        async with self.house.records.read() as session:
            found = await connections.get(session, self.connection)
        assert found
        return found

    def heard(self, channel: str, words: str = "") -> list[str]:
        return [each.text for each in self.stage.world.channels[channel].delivered if words in each.text]

    @property
    def said(self) -> int:
        return sum(len(channel.delivered) for channel in self.stage.world.channels.values())


async def cast(house: House) -> None:
    def person(key: str, role: str, name: str, zone: str, channel: str, address: str, **more: str) -> NewPerson:
        return NewPerson(key, role, name, zone, [channel], [channel], {channel: address}, **more)  # type: ignore[arg-type]

    async with house.records.write() as session:
        for each in (
            person("rita", "recruiter", "Rita Lopes", "Europe/Madrid", "slack", "rita"),
            person("noor", "client", "Noor Haddad", "Europe/Amsterdam", "email", NOOR, email=NOOR, company="Northwind"),
            person("ana", "candidate", "Ana Silva", "Europe/Lisbon", "email", ANA, email=ANA),
        ):
            await add_person(session, house.ids, each)
        await add_job(session, house.ids, "Data Engineer", "Northwind", [NewRound("Technical", 30, "video")])


@asynccontextmanager
async def opened(database_url: str, *, told: bool = True) -> AsyncIterator[Desk]:
    """`told`: Calendly can reach us."""
    stage = Stage(World(JumpingClock(TEN), database_url), Rules(), Firm())
    desk = Desk(stage, StandInCalendly(stage.world.clock.now))

    async def door(scope: object, receive: object, send: object) -> None:
        await make_app(stage.house, desk.begin, None, "1")(scope, receive, send)  # type: ignore[arg-type]

    async with serving(web(desk.calendly)) as api, serving(door) as url:
        stage.house = replace(
            stage.house,
            firm=Firm(public_url=url if told else ""),
            link_desk=LinkDesk(GivenKeys(str(Key.new())), stage.world.clock.now, {"calendly_url": api}),
        )
        stage.engine = InlineEngine(Assistant(stage.house))
        await cast(stage.house)
        await desk.rita_says("schedule Ana Silva for Data Engineer at Northwind")
        yield desk
    await stage.close()


@pytest.fixture
def own_database(database: Database) -> Iterator[str]:
    with database(migrate_url) as url:
        yield url


@pytest.fixture
async def on_both(own_database: str) -> AsyncIterator[Desk]:
    async with opened(own_database) as made:
        await made.connect()
        yield made


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "firm.db"
    migrate_url(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
def copy(migrated: Path, tmp_path: Path) -> str:
    """On SQLite alone, which is faster; the first three see to it that PostgreSQL does the same."""
    return f"sqlite+aiosqlite:///{copyfile(migrated, tmp_path / 'firm.db')}"


@pytest.fixture
async def desk(copy: str) -> AsyncIterator[Desk]:
    async with opened(copy) as made:
        await made.connect()
        yield made


@pytest.fixture
async def asking(copy: str) -> AsyncIterator[Desk]:
    async with opened(copy, told=False) as made:
        await made.connect()
        yield made


async def test_once_connected_calendly_tells_us_and_the_interview_is_booked_at_once(on_both: Desk) -> None:
    (hook,) = on_both.calendly.hooks.values()
    assert hook.url == f"{on_both.house.firm.public_url}/hooks/calendly/{on_both.connection}"
    on_both.calendly.book("Ana@Mail.example", WEDNESDAY)
    await on_both.send(0)
    state = await on_both.state()
    assert (state.status, state.booked) == ("confirmed", Interval(WEDNESDAY, WEDNESDAY + timedelta(minutes=30)))
    assert len(on_both.heard("slack", "Ana Silva")) == 2, "asked for, and confirmed"


@pytest.mark.parametrize("order", [*permutations((1, 2)), (1, 2, 2, 1, 0), (2, 1, 1, 0)])
async def test_moved_there_it_moves_once_in_whatever_order_that_is_told(desk: Desk, order: tuple[int, ...]) -> None:
    # So that only what is told is known.
    desk.calendly.mishaps.refuse(429, {}, {"Retry-After": "60"}, on="GET /scheduled_events", times=99)
    guest = desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    desk.calendly.reschedule(guest, THURSDAY)
    await desk.send(*order)
    state = await desk.state()
    assert (state.status, state.booked and state.booked.start, state.sequence) == ("confirmed", THURSDAY, 1)
    assert desk.calendly.guests[2].status == "active"
    assert not [each for each in desk.calendly.asked if "cancellation" in each]


async def test_told_twice_and_asked_for_besides_nobody_hears_of_it_twice(on_both: Desk) -> None:
    on_both.calendly.book(ANA, WEDNESDAY)
    await on_both.send(0)
    said = on_both.said
    await on_both.send(0, 0)
    await on_both.wait(5 * MINUTE)
    assert on_both.said == said


async def test_what_was_kept_when_the_process_died_is_taken_up_by_the_next_one(on_both: Desk) -> None:
    on_both.dying = True
    on_both.calendly.book(ANA, WEDNESDAY)
    assert await on_both.calendly.send(on_both.calendly.outbox[0]) == [204]
    assert (await on_both.state()).status == "collecting"
    on_both.stage.engine = InlineEngine(Assistant(on_both.house))
    await on_both.stage.settle()
    assert (await on_both.state()).status == "confirmed"


async def test_called_off_here_it_is_called_off_there_and_that_comes_back_as_no_news(desk: Desk) -> None:
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    await desk.rita_says("cancel Ana Silva")
    assert (desk.calendly.guests[1].status, desk.calendly.guests[1].by) == ("canceled", "host")
    said = desk.said
    await desk.send(1)
    await desk.wait(3 * MINUTE)
    assert desk.said == said
    assert (await desk.state()).status == "cancelled"


async def test_of_two_times_booked_one_after_the_other_the_later_one_holds_and_the_first_is_freed(desk: Desk) -> None:
    desk.calendly.book(ANA, WEDNESDAY)
    desk.calendly.book(ANA, THURSDAY)
    await desk.send(0, 1)
    state = await desk.state()
    assert state.booked == Interval(THURSDAY, THURSDAY + timedelta(minutes=30))
    assert [each.status for each in desk.calendly.guests.values()] == ["canceled", "active"]
    await desk.send(2)
    assert (await desk.state()).booked == state.booked


async def test_calendly_away_while_it_is_to_call_off_is_asked_again(desk: Desk) -> None:
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    desk.calendly.mishaps.refuse(503, {}, on="POST /scheduled_events")
    await desk.rita_says("cancel Ana Silva")
    assert desk.calendly.guests[1].status == "active"
    await desk.wait(2 * MINUTE)
    assert desk.calendly.guests[1].status == "canceled"


@pytest.mark.parametrize(("begin", "status"), [(timedelta(), "confirmed"), (timedelta(minutes=15), "collecting")])
async def test_in_the_hosts_calendar_calendlys_own_event_is_in_nobodys_way_and_another_one_is(
    desk: Desk, begin: timedelta, status: str
) -> None:
    async with desk.house.records.write() as session:
        (await people.get(session, "noor")).calendar = "standin"
    hours = WorkingHours.parse("09:00-18:00", zone=ZoneInfo("Europe/Amsterdam"))
    busy = [Interval(WEDNESDAY + begin, WEDNESDAY + timedelta(minutes=30))]
    desk.stage.world.calendar.connect(NOOR, hours, busy)
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    assert (await desk.state()).status == status
    assert len(desk.heard("slack", "not everybody is free then")) == (status == "collecting")


async def test_a_clash_that_is_called_off_there_is_told_and_changes_nothing(desk: Desk) -> None:
    await desk.rita_says("take Ana Silva")
    guest = desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    assert len(desk.heard("slack", "you hold the thread")) == 1
    desk.calendly.cancel(guest)
    await desk.send(1)
    assert len(desk.heard("slack", "was called off there. Here I have changed nothing")) == 1
    assert (await desk.state()).booked is None


async def test_who_books_under_another_address_is_not_guessed_and_the_recruiter_knows(desk: Desk) -> None:
    guest = desk.calendly.book("ana.silva@work.example", WEDNESDAY)
    await desk.send(0)
    desk.calendly.cancel(guest)
    await desk.send(1)
    assert (await desk.state()).status == "collecting"
    assert len(desk.heard("slack", "ana.silva@work.example booked")) == 1
    assert len(desk.heard("slack", "The booking of ana.silva@work.example")) == 1


async def test_with_nothing_open_a_candidate_who_books_is_told_to_the_recruiter(desk: Desk) -> None:
    await desk.rita_says("cancel Ana Silva")
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    assert len(desk.heard("slack", "Ana Silva booked Wednesday 4 March, 15:00")) == 1
    assert (await desk.state()).status == "cancelled"


async def test_a_stranger_who_books_with_a_host_of_nothing_is_nobodys_business(desk: Desk) -> None:
    await desk.rita_says("cancel Ana Silva")
    said = desk.said
    desk.calendly.book("a.friend@mail.example", WEDNESDAY)
    await desk.send(0)
    assert desk.said == said


# Asked for, where nobody can tell us


async def test_without_an_address_of_ours_the_account_is_asked_every_minute(asking: Desk) -> None:
    assert not asking.calendly.hooks
    asking.calendly.book(ANA, WEDNESDAY)
    await asking.wait(MINUTE)
    assert (await asking.state()).status == "confirmed"
    before = len(asking.calendly.asked)
    await asking.wait(3 * MINUTE)
    assert set(asking.calendly.asked[before:]) == {"GET /users/me", "GET /scheduled_events"}, "and no invitee anew"
    asking.calendly.reschedule(asking.calendly.guests[1], THURSDAY)
    await asking.wait(MINUTE)
    state = await asking.state()
    assert (state.sequence, state.booked and state.booked.start) == (1, THURSDAY)


async def test_an_account_without_webhooks_is_asked_too(copy: str) -> None:
    async with opened(copy) as desk:
        desk.calendly.paid = False
        await desk.connect()
        desk.calendly.book(ANA, WEDNESDAY)
        await desk.wait(MINUTE)
        assert (await desk.state()).status == "confirmed"
        assert (await desk.row()).state == ConnectionState.ACTIVE


async def test_what_was_booked_before_it_was_connected_is_left_as_it_is(copy: str) -> None:
    async with opened(copy) as desk:
        desk.calendly.book(ANA, WEDNESDAY)
        desk.calendly.book("a.friend@mail.example", THURSDAY)
        assert desk.house.link_desk
        account = desk.house.link_desk.make("calendly", {"calendly_token": "token"})
        before = await account.notices(accounts.about_now(TEN))
        await account.close()
        said = desk.said
        await desk.connect(before)
        await desk.wait(3 * MINUTE)
        assert desk.said == said
        async with desk.house.records.read() as session:
            assert len(await links.told_of(session, desk.connection, TEN)) == 2


async def test_a_webhook_that_calendly_switched_off_is_made_anew_within_the_day(desk: Desk) -> None:
    (hook,) = desk.calendly.hooks.values()
    hook.state = "disabled"
    await desk.wait(DAY + MINUTE, timedelta(hours=6))
    (anew,) = desk.calendly.hooks.values()
    assert (anew.state, anew.url) == ("active", hook.url)
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.send(0)
    assert (await desk.state()).status == "confirmed"


async def test_a_token_that_no_longer_works_is_told_within_a_minute_and_its_return_too(desk: Desk) -> None:
    desk.calendly.token = "another"
    await desk.wait(MINUTE)
    assert (await desk.row()).state == ConnectionState.SET_UP_REQUIRED
    assert len(desk.heard("email", "I no longer see what people book on your booking page: Calendly")) == 1
    assert len(desk.heard("slack", "askarsan link connect Noor Haddad --with calendly")) == 1
    desk.calendly.book(ANA, WEDNESDAY)
    await desk.connect()
    await desk.wait(5 * MINUTE)
    assert len(desk.heard("slack", "I see again what is booked on the booking page of Noor Haddad")) == 1
    assert (await desk.state()).status == "confirmed", "what was booked meanwhile is not lost"


async def test_calendly_that_asks_to_wait_is_left_alone_and_nobody_is_alarmed(desk: Desk) -> None:
    said = desk.said
    desk.calendly.mishaps.refuse(429, {}, {"Retry-After": "600"}, on="GET /scheduled_events")
    await desk.wait(MINUTE)
    before = len(desk.calendly.asked)
    await desk.wait(9 * MINUTE)
    assert len(desk.calendly.asked) == before
    await desk.wait(2 * MINUTE)
    assert len(desk.calendly.asked) > before
    assert desk.said == said


async def test_nobody_but_calendly_is_believed(desk: Desk) -> None:
    (hook,) = desk.calendly.hooks.values()
    desk.calendly.book(ANA, WEDNESDAY)
    hook.key = "another-key"
    assert await desk.calendly.send(desk.calendly.outbox[0]) == [401]
    hook.url = hook.url.replace(desk.connection, "connection_of_nobody")
    assert await desk.calendly.send(desk.calendly.outbox[0]) == [401]

"""From a change in somebody's calendar to our own comparing: over the vendors' own protocols, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bot.connections.connecting import Desks, Given, connect
from bot.connections.switchboard import Switchboard
from bot.doors.web import make_app
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import people
from bot.records.connections import ConnectionState
from bot.watching.health import look_after
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarDisconnected, CalendarEvent
from integrations.calendars.none import NoCalendar
from integrations.standins.google import server as google_server
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web as microsoft_web
from tests.connections.conftest import NINE, RITA, Office, block
from tests.loopback import serving

PATIENCE = timedelta(minutes=2)  # what is slow here is this machine
ACCOUNT = "rita@acme.example"
WEEK = Interval(NINE, NINE + timedelta(days=7))
EVENT = CalendarEvent("1@askarsan", 0, RITA, block(3, 10).when, "Ana Silva")


@dataclass
class Connected:
    """Rita's calendar at a vendor, our application served to that vendor, and what our worker was told."""

    office: Office
    connection: str
    begun: list[Job] = field(default_factory=list)
    compared: list[tuple[str, frozenset[str] | None]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, jobs: Sequence[Job]) -> None:
        self.begun.extend(jobs)
        self.told.set()

    async def heard(self) -> None:
        """Until what was told has been noted: the vendor is answered first."""
        async with asyncio.timeout(30):
            await self.told.wait()

    async def work(self) -> None:
        """What was begun, and what is due."""
        self.begun.append(Job(JobKind.LOOK, self.connection))
        while self.begun:
            await look_after(self.office.house, self.begun.pop(0).id, self.compare)

    async def compare(self, house: House, person_id: str, uids: frozenset[str] | None) -> Sequence[Job]:
        self.compared.append((person_id, uids))
        return ()


@asynccontextmanager
async def connected(office: Office, settings: Mapping[str, str], vendor: str) -> AsyncIterator[Connected]:
    """The application is served before its address is known to it, as behind a proxy."""
    made = Connected(office, "")

    async def door(scope: object, receive: object, send: object) -> None:
        await make_app(office.house, made.begin, None, "1")(scope, receive, send)  # type: ignore[arg-type]

    async with serving(door) as url:
        desks = (
            Desks(office.house.desks.keys, office.clock.now, settings, office.house.records)
            if office.house.desks
            else None
        )
        assert desks
        switchboard = Switchboard(office.house.records, desks, NoCalendar(), office.clock.now, PATIENCE)
        firm = replace(office.house.firm, public_url=url)
        office.house = replace(office.house, desks=desks, calendar=switchboard, firm=firm)
        async with office.house.records.write() as session:
            rita = await people.get(session, "rita")
            row = await connect(session, office.house.ids, desks.keys, rita, Given(vendor, ACCOUNT), office.clock.now())
        made.connection = row.id
        try:
            yield made
        finally:
            await switchboard.close()


@dataclass
class Google:
    there: StandInGoogle
    ours: Connected


@pytest.fixture
async def google(here: Office, tmp_path: Path) -> AsyncIterator[Google]:
    there = StandInGoogle(here.clock.now)
    there.open(ACCOUNT)
    (tmp_path / "robot.json").write_text(there.service_account(), "utf-8")
    async with serving(google_server.web(there)) as url:
        at = {"google_url": f"{url}/calendar/v3/", "google_token_url": f"{url}/token"}
        async with connected(here, {"google_key_file": str(tmp_path / "robot.json"), **at}, "google") as ours:
            yield Google(there, ours)
        await there.close()


async def test_google_tells_of_a_change_and_it_is_compared_at_once(google: Google) -> None:
    await google.ours.work()
    await google.there.pushing.delivered()
    assert google.ours.compared == [("rita", None)]
    await google.ours.office.house.calendar.put(EVENT)
    await google.there.pushing.delivered()
    assert google.there.pushing.answers[-1] == 204
    await google.ours.heard()
    await google.ours.work()
    assert google.ours.compared[1:] == [("rita", frozenset({"1@askarsan"}))]


async def test_a_channel_that_is_not_ours_is_refused(google: Google) -> None:
    await google.ours.work()
    url = f"{google.ours.office.house.firm.public_url}/hooks/google/{google.ours.connection}"
    headers = {"X-Goog-Channel-ID": "somebody", "X-Goog-Channel-Token": "guessed", "X-Goog-Resource-State": "exists"}
    async with httpx2.AsyncClient() as client:
        assert (await client.post(url, headers=headers)).status_code == 401
    assert google.ours.begun == []


async def test_a_firm_that_no_longer_lets_us_in_is_told_within_the_minute(google: Google) -> None:
    await google.ours.work()
    office = google.ours.office
    google.there.sign_in.employ("robot@acme.iam.example", ("acme.example",), frozenset())
    office.clock.advance_to(office.clock.now() + timedelta(hours=2))  # the token runs out
    await google.ours.work()
    row = await office.row(google.ours.connection)
    assert row.state == ConnectionState.SET_UP_REQUIRED.value
    with pytest.raises(CalendarDisconnected, match="connected again"):
        await office.house.calendar.busy(RITA, WEEK)


@dataclass
class Microsoft:
    there: StandInMicrosoft
    ours: Connected


@pytest.fixture
async def microsoft(here: Office) -> AsyncIterator[Microsoft]:
    there = StandInMicrosoft(here.clock.now)
    there.mailbox(ACCOUNT)
    async with serving(microsoft_web(there)) as url:
        let_in = {"tenant": there.tenant, "client_id": there.client_id, "client_secret": there.client_secret}
        at = {"graph_url": f"{url}/v1.0", "login_url": url}
        settings = {f"microsoft_{name}": value for name, value in {**let_in, **at}.items()}
        async with connected(here, settings, "microsoft") as ours:
            yield Microsoft(there, ours)
        await there.close()


async def test_microsoft_shakes_hands_tells_and_it_is_compared_at_once(microsoft: Microsoft) -> None:
    await microsoft.ours.work()
    assert microsoft.ours.compared == [("rita", None)]
    await microsoft.ours.office.house.calendar.put(EVENT)
    assert await microsoft.there.subscriptions.deliver() == [202]
    await microsoft.ours.heard()
    await microsoft.ours.work()
    assert microsoft.ours.compared[1:] == [("rita", frozenset({"1@askarsan"}))]


async def test_a_subscription_that_exchange_has_removed_is_made_anew(microsoft: Microsoft) -> None:
    await microsoft.ours.work()
    (old,) = microsoft.there.subscriptions.all
    microsoft.there.subscriptions.remove(old)
    await microsoft.there.subscriptions.deliver()
    await microsoft.ours.heard()
    await microsoft.ours.work()
    (new,) = microsoft.there.subscriptions.all
    assert new != old
    assert (await microsoft.ours.office.row(microsoft.ours.connection)).watch_id == new


async def test_a_subscription_that_must_be_authorized_again_is_renewed_at_once(microsoft: Microsoft) -> None:
    await microsoft.ours.work()
    (only,) = microsoft.there.subscriptions.all
    until = (await microsoft.ours.office.row(microsoft.ours.connection)).watch_until
    microsoft.ours.office.clock.advance_to(NINE + timedelta(minutes=10))
    microsoft.there.subscriptions.ask_to_reauthorize(only)
    await microsoft.there.subscriptions.deliver()
    await microsoft.ours.heard()
    await microsoft.ours.work()
    now = (await microsoft.ours.office.row(microsoft.ours.connection)).watch_until
    assert until
    assert now
    assert now > until

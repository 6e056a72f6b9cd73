"""A secret that the vendor changes is kept, sealed, and only while the connection is still the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import timedelta

from bot.connections.connecting import Desks, Given, connect, secrets_of
from bot.connections.keys import GivenKeys
from bot.facts.looking import look
from bot.records import people
from dialogs.scheduling.intervals import Interval
from integrations.standins.google.server import web as google_web
from integrations.standins.google.sign_in import APP, APP_SECRET
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web
from tests.connections.conftest import CARL, IDA, KEY, NINE, RITA, Office
from tests.loopback import serving

WEEK = Interval(NINE, NINE + timedelta(days=7))


async def secrets(here: Office, connection: str) -> Mapping[str, str]:
    return secrets_of(await here.row(connection), GivenKeys(str(KEY)))


async def test_a_new_refresh_token_of_microsoft_outlives_the_process(here: Office) -> None:
    there = StandInMicrosoft(here.clock.now)
    there.mailbox(RITA)
    first = there.consent(RITA)
    async with serving(web(there)) as url:
        app = {"tenant": there.tenant, "client_id": there.client_id, "client_secret": there.client_secret}
        firm = {f"microsoft_{name}": value for name, value in app.items()}
        firm |= {"microsoft_graph_url": f"{url}/v1.0", "microsoft_login_url": url}
        desks = Desks(GivenKeys(str(KEY)), here.clock.now, firm, here.house.records)
        async with here.house.records.write() as session:
            rita = await people.get(session, "rita")
            given = Given("microsoft", RITA, {}, {"microsoft_refresh_token": first})
            row = await connect(session, here.house.ids, desks.keys, rita, given, here.clock.now())
        assert (await desks.of(row).busy(RITA, WEEK)).readable
        kept = (await secrets(here, row.id))["microsoft_refresh_token"]
        assert kept != first
        del there.refresh_tokens[first]  # as it ends some day
        assert desks.of(await here.row(row.id)) is desks.of(row), "it is still the same connection"
        again = Desks(GivenKeys(str(KEY)), here.clock.now, firm, here.house.records)
        assert (await again.of(await here.row(row.id)).busy(RITA, WEEK)).readable
        for each in (desks, again):
            await each.close()
    await there.close()


async def test_a_refresh_token_of_google_that_works_once_outlives_the_process_as_the_next_one(here: Office) -> None:
    there = StandInGoogle(here.clock.now)
    there.open(RITA)
    first, there.sign_in.renews = there.consent(RITA), True
    async with serving(google_web(there)) as url:
        firm = {"google_url": f"{url}/calendar/v3/", "google_token_url": f"{url}/token"}
        firm |= {"google_client_id": APP, "google_client_secret": APP_SECRET}
        async with here.house.records.write() as session:
            rita = await people.get(session, "rita")
            given = Given("google", RITA, {}, {"google_refresh_token": first})
            row = await connect(session, here.house.ids, GivenKeys(str(KEY)), rita, given, here.clock.now())
        for _ in range(3):
            desks = Desks(GivenKeys(str(KEY)), here.clock.now, firm, here.house.records)
            assert (await desks.of(await here.row(row.id)).busy(RITA, WEEK)).readable
            await desks.close()
        assert await secrets(here, row.id) == {"google_refresh_token": "1//refresh-3"}
    await there.close()


async def test_what_an_old_connection_says_late_changes_nothing_in_the_new_one(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    before = await here.row(connection)
    here.clock.advance_to(NINE + timedelta(minutes=1))
    await here.connect("rita", RITA, password="newer")
    assert here.house.desks
    await here.house.desks.keep_secret(connection, before.set_up_at, "paper_password", "older")
    assert await secrets(here, connection) == {"paper_password": "newer"}
    assert "newer" not in json.dumps(before.settings)


# All calendars of a decision at once


async def test_of_several_slow_calendars_none_waits_for_another_and_all_count_as_busy(here: Office) -> None:
    for who, address in (("rita", RITA), ("carl", CARL), ("ida", IDA)):
        await here.connect(who, address)
    here.mill.slow = 30
    async with here.house.records.read() as session:
        everyone = await people.all_of(session, ["rita", "carl", "ida"])
    began = time.monotonic()
    seen = await look(here.house, everyone)
    assert time.monotonic() - began < 20
    assert seen.away == {"rita", "carl", "ida"}
    assert all(busy.within(WEEK) == (WEEK,) for busy in seen.busy.values())


async def test_a_calendar_that_locks_us_out_makes_its_person_busy_and_nobody_else(here: Office) -> None:
    await here.connect("rita", RITA)
    await here.connect("carl", CARL)
    here.mill.accounts[CARL].password = "changed"
    async with here.house.records.read() as session:
        both = await people.all_of(session, ["rita", "carl"])
    seen = await look(here.house, both)
    assert seen.away == {"carl"}
    assert seen.busy["carl"].within(WEEK) == (WEEK,)
    assert seen.busy["rita"].within(WEEK) == ()

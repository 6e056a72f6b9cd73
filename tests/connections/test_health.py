"""A connection that breaks is noticed and told within a minute, once; and once when it works again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from bot.connections.connecting import disconnect
from bot.doors.web import make_app
from bot.house import House
from bot.jobs import Job
from bot.records import connections, people
from bot.records.connections import ConnectionState, Fault
from bot.watching.following import catch_up, told, watching
from bot.watching.health import EVERY, HUSH, STEADY, Health, Told, is_news, look_after
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarDisconnected
from tests.connections.conftest import CARL, LOU, NINE, RITA, Office
from tests.loopback import serving

A_MINUTE = timedelta(minutes=1)
ACTIVE, BROKEN, SET_UP = ConnectionState.ACTIVE, ConnectionState.BROKEN, ConnectionState.SET_UP_REQUIRED


async def test_a_calendar_that_works_is_nobody_s_news(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    await here.wait(timedelta(minutes=5))
    assert here.mail.delivered == []
    row = await here.row(connection)
    assert (row.state, row.failures) == (ACTIVE.value, 0)
    assert row.good_at
    assert here.clock.now() - row.good_at <= EVERY


async def test_a_changed_password_is_told_within_a_minute_with_what_to_do(here: Office) -> None:
    connection = await here.connect("carl", CARL)
    await here.wait(timedelta(minutes=2, seconds=3))
    here.mill.accounts[CARL].password = "changed"
    await here.wait(A_MINUTE)
    (mail,) = here.mails(CARL)
    assert mail.subject == "I cannot read your calendar"
    assert "no longer lets me in" in mail.text
    assert "Please tell Rita Lopes (rita@firm.example), so that it can be connected again" in mail.text
    assert "askarsan" not in mail.text, "he has no terminal"
    (recruiter,) = here.texts(RITA)
    assert "I can no longer read the calendar of Carl Olsen" in recruiter
    assert "askarsan calendar test Carl Olsen" in recruiter
    assert (await here.row(connection)).state == SET_UP.value
    await here.wait(timedelta(hours=1), timedelta(minutes=2))
    assert len(here.mails(CARL)) == len(here.mails(RITA)) == 1, "once, however long it lasts"


@pytest.mark.parametrize("fault", ["silent", "refused", "hides"])
async def test_one_that_no_longer_answers_is_told_within_a_minute(here: Office, fault: str) -> None:
    await here.connect("carl", CARL)
    await here.wait(timedelta(minutes=2, seconds=3))
    match fault:
        case "silent":
            here.mill.silent = True
        case "refused":
            del here.mill.accounts[CARL]
        case "hides":
            here.mill.accounts[CARL].hides = True
    await here.wait(A_MINUTE)
    assert len(here.mails(CARL)) == 1
    assert len(here.mails(RITA)) == 1


async def test_one_hiccup_is_nobody_s_news(here: Office) -> None:
    connection = await here.connect("carl", CARL)
    await here.wait(timedelta(minutes=1))
    here.mill.silent = True
    while not (await here.row(connection)).failures:
        await here.wait(timedelta(seconds=5))
    here.mill.silent = False
    await here.wait(timedelta(minutes=10))
    assert here.mail.delivered == []


async def test_when_it_works_again_everyone_who_was_told_is_told(here: Office) -> None:
    connection = await here.connect("carl", CARL)
    here.mill.silent = True
    await here.wait(A_MINUTE)
    here.mill.silent = False
    await here.wait(timedelta(minutes=4))
    assert here.texts(CARL)[1:] == ["Thank you, Carl: I can read your calendar (paper) again."]
    assert here.texts(RITA)[1:] == ["I can read the calendar of Carl Olsen (paper) again."]
    assert (await here.row(connection)).state == ACTIVE.value


async def test_one_that_comes_and_goes_is_no_noise(here: Office) -> None:
    await here.connect("carl", CARL)
    for _ in range(4):
        here.mill.silent = True
        await here.wait(timedelta(minutes=2), timedelta(seconds=10))
        here.mill.silent = False
        await here.wait(timedelta(minutes=1), timedelta(seconds=10))
    assert len(here.mails(CARL)) == 1
    await here.wait(timedelta(minutes=4), timedelta(seconds=10))
    assert len(here.mails(CARL)) == 2, "once it works for good"


async def test_nobody_is_woken_and_what_is_mended_by_morning_is_not_told(here: Office) -> None:
    await here.connect("carl", CARL)
    here.mill.silent = True
    await here.wait(timedelta(minutes=2))
    rob = "rob@firm.example"
    assert here.mails(rob) == [], "it is one in the morning where he lives"
    assert len(here.mails(RITA)) == 1
    here.mill.silent = False
    await here.wait(timedelta(hours=9), timedelta(minutes=30))
    assert here.mails(rob) == [], "he wakes up to calendars that work"


async def test_in_the_morning_it_is_told_if_it_still_is_so(here: Office) -> None:
    await here.connect("carl", CARL)
    here.mill.silent = True
    await here.wait(timedelta(hours=8), timedelta(minutes=20))
    (mail,) = here.mails("rob@firm.example")
    assert mail.at >= datetime(2026, 3, 2, 16, tzinfo=UTC), "eight in Los Angeles"


async def test_an_owner_who_sleeps_is_told_in_the_morning_and_is_busy_from_the_first_minute_on(here: Office) -> None:
    await here.connect("lou", LOU)
    here.mill.accounts[LOU].password = "changed"
    await here.wait(A_MINUTE)
    assert here.mails(LOU) == [], "nobody is woken"
    assert len(here.mails(RITA)) == 1, "she is at work"
    with pytest.raises(CalendarDisconnected):
        await here.house.calendar.busy(LOU, Interval(NINE, NINE + timedelta(days=1)))
    assert await connections_out(here) == 1
    await here.wait(timedelta(hours=8), timedelta(minutes=20))
    (mail,) = here.mails(LOU)
    assert mail.at >= datetime(2026, 3, 2, 16, tzinfo=UTC), "eight in Los Angeles"
    assert "Please tell Rita Lopes" in mail.text


async def connections_out(here: Office) -> int:
    async def begin(_: Sequence[Job]) -> None:
        return None

    async with serving(make_app(here.house, begin, None, "1")) as url, httpx2.AsyncClient(trust_env=False) as client:
        return int((await client.get(f"{url}/health")).json()["connections_out"])


async def test_its_owner_is_told_once_though_a_recruiter(here: Office) -> None:
    await here.connect("rita", RITA)
    here.mill.accounts[RITA].password = "changed"
    await here.wait(A_MINUTE)
    (text,) = here.texts(RITA)
    assert "I can no longer read your calendar" in text
    assert "you count as busy" in text


async def test_whoever_stumbles_over_it_has_it_looked_into_at_once(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    await here.wait(timedelta(seconds=5))
    here.mill.accounts[RITA].password = "changed"
    with pytest.raises(CalendarDisconnected):
        await here.house.calendar.busy(RITA, Interval(NINE, NINE + timedelta(days=1)))
    assert (await here.row(connection)).look_at == here.clock.now()
    await here.engine.settle()
    assert len(here.mails(RITA)) == 1


async def test_a_lost_key_is_told_as_what_it_is(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    async with here.house.records.write() as session:
        row = await connections.lock(session, connection)
        assert row
        assert row.secret
        row.secret = type(row.secret)("gone", row.secret.box)
    await here.wait(A_MINUTE)
    row = await here.row(connection)
    assert (row.state, row.fault) == (SET_UP.value, Fault.KEY_LOST.value)
    assert "can no longer be opened with what I have" in here.texts(RITA)[0]


async def test_connected_again_it_works_again(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    here.mill.accounts[RITA].password = "changed"
    await here.wait(A_MINUTE)
    assert await here.connect("rita", RITA, "changed") == connection, "the same account is the same connection"
    await here.wait(timedelta(minutes=4))
    assert here.texts(RITA)[1:] == ["I can read your calendar (paper) again."]


async def test_disconnected_it_is_left_alone_and_its_secret_is_gone(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    async with here.house.records.write() as session:
        row = await connections.lock(session, connection)
        person = await people.get(session, "rita")
        assert row
        await disconnect(session, row, person, here.clock.now())
        assert person.calendar is None
    before = here.mill.looks
    await here.wait(timedelta(minutes=5))
    assert here.mill.looks == before
    row = await here.row(connection)
    assert (row.state, row.secret, row.watch_secret) == (ConnectionState.INACTIVE.value, None, None)


async def test_a_look_that_is_not_due_looks_at_nothing(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    assert await look_after(here.house, connection) == []
    before = here.mill.looks
    assert await look_after(here.house, connection) == ()
    assert here.mill.looks == before


# Being told of changes


async def test_a_watch_is_renewed_long_before_it_ends(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    await here.wait(timedelta(hours=12), timedelta(minutes=30))
    ((watch, url, _),) = here.mill.accounts[RITA].watches.values()
    assert url == f"https://firm.example/hooks/paper/{connection}"
    assert watch.expires > here.clock.now()
    row = await here.row(connection)
    assert (row.watch_id, row.watch_until) == (watch.id, watch.expires)


async def test_a_door_is_told_which_connection_and_which_secret(here: Office) -> None:
    connection = await here.connect("rita", RITA)
    await here.wait(A_MINUTE)
    ((watch, _, secret),) = here.mill.accounts[RITA].watches.values()
    known = await watching(here.house, watch.id)
    assert known
    assert (known.connection_id, known.secret) == (connection, secret)
    assert await watching(here.house, "watch-of-somebody-else") is None


async def test_a_watch_that_cannot_be_had_is_no_break(here: Office) -> None:
    here.mill.refuses_watches = True
    connection = await here.connect("rita", RITA)
    await here.wait(A_MINUTE)
    assert (await here.row(connection)).state == ACTIVE.value
    assert here.mail.delivered == []
    here.mill.refuses_watches = False
    await here.wait(timedelta(minutes=6))
    assert (await here.row(connection)).watch_id == "watch-1"


class Noted:
    """Who compares bookings with calendars is told this."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, frozenset[str] | None]] = []

    async def __call__(self, house: House, person_id: str, uids: frozenset[str] | None) -> list[Job]:
        self.changes.append((person_id, uids))
        return []


async def test_what_changed_is_handed_on_once_however_often_it_is_told(here: Office) -> None:
    noted = Noted()
    connection = await here.connect("rita", RITA)
    await look_after(here.house, connection, noted)
    assert noted.changes == [("rita", None)], "at first anything may have changed"
    here.mill.accounts[RITA].changed.append("1@askarsan")
    for _ in range(2):
        await told(here.house, connection)
    await look_after(here.house, connection, noted)
    await told(here.house, connection)
    await look_after(here.house, connection, noted)
    assert noted.changes[1:] == [("rita", frozenset({"1@askarsan"}))]


async def test_after_a_restart_what_was_missed_is_caught_up(here: Office) -> None:
    noted = Noted()
    connection = await here.connect("rita", RITA)
    await look_after(here.house, connection, noted)
    here.mill.accounts[RITA].changed.append("1@askarsan")
    await catch_up(here.house)
    await look_after(here.house, connection, noted)
    assert noted.changes[1:] == [("rita", frozenset({"1@askarsan"}))]


# The arithmetic of it


@pytest.mark.parametrize(
    ("state", "failures", "fault", "then"),
    [
        (ACTIVE, 0, None, (ACTIVE, 0)),
        (ACTIVE, 0, Fault.SILENT, (ACTIVE, 1)),
        (ACTIVE, 1, Fault.SILENT, (BROKEN, 2)),
        (ACTIVE, 1, None, (ACTIVE, 0)),
        (ACTIVE, 0, Fault.SIGNED_OUT, (SET_UP, 1)),
        (BROKEN, 7, Fault.REFUSED, (BROKEN, 8)),
        (BROKEN, 7, Fault.SIGNED_OUT, (SET_UP, 8)),
        (SET_UP, 3, Fault.SILENT, (SET_UP, 4)),
        (SET_UP, 3, None, (ACTIVE, 0)),
    ],
)
def test_what_a_look_makes_of_it(
    state: ConnectionState, failures: int, fault: Fault | None, then: tuple[ConnectionState, int]
) -> None:
    before = Health(state, NINE, None, failures)
    after = before.after(fault, NINE + A_MINUTE)
    assert (after.state, after.failures) == then
    assert after.since == (NINE if state is after.state else NINE + A_MINUTE)


@pytest.mark.parametrize(
    ("state", "for_so_long", "told", "news"),
    [
        (BROKEN, timedelta(), None, True),
        (BROKEN, timedelta(), (BROKEN, timedelta(days=3)), False),
        (SET_UP, timedelta(), (BROKEN, timedelta(seconds=10)), True),
        (ACTIVE, STEADY, (BROKEN, STEADY), True),
        (ACTIVE, STEADY - timedelta(seconds=1), (BROKEN, STEADY), False),
        (ACTIVE, timedelta(days=9), None, False),
        (BROKEN, timedelta(), (ACTIVE, HUSH - timedelta(seconds=1)), False),
        (BROKEN, timedelta(), (ACTIVE, HUSH), True),
    ],
)
def test_what_is_news(
    state: ConnectionState, for_so_long: timedelta, told: tuple[ConnectionState, timedelta] | None, news: bool
) -> None:
    last = Told(told[0], NINE - told[1]) if told else None
    assert is_news(Health(state, NINE - for_so_long), last, NINE) is news


def test_what_has_been_broken_for_long_is_looked_at_less_often() -> None:
    day = Health(BROKEN, NINE - timedelta(days=1))
    assert day.next_look(NINE) - NINE == timedelta(minutes=15)
    assert Health(BROKEN, NINE).next_look(NINE) - NINE == EVERY

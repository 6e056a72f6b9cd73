"""The way to Graph: tokens that end, limits that are kept, and nothing that holds the others up."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from datetime import timedelta

import pytest

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarDisconnected, CalendarRefused, CalendarUnreachable
from integrations.calendars.microsoft.calendar import MicrosoftCalendar
from integrations.calendars.microsoft.consent import Consent
from integrations.calendars.microsoft.graph import Graph, asking
from integrations.calendars.microsoft.set_up import calendar_from
from integrations.calendars.microsoft.told import Event, Page
from integrations.standins.microsoft.faults import Fault
from tests.calendars.at_microsoft import IDA, MONDAY, RITA, WEEK, account, at, interview, office
from tests.moved_clock import Clock

# Tokens


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    async with office() as desk:
        for hours, tokens in ((0, 1), (0.9, 1), (0.98, 2)):
            desk.clock.at = MONDAY + timedelta(hours=hours)
            await desk.calendar.busy(RITA, WEEK)
            assert desk.microsoft.signed_in == tokens


async def test_a_token_that_was_called_back_is_fetched_anew_and_nobody_notices() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.microsoft.call_back_tokens()
        await desk.calendar.put(interview(1, at(4, 14)))
        assert desk.rita.ours()[0].start == at(4, 14).start


async def test_many_at_once_fetch_one_token() -> None:
    async with office() as desk:
        await asyncio.gather(*(desk.calendar.busy(RITA, WEEK) for _ in range(8)))
        assert desk.microsoft.signed_in == 1


async def test_a_secret_that_ran_out_is_a_connection_to_be_made_again() -> None:
    async with office() as desk:
        desk.microsoft.client_secret = "another"
        with pytest.raises(CalendarDisconnected) as gone:
            await desk.calendar.busy(RITA, WEEK)
        assert "again" in gone.value.remedy
        assert "app-secret" not in f"{gone.value} {desk.graph.account}"


async def test_a_sign_in_that_is_refused_twice_is_the_owners_to_mend() -> None:
    async with office() as desk:
        desk.microsoft.fail(401, "InvalidAuthenticationToken", times=2)
        with pytest.raises(CalendarDisconnected):
            await desk.calendar.busy(RITA, WEEK)
        assert len(desk.asked()) == 2


async def test_a_person_who_let_us_in_gives_a_new_refresh_token_each_time() -> None:
    async with office(person=True) as desk:
        first = desk.calendar.refresh_token
        await desk.calendar.busy(RITA, WEEK)
        assert desk.calendar.refresh_token != first
        desk.microsoft.refresh_tokens.clear()
        desk.clock.passes(hours=2)
        with pytest.raises(CalendarDisconnected) as gone:
            await desk.calendar.busy(RITA, WEEK)
        assert gone.value.remedy


async def test_somebody_lets_us_in_with_a_browser_once() -> None:
    async with office() as desk:
        microsoft = desk.microsoft
        app = {"client_id": microsoft.client_id, "client_secret": microsoft.client_secret}
        consent = Consent(tenant=microsoft.tenant, login_url=desk.url, **app)
        ended_at = microsoft.says_yes(consent.link(IDA), IDA)
        token = await consent.refresh_token(f" {ended_at}\n")
        settings = {
            "microsoft_tenant": microsoft.tenant,
            "microsoft_client_id": microsoft.client_id,
            "microsoft_client_secret": microsoft.client_secret,
            "microsoft_refresh_token": token,
            "microsoft_graph_url": f"{desk.url}/v1.0",
            "microsoft_login_url": desk.url,
        }
        calendar = calendar_from(settings, desk.clock)
        assert (await calendar.busy(IDA, WEEK)).readable
        with pytest.raises(CalendarDisconnected):
            await calendar.busy(RITA, WEEK)
        await calendar.close()
        denied = f"{consent.ends_at}?state={consent.state}&error=denied"
        for wrong in (ended_at, ended_at.replace("state=", "state=x"), denied):
            with pytest.raises(CalendarDisconnected):
                await consent.refresh_token(wrong)
        assert token not in repr(consent)
        assert microsoft.client_secret not in repr(consent)


def test_what_is_not_set_is_said() -> None:
    with pytest.raises(
        ValueError, match="ASKARSAN_MICROSOFT_CLIENT_ID and ASKARSAN_MICROSOFT_CLIENT_SECRET are not set"
    ):
        calendar_from({"microsoft_tenant": "t"}, Clock())


async def test_the_sdk_is_imported_in_a_thread_and_only_when_it_is_needed() -> None:
    """In a process of its own, where nothing is imported yet: half a second in which nobody else would be answered."""
    program = """if True:
        import asyncio, sys, threading
        from datetime import datetime, UTC
        from integrations.calendars.microsoft.set_up import calendar_from
        settings = dict.fromkeys(("microsoft_tenant", "microsoft_client_id", "microsoft_client_secret"), "x")
        calendar = calendar_from(settings, lambda: datetime(2026, 3, 2, tzinfo=UTC))
        assert "msgraph" not in sys.modules
        seen = []
        sys.addaudithook(lambda event, args: event == "import" and args[0] == "msgraph" and seen.append(
            threading.current_thread() is threading.main_thread()))
        async def main():
            await calendar._opened()
            await calendar.close()
        asyncio.run(main())
        print(seen[0])
    """
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    said, _ = await run.communicate()
    assert said.decode().strip() == "False"


async def test_a_sign_in_that_is_down_may_come_back() -> None:
    clock = Clock()
    async with office() as desk:
        nowhere = account(desk.microsoft, desk.url, login_url="http://127.0.0.1:9")
        elsewhere = account(desk.microsoft, desk.url, login_url=f"{desk.url}/not-there")
        for away in (nowhere, elsewhere):
            calendar = MicrosoftCalendar(Graph(away, clock))
            with pytest.raises(CalendarUnreachable):
                await calendar.busy(RITA, WEEK)
            await calendar.close()


async def test_nobody_there_is_told_apart() -> None:
    async with office() as desk:
        calendar = MicrosoftCalendar(
            Graph(account(desk.microsoft, desk.url, graph_url="http://127.0.0.1:9/v1.0"), desk.clock)
        )
        with pytest.raises(CalendarUnreachable):
            await calendar.busy(RITA, WEEK)
        await calendar.close()


async def test_our_token_goes_to_graph_and_nowhere_else() -> None:
    """The link to a next page is an address from outside."""
    async with office() as desk, office() as thief:
        with pytest.raises(CalendarRefused):
            await desk.graph.ask(
                RITA,
                lambda client: client.users.by_user_id(RITA).events.with_url(f"{thief.url}/v1.0/users/x").get(asking()),
                Page[Event],
            )
        assert thief.asked() == []


# Limits


async def test_never_more_than_four_requests_at_once_in_one_mailbox() -> None:
    """A fifth is sent away with 429, whatever it wanted."""
    async with office() as desk:
        desk.microsoft.latency = 0.02
        looks = [desk.calendar.busy(who, WEEK) for who in (RITA, IDA, RITA.upper()) for _ in range(10)]
        assert all(busy.readable for busy in await asyncio.gather(*looks))
        assert desk.microsoft.most_at_once == {RITA: 4, IDA: 4}


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("7", 7),
        ("Mon, 02 Mar 2026 08:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("999999", 86_400),
        ("soon", None),
        (None, None),
    ],
)
async def test_how_long_to_wait_is_passed_on(words: str | None, seconds: float | None) -> None:
    async with office() as desk:
        desk.microsoft.fail(429, "ApplicationThrottled", retry_after=words)
        with pytest.raises(CalendarUnreachable) as busy:
            await desk.calendar.busy(RITA, WEEK)
    assert busy.value.retry_after == seconds


async def test_a_mailbox_that_asked_for_rest_is_left_alone_until_then() -> None:
    """Asking on would make the rest longer, and hold up whoever waits for an answer."""
    async with office() as desk:
        desk.microsoft.fail(503, retry_after="60")
        for passed, left in ((0, 60), (20, 40)):
            desk.clock.at = MONDAY + timedelta(seconds=passed)
            with pytest.raises(CalendarUnreachable) as resting:
                await desk.calendar.busy(RITA, WEEK)
            assert resting.value.retry_after == left
        assert len(desk.asked()) == 1
        assert (await desk.calendar.busy(IDA, WEEK)).readable, "the others go on"
        desk.clock.at = MONDAY + timedelta(seconds=61)
        assert (await desk.calendar.busy(RITA, WEEK)).readable


async def test_an_answer_that_takes_too_long_is_given_up() -> None:
    async with office(seconds=0.4) as desk:
        await desk.calendar.busy(RITA, WEEK)
        desk.microsoft.faults.add(Fault(slow=30))
        begun = time.monotonic()
        with pytest.raises(CalendarUnreachable):
            await desk.calendar.busy(RITA, WEEK)
        assert time.monotonic() - begun < 10


async def test_a_full_calendar_holds_nobody_up() -> None:
    """The SDK's own readers took ten milliseconds for each event: three seconds in which nothing else was answered."""
    async with office() as desk:
        for number in range(250):
            when = Interval.lasting(MONDAY + timedelta(minutes=30 * number), 15)
            desk.rita.busy(when.start, when.end)
        await desk.calendar.busy(RITA, at(2, 9))
        begun = time.process_time()
        assert len((await desk.calendar.busy(RITA, WEEK)).intervals) == 250
        assert time.process_time() - begun < 1.5


async def test_neither_secrets_nor_peoples_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.microsoft.fail(500, on="PATCH")
        with pytest.raises(CalendarUnreachable) as failed:
            await desk.calendar.put(interview(1))
    shown = f"{caplog.text} {failed.value!r} {desk.graph.account!r}"
    for private in ("Ana Silva", "app-secret", "access-", "Bearer"):
        assert private not in shown

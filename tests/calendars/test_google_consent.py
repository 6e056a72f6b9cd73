"""Somebody lets us into their Google calendar in a browser."""

from __future__ import annotations

import httpx2
import pytest

from integrations.calendars.base import CalendarDisconnected, CalendarUnreachable
from integrations.calendars.google.access import SCOPES, UserAccount
from integrations.calendars.google.calendar import GoogleCalendar
from integrations.calendars.google.calls import Calls
from integrations.calendars.google.consent import Consent
from integrations.calendars.google.wire import Wire, new_client
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import IDA, WEEK, Office, Opens, at, office, served, times

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def asking() -> Consent:
    return Consent("app-id", "app-secret")


async def browsed(there: Office, consent: Consent, who: str = IDA) -> str:
    """Where the browser ends when somebody opens the link."""
    there.google.at_the_browser = who
    async with httpx2.AsyncClient(verify=False) as browser:
        answer = await browser.get(consent.link(IDA, url=f"{there.url}/o/oauth2/v2/auth"))
    return answer.headers["Location"]


async def token(there: Office, consent: Consent, ended_at: str) -> str:
    wire = Wire(new_client(verify=False))
    try:
        return await consent.refresh_token(ended_at, wire, token_url=f"{there.url}/token")
    finally:
        await wire.client.aclose()


async def test_whoever_says_yes_is_let_us_in_from_then_on(office: Opens) -> None:
    async with office() as there:
        there.google.add(IDA, **times(at(10)))
        consent = asking()
        account = UserAccount("app-id", "app-secret", await token(there, consent, await browsed(there, consent)))
        calls = Calls(account, there.clock, url=f"{there.url}/calendar/v3/", token_url=f"{there.url}/token")
        assert (await GoogleCalendar(calls).busy(IDA, WEEK)).intervals == (at(10),)
        await calls.close()


async def test_whoever_said_yes_before_gets_a_token_again(office: Opens) -> None:
    """Google gives a second one only where it is asked for."""
    async with office() as there:
        for _ in range(2):
            consent = asking()
            assert await token(there, consent, await browsed(there, consent))


async def test_whoever_says_no_is_not_connected(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        with pytest.raises(CalendarDisconnected, match="nobody said yes"):
            await token(there, consent, await browsed(there, consent, who=""))


async def test_a_box_that_is_not_ticked_is_said_at_once(office: Opens) -> None:
    async with office() as there:
        there.google.ticked = frozenset(SCOPES[1:])
        consent = asking()
        with pytest.raises(CalendarDisconnected, match="every box"):
            await token(there, consent, await browsed(there, consent))


async def test_an_answer_to_somebody_elses_asking_is_not_taken(office: Opens) -> None:
    """Nobody is to be talked into connecting the calendar of somebody else."""
    async with office() as there:
        foreign = await browsed(there, asking())
        for ended_at in (foreign, "", "http://127.0.0.1:8765/?code=4/code-0", "nonsense"):
            with pytest.raises(CalendarDisconnected, match="not the answer"):
                await token(there, asking(), ended_at)
        assert there.google.sign_in.given == 0


async def test_an_answer_works_once(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        await token(there, consent, ended_at)
        with pytest.raises(CalendarDisconnected, match="once"):
            await token(there, consent, ended_at)


async def test_a_code_that_was_seen_on_the_way_is_worth_nothing(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        thief = Consent("app-id", "app-secret", state=consent.state)
        with pytest.raises(CalendarDisconnected):
            await token(there, thief, ended_at)


async def test_a_sign_in_that_is_down_is_no_no(office: Opens) -> None:
    async with office() as there:
        consent = asking()
        ended_at = await browsed(there, consent)
        there.google.fail(Fault.BROKEN, on="token")
        with pytest.raises(CalendarUnreachable):
            await token(there, consent, ended_at)
        assert await token(there, consent, ended_at)

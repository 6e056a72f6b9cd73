"""`askarsan link connect`: kept once it has shown what can be booked there; the token stands nowhere in the clear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import Result

from integrations.standins.calendly import StandInCalendly, web
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web as microsoft_web
from integrations.standins.page import StandInPages
from integrations.standins.page import web as pages_web
from tests.loopback import serving
from tests.terminal.conftest import Ask
from tests.terminal.test_link import TEAM

TOKEN = "a-token-of-noors"
CONNECT = ("link", "connect", "Noor", "--with", "calendly")


@pytest.fixture(autouse=True)
def team(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    assert ask("add", "team.yaml").exit_code == 0


@pytest.fixture
async def api() -> AsyncIterator[str]:
    async with serving(web(StandInCalendly(lambda: datetime.now(UTC), token=TOKEN))) as url:
        yield url


async def type_(ask: Ask, *words: str, api: str, given: str | None = None) -> Result:
    """`ask`, beside a server that answers in this loop."""
    return await asyncio.to_thread(ask, *words, given=given, ASKARSAN_CALENDLY_URL=api)


def written_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_what_can_be_booked_is_shown_and_the_token_is_sealed(ask: Ask, api: str, tmp_path: Path) -> None:
    told = await type_(ask, *CONNECT, api=api, given=f"{TOKEN}\n")
    assert told.exit_code == 0, told.output
    assert "First talk" in told.stdout
    assert "30 minutes" in told.stdout
    assert "Connected: Noor Haddad, Calendly (noor@northwind.example). What is booked there is asked for" in told.stdout
    assert TOKEN.encode() not in written_in(tmp_path)
    told = await type_(ask, "link", "disconnect", "Noor", api=api)
    assert told.stdout == "Disconnected: Noor Haddad, Calendly. The token is gone.\n", told.output


async def test_a_machine_gives_the_token_in_a_file_or_through_a_pipe(ask: Ask, api: str, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text(f"calendly_token={TOKEN}\n", "utf-8")
    for where, given in (("token.txt", None), ("-", f"calendly_token={TOKEN}\n")):
        told = await type_(ask, *CONNECT, "--secrets", where, "--json", api=api, given=given)
        assert told.exit_code == 0, told.output
        (talk,) = json.loads(told.stdout)["event_types"]
        assert (talk["name"], talk["minutes"]) == ("First talk", 30)


async def test_a_token_that_is_refused_is_not_kept_and_it_is_said_what_to_do(ask: Ask, api: str) -> None:
    told = await type_(ask, *CONNECT, api=api, given="a-wrong-one\n")
    assert told.exit_code == 2
    assert "new personal access token" in told.stderr
    assert "Nothing was saved." in told.stderr
    assert "a-wrong-one" not in told.output
    told = await type_(ask, "link", "disconnect", "Noor", api=api)
    assert "Noor Haddad has no booking page connected." in told.stderr


@pytest.fixture
async def microsoft() -> AsyncIterator[tuple[StandInMicrosoft, dict[str, str]]]:
    """And the settings that lead there."""
    there, pages = StandInMicrosoft(lambda: datetime.now(UTC)), StandInPages()
    pages.works("/book/talks")
    async with serving(microsoft_web(there)) as url, serving(pages_web(pages)) as site:
        there.business("talks@northwind.example", "First talks", f"{site}/book/talks").offer(
            {"displayName": "First talk", "defaultDuration": "PT30M"}
        )
        settings = {
            "tenant": there.tenant,
            "client_id": there.client_id,
            "client_secret": there.client_secret,
            "graph_url": f"{url}/v1.0",
            "login_url": url,
        }
        own = {f"ASKARSAN_MICROSOFT_{name.upper()}": value for name, value in settings.items()}
        yield there, own | {"ASKARSAN_OWN_HOSTS": "127.0.0.1"}


BOOKINGS = ("link", "connect", "Noor", "--with", "microsoft-bookings")


async def test_a_business_of_bookings_gives_its_page_and_its_account_is_listed(
    ask: Ask, microsoft: tuple[StandInMicrosoft, dict[str, str]]
) -> None:
    _, settings = microsoft
    told = await asyncio.to_thread(ask, *BOOKINGS, **settings)
    assert told.exit_code == 0, told.output
    assert "First talk" in told.stdout
    assert "/book/talks – Active: people can book there." in told.stdout
    assert (
        "Connected: Noor Haddad, Microsoft Bookings (talks@northwind.example). What is booked there is" in told.stdout
    )
    (noor,) = json.loads((await asyncio.to_thread(ask, "link", "list", "--json", **settings)).stdout)
    assert (noor["status"], noor["url"].rpartition("/")[2]) == ("active", "talks")
    assert noor["accounts"] == [{"vendor": "microsoft-bookings", "state": "active", "fault": None}]
    assert "Microsoft Bookings: works" in (await asyncio.to_thread(ask, "link", "list", **settings)).stdout


async def test_of_several_businesses_one_is_named(ask: Ask, microsoft: tuple[StandInMicrosoft, dict[str, str]]) -> None:
    there, settings = microsoft
    there.business("hidden@northwind.example", "Not yet")
    told = await asyncio.to_thread(ask, *BOOKINGS, **settings)
    assert told.exit_code == 2
    assert "talks@northwind.example" in told.stdout
    assert "not published" in told.stdout
    assert "Say which it is: --set bookings_business='First talks'. Nothing was saved." in told.stderr
    told = await asyncio.to_thread(ask, *BOOKINGS, "--set", "bookings_business=Nobody's", **settings)
    assert 'There is no business "Nobody\'s".' in told.stderr
    told = await asyncio.to_thread(ask, *BOOKINGS, "--set", "bookings_business=Not yet", "--json", **settings)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["account"] == "hidden@northwind.example"
    assert (await asyncio.to_thread(ask, "link", "disconnect", "Noor", **settings)).stdout.startswith("Disconnected")


async def test_bookings_without_the_right_says_what_to_ask_for(
    ask: Ask, microsoft: tuple[StandInMicrosoft, dict[str, str]]
) -> None:
    there, settings = microsoft
    there.permissions.discard("Bookings.ReadWrite.All")
    told = await asyncio.to_thread(ask, *BOOKINGS, **settings)
    assert told.exit_code == 2
    assert "Bookings.ReadWrite.All and BookingsAppointment.ReadWrite.All. Nothing was saved." in told.stderr
    assert "ASKARSAN_MICROSOFT_TENANT" in (await asyncio.to_thread(ask, *BOOKINGS)).stderr


def test_another_vendor_is_told_which_there_is(ask: Ask) -> None:
    told = ask("link", "connect", "Noor", "--with", "calendar")
    assert told.exit_code == 2
    assert "calendly" in told.stderr

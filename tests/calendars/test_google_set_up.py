"""Google as a firm sets it up, and what is said where something is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings.settings import Settings
from integrations import catalog
from integrations.means import Means, NotMade
from integrations.needs import NEEDS
from integrations.standins.google.diaries import Role
from tests.calendars.at_google import IDA, WEEK, Office, Opens, at, office, served, times
from tests.moved_clock import Clock

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAMILY = "family@group.calendar.google.com"


def means(there: Office, given: Mapping[str, str]) -> Means:
    where = {"google_url": f"{there.url}/calendar/v3/", "google_token_url": f"{there.url}/token"}
    return Means(there.clock, {**where, **given})


async def test_with_the_firms_key_everybodys_calendar_opens(office: Opens, tmp_path: Path) -> None:
    async with office() as there:
        (tmp_path / "key.json").write_text(there.google.service_account(), "utf-8")
        there.google.add(IDA, **times(at(10)))
        calendar = catalog.calendar("google", means(there, {"google_key_file": str(tmp_path / "key.json")}))
        assert (await calendar.busy(IDA, WEEK)).intervals == (at(10),)
        await calendar.close()


async def test_somebodys_own_permission_goes_before_the_key_of_the_firm(office: Opens) -> None:
    async with office() as there:
        there.google.open(FAMILY)
        there.google.share(FAMILY, IDA, Role.FREE_BUSY)
        there.google.add(FAMILY, **times(at(16)))
        given = {
            "google_key_file": "/there/is/no/such/file",
            "google_client_id": "app-id",
            "google_client_secret": "app-secret",
            "google_refresh_token": there.google.consent(IDA),
            "google_also": f" {FAMILY}, ",
        }
        calendar = catalog.calendar("google", means(there, given))
        assert (await calendar.busy(IDA, WEEK)).intervals == (at(16),)
        await calendar.close()


async def test_rooms_are_made_in_the_calendar_that_is_named(office: Opens, tmp_path: Path) -> None:
    async with office() as there:
        (tmp_path / "key.json").write_text(there.google.service_account(), "utf-8")
        given = {"google_key_file": str(tmp_path / "key.json"), "google_meet_calendar": IDA}
        meetings = catalog.meetings("google", means(there, given))
        room = await meetings.create("interview-17", "Ana Silva", datetime(2026, 3, 2, 10, tzinfo=UTC), 45)
        assert [event["hangoutLink"] for event in there.google.events(IDA)] == [room.url]
        await meetings.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "^no refresh token was given, and ASKARSAN_GOOGLE_KEY_FILE is not set$"),
        (
            {"google_refresh_token": "1//secret"},
            "^ASKARSAN_GOOGLE_CLIENT_ID and ASKARSAN_GOOGLE_CLIENT_SECRET are not set$",
        ),
        (
            {"google_key_file": "/there/is/no/such/file"},
            "^the file of ASKARSAN_GOOGLE_KEY_FILE cannot be read: No such file or directory$",
        ),
        ({"google_key_file": __file__}, "not the JSON key file of a Google service account"),
    ],
)
async def test_what_is_missing_is_said(given: Mapping[str, str], said: str) -> None:
    with pytest.raises(NotMade, match=said) as missing:
        catalog.calendar("google", Means(Clock(), given))
    assert "secret" not in str(missing.value)


async def test_every_setting_that_is_asked_for_can_be_given() -> None:
    known = {*Settings.model_fields, *(need.setting for need in NEEDS["google"]), "google_url", "google_token_url"}
    source = Path(catalog.__file__).with_name("calendars") / "google" / "set_up.py"
    asked = {word for word in source.read_text("utf-8").replace('"', " ").split() if word.startswith("google_")}
    assert asked - known == set()

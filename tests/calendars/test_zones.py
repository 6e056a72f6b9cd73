"""A zone is known by whatever name a calendar gives it, and never guessed."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.core import get_global

from integrations.calendars.zones import RENAMED, zone_of


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ('"W. Europe Standard Time"', "Europe/Berlin"),
        (" GMT Standard Time ", "Europe/London"),
        ("India Standard Time", "Asia/Calcutta"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("/freeassociation.sourceforge.net/Europe/Lisbon", "Europe/Lisbon"),
        ("/citadel.org/20070227_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Mexico Standard Time", "America/Mexico_City"),
    ],
)
def test_each_way_to_name_a_zone_is_understood(name: str, meant: str) -> None:
    assert zone_of(name) == ZoneInfo(meant)


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "Customized Time Zone", "tzone://Microsoft/Custom", "Mars/Olympus", "Factory", "localtime"),
        *("../../etc/passwd", "/etc/localtime", "\0", "Europe", "Berlin", "Lunch/Standard Time"),
    ],
)
def test_a_name_that_says_nothing_is_no_zone(name: str) -> None:
    assert zone_of(name) is None


def test_every_zone_of_windows_and_of_iana_is_there() -> None:
    names = {*get_global("windows_zone_mapping"), *RENAMED, *available_timezones()} - {"Factory", "localtime"}
    assert [name for name in names if zone_of(name) is None] == []

"""Hours are right in every zone on the days its clocks change; `make bench ONLY=zones` looks at every day there is."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dialogs.scheduling.hours import day_of
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.week import Week
from tests.scheduling.walls import EPOCH, MINUTES, Wall, minute_of
from tests.scheduling.zones import FIRST, LAST, differences, every_zone

# Zones whose clocks have had the same history from 2025 to 2037 show the same: one of each, and all of them by turns.
WALLS = {name: Wall.of(name) for name in every_zone()}
HISTORIES = {wall.history: name for name, wall in WALLS.items()}


def changes(wall: Wall, years: range) -> list[date]:
    days = [EPOCH + timedelta(days=wall.shows(instant) // MINUTES) for instant in wall.changes[1:]]
    return [day for day in days if day.year in years and FIRST <= day <= LAST]


def test_there_are_all_kinds_of_clocks() -> None:
    assert len(WALLS) > 400
    assert len(HISTORIES) > 50
    assert any(len(changes(wall, range(2025, 2038))) > 26 for wall in WALLS.values()), "one with Ramadan in between"


@pytest.mark.parametrize("name", sorted(HISTORIES.values()))
def test_hours_are_what_the_wall_shows_around_every_change_of_some_years(name: str) -> None:
    wall = WALLS[name]
    for day in changes(wall, range(2026, 2037, 5)):
        assert differences(name, wall, day - timedelta(days=1), day + timedelta(days=1)) == 0, day


def test_hours_are_what_the_wall_shows_on_days_by_chance() -> None:
    chance = Random(4)
    for name in chance.sample(sorted(WALLS), 150):
        day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days - 7))
        assert differences(name, WALLS[name], day, day + timedelta(days=6)) == 0, (name, day)


@pytest.mark.parametrize(
    "name", ["Africa/Casablanca", "America/Nuuk", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Gaza"]
)
def test_a_day_is_as_long_as_the_wall_shows_it(name: str) -> None:
    wall, zone = WALLS[name], ZoneInfo(name)
    for day in wall.change_days(date(2026, 1, 1), date(2028, 12, 31)):
        (whole,) = wall.open([day], [[[(0, MINUTES)]] * 7])[0]
        ours = day_of(day, zone)
        assert (ours.start.timestamp() / 60, ours.end.timestamp() / 60) == whole, day


def test_the_wall_knows_what_everybody_knows() -> None:
    berlin, lord_howe = WALLS["Europe/Berlin"], WALLS["Australia/Lord_Howe"]
    spring = int(datetime.fromisoformat("2026-03-29T01:00+00:00").timestamp()) // 60
    assert [berlin.shows(spring + step) % MINUTES for step in (-1, 0)] == [119, 180]
    assert {later[1] - before[1] for before, later in zip(lord_howe.history, lord_howe.history[1:], strict=False)} == {
        30,
        -30,
    }
    assert WALLS["Asia/Kathmandu"].shows(minute_of(FIRST)) - minute_of(FIRST) == 345


def test_nobody_works_on_a_day_the_calendar_skips() -> None:
    apia = ZoneInfo("Pacific/Apia")
    around = Interval(datetime(2011, 12, 28, 12, tzinfo=apia), datetime(2012, 1, 1, 23, tzinfo=apia))
    worked = Week.parse("Mon-Sun 13:00-18:00", zone=apia).open(around)
    assert [each.start.astimezone(apia).day for each in worked] == [28, 29, 31, 1]


def test_a_day_on_which_clocks_change_twice_is_read_with_each_of_its_offsets() -> None:
    """No zone of today has one: this one goes an hour ahead at six, and back at seven in the evening."""
    zone = zone_that_changes(datetime(2030, 6, 10, 6, tzinfo=UTC), datetime(2030, 6, 10, 18, tzinfo=UTC))
    day = Interval(datetime(2030, 6, 10, tzinfo=UTC), datetime(2030, 6, 11, tzinfo=UTC))

    def open_in(hours: str) -> str:
        return " ".join(f"{each.start:%H}-{each.end:%H}" for each in Week.parse(f"Mon {hours}", zone=zone).open(day))

    assert open_in("00:00-24:00") == "00-00"
    assert open_in("05:00-06:00") == "05-06"
    assert open_in("06:00-07:00") == "", "skipped"
    assert open_in("07:00-09:00") == "06-08"
    assert open_in("18:00-19:00") == "17-19", "shown twice"
    assert open_in("20:00-22:00") == "20-22"
    assert day_of(date(2030, 6, 10), zone) == day


def zone_that_changes(ahead: datetime, back: datetime) -> ZoneInfo:
    """A zone file (RFC 8536) of UTC with one hour more between two instants."""
    head = struct.pack(">4s16x6l", b"TZif", 0, 0, 0, 2, 2, 8)
    body = struct.pack(">2l2B", int(ahead.timestamp()), int(back.timestamp()), 1, 0)
    types = struct.pack(">lBBlBB", 0, 0, 0, 3600, 1, 4)
    return ZoneInfo.from_file(BytesIO(head + body + types + b"STD\0DST\0"), key="Twice/Daily")

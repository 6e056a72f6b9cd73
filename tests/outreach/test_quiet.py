"""Nothing rings while the reader sleeps, wherever they live and whatever their clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.outreach.quiet import QuietHours

LISBON = ZoneInfo("Europe/Lisbon")
MINUTE = timedelta(minutes=1)
NIGHT = QuietHours()


def at(words: str, zone: ZoneInfo = LISBON) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("20:59", False),
        ("21:00", True),
        ("23:59", True),
        ("00:00", True),
        ("07:59", True),
        ("08:00", False),
        ("12:00", False),
    ],
)
def test_the_night_is_quiet_from_nine_to_eight(clock: str, quiet: bool) -> None:
    assert NIGHT.quiet(at(f"2026-03-04 {clock}"), LISBON) == quiet


def test_it_is_the_readers_night_that_counts() -> None:
    nine_in_lisbon = at("2026-03-04 09:00")
    assert not NIGHT.quiet(nine_in_lisbon, LISBON)
    assert NIGHT.quiet(nine_in_lisbon, ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("asked", "weekends", "expected"),
    [
        ("2026-03-04 12:00", True, "2026-03-04 12:00"),
        ("2026-03-04 21:00", True, "2026-03-05 08:00"),
        ("2026-03-05 03:00", True, "2026-03-05 08:00"),
        ("2026-03-06 21:00", True, "2026-03-07 08:00"),
        ("2026-03-06 21:00", False, "2026-03-09 08:00"),
        ("2026-03-07 12:00", False, "2026-03-09 08:00"),
        ("2026-03-28 22:00", True, "2026-03-29 08:00"),  # the clock changes in between
    ],
)
def test_what_falls_into_the_quiet_waits_for_the_morning(asked: str, weekends: bool, expected: str) -> None:
    assert NIGHT.next_allowed(at(asked), LISBON, weekends=weekends) == at(expected)


def test_equal_ends_mean_never_quiet() -> None:
    never = QuietHours(time(8), time(8))
    assert not any(never.quiet(at(f"2026-03-04 {hour:02}:00"), LISBON) for hour in range(24))
    assert never.next_allowed(at("2026-03-04 03:00"), LISBON) == at("2026-03-04 03:00")


ZONES = [
    ZoneInfo(name)
    for name in (
        *(
            "UTC",
            "Europe/Lisbon",
            "America/New_York",
            "America/Santiago",
            "America/Havana",
            "Asia/Beirut",
            "Africa/Cairo",
        ),
        *("Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu", "America/Nuuk", "Africa/Casablanca"),
    )
]
quiet_hours = st.sampled_from(
    [
        *(NIGHT, QuietHours(time(0), time(7)), QuietHours(time(22, 30), time(0)), QuietHours(time(12), time(14))),
        *(QuietHours(time(1), time(3)), QuietHours(time(23, 30), time(1, 30)), QuietHours(time(8), time(8))),
    ]
)
# Most of the years' clock changes fall into March, April, September, October and November.
instants = st.integers(0, 12 * 365 * 24 * 12).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * n))
near_a_change = st.sampled_from(
    [
        datetime(2026, *day, tzinfo=UTC)
        for day in ((3, 8), (3, 29), (4, 5), (4, 24), (9, 6), (10, 25), (10, 30), (11, 1))
    ]
).flatmap(lambda day: st.integers(-300, 600).map(lambda n: day + timedelta(minutes=5 * n)))


@given(quiet_hours, st.sampled_from(ZONES), instants | near_a_change, st.booleans())
@settings(deadline=None)
def test_the_next_allowed_is_the_first_that_is_neither_quiet_nor_too_early(
    hours: QuietHours, zone: ZoneInfo, instant: datetime, weekends: bool
) -> None:
    def allowed(when: datetime) -> bool:
        return not hours.quiet(when, zone) and (weekends or when.astimezone(zone).weekday() < 5)

    found = hours.next_allowed(instant, zone, weekends=weekends)
    assert found >= instant
    assert allowed(found)
    assert found == instant or not allowed(found - MINUTE)
    if allowed(instant):
        assert found == instant
    steps = (found - instant) // (30 * MINUTE)
    assert not any(allowed(instant + n * 30 * MINUTE) for n in range(steps) if instant + n * 30 * MINUTE < found)

"""Clocks: the real one, and the one that jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock, JumpingClock, RealClock

NINE_IN_BERLIN = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def test_the_real_clock_tells_this_instant_in_utc() -> None:
    clock: Clock = RealClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC


def test_a_jumping_clock_stands_still_until_it_is_told_to_go_on() -> None:
    clock = JumpingClock(NINE_IN_BERLIN)
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 8, tzinfo=UTC)
    clock.advance_to(NINE_IN_BERLIN + timedelta(days=10))
    assert clock.now() == datetime(2026, 3, 12, 8, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_jumping_clock_never_runs_backwards() -> None:
    clock = JumpingClock(NINE_IN_BERLIN)
    clock.advance_to(NINE_IN_BERLIN)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(NINE_IN_BERLIN - timedelta(microseconds=1))


def test_a_time_without_a_zone_is_no_instant() -> None:
    naive = NINE_IN_BERLIN.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        JumpingClock(naive)
    with pytest.raises(ValueError, match="zone"):
        JumpingClock(NINE_IN_BERLIN).advance_to(naive)

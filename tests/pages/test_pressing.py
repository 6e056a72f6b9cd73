"""What was pressed comes back as what was meant, and what we did not make means nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pressing import MOST, WISHES, Meant, Press
from dialogs.scheduling.intervals import Interval, union

BASE = datetime(2026, 3, 2, tzinfo=UTC)
INSTANTS = st.integers(0, 500_000).map(lambda minutes: BASE + timedelta(minutes=minutes))
STRETCHES = st.lists(st.tuples(INSTANTS, st.integers(1, 900)), min_size=1, max_size=20).map(
    lambda each: union(Interval.lasting(start, minutes) for start, minutes in each)
)


@given(meant=st.one_of(INSTANTS, STRETCHES, st.sampled_from(sorted(WISHES))))
def test_what_is_kept_is_read_as_it_was_meant(meant: Meant) -> None:
    press = Press("negotiation_7", meant)
    assert Press.read(str(press)) == press


@pytest.mark.parametrize(
    "text",
    [
        *("2", "Wed 4 Mar, 10:00", "n@", "n@tomorrow", "n@2026-03-04T10:00:00", "n@opt_out", "n@/", "n@a/b"),
        *("n@2026-03-04T10:00+00:00/2026-03-04T09:00+00:00", "n@2026-03-04T10:00+00:00/"),
        "n@" + ",".join(["2026-03-04T10:00+00:00/2026-03-04T11:00+00:00"] * (MOST + 1)),
    ],
)
def test_what_we_did_not_make_is_nothing(text: str) -> None:
    assert Press.read(text) is None

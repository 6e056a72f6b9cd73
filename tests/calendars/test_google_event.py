"""An event as Google has it: the id ours stands under, and what is made of one that is odd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarUnreachable, Show
from integrations.calendars.google.event import Stored, id_of, uid_in

TIMES = {"start": {"dateTime": "2026-03-02T10:00:00Z"}, "end": {"dateTime": "2026-03-02T11:00:00Z"}}


@given(uid=st.text(min_size=1, max_size=200))
def test_the_id_of_an_event_can_be_read_back_and_is_one_that_google_takes(uid: str) -> None:
    google_id = id_of(uid)
    assert set(google_id) <= set("abcdefghijklmnopqrstuv0123456789")
    assert 5 <= len(google_id) <= 1024
    assert uid_in(google_id) == uid_in(f"{google_id}_20260302T090000Z") == uid


@pytest.mark.parametrize("other", ["", "hand000007", "askarsan", "askarsan1", "askarsanvvvvvvvv", "5q8g2k1m0n"])
def test_other_peoples_ids_are_not_taken_for_ours(other: str) -> None:
    assert uid_in(other) == ""


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"status": "confirmed", **TIMES},
        {"id": "one"},
        {"id": "one", "start": {}, "end": {}},
        {"id": "one", **TIMES, "start": {"dateTime": "2026-03-02T10:00:00"}},
        {"id": "one", **TIMES, "start": {"dateTime": "soon"}},
        {"id": "one", **TIMES, "end": {"date": "2026-02-30"}},
        {"id": "one", **TIMES, "attendees": "secret@rival.example"},
    ],
)
def test_an_event_that_cannot_be_read_is_not_passed_over(told: object) -> None:
    """Trap 34, and 35: a time without an offset is no time, and what is not understood may be somebody's only hour."""
    with pytest.raises(CalendarUnreachable) as failed:
        Stored.read(told)
    assert "secret" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_of_a_deleted_event_an_id_is_enough() -> None:
    assert Stored.read({"id": id_of("interview-17"), "status": "cancelled"}).uid == "interview-17"


def test_a_kind_of_event_that_is_not_known_yet_takes_its_time() -> None:
    block = Stored.read({"id": "one", "eventType": "holidayOnMars", **TIMES}).block(None)
    assert block is not None
    assert block.show is Show.BUSY


def test_a_whole_day_in_a_zone_nobody_knows_takes_it_everywhere_on_earth() -> None:
    told = {"id": "one", "start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}}
    block = Stored.read(told).block(None)
    assert block is not None
    assert block.when == Interval(datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 4, 12, tzinfo=UTC))

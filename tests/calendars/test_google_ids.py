"""The ids under which our events stand at Google."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.calendars.google.event import id_of, uid_in


@given(uid=st.text(min_size=1, max_size=200))
def test_the_id_of_an_event_can_be_read_back_and_is_one_that_google_takes(uid: str) -> None:
    google_id = id_of(uid)
    assert set(google_id) <= set("abcdefghijklmnopqrstuv0123456789")
    assert 5 <= len(google_id) <= 1024
    assert uid_in(google_id) == uid_in(f"{google_id}_20260302T090000Z") == uid


@pytest.mark.parametrize("other", ["", "hand000007", "askarsan", "askarsan1", "askarsanvvvvvvvv", "5q8g2k1m0n"])
def test_other_peoples_ids_are_not_taken_for_ours(other: str) -> None:
    assert uid_in(other) == ""

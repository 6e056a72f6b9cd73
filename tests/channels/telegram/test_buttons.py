"""What a button of Telegram's carries: 64 bytes at most, and enough to know which one was pressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.telegram.buttons import data_for


@pytest.mark.parametrize("id", ["", "~made to look like a hash", "x" * 65, "é" * 33])
def test_an_id_that_telegram_would_refuse_or_that_looks_like_a_hash_goes_as_one(id: str) -> None:
    assert data_for(id) != id
    assert 1 <= len(data_for(id).encode()) <= 64


def test_an_id_of_exactly_64_bytes_goes_as_it_is() -> None:
    assert data_for("é" * 32) == "é" * 32


@given(st.sets(st.text(max_size=80), max_size=20))
def test_whatever_the_ids_are_each_fits_and_no_two_become_one(ids: set[str]) -> None:
    carried = {data_for(each) for each in ids}
    assert len(carried) == len(ids)
    assert all(1 <= len(data.encode()) <= 64 for data in carried)

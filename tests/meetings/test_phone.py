"""A number is shown as people read it."""

from __future__ import annotations

import pytest

from integrations.meetings.phone import shown


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("+351912345678", "+351 912 345 678"),
        ("+4930111222", "+49 30 111222"),
        ("+12025550143", "+1 202-555-0143"),
        ("", ""),
        ("ask at the desk", "ask at the desk"),
    ],
)
def test_a_number_is_shown_with_its_country_and_what_is_none_as_it_is(number: str, read: str) -> None:
    assert shown(number) == read

"""What Calendly tells is read as it is meant, or refused: nothing it could send breaks the door, or cannot be kept."""

from __future__ import annotations

import json

import pytest

from integrations.channels.base import BadMessage
from integrations.links.calendly.told import read

INVITEE = "https://api.calendly.com/scheduled_events/E1/invitees/I1"
EVENT = "https://api.calendly.com/scheduled_events/E1"


def told(start: str = "2026-03-03T12:00:00Z", end: str = "2026-03-03T13:00:00Z", zero: str = "") -> bytes:
    event = {"uri": EVENT + zero, "start_time": start, "end_time": end}
    payload = {"uri": INVITEE + zero, "email": f"ana@mail.example{zero}", "old_invitee": f"{INVITEE}0{zero}"}
    return json.dumps({"event": "invitee.created", "payload": {**payload, "scheduled_event": event}}).encode()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01T00:00:00+14:00", "2026-03-03T13:00:00Z"),
        ("2026-03-03T12:00:00Z", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_time_that_does_not_exist_in_utc_is_refused(start: str, end: str) -> None:
    with pytest.raises(BadMessage):
        read(told(start, end))


def test_a_zero_byte_is_left_out_wherever_it_would_be_kept() -> None:
    assert read(told(zero="\0")) == read(told()) is not None

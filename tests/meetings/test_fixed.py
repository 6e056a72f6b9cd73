"""One room for every interview: always the same link, and none where the firm has none."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.meetings.base import Meeting
from integrations.meetings.fixed import FixedMeetings

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("url", ["https://meet.firm.example/room", ""])
async def test_the_link_is_the_same_for_whatever_and_whenever(url: str) -> None:
    meetings = FixedMeetings(url)
    assert await meetings.create("interview:1", "Technical", NINE, 45) == Meeting(url)
    assert await meetings.create("interview:2", "Final", NINE, 60) == Meeting(url)
    assert await meetings.move("interview:1", NINE + timedelta(days=1), 45) == Meeting(url)
    await meetings.end("interview:1")
    assert await meetings.create("interview:3", "Third", NINE, 45) == Meeting(url)

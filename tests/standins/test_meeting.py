"""The stand-in for online meetings gives each interview one link and keeps to it."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable
from integrations.standins.meeting import StandInMeetings

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_the_same_key_has_the_same_link_today_and_tomorrow() -> None:
    first, second = StandInMeetings(lambda: NINE), StandInMeetings(lambda: NINE)
    meeting = await first.create("interview:1", "Technical", NINE, 45)
    assert meeting == await first.create("interview:1", "Technical", NINE, 45)
    assert meeting == await second.create("interview:1", "Technical", NINE, 45)
    assert meeting.url.startswith("https://meet.example/")
    assert meeting != await first.create("interview:2", "Final", NINE, 60)


async def test_a_moved_interview_keeps_its_link() -> None:
    meetings = StandInMeetings(lambda: NINE)
    meeting = await meetings.create("interview:1", "Technical", NINE, 45)
    assert await meetings.move("interview:1", NINE + timedelta(days=1), 60) == meeting
    assert meetings.planned["interview:1"].start == NINE + timedelta(days=1)


async def test_what_was_given_up_is_gone_and_cannot_be_moved() -> None:
    meetings = StandInMeetings(lambda: NINE)
    await meetings.create("interview:1", "Technical", NINE, 45)
    await meetings.end("interview:1")
    await meetings.end("interview:1")
    assert meetings.planned == {}
    with pytest.raises(MeetingsRefused):
        await meetings.move("interview:1", NINE, 45)


async def test_out_of_order_it_says_so() -> None:
    meetings = StandInMeetings(lambda: NINE)
    meetings.fail(until=NINE + timedelta(minutes=1))
    with pytest.raises(MeetingsUnreachable):
        await meetings.create("interview:1", "Technical", NINE, 45)
    meetings.fail(until=NINE + timedelta(minutes=1), error=400)
    with pytest.raises(MeetingsRefused):
        await meetings.create("interview:1", "Technical", NINE, 45)
    meetings.fail(until=NINE)
    await meetings.create("interview:1", "Technical", NINE, 45)

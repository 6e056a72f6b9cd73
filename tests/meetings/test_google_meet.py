"""Google Meet: one room for each interview, which stays with it when it moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable
from integrations.meetings.google_meet import GoogleMeet
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import IDA, WEEK, Office, Opens, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "interview-17"
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
SOON = (0.01, 0.01, 0.01)


@asynccontextmanager
async def rooms(office: Opens) -> AsyncIterator[tuple[GoogleMeet, Office]]:
    async with office() as there:
        yield GoogleMeet(there.calls, IDA, pauses=SOON), there


async def test_a_room_is_made_once_for_a_key(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        first = await meet.create(KEY, "Ana Silva", TEN, 45)
        again = await meet.create(KEY, "Ana Silva", TEN, 45)
        other = await meet.create("interview-18", "Ben Okafor", TEN, 45)
        assert first.url.startswith("https://meet.google.com/")
        assert first == again
        assert other.url != first.url
        assert len(there.google.events(IDA)) == 2


async def test_the_version_without_which_google_makes_no_room_goes_along(office: Opens) -> None:
    """Trap 33: the wish for a room is passed over without a word, and the interview has no link."""
    async with rooms(office) as (meet, there):
        await meet.create(KEY, "Ana Silva", TEN, 45)
        (call,) = there.google.calls
        assert (call.kind, call.query["conferenceDataVersion"]) == ("insert", "1")


async def test_the_event_behind_a_room_takes_nobodys_time_and_writes_nobody(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        await meet.create(KEY, "Ana Silva", TEN, 45)
        assert (await there.calendar.busy(IDA, WEEK)).intervals == ()
        assert there.google.diaries.mails == []


async def test_a_room_that_takes_a_while_is_waited_for(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        there.google.diaries.rooms.looks = 2
        assert (await meet.create(KEY, "Ana Silva", TEN, 45)).url
        assert there.kinds() == ["insert", "get", "get"]


async def test_a_room_that_takes_too_long_is_asked_after_later_and_not_made_twice(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        there.google.diaries.rooms.looks = 5
        with pytest.raises(MeetingsUnreachable):
            await meet.create(KEY, "Ana Silva", TEN, 45)
        assert (await meet.create(KEY, "Ana Silva", TEN, 45)).url
        assert there.google.diaries.rooms.made == 1


async def test_a_room_that_failed_is_asked_for_under_another_name(office: Opens) -> None:
    """Google looks at no request twice: the same id again would be answered with the same failure for ever."""
    async with rooms(office) as (meet, there):
        there.google.diaries.rooms.failures = 2  # the first, and the one asked for in its place
        assert (await meet.create(KEY, "Ana Silva", TEN, 45)).url
        assert there.google.diaries.rooms.made == 1


async def test_the_answer_is_lost_and_there_is_one_room(office: Opens) -> None:
    """Trap 21."""
    async with rooms(office) as (meet, there):
        there.google.fail(Fault.CUT, on="insert")
        with pytest.raises(MeetingsUnreachable):
            await meet.create(KEY, "Ana Silva", TEN, 45)
        await asyncio.gather(*(meet.create(KEY, "Ana Silva", TEN, 45) for _ in range(5)))
        assert (len(there.google.events(IDA)), there.google.diaries.rooms.made) == (1, 1)


async def test_the_room_moves_with_its_interview(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        made = await meet.create(KEY, "Ana Silva", TEN, 45)
        assert await meet.move(KEY, TEN + timedelta(days=1), 60) == made
        (event,) = there.google.events(IDA)
        assert event["start"]["dateTime"] == "2026-03-03T10:00:00+00:00"
        assert event["end"]["dateTime"] == "2026-03-03T11:00:00+00:00"


async def test_somebody_is_quicker_and_the_room_moves_all_the_same(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        made = await meet.create(KEY, "Ana Silva", TEN, 45)
        there.google.race(made.reference)
        assert await meet.move(KEY, TEN + timedelta(days=1), 45) == made
        assert [call.status for call in there.google.calls if call.kind == "patch"] == [412, 200]


async def test_somebody_who_is_always_quicker_is_no_reason_to_give_up(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        made = await meet.create(KEY, "Ana Silva", TEN, 45)
        there.google.race(*[made.reference] * 3)
        with pytest.raises(MeetingsUnreachable):
            await meet.move(KEY, TEN + timedelta(days=1), 45)


async def test_a_room_is_given_up_once(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        await meet.create(KEY, "Ana Silva", TEN, 45)
        await meet.end(KEY)
        assert there.google.events(IDA) == []
        await meet.end(KEY)
        await meet.end("never made")


async def test_a_room_that_was_given_up_does_not_move(office: Opens) -> None:
    async with rooms(office) as (meet, _):
        await meet.create(KEY, "Ana Silva", TEN, 45)
        await meet.end(KEY)
        for key in (KEY, "never made"):
            with pytest.raises(MeetingsRefused):
                await meet.move(key, TEN, 45)


async def test_a_room_that_was_given_up_is_opened_again(office: Opens) -> None:
    """The id of a deleted event is taken for ever: a new one would be refused."""
    async with rooms(office) as (meet, there):
        await meet.create(KEY, "Ana Silva", TEN, 45)
        await meet.end(KEY)
        assert (await meet.create(KEY, "Ana Silva", TEN + timedelta(days=2), 45)).url
        assert there.google.events(IDA)[0]["start"]["dateTime"] == "2026-03-04T10:00:00+00:00"


async def test_a_room_that_somebody_else_opens_again_is_asked_after_later(office: Opens) -> None:
    async with rooms(office) as (meet, there):
        made = await meet.create(KEY, "Ana Silva", TEN, 45)
        await meet.end(KEY)
        there.google.race(made.reference)
        with pytest.raises(MeetingsUnreachable):
            await meet.create(KEY, "Ana Silva", TEN, 45)
        assert (await meet.create(KEY, "Ana Silva", TEN, 45)).url


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (Fault.WAIT, MeetingsUnreachable, 30),
        (Fault.BROKEN, MeetingsUnreachable, None),
        (Fault.SWITCHED_OFF, MeetingsRefused, None),
        (Fault.NO_SCOPE, MeetingsRefused, None),
    ],
)
async def test_what_goes_wrong_is_said_as_of_meetings(
    office: Opens, fault: Fault, error: type[MeetingsRefused | MeetingsUnreachable], wait: float | None
) -> None:
    async with rooms(office) as (meet, there):
        there.google.fail(fault)
        with pytest.raises(error) as failed:
            await meet.create(KEY, "Ana Silva", TEN, 45)
        assert getattr(failed.value, "retry_after", None) == wait

"""A room that somebody deletes in Zoom is noticed before a candidate stands before a locked door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.jobs import Job
from bot.records import everything
from bot.records.interviews import InterviewRow
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from integrations.standins.zoom import Kept, StandInZoom
from tests.loopback import serving

STORY = Path(__file__).parent.parent / "stories/confirmations/the-client-who-need-not-come-is-told.yaml"
SECRET = "a-secret-token"
ROOM = "https://us05web.zoom.example/j/85000000007?pwd=k"


@dataclass
class Booked:
    played: Rehearsal
    url: str
    zoom: StandInZoom
    room: Kept

    async def tell(self, event: str, room: Kept | None = None) -> int:
        status = await self.zoom.tell(self.url, SECRET, event, room or self.room)
        await self.played.stage.settle()
        return status

    @property
    def called(self) -> int:
        """How often the recruiter was told that a room is gone."""
        texts = [each.text for each in self.played.world.channels["slack"].delivered]
        return len([text for text in texts if "the meeting was deleted there" in text])

    async def interview(self) -> InterviewRow:
        async with self.played.stage.house.records.read() as session:
            (row,) = await everything.negotiations(session)
            return await session.get_one(InterviewRow, row.interview_id)


@pytest.fixture
async def booked(tmp_path: Path) -> AsyncIterator[Booked]:
    played = Rehearsal(load(STORY), f"sqlite+aiosqlite:///{tmp_path / 'askarsan.db'}")
    await played.prepare()
    await played.run()
    house = played.stage.house
    async with house.records.write() as session:
        (row,) = await everything.negotiations(session)
        (await session.get_one(InterviewRow, row.interview_id)).meeting_url = ROOM

    async def begin(jobs: Sequence[Job]) -> None:
        await played.stage.engine.begin(jobs)

    zoom = StandInZoom(house.clock.now)
    room = Kept(85_000_000_007, "u==", "rooms@firm.example", {"topic": "Technical"}, house.clock.now())
    async with serving(make_app(house, begin, None, "1", zoom_secret=SECRET)) as url:
        yield Booked(played, f"{url}/hooks/zoom/firm", zoom, room)
    await played.stage.close()


async def test_a_room_deleted_by_hand_is_told_to_the_recruiter_once_and_shown_to_nobody(booked: Booked) -> None:
    assert [await booked.tell("meeting.deleted") for _ in range(2)] == [204, 204]
    assert (await booked.interview()).meeting_url == ""
    assert booked.called == 1


async def test_other_rooms_and_other_news_are_nobodys_business(booked: Booked) -> None:
    await booked.tell("meeting.ended")
    await booked.tell("meeting.deleted", Kept(8_500_000_000, "u==", "x", {"topic": "Another"}, booked.room.created))
    assert (await booked.interview()).meeting_url == ROOM
    assert booked.called == 0


async def test_the_room_of_an_interview_that_is_over_may_go(booked: Booked) -> None:
    interview = await booked.interview()
    assert interview.end
    booked.played.world.clock.advance_to(interview.end + timedelta(minutes=1))
    await booked.tell("meeting.deleted")
    assert booked.called == 0


async def test_no_other_account_has_a_door_here(booked: Booked) -> None:
    booked.url = booked.url.replace("/firm", "/another")
    assert await booked.tell("meeting.deleted") == 401

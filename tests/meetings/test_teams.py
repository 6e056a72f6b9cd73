"""Teams meetings over the SDK: one for each interview, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable
from integrations.meetings.teams import TeamsMeetings
from integrations.standins.microsoft.faults import Fault
from tests.calendars.at_microsoft import RITA, Office, at, interview, office

KEY = interview().uid


@dataclass(frozen=True)
class Room:
    desk: Office
    teams: TeamsMeetings


@asynccontextmanager
async def room(**of_rita: Any) -> AsyncIterator[Room]:
    async with office(**of_rita) as desk:
        yield Room(desk, TeamsMeetings(desk.graph, RITA))


async def test_the_same_interview_has_one_meeting_and_keeps_it_when_it_moves() -> None:
    async with room() as the:
        made = await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        assert made.url.startswith("https://teams.")
        assert await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60) == made
        assert (await the.teams.move(KEY, at(4, 14).start, 45)).url == made.url
        (stored,) = the.desk.rita.ours()
        assert (stored.start, stored.end) == (at(4, 14, 45).start, at(4, 14, 45).end)
        for _ in range(2):
            await the.teams.end(KEY)
        assert the.desk.rita.ours() == []


async def test_the_interview_takes_the_meetings_event_over_and_the_meeting_stays() -> None:
    """Not two events for one interview, and no body without what Teams wrote into it: it would end the meeting."""
    async with room() as the:
        made = await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        await the.desk.calendar.put(interview(0, url=made.url, description="For the job\n<at Acme>"))
        (stored,) = the.desk.rita.ours()
        assert stored.told["subject"] == "Interview with Ana Silva"
        assert stored.told["body"]["content"].startswith("<div>For the job<br>&lt;at Acme&gt;</div>")
        await the.teams.move(KEY, at(4, 14).start, 60)
        await the.desk.calendar.put(interview(1, at(4, 14), url=made.url))
        found = await the.desk.calendar.find(KEY, RITA)
        assert found is not None
        assert (found.url, found.when, found.sequence) == (made.url, at(4, 14), 1)
        assert len(the.desk.rita.ours()) == 1


async def test_an_interview_that_is_there_already_becomes_a_meeting() -> None:
    async with room() as the:
        await the.desk.calendar.put(interview(2))
        made = await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        (stored,) = the.desk.rita.ours()
        assert made.url == stored.link
        found = await the.desk.calendar.find(KEY, RITA)
        assert found is not None
        assert found.sequence == 2


async def test_before_the_interview_takes_it_over_the_event_has_no_sequence() -> None:
    async with room() as the:
        await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        found = await the.desk.calendar.find(KEY, RITA)
    assert found is not None
    assert found.sequence is None


async def test_an_answer_that_was_lost_makes_no_second_meeting() -> None:
    async with room() as the:
        the.desk.microsoft.faults.add(Fault(500, on="POST", done=True))
        with pytest.raises(MeetingsUnreachable):
            await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        assert len(the.desk.rita.ours()) == 1


async def test_a_link_that_comes_later_is_waited_for_by_whoever_asked() -> None:
    async with room(link_after=2) as the:
        with pytest.raises(MeetingsUnreachable) as later:
            await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        assert later.value.retry_after
        assert (await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)).url
        assert len(the.desk.rita.ours()) == 1


async def test_a_mailbox_without_teams_is_told_and_nothing_is_left_behind() -> None:
    async with room(teams=False) as the:
        with pytest.raises(MeetingsRefused, match="Teams"):
            await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        assert the.desk.rita.ours() == []


async def test_a_meeting_that_somebody_deleted_is_made_anew_when_it_moves() -> None:
    async with room() as the:
        await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        the.desk.rita.by_hand(the.desk.rita.ours()[0], None)
        made = await the.teams.move(KEY, at(4, 14).start, 60)
        (stored,) = the.desk.rita.ours()
        assert (stored.link, stored.start) == (made.url, at(4, 14).start)


async def test_a_conflict_is_looked_at_again_and_trouble_is_told_apart() -> None:
    async with room() as the:
        await the.teams.create(KEY, "Ana Silva – Acme", at(3, 9).start, 60)
        the.desk.microsoft.fail(412, on="PATCH")
        await the.teams.move(KEY, at(4, 14).start, 60)
        the.desk.microsoft.fail(412, on="DELETE")
        await the.teams.end(KEY)
        assert the.desk.rita.ours() == []
        the.desk.microsoft.fail(403, "ErrorAccessDenied")
        with pytest.raises(MeetingsRefused):
            await the.teams.move(KEY, at(5, 9).start, 60)
        the.desk.microsoft.fail(429, retry_after="9")
        with pytest.raises(MeetingsUnreachable) as busy:
            await the.teams.end(KEY)
        assert busy.value.retry_after == 9

"""The rooms of video interviews: one that somebody deletes at the vendor is noticed before anybody stands before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog

from bot.facts.case import load
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import interviews, negotiations
from bot.turn import Turn
from dialogs.negotiation.events import NotArranged
from integrations.meetings.zoom.told import Happened

log = structlog.get_logger()

FIRM = "firm"  # how the firm's own account is called at the door
GONE = frozenset({"meeting.deleted", "meeting.permanently_deleted"})


async def zoom_told(house: House, happened: Happened) -> Sequence[Job]:
    """A room that is gone is no longer shown to anybody, and the recruiter is told. Told twice is told once.

    What we delete ourselves is told to us as well: by then the interview is over, or has another link.
    """
    if happened.event not in GONE:
        return ()
    link = re.compile(rf"/j/{re.escape(happened.meeting)}(?!\d)")
    async with house.records.write() as session:
        turn = Turn(house, session)
        for interview in await interviews.with_room(session, f"/j/{happened.meeting}"):
            row = await negotiations.of_interview(session, interview.id)
            case = await load(session, row.id)
            ahead = case.state.booked and case.state.booked.end > turn.now and not case.state.over
            if ahead and link.search(interview.meeting_url):
                interview.meeting_url = ""
                log.info("room_gone", interview=interview.id)
                await turn.happen(row, NotArranged("Zoom, the meeting was deleted there"))
    return [Job(JobKind.EFFECT, each) for each in turn.begun]

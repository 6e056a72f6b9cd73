"""Microsoft Teams meetings, each of them an event in one mailbox.

An event that is an online meeting needs no right beyond the calendar's; meetings without an event would need a Teams
policy of the firm's administrator. Where that mailbox is also the calendar of somebody who comes, the interview takes
the event over: it is found by the same key.
"""

from __future__ import annotations

from datetime import datetime

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarChanged
from integrations.calendars.microsoft import events
from integrations.calendars.microsoft.events import MEETING_ONLY, Ours
from integrations.calendars.microsoft.graph import Graph, NotThere
from integrations.calendars.microsoft.mailbox import Mailbox
from integrations.meetings.base import Meeting, Meetings, MeetingsRefused, MeetingsUnreachable
from integrations.meetings.by_event import in_meeting_words

LOOKS = 4  # how often to look again where somebody else writes at the same moment
LINK_IN = 5.0  # seconds: Teams makes its link a moment after the event is there
NO_TOPIC = "Interview"


class TeamsMeetings(Meetings):
    """`organizer` is the mailbox in which the meetings are made; it needs a Teams licence."""

    def __init__(self, graph: Graph, organizer: str) -> None:
        self._graph = graph
        self._mailbox = Mailbox(graph, organizer)

    async def create(self, key: str, topic: str, start: datetime, minutes: int) -> Meeting:
        when = Interval.lasting(start, minutes)
        with in_meeting_words():
            for look in range(LOOKS):
                try:
                    if found := await self._found(key):
                        return await self._with_link(found[0])
                    new = events.meeting(key, topic, when)
                    new.transaction_id = events.transaction(self._mailbox.who, key, MEETING_ONLY, look)
                    await self._mailbox.create(new)
                except (CalendarChanged, NotThere):
                    continue
        raise MeetingsUnreachable("the meeting cannot be found after it was made", retry_after=LINK_IN)

    async def move(self, key: str, start: datetime, minutes: int) -> Meeting:
        """One that somebody deleted is made anew."""
        when = Interval.lasting(start, minutes)
        with in_meeting_words():
            for _ in range(LOOKS):
                found = await self._found(key)
                if not found:
                    return await self.create(key, NO_TOPIC, start, minutes)
                try:
                    if found[0].standing.when != when:
                        await self._mailbox.change(found[0], events.moved(when))
                    return await self._with_link(found[0])
                except (CalendarChanged, NotThere):
                    continue
        raise MeetingsUnreachable("the meeting changes faster than it can be moved", retry_after=LINK_IN)

    async def end(self, key: str) -> None:
        with in_meeting_words():
            for _ in range(LOOKS):
                try:
                    for each in await self._found(key):
                        await self._mailbox.remove(each)
                    return
                except CalendarChanged:
                    continue
        raise MeetingsUnreachable("the meeting changes faster than it can be ended", retry_after=LINK_IN)

    async def close(self) -> None:
        await self._graph.close()

    async def _found(self, key: str) -> list[Ours]:
        """The one with a link first."""
        found = [events.ours(each, self._mailbox.who, None) for each in await self._mailbox.of(key)]
        return sorted((each for each in found if each), key=lambda each: (not each.online, each.standing.reference))

    async def _with_link(self, ours: Ours) -> Meeting:
        """Raises MeetingsUnreachable where Teams has not made its link yet, MeetingsRefused where it will not."""
        if not ours.online:
            changed = await self._mailbox.change(ours, events.online())
            if not changed.is_online_meeting:
                await self._give_up(await self._again(ours))
                raise MeetingsRefused("the organizer's mailbox has no Teams")
            ours = await self._again(ours)
        if not ours.standing.url:
            raise MeetingsUnreachable("Teams has not made its link yet", retry_after=LINK_IN)
        return Meeting(ours.standing.url, ours.standing.reference)

    async def _again(self, ours: Ours) -> Ours:
        now = events.ours(await self._mailbox.event(ours.standing.reference), self._mailbox.who, None)
        return now or ours

    async def _give_up(self, ours: Ours) -> None:
        """An event that was only to be the place of a meeting is of no use without one."""
        if ours.sequence == MEETING_ONLY:
            await self._mailbox.remove(ours)

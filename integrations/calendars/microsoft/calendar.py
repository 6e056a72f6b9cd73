"""Calendars of Microsoft 365."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Busy,
    Calendar,
    CalendarChanged,
    CalendarEvent,
    Changes,
    Standing,
    Watch,
    Watched,
)
from integrations.calendars.microsoft import events, schedule, watching
from integrations.calendars.microsoft.events import MEETING_ONLY, Ours, body, transaction, written
from integrations.calendars.microsoft.graph import Graph, NoMailbox, NotAllowed, NotThere
from integrations.calendars.microsoft.mailbox import Mailbox
from integrations.calendars.microsoft.notices import Certificate

ZONE_FOR = timedelta(days=1)
OUTLINE_FOR = timedelta(hours=1)
LOOKS = 4  # how often to look again where somebody else writes at the same moment


class MicrosoftCalendar(Calendar, Watched):
    """One account's calendars: of the whole firm for its app, of one person for who let us in."""

    def __init__(self, graph: Graph, certificate: Certificate | None = None) -> None:
        self._graph = graph
        self._certificate = certificate
        self._outlines: dict[str, datetime] = {}  # of these we see only when they are busy, until we try again
        self._zones: dict[str, tuple[datetime, ZoneInfo | None]] = {}  # until when it is believed

    @property
    def refresh_token(self) -> str:
        """The latest one: Microsoft gives a new one with every token, and whoever keeps it must keep that."""
        return self._graph.tokens.refresh_token

    # Read

    async def busy(self, who: str, between: Interval) -> Busy:
        now = self._graph.now()
        if self._outlines.get(who, now) <= now:
            try:
                return await self._events(who, between)
            except (NotAllowed, NoMailbox):
                if self._graph.account.may_enter(who):
                    raise
                self._outlines[who] = now + OUTLINE_FOR
        blocks = await schedule.blocks(self._graph, who, between)
        return Busy(readable=False) if blocks is None else Busy.of(blocks, between)

    async def hours(self, who: str) -> WorkingHours | None:
        now = self._graph.now()
        told = await schedule.read(self._graph, who, Interval(now, now + timedelta(days=1)))
        return schedule.hours_of(told.working_hours, now) if told else None

    async def find(self, uid: str, who: str) -> Standing | None:
        found = await self._ours(Mailbox(self._graph, who), uid)
        return found[0].standing if found else None

    # Write

    async def put(self, event: CalendarEvent) -> None:
        mailbox, known = Mailbox(self._graph, event.who), False
        for _ in range(LOOKS):
            found = await self._ours(mailbox, event.uid)
            if not found:
                # Graph knows its transaction, and it is not there: taken out since, or not there yet. A write that
                # comes late must not bring it back; whoever misses it raises its sequence.
                if known or await _created(mailbox, event):
                    return
                known = True
                continue
            try:
                if found[0].sequence < event.sequence:
                    await _change(mailbox, found[0], event)
                for twin in found[1:]:
                    await mailbox.remove(twin)
                return
            except (CalendarChanged, NotThere):
                continue  # somebody was quicker: look again, then decide again
        raise CalendarChanged("the event in Microsoft 365 changes faster than it can be written")

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        mailbox = Mailbox(self._graph, who)
        for _ in range(LOOKS):
            try:
                for each in await self._ours(mailbox, uid):
                    if each.sequence <= sequence:
                        await mailbox.remove(each)
                return
            except CalendarChanged:
                continue
        raise CalendarChanged("the event in Microsoft 365 changes faster than it can be taken out")

    # Watch

    async def watch(self, who: str, url: str, secret: str) -> Watch:
        return await watching.subscribe(self._graph, who, url, secret, self._certificate)

    async def renew(self, who: str, watch: Watch, url: str, secret: str) -> Watch:
        renewed = await watching.renew(self._graph, who, watch, self._certificate)
        return renewed or await self.watch(who, url, secret)

    async def unwatch(self, watch: Watch) -> None:
        await watching.unsubscribe(self._graph, watch)

    async def changes(self, who: str, cursor: str) -> Changes:
        return await watching.changes(self._graph, who, cursor)

    async def close(self) -> None:
        await self._graph.close()

    async def _events(self, who: str, between: Interval) -> Busy:
        # A whole day is a day where they are, which is a day earlier or later elsewhere.
        wide = Interval(between.start - timedelta(days=1), between.end + timedelta(days=1))
        seen = await Mailbox(self._graph, who).view(wide)
        zone = await self._zone(who) if any(each.is_all_day for each in seen) else None
        return Busy.of(events.blocks(seen, zone), between)

    async def _zone(self, who: str) -> ZoneInfo | None:
        """Where they are, as far as their calendar says."""
        now = self._graph.now()
        until, zone = self._zones.get(who, (now, None))
        if until <= now:
            told = await schedule.read(self._graph, who, Interval(now, now + timedelta(days=1)))
            zone = schedule.zone_in(told.working_hours, now) if told else None
            self._zones[who] = (now + (ZONE_FOR if zone else OUTLINE_FOR), zone)
        return zone

    async def _ours(self, mailbox: Mailbox, uid: str) -> list[Ours]:
        """The one that counts first: of twins the newest."""
        found = await mailbox.of(uid)
        zone = await self._zone(mailbox.who) if any(each.is_all_day for each in found) else None
        ours = [each for event in found if (each := events.ours(event, mailbox.who, zone))]
        return sorted(ours, key=lambda each: (-each.sequence, each.standing.reference))


async def _created(mailbox: Mailbox, event: CalendarEvent) -> bool:
    """False: in this sequence it was made before."""
    new = written(event)
    new.body = body(event.description)
    new.transaction_id = transaction(event.who, event.uid, event.sequence)
    try:
        await mailbox.create(new)
    except CalendarChanged:
        return False
    return True


async def _change(mailbox: Mailbox, ours: Ours, event: CalendarEvent) -> None:
    new = written(event)
    if not ours.online:
        new.body = body(event.description)
    elif ours.sequence == MEETING_ONLY:
        # What Teams wrote into the body is what makes it a meeting: a body without it takes the meeting away.
        written_by_teams = (await mailbox.event(ours.standing.reference, "body")).body
        new.body = events.above(event.description, written_by_teams)
    await mailbox.change(ours, new)

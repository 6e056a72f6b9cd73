"""What getSchedule tells of somebody: when they are free, and the hours they work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)

from dialogs.scheduling.hours import MIDNIGHT, WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Block, CalendarUnreachable, Show
from integrations.calendars.microsoft.custom_zone import zone_like
from integrations.calendars.microsoft.events import SHOWS, instant, lasting, point
from integrations.calendars.microsoft.graph import Graph, asking
from integrations.calendars.microsoft.told import DAYS, Hours, Page, Schedule
from integrations.calendars.zones import zone_of

GRAIN = 15  # minutes that one digit of the overview stands for; 5 to 1,440 are allowed
LONGEST = timedelta(days=31)  # 62 are allowed, and 42 were
DIGITS = {"0": Show.FREE, "1": Show.TENTATIVE, "2": Show.BUSY, "3": Show.AWAY, "4": Show.ELSEWHERE}


async def read(graph: Graph, who: str, between: Interval) -> Schedule | None:
    """One stretch of at most LONGEST; None where Graph cannot read that mailbox, which it says inside a good answer."""
    body = GetSchedulePostRequestBody(
        schedules=[who],
        start_time=point(between.start),
        end_time=point(between.end),
        availability_view_interval=GRAIN,
    )
    asker = graph.account.mailbox or who
    told = await graph.ask(
        asker, lambda client: client.users.by_user_id(asker).calendar.get_schedule.post(body, asking()), Page[Schedule]
    )
    if not told.value:
        raise CalendarUnreachable("Microsoft 365 gave no schedule")
    return None if told.value[0].error else told.value[0]


async def blocks(graph: Graph, who: str, between: Interval) -> tuple[Block, ...] | None:
    """What is taken, without whose event it is; None where it cannot be read."""
    found: list[Block] = []
    for stretch in stretches(between):
        told = await read(graph, who, stretch)
        if told is None or told.availability_view is None:
            return None
        found += _items(told) or overview(told.availability_view, stretch)
    return tuple(found)


def stretches(between: Interval) -> Iterator[Interval]:
    start = between.start
    while start < between.end:
        end = min(start + LONGEST, between.end)
        # No shorter than one digit: Graph refuses a window smaller than its grain.
        yield Interval(start, max(end, start + timedelta(minutes=GRAIN)))
        start = end


def hours_of(told: Hours | None, now: datetime) -> WorkingHours | None:
    """None where there are none, or they are of a kind not known here (over midnight, in a zone nobody knows).

    Graph tells one stretch for all days, from the earliest start to the latest end of the week.
    """
    zone = zone_in(told, now)
    if told is None or zone is None or not told.days_of_week or told.start_time is None or told.end_time is None:
        return None
    start, end = _minute(told.start_time), _minute(told.end_time)
    if end <= start and end != MIDNIGHT:
        return None
    return WorkingHours(zone, frozenset(DAYS.index(each) for each in told.days_of_week if each in DAYS), start, end)


def zone_in(told: Hours | None, now: datetime) -> ZoneInfo | None:
    if told is None or told.time_zone is None:
        return None
    named = zone_of(told.time_zone.name or "")
    return named or zone_like(told.time_zone, now)


def _items(told: Schedule) -> tuple[Block, ...]:
    return tuple(
        Block(lasting(instant(each.start), instant(each.end)), SHOWS.get(each.status, Show.BUSY))
        for each in told.schedule_items
    )


def overview(digits: str, stretch: Interval) -> tuple[Block, ...]:
    """One digit for each grain: all that is told where the single events are not ours to see."""
    found: list[Block] = []
    start = stretch.start
    for digit, run in groupby(digits):
        end = start + timedelta(minutes=GRAIN * len(list(run)))
        found.append(Block(Interval(start, end), DIGITS.get(digit, Show.BUSY)))
        start = end
    return tuple(each for each in found if each.show is not Show.FREE)


def _minute(clock: time) -> time:
    return clock.replace(second=0, microsecond=0, tzinfo=None)

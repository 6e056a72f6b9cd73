"""Nothing overlaps: whom to ask for what, so that the most opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dialogs.scheduling.hours import day_of
from dialogs.scheduling.intervals import Interval, intersection
from dialogs.scheduling.slots import sensible, spread, starts

Party = Literal["host", "candidate"]
Kind = Literal["after", "before", "on"]

# Nobody is asked to come earlier or stay later than this, unless nothing else is left to ask.
DAYBREAK, NIGHTFALL = time(7), time(21)


@dataclass(frozen=True, slots=True)
class Concession:
    """One change to ask one party for, in words of that party's own zone.

    "after" and "before" stretch days the party gave already, up to `clock`; "on" asks for other days or hours.
    """

    party: Party
    kind: Kind
    days: tuple[date, ...]  # the days on which it opens something
    clock: time | None  # after this, or before this; None for "on"
    opens: int  # how many days get a time
    slots: int  # how many meetings would fit, one after another
    examples: tuple[datetime, ...]  # up to three starts it would open, spread over the days
    share: float  # of the days the other party gave, how many get a time


def concession(
    host: Sequence[Interval],
    candidate: Sequence[Interval],
    minutes: int,
    *,
    horizon: Interval,
    host_zone: ZoneInfo,
    candidate_zone: ZoneInfo,
) -> Concession | None:
    """The change that opens the most; None if neither gave a time that lies ahead within `horizon`."""
    ranked = concessions(host, candidate, minutes, horizon=horizon, host_zone=host_zone, candidate_zone=candidate_zone)
    return ranked[0] if ranked else None


def concessions(
    host: Sequence[Interval],
    candidate: Sequence[Interval],
    minutes: int,
    *,
    horizon: Interval,
    host_zone: ZoneInfo,
    candidate_zone: ZoneInfo,
) -> tuple[Concession, ...]:
    """Every change worth asking for, best first.

    A longer day is a smaller favour than another day, so it is asked first. Then counts on how many days it opens a
    time; then how much of what the other party gave it takes up; then the candidate is asked before the host.
    """
    host, candidate = intersection(host, [horizon]), intersection(candidate, [horizon])
    asked = [
        *_changes("candidate", candidate, candidate_zone, host, host_zone, minutes),
        *_changes("host", host, host_zone, candidate, candidate_zone, minutes),
    ]
    return tuple(sorted(asked, key=lambda each: (each.kind == "on", -each.opens, -each.share)))


def _changes(
    party: Party, own: Sequence[Interval], zone: ZoneInfo, other: Sequence[Interval], other_zone: ZoneInfo, minutes: int
) -> Iterator[Concession]:
    """What this party could change to meet what the other one gave."""
    windows = sensible(other, other_zone)
    given = [start for start in starts(windows, minutes, zone=other_zone) if not _can_already(start, minutes, own)]
    civil = [start for start in given if _by_daylight(start, minutes, zone)]
    sorted_out: dict[Kind, list[datetime]] = defaultdict(list)
    for start in civil or given:
        sorted_out[_kind(Interval.lasting(start, minutes), own, zone)].append(start)
    for kind, opened in sorted_out.items():
        days = _days(opened, zone)
        yield Concession(
            party=party,
            kind=kind,
            days=days,
            clock=_clock(kind, [Interval.lasting(start, minutes) for start in opened], own, windows, zone),
            opens=len(days),
            slots=_one_after_another(opened, minutes),
            examples=spread(opened, 3, zone, minutes=minutes),
            share=len(days) / len(_days(given, zone)),
        )


def _days(opened: Sequence[datetime], zone: ZoneInfo) -> tuple[date, ...]:
    return tuple(sorted({start.astimezone(zone).date() for start in opened}))


def _kind(meeting: Interval, own: Sequence[Interval], zone: ZoneInfo) -> Kind:
    """Which change would let this party take the meeting?"""
    day = meeting.start.astimezone(zone).date()
    same_day = intersection(own, [day_of(day, zone)])
    if not same_day:
        return "on"
    if meeting.end > same_day[-1].end:
        return "after"
    if meeting.start < same_day[0].start:
        return "before"
    return "on"


def _clock(
    kind: Kind, opened: Sequence[Interval], own: Sequence[Interval], windows: Sequence[Interval], zone: ZoneInfo
) -> time | None:
    """As little as opens it all: the earliest start, or the latest end up to where their own time begins."""
    if kind == "after":
        return min(meeting.start.astimezone(zone).time() for meeting in opened)
    if kind == "before":
        return max(_room_until(meeting, own, windows).astimezone(zone).time() for meeting in opened)
    return None


def _room_until(meeting: Interval, own: Sequence[Interval], windows: Sequence[Interval]) -> datetime:
    given = next(window.end for window in windows if window.holds(meeting))
    return min([given, *(each.start for each in own if each.start >= meeting.end)])


def _can_already(start: datetime, minutes: int, own: Sequence[Interval]) -> bool:
    return any(window.holds(Interval.lasting(start, minutes)) for window in own)


def _by_daylight(start: datetime, minutes: int, zone: ZoneInfo) -> bool:
    begin, end = start.astimezone(zone), Interval.lasting(start, minutes).end.astimezone(zone)
    return begin.date() == end.date() and begin.time() >= DAYBREAK and end.time() <= NIGHTFALL


def _one_after_another(opened: Sequence[datetime], minutes: int) -> int:
    count, free_from = 0, None
    for start in opened:
        if free_from is None or start >= free_from:
            count, free_from = count + 1, start + timedelta(minutes=minutes)
    return count

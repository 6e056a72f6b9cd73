"""What one person's time is like, and which starts it refuses: every rule becomes ranges of starts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.blocks import TAKES, TAKES_ON_SITE, Block, Show
from dialogs.scheduling.cells import Frame, Range, Stretch, outwards
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.week import Week

MINUTES_A_DAY = 1440


class Reason(StrEnum):
    """Why a time is not free. A closed list; none of them says whose calendar it is."""

    TOO_SOON = "too_soon"  # before the notice the firm wants
    TOO_FAR = "too_far"  # beyond how far ahead it plans
    UNREADABLE = "unreadable"  # a calendar that nobody can read counts as busy
    BUSY = "busy"
    TENTATIVE = "tentative"
    AWAY = "away"
    ELSEWHERE = "elsewhere"  # works in another place, and the meeting is on site
    HOLIDAY = "holiday"
    CLOSED = "closed"  # a dated exception: closed, or only until noon
    OUTSIDE_HOURS = "outside_hours"
    DAY_FULL = "day_full"  # as many interviews that day as somebody takes
    WEEK_FULL = "week_full"
    BUFFER = "buffer"  # too close to something else
    TRAVEL = "travel"  # no time to get there
    GAP = "gap"  # too close to another interview
    CONSENT = "consent"  # lunch, say: only if whoever it is agrees
    POOL = "pool"  # nobody of a group can
    ROOM = "room"  # no room is free


# The starts that cannot be, by what is against them; ranges of one reason come in no order and may overlap.
Refusals = dict[Reason, Sequence[Range]]

_SHOWN = {
    Show.BUSY: Reason.BUSY,
    Show.TENTATIVE: Reason.TENTATIVE,
    Show.AWAY: Reason.AWAY,
    Show.ELSEWHERE: Reason.ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is to be found a time for, and how much room it wants. All lengths are minutes."""

    minutes: int
    grid: int = 15  # starts on clocks that show a multiple of this
    before: int = 0  # clear of anything else, before it and after it
    after: int = 0
    gap: int = 0  # between two interviews of one person
    on_site: bool = False
    own: tuple[Block, ...] = ()  # what this very interview has in calendars already: its event, its holds

    def __post_init__(self) -> None:
        if self.minutes < 1 or min(self.before, self.after, self.gap) < 0:
            raise ValueError(f"a meeting lasts a minute at least, and no room around it is negative: {self}")
        if self.grid < 1 or MINUTES_A_DAY % self.grid:
            raise ValueError(f"a day cannot be cut into steps of {self.grid} minutes: use 5, 10, 15, 20, 30 or 60")

    def owns(self, block: Block) -> bool:
        """Is it this interview itself? Known by uid or, where the vendor tells none, by the very same stretch."""
        return any(
            block.uid == each.uid if block.uid and each.uid else not block.uid and block.when == each.when
            for each in self.own
        )


@dataclass(frozen=True, slots=True)
class Diary:
    """The time of one person, or of one room, as far as planning goes."""

    id: str
    zone: ZoneInfo  # in which a day and a week of theirs are counted
    hours: Week | None = None  # None: at any hour
    blocks: tuple[Block, ...] = ()
    booked: tuple[Block, ...] = ()  # interviews of ours; those earlier this week too, for what they count
    readable: bool = True
    soft: Week | None = None  # kept free unless they consent: lunch
    consents: bool = False
    per_day: int | None = None  # interviews at most
    per_week: int | None = None
    travel: int = 0  # minutes to where on-site meetings are held, and back

    def load(self, minute: int) -> tuple[int, int]:
        """How much this person has to do already: interviews in that week, and in all."""
        if not self.booked:
            return 0, 0
        week = _week(_local_date(minute, self.zone))
        return sum(_week(_date_of(each, self.zone)) == week for each in self.booked), len(self.booked)


def refusals(diary: Diary, meeting: Meeting, frame: Frame) -> Refusals:
    """Every start in `frame` that this diary refuses: what offers, what re-checks and what explains read the same."""
    if not diary.readable:
        return {Reason.UNREADABLE: [(frame.first, frame.end)]}
    found = _taken(diary, meeting)
    if diary.booked:
        _interviews(diary, meeting, found)
    if diary.hours:
        found[Reason.OUTSIDE_HOURS] = _out_of(diary.hours, meeting.minutes, frame.season)
    if diary.soft and not diary.consents:
        kept_free = diary.soft.minutes(frame.first, frame.end + meeting.minutes)
        found[Reason.CONSENT] = [(start - meeting.minutes + 1, end) for start, end in kept_free]
    if diary.per_day is not None or diary.per_week is not None:
        _full(diary, meeting, frame, found)
    return found


def starts(diary: Diary, meeting: Meeting, frame: Frame, refused: Refusals) -> int:
    """The starts in `frame` that none of its refusals is against."""
    against = frame.paint(chain.from_iterable(refused[each] for each in refused if each is not Reason.OUTSIDE_HOURS))
    if diary.hours and diary.readable:
        against |= frame.cut(_painted_out_of(diary.hours, meeting.minutes, frame.season))
    return frame.all & ~against


def _taken(diary: Diary, meeting: Meeting) -> Refusals:
    """What the calendar shows as taken, and too close to it."""
    blocks = diary.blocks
    if meeting.own:
        blocks = tuple(each for each in blocks if not meeting.owns(each))
    shown: dict[Show, list[Interval]] = defaultdict(list)
    for each in blocks:
        shown[each.show].append(each.when)
    takes = TAKES_ON_SITE if meeting.on_site else TAKES
    found: Refusals = {}
    for show, whens in shown.items():
        if show in takes:
            found[_SHOWN[show]] = _around(_joined(whens, meeting.minutes), meeting.minutes, 0, 0)
    for reason, before, after in _room(diary, meeting):
        # A day off needs no quarter of an hour around it.
        near = (each.when for each in blocks if each.show in takes and not each.all_day)
        found[reason] = _around(_joined(near, meeting.minutes), meeting.minutes, before, after)
    return found


def _joined(intervals: Iterable[Interval], length: int) -> Iterator[Stretch]:
    """The same in fewer pieces if they come sorted, as calendars give them: nothing fits between two that are near.

    Instants are dear to convert.
    """
    room = timedelta(minutes=length)
    waiting = iter(intervals)
    first = next(waiting, None)
    if first is None:
        return
    begun, until, near = first.start, first.end, first.end + room
    for each in waiting:
        start, end = each.start, each.end
        if begun <= start < near:
            if end > until:
                until, near = end, end + room
        else:
            yield begun, until
            begun, until, near = start, end, end + room
    yield begun, until


def _interviews(diary: Diary, meeting: Meeting, found: Refusals) -> None:
    others = [(each.when.start, each.when.end) for each in diary.booked if not meeting.owns(each)]
    room = [(Reason.BUSY, 0, 0), *_room(diary, meeting)]
    if meeting.gap:
        room.append((Reason.GAP, meeting.gap, meeting.gap))
    for reason, before, after in room:
        found[reason] = [*found.get(reason, ()), *_around(others, meeting.minutes, before, after)]


def _room(diary: Diary, meeting: Meeting) -> list[tuple[Reason, int, int]]:
    """The room a meeting wants before it and after it, and what for."""
    room = []
    if meeting.before or meeting.after:
        room.append((Reason.BUFFER, meeting.before, meeting.after))
    if meeting.on_site and diary.travel:
        room.append((Reason.TRAVEL, diary.travel, diary.travel))
    return room


def _around(taken: Iterable[Stretch], length: int, before: int, after: int) -> list[Range]:
    """The starts at which a meeting would overlap what is taken, or come closer to it than it may."""
    return outwards(taken, length + after - 1, before)


@lru_cache(maxsize=1024)
def _out_of(hours: Week, length: int, frame: Frame) -> tuple[Range, ...]:
    """Between the last start that fits into one stretch of hours and the first of the next one."""
    found, free_from = [], frame.first - MINUTES_A_DAY
    for start, end in hours.minutes(frame.first, frame.end + length):
        last = end - length
        if start <= last:
            found.append((free_from, start))
            free_from = last + 1
    return (*found, (free_from, frame.end + MINUTES_A_DAY))


@lru_cache(maxsize=1024)
def _painted_out_of(hours: Week, length: int, frame: Frame) -> int:
    """The same as a mask. Kept: hours are the same for months and for many, what is busy changes all day."""
    return frame.paint(_out_of(hours, length, frame))


def _full(diary: Diary, meeting: Meeting, frame: Frame, found: Refusals) -> None:
    """The days and weeks in which somebody has as many interviews as they take."""
    dates = [_date_of(each, diary.zone) for each in diary.booked if not meeting.owns(each)]
    for reason, most, days, counted in (
        (Reason.DAY_FULL, diary.per_day, 1, Counter(dates)),
        (Reason.WEEK_FULL, diary.per_week, 7, Counter(map(_week, dates))),
    ):
        if most == 0:
            found[reason] = [(frame.first, frame.end)]
        elif most is not None:
            full = [day for day, count in counted.items() if count >= most]
            found[reason] = [_stretch_of(day, days, diary.zone) for day in full]


def _stretch_of(first: date, days: int, zone: ZoneInfo) -> Range:
    start = clocks.reached(clocks.wall_of(first), zone)
    end = clocks.reached(clocks.wall_of(first + timedelta(days=days)), zone)
    return -(-start // 60), -(-end // 60)


def _date_of(block: Block, zone: ZoneInfo) -> date:
    return block.when.start.astimezone(zone).date()


def _local_date(minute: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).date()


def _week(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())

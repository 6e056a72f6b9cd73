"""What one person's time is like, and which starts it refuses: every rule becomes ranges of starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.scheduling import clocks
from dialogs.scheduling.blocks import TAKES, TAKES_ON_SITE, Block, Show
from dialogs.scheduling.cells import Frame, ceil_minute, floor_minute
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


# A range of starts (minutes since 1970, up to and not including the second) that cannot be, and why.
Refusal = tuple[int, int, Reason]

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
        week = _week(_local_date(minute, self.zone))
        return sum(_week(_date_of(each, self.zone)) == week for each in self.booked), len(self.booked)


def refusals(diary: Diary, meeting: Meeting, frame: Frame) -> list[Refusal]:
    """Every start in `frame` that this diary refuses: what offers, what re-checks and what explains read the same."""
    if not diary.readable:
        return [(frame.first, frame.end, Reason.UNREADABLE)]
    found = _taken(diary, meeting)
    found.extend(_interviews(diary, meeting))
    if diary.hours:
        found.extend(_out_of(diary.hours, meeting, frame))
    if diary.soft and not diary.consents:
        found.extend(_kept_free(diary.soft, meeting, frame))
    if diary.per_day is not None or diary.per_week is not None:
        found.extend(_full(diary, meeting, frame))
    return found


def _taken(diary: Diary, meeting: Meeting) -> list[Refusal]:
    travel = diary.travel if meeting.on_site else 0
    takes = TAKES_ON_SITE if meeting.on_site else TAKES
    roomy = bool(meeting.before or meeting.after or travel)
    found: list[Refusal] = []
    for block in diary.blocks:
        if block.show not in takes or (meeting.own and meeting.owns(block)):
            continue
        begin, end = floor_minute(block.when.start.timestamp()), ceil_minute(block.when.end.timestamp())
        found.append((begin - meeting.minutes + 1, end, _SHOWN[block.show]))
        # A day off needs no quarter of an hour around it.
        if roomy and not block.all_day:
            found.extend(_around(begin, end, meeting, travel, 0))
    return found


def _interviews(diary: Diary, meeting: Meeting) -> Iterator[Refusal]:
    travel = diary.travel if meeting.on_site else 0
    for block in diary.booked:
        if not meeting.owns(block):
            begin, end = floor_minute(block.when.start.timestamp()), ceil_minute(block.when.end.timestamp())
            yield begin - meeting.minutes + 1, end, Reason.BUSY
            yield from _around(begin, end, meeting, travel, meeting.gap)


def _around(begin: int, end: int, meeting: Meeting, travel: int, gap: int) -> Iterator[Refusal]:
    for reason, before, after in (
        (Reason.BUFFER, meeting.before, meeting.after),
        (Reason.TRAVEL, travel, travel),
        (Reason.GAP, gap, gap),
    ):
        if before or after:
            yield begin - meeting.minutes - after + 1, end + before, reason


def _out_of(hours: Week, meeting: Meeting, frame: Frame) -> Iterator[Refusal]:
    free_from = frame.first - MINUTES_A_DAY
    for start, end in hours.seconds(frame.first * 60, (frame.end + meeting.minutes) * 60):
        begin, last = ceil_minute(start), floor_minute(end) - meeting.minutes
        if begin <= last:
            yield free_from, begin, Reason.OUTSIDE_HOURS
            free_from = last + 1
    yield free_from, frame.end + MINUTES_A_DAY, Reason.OUTSIDE_HOURS


def _kept_free(soft: Week, meeting: Meeting, frame: Frame) -> Iterator[Refusal]:
    for start, end in soft.seconds(frame.first * 60, (frame.end + meeting.minutes) * 60):
        yield floor_minute(start) - meeting.minutes + 1, ceil_minute(end), Reason.CONSENT


def _full(diary: Diary, meeting: Meeting, frame: Frame) -> Iterator[Refusal]:
    if 0 in (diary.per_day, diary.per_week):
        yield frame.first, frame.end, Reason.DAY_FULL if diary.per_day == 0 else Reason.WEEK_FULL
    dates = [_date_of(each, diary.zone) for each in diary.booked if not meeting.owns(each)]
    for first, days, most, reason in (
        *((day, 1, (diary.per_day, count), Reason.DAY_FULL) for day, count in Counter(dates).items()),
        *((day, 7, (diary.per_week, count), Reason.WEEK_FULL) for day, count in Counter(map(_week, dates)).items()),
    ):
        cap, count = most
        if cap is not None and count >= cap:
            start = clocks.reached(clocks.wall_of(first), diary.zone)
            end = clocks.reached(clocks.wall_of(first + timedelta(days=days)), diary.zone)
            yield ceil_minute(start), ceil_minute(end), reason


def _date_of(block: Block, zone: ZoneInfo) -> date:
    return block.when.start.astimezone(zone).date()


def _local_date(minute: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).date()


def _week(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())

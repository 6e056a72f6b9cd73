"""When a meeting can be: one set of rules that finds times to offer, checks one again, and says why it is not free."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, reduce
from itertools import chain
from zoneinfo import ZoneInfo

from dialogs.scheduling.cells import Frame, Range, ceil_minute, floor_minute, on_the_grid
from dialogs.scheduling.diary import Diary, Meeting, Reason, Refusals, refusals, starts
from dialogs.scheduling.explain import Why, reasons
from dialogs.scheduling.intervals import Interval, union
from dialogs.scheduling.panel import Panel, Seated, seat

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Plan:
    """A meeting to find a time for: who must come, what their time is like, and from when to when it may lie.

    `between` runs from the soonest it may start to the latest it may end. Somebody without a diary is not known, and
    so is busy.
    """

    panel: Panel
    diaries: Mapping[str, Diary]
    meeting: Meeting
    between: Interval
    zone: ZoneInfo = _UTC  # on whose clock the starts offered are round
    coming: tuple[str, ...] = ()  # who comes as it is booked: of a group they are chosen again where that can be

    def fits(self, start: datetime) -> bool:
        """May it start then, round or not? What is offered fits; what is about to be booked is asked this again."""
        return self.seat(start) is not None

    def seat(self, start: datetime) -> Seated | None:
        """Who comes if it starts then; None if it cannot."""
        minutes = minutes_of(start)
        if not self._within(minutes):
            return None
        return seat(self.panel, lambda who: self.free(who, minutes), lambda who: self._rank_of(who, start))

    def _rank_of(self, who: str, start: datetime) -> tuple[int, ...]:
        return who not in self.coming, *self.load(who, start)

    def optional(self, start: datetime) -> tuple[str, ...]:
        """Who of those that need not come could."""
        minutes = minutes_of(start)
        return tuple(who for who in self.panel.optional if self.free(who, minutes))

    def load(self, who: str, start: datetime) -> tuple[int, int]:
        """How much somebody has to do already: interviews in that week, and in all."""
        return self.diaries[who].load(minutes_of(start)[0])

    def starts(self) -> Iterator[datetime]:
        """Every start that fits and is round on the clocks of `zone`, in order."""
        for minute in self.frame.minutes(self.mask):
            start = instant_of(minute)
            if not self.panel.shared or self.fits(start):
                yield start

    def open_time(self) -> tuple[Interval, ...]:
        """The time the meeting may lie in: whatever stretch of its length lies within one of these fits.

        Sorted and at least a minute apart: where one of a group can before another can, and nobody throughout, the
        time of one of the two is cut short.
        """
        length = self.meeting.minutes
        apart = _kept_apart(self._open_starts(), length)
        return tuple(Interval(instant_of(low), instant_of(high - 1 + length)) for low, high in apart)

    def narrowed(
        self, starts: Sequence[datetime], windows: Sequence[Interval], by_name: Sequence[Interval] = ()
    ) -> list[datetime]:
        """Of these starts, which lie in windows of its open time, those that fit, if need be with consent where that
        was asked for by name; and where in the windows time begins to be open.
        """
        return list(starts)  # of one meeting its open time says it all

    def explain(self, start: datetime) -> tuple[Why, ...]:
        """Why it cannot start then, in closed words and counts; nothing if it can."""
        if self.fits(start):
            return ()
        minutes = minutes_of(start)
        if not self._within(minutes):  # nobody's diary was looked at there
            return (Why(Reason.TOO_SOON if minutes[0] < self._reach[0] else Reason.TOO_FAR),)
        counted = self._against(minutes)
        found = tuple(Why(reason, counted[reason]) for reason in Reason if counted[reason])
        # Each group has somebody free, but it is one and the same.
        return found or (Why(Reason.POOL, len(set(chain(*self.panel.one_of)))),)

    @cached_property
    def kept_free(self) -> tuple[Interval, ...]:
        """What those who are looked at keep free unless they consent: lunch."""
        asked = (self._diary(who) for who in self.panel.everyone)
        return union(chain.from_iterable(each.soft.open(self.between) for each in asked if each.soft))

    @cached_property
    def with_consent(self) -> Plan:
        """The same if everybody gave up what they keep free."""
        return replace(self, diaries={who: replace(each, consents=True) for who, each in self.diaries.items()})

    def without(self, who: str) -> Plan:
        """The same, but one of a group, or a room, is no longer to be had."""
        return replace(self, panel=self.panel.without(who))

    def but_for(self, gone: Collection[str]) -> Plan:
        """As it is booked, without these of a group, or these rooms; nobody else's part in it changes."""
        return reduce(lambda plan, who: plan.without(who), gone, self)

    @cached_property
    def frame(self) -> Frame:
        return Frame.over(self.between, self.meeting.grid)

    @cached_property
    def mask(self) -> int:
        """The round starts at which each need can be met by itself."""
        round_ = self.frame.paint([self._reach]) & on_the_grid(self.frame, self.meeting.grid, self.zone)
        return self.panel.starts(self._mask, round_)

    def _mask(self, who: str) -> int:
        return starts(self._diary(who), self.meeting, self.frame, self.refusals(who))

    def _open_starts(self) -> list[Range]:
        """Every minute at which it may start, round or not, as ranges."""
        edges = {*self._reach, *chain.from_iterable(self._closed(who) for who in self.panel.everyone)}
        inside = sorted(each for each in edges if self._within((each,)))
        found: list[Range] = []
        for low, high in zip(inside, [*inside[1:], self._reach[1]], strict=True):
            # Nobody becomes free or busy between two edges.
            if self.fits(instant_of(low)):
                found.append((found.pop()[0] if found and found[-1][1] == low else low, high))
        return found

    def _against(self, minutes: Sequence[int]) -> Counter[Reason]:
        counted: Counter[Reason] = Counter()
        for who in self.panel.required:
            counted.update({reason for minute in minutes for reason in self.reasons(who, minute)})
        for pool in self.panel.one_of:
            if not any(self.free(who, minutes) for who in pool if who not in self.panel.required):
                counted[Reason.POOL] += len(pool)
        return counted + self._rooms_against(minutes)

    def _rooms_against(self, minutes: Sequence[int]) -> Counter[Reason]:
        counted: Counter[Reason] = Counter()
        if self.panel.rooms and not any(self.free(room, minutes) for room in self.panel.rooms):
            counted[Reason.ROOM] += len(self.panel.rooms)
        return counted

    def reasons(self, who: str, minute: int) -> frozenset[Reason]:
        return reasons(self._diary(who), self.meeting, self.refusals(who), minute)

    @cached_property
    def _reach(self) -> Range:
        """From the first minute at which it may start up to the first at which it may not."""
        first = ceil_minute(self.between.start)
        return first, max(first, floor_minute(self.between.end) - self.meeting.minutes + 1)

    def _within(self, minutes: Sequence[int]) -> bool:
        first, end = self._reach
        return first <= minutes[0] and minutes[-1] < end

    def free(self, who: str, minutes: Sequence[int]) -> bool:
        closed = self._closed(who)
        return all(bisect_right(closed, minute) % 2 == 0 for minute in minutes)

    def _diary(self, who: str) -> Diary:
        return self.diaries.get(who) or Diary(who, self.zone, readable=False)

    def refusals(self, who: str) -> Refusals:
        """What in somebody's diary is against which starts."""
        if who not in self._read:
            self._read[who] = refusals(self._diary(who), self.meeting, self.frame)
        return self._read[who]

    def _closed(self, who: str) -> list[int]:
        """Where refused starts begin, end, begin … in one diary: a minute with an odd number before it is refused."""
        if who not in self._edges:
            self._edges[who] = _joined(chain.from_iterable(self.refusals(who).values()))
        return self._edges[who]

    @cached_property
    def _read(self) -> dict[str, Refusals]:
        return {}

    @cached_property
    def _edges(self) -> dict[str, list[int]]:
        return {}


def instant_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def minutes_of(start: datetime) -> tuple[int, ...]:
    """The minute it starts at; of a start within a minute both ends, and it fits if both do."""
    first, last = floor_minute(start), ceil_minute(start)
    return (first,) if first == last else (first, last)


def _joined(ranges: Iterable[Range]) -> list[int]:
    """The same ranges, sorted and apart, as one flat list."""
    flat: list[int] = []
    for low, high in sorted(ranges):
        if low >= high:
            continue
        if flat and low <= flat[-1]:
            flat[-1] = max(flat[-1], high)
        else:
            flat += (low, high)
    return flat


def _kept_apart(starts: Sequence[Range], length: int) -> list[Range]:
    """The ranges so far apart that nothing which begins between two of them lies in the time of both together."""
    kept: list[Range] = []
    for low, high in starts:
        begin = low
        if kept and kept[-1][1] + length > low:
            before, end = kept.pop()
            cut = max(before, low - length)
            if end - cut <= min(high, end + length) - low:  # whichever loses less
                end = cut
            else:
                begin = end + length
            if before < end:
                kept.append((before, end))
        if begin < high:
            kept.append((begin, high))
    return kept

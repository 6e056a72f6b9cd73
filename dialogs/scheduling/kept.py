"""Calendars kept ready for one kind of meeting: mended as events arrive, asked in millionths of a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dialogs.scheduling.blocks import Block
from dialogs.scheduling.cells import Frame, ceil_minute, floor_minute
from dialogs.scheduling.diary import Diary, Meeting, refusals, starts
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Panel, Seated, seat
from dialogs.scheduling.plan import Plan, instant_of


class Kept:
    """For each diary the starts it allows, as one number. Whatever comes in, they are what a fresh look would find."""

    def __init__(self, meeting: Meeting, between: Interval, diaries: Iterable[Diary], zone: ZoneInfo) -> None:
        self._meeting = meeting
        self._between = between
        self._zone = zone
        self._frame = Frame.over(between, meeting.grid)
        self._diaries: dict[str, Diary] = {}
        self._starts: dict[str, int] = {}
        # The round starts within `between`, before anybody's diary is asked.
        self._round = self.plan(Panel()).mask
        for diary in diaries:
            self.keep(diary)

    def keep(self, diary: Diary) -> None:
        """A diary that is new here, or of which more has changed than single blocks."""
        self._diaries[diary.id] = diary
        self._starts[diary.id] = self._allowed(diary)

    def add(self, who: str, block: Block) -> None:
        diary = self._diaries[who]
        self._mend(replace(diary, blocks=(*diary.blocks, block)), block)

    def remove(self, who: str, block: Block) -> None:
        """Takes it out once, if it is there."""
        diary = self._diaries[who]
        if block in diary.blocks:
            at = diary.blocks.index(block)
            self._mend(replace(diary, blocks=diary.blocks[:at] + diary.blocks[at + 1 :]), block)

    def next(self, panel: Panel, count: int, after: datetime) -> list[datetime]:
        """The first few starts at which all can, not before `after`."""
        bits = max(0, -(-(ceil_minute(after) - self._frame.first) // self._frame.cell))
        mask = panel.starts(self._starts_of, self._round >> bits << bits)
        found: Iterator[datetime] = map(instant_of, self._frame.minutes(mask))
        if panel.shared:
            found = filter(lambda start: self.seat(panel, start), found)
        return list(islice(found, count))

    def seat(self, panel: Panel, start: datetime) -> Seated | None:
        """Who comes at one of the starts found; None if it is none of them."""
        minute = floor_minute(start)
        if not self._frame.has(self._round, minute):
            return None
        return seat(
            panel,
            lambda who: self._frame.has(self._starts_of(who), minute),
            lambda who: self._diaries[who].load(minute),
        )

    def plan(self, panel: Panel) -> Plan:
        """The same as a plan: to seat, to check again, to explain."""
        return Plan(panel, dict(self._diaries), self._meeting, self._between, self._zone)

    def _starts_of(self, who: str) -> int:
        return self._starts.get(who, 0)

    def _allowed(self, diary: Diary) -> int:
        return starts(diary, self._meeting, self._frame, refusals(diary, self._meeting, self._frame))

    def _mend(self, diary: Diary, block: Block) -> None:
        """Only the starts which that block is against can have changed, and only blocks near it have a say in them."""
        touched = ~self._allowed(Diary(diary.id, diary.zone, blocks=(block,), travel=diary.travel)) & self._frame.all
        room = 2 * timedelta(
            minutes=self._meeting.minutes + self._meeting.before + self._meeting.after + diary.travel + 1
        )
        begin, end = block.when.start - room, block.when.end + room
        near = (each for each in diary.blocks if each.when.start < end and begin < each.when.end)
        nearby = replace(diary, blocks=tuple(near))
        self._diaries[diary.id] = diary
        self._starts[diary.id] = (self._starts[diary.id] & ~touched) | (self._allowed(nearby) & touched)

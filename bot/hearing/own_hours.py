"""What a recruiter says of their own hours is kept, and said back as it was understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.house import House
from bot.records import hours
from bot.records.base import Session
from bot.records.hours import HoursRow
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Part
from dialogs.reader import Reader
from dialogs.scheduling.hours import MIDNIGHT, WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Context
from dialogs.understanding.own_hours import OwnHours, read_own_hours

EVERY_DAY = 7


def read_hours(person: PersonRow, said: str, now: datetime) -> OwnHours | None:
    return read_own_hours(said, Context(now, ZoneInfo(person.zone), person.tongue))


async def keep_hours(session: Session, person: PersonRow, said: str, meant: OwnHours, now: datetime) -> list[HoursRow]:
    """What it changed: the rows that are new or, for somebody who is back, those that no longer hold as they were."""
    if meant.back:
        return await _back(session, person, said, meant.back, now)
    stretches = [(when, False) for when in meant.away] + [(when, True) for when in meant.extra]
    rows = [_row(person, said, now, when, free=free) for when, free in stretches]
    for week in meant.weekly:
        row = HoursRow(person_id=person.id, free=False, said=said, said_at=now, weekly=hours.weekly(week))
        row.start = row.end = None
        rows.append(row)
    session.add_all(rows)
    await session.flush()
    return rows


def _row(person: PersonRow, said: str, now: datetime, when: Interval, *, free: bool) -> HoursRow:
    return HoursRow(person_id=person.id, free=free, said=said, said_at=now, start=when.start, end=when.end, weekly={})


async def _back(session: Session, person: PersonRow, said: str, back: datetime, now: datetime) -> list[HoursRow]:
    """Whatever keeps them away over that moment ends with it; back later than now, they are away until then."""
    ended = []
    for row in await hours.said_by(session, person.id, now):
        if not row.free and row.start and row.end and row.start < max(back, now) < row.end:
            ended.append(HoursRow(free=False, start=row.start, end=row.end, weekly={}))  # as it was, to be said
            row.end = max(back, now)
    if back <= now:
        await session.flush()
        return ended
    row = _row(person, said, now, Interval(now, back), free=False)
    session.add(row)
    await session.flush()
    return [row]


# Said back


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows in words, as their reader writes days and clocks."""

    names: tuple[str, ...]
    free: bool
    daily: bool
    weekly: bool  # on some days of every week


def in_words(house: House, person: PersonRow, rows: list[HoursRow]) -> Lines:
    reader = house.phrasebook.reader(ZoneInfo(person.zone), person.tongue, house.clock.now())
    names = tuple(_named(reader, row) for row in rows)
    daily = bool(rows) and all(len(row.weekly.get("days", ())) == EVERY_DAY for row in rows)
    weekly = bool(rows) and not daily and all(row.weekly for row in rows)
    return Lines(names, any(row.free for row in rows), daily, weekly)


def _named(reader: Reader, row: HoursRow) -> str:
    if row.start and row.end:
        return reader.window(Interval(row.start, row.end))
    week = hours.week_of(row)
    return " ".join(filter(None, [_days(reader, week), _clocks(reader, week)]))


def _days(reader: Reader, week: WorkingHours) -> str:
    if len(week.days) == EVERY_DAY:
        return ""  # the text says so in words of its own
    names = reader.locale.days["format"]["wide"]
    return reader.listing(str(names[day]) for day in sorted(week.days))


def _clocks(reader: Reader, week: WorkingHours) -> str:
    whole = week.start == week.end == MIDNIGHT
    return "" if whole else f"{reader.clock(week.start)}–{reader.clock(week.end)}"


def answer(house: House, person: PersonRow, meant: OwnHours, rows: list[HoursRow]) -> Part:
    """The text that says it back."""
    lines = in_words(house, person, rows)
    listed = tuple({"name": name} for name in lines.names)
    if meant.back and meant.back <= house.clock.now():
        return Part("hours_back", rows=listed)
    words = {
        "free": "yes" if lines.free else "",
        "daily": "yes" if lines.daily else "",
        "weekly": "yes" if lines.weekly else "",
    }
    return Part("hours_noted", words=words, rows=listed)

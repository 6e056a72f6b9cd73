"""The calendars of a file: when somebody works, and what already stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.rehearsal.people import Person, person_called
from bot.rehearsal.yamlfile import Fault, Fields, Value, Word, fields, instant, listed, word
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval


@dataclass(frozen=True, slots=True)
class CalendarOf:
    hours: WorkingHours
    busy: tuple[Interval, ...]


def read_calendar(key: str, value: Value, people: Mapping[str, Person]) -> CalendarOf:
    person = person_called(key, people, value.line)
    said = fields(value, f"the calendar of {key}")
    # buffer_minutes: kept free around everything in the calendar.
    said.only("hours", "days", "busy", "buffer_minutes")
    try:
        hours = WorkingHours.parse(
            said.word("hours", "09:00-18:00"), said.word("days", "Mon-Fri"), zone=ZoneInfo(person.timezone)
        )
    except ValueError as error:
        raise Fault(said.line_of("hours"), str(error)) from error
    buffer = said.word("buffer_minutes", "0")
    if not buffer.isdigit() or int(buffer) > 240:
        raise Fault(said.line_of("buffer_minutes"), f"{buffer!r} is no number of minutes up to 240")
    around = timedelta(minutes=int(buffer))
    busy = tuple(Interval(each.start - around, each.end + around) for each in busy_times(said))
    return CalendarOf(hours, busy)


def busy_times(said: Fields) -> tuple[Interval, ...]:
    return tuple(_interval(each) for each in listed(said, "busy"))


def _interval(value: Value) -> Interval:
    start, slash, end = word(value, "busy").partition("/")
    if not slash:
        raise Fault(value.line, f"{start!r} is no stretch of time; write START/END, both with their offset")
    try:
        return Interval(instant(Word(start, value.line), "busy"), instant(Word(end, value.line), "busy"))
    except ValueError as error:
        raise Fault(value.line, str(error)) from error

"""Meetings that come with an event in a calendar: what goes wrong there, in the words of meetings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.calendars.base import CalendarError, CalendarUnreachable
from integrations.meetings.base import MeetingsRefused, MeetingsUnreachable


@contextmanager
def in_meeting_words() -> Iterator[None]:
    try:
        yield
    except CalendarUnreachable as error:
        raise MeetingsUnreachable(str(error), retry_after=error.retry_after) from error
    except CalendarError as error:
        raise MeetingsRefused(str(error)) from error

"""Why a time is not free, as closed reasons and counts: never whose calendar it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.scheduling.cells import Frame, Range
from dialogs.scheduling.diary import Diary, Meeting, Reason, Refusals, refusals

_AT_THAT_VERY_TIME = frozenset({Reason.BUSY, Reason.TENTATIVE, Reason.AWAY, Reason.ELSEWHERE})
_TOO_CLOSE = (Reason.BUFFER, Reason.TRAVEL, Reason.GAP)


@dataclass(frozen=True, slots=True, order=True)
class Why:
    """One reason, and how many it keeps; 0 where it is about nobody: notice, or how far ahead is planned."""

    reason: Reason
    people: int = 0


def reasons(diary: Diary, meeting: Meeting, found: Refusals, minute: int) -> frozenset[Reason]:
    """What in one diary is against a start at that minute: the plain reason where one follows from another."""
    said = {reason for reason, ranges in found.items() if _holds(ranges, minute)}
    if said & _AT_THAT_VERY_TIME:
        said -= set(_TOO_CLOSE)
    near = [each for each in _TOO_CLOSE if each in said]
    said -= set(near[1:])
    if Reason.OUTSIDE_HOURS in said:
        said -= {Reason.OUTSIDE_HOURS}
        said.add(_why_closed(diary, meeting, minute))
    return frozenset(said)


def _why_closed(diary: Diary, meeting: Meeting, minute: int) -> Reason:
    """Would it have been in hours but for a holiday, or for a dated exception?"""
    assert diary.hours is not None
    that_minute = Frame(minute, 1, 1)
    for reason, week in (
        (Reason.HOLIDAY, diary.hours.without(holidays=True)),
        (Reason.CLOSED, diary.hours.without(exceptions=True)),
        (Reason.HOLIDAY, diary.hours.without(holidays=True, exceptions=True)),
    ):
        only_hours = Diary(diary.id, diary.zone, week)
        if not any(_holds(ranges, minute) for ranges in refusals(only_hours, meeting, that_minute).values()):
            return reason
    return Reason.OUTSIDE_HOURS


def _holds(ranges: Iterable[Range], minute: int) -> bool:
    return any(low <= minute < high for low, high in ranges)

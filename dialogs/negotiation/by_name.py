"""Time that somebody keeps free, such as lunch: never offered by itself, but it may be asked for by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.state import Party
from dialogs.scheduling.intervals import Interval, covers, difference, intersection


def named(d: Draft, party: Party) -> tuple[Interval, ...]:
    """What a party asked for by name: windows that leave nothing but time somebody keeps free."""
    given = d.n.given(party)
    # One by one: together with the hour before it, the hour that was named would be one among others.
    return _nothing_else(d, [piece for each in given.windows for piece in difference([each], given.blocked)])


def open_by_name(d: Draft, party: Party) -> tuple[Interval, ...]:
    """The time so named at which everybody could, were they to give it up."""
    asked = named(d, party)
    if not asked or d.facts.plan is None:
        return ()
    return intersection(d.facts.plan.with_consent.open_time(), asked)


def may_be_put(d: Draft, start: datetime, among: Sequence[Interval] = ()) -> bool:
    """At a time like any other, or asked for by name: by a party, or in the windows that are looked through."""
    plan = d.facts.plan
    if plan is None or not plan.kept_free:
        return True
    meeting = Interval.lasting(start, d.facts.minutes)
    asked = [*named(d, Party.HOST), *named(d, Party.CANDIDATE), *_nothing_else(d, among)]
    return not _only_by_name(d, meeting) or any(each.holds(meeting) for each in asked)


def both_asked(d: Draft, start: datetime) -> bool:
    """At a time like any other, or both sides asked for it by name."""
    meeting = Interval.lasting(start, d.facts.minutes)
    return not _only_by_name(d, meeting) or all(covers(named(d, party), meeting) for party in Party)


def _only_by_name(d: Draft, meeting: Interval) -> bool:
    plan = d.facts.plan
    return plan is not None and any(meeting.meets(each) for each in plan.kept_free) and not plan.fits(meeting.start)


def _nothing_else(d: Draft, windows: Sequence[Interval]) -> tuple[Interval, ...]:
    length = timedelta(minutes=d.facts.minutes)
    if d.facts.plan is None or not d.facts.plan.kept_free:
        return ()
    kept = d.facts.plan.kept_free
    return tuple(
        each
        for each in windows
        if each.length >= length and all(piece.length < length for piece in difference([each], kept))
    )

"""Everything said about time added up: windows, what is impossible, what is preferred, which offers are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.intervals import Interval, intersection, union
from dialogs.understanding import choices
from dialogs.understanding.laying import Doubt, Span, lay
from dialogs.understanding.meaning import Ambiguity, Context, Stage
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.units import Unit, units
from dialogs.understanding.values import HORIZON, Frame, Shape

_COMMITMENT = 60  # minutes a call or a class takes when only its start is named


@dataclass(frozen=True, slots=True)
class Table:
    """What is on the table while a message is read, on the writer's own clock."""

    text: str
    context: Context
    frame: Frame
    zone: ZoneInfo | None = None  # the zone the message speaks in, if it says so

    @property
    def offers(self) -> tuple[datetime, ...]:
        return tuple(local(offer, self.context.timezone) for offer in self.context.offers)

    @property
    def booked(self) -> bool:
        return self.context.stage is Stage.CONFIRMED


@dataclass(slots=True)
class Sums:
    """What the units came to."""

    wanted: list[Interval] = field(default_factory=list)
    blocked: list[Interval] = field(default_factory=list)
    preferred: list[Interval] = field(default_factory=list)
    fallback: list[Interval] = field(default_factory=list)
    spared: list[Interval] = field(default_factory=list)  # taken out of what is blocked
    chosen: list[int] = field(default_factory=list)
    doubts: list[Ambiguity] = field(default_factory=list)
    proposes: bool = False  # times that are no offer
    booked_again: bool = False  # the booked start, named again
    excepts: bool = False  # all that is impossible was only taken out: "anything but Monday"

    @property
    def possible(self) -> list[Interval]:
        return [*self.wanted, *self.preferred, *self.fallback]


def add_up(found: Sequence[Mention], table: Table) -> Sums:
    sums = Sums()
    offers = table.offers
    for mention in found:
        if mention.rivals and mention.mood is not Mood.NO:
            readings = tuple(
                Interval.lasting(table.context.offers[index], table.context.minutes) for index in mention.rivals
            )
            sums.doubts.append(Ambiguity(table.text[mention.start : mention.end], readings))
    added = units([mention for mention in found if not mention.rivals])
    for unit in added:
        _add(sums, choices.settled(unit, offers), offers, table)
    sums.excepts = bool(added) and all(unit.sign in ("except", "all_but") for unit in added)
    sums.preferred = [part for each in sums.preferred for part in intersection(union(sums.wanted), [each]) or [each]]
    return sums


def _add(sums: Sums, unit: Unit, offers: Sequence[datetime], table: Table) -> None:
    dayless = not unit.days and unit.moment is None
    spans, doubts = lay(unit, table.frame, _standing(unit, offers, table))
    if unit.mood is Mood.NO:
        spans, doubts = [*spans, *(span for doubt in doubts for span in doubt.readings)], []
    for doubt in doubts:
        spans = [*spans, *_resolved(sums, doubt, offers, table, dayless)]
    if unit.mood is not Mood.NO:
        spans = [_on_own_clock(span, table) for span in spans]
        hits = choices.matching(spans, offers, dayless)
        if unit.sign == "freed" and offers and not table.booked:  # "my shift ends at 3": no word that it suits
            inside = [span for span in spans if choices.matching([span], offers, False)]
            spans, hits = inside or spans, []
        if unit.sign == "lesser" and sums.proposes:
            hits = []  # "rather Monday than Friday" takes no offer of Friday
        _take(sums, hits, spans, table)
        if dayless and hits and all(hours.shape is Shape.POINT for hours in unit.hours):
            spans = [Span(offers[hit], None, Shape.POINT) for hit in hits]
    minutes = _COMMITMENT if unit.mood is Mood.NO else table.context.minutes
    intervals = [each for span in spans if (each := _interval(span, table, minutes)) is not None]
    if unit.mood is not Mood.NO and (dayless or any(day.repeat or day.shape is Shape.AFTER for day in unit.days)):
        intervals = [each for interval in intervals if (each := _limited(interval, table.context)) is not None]
    _part(sums, unit.mood).extend(intervals)
    if unit.sign == "spared":
        sums.spared.extend(intervals)


def _part(sums: Sums, mood: Mood) -> list[Interval]:
    return {
        Mood.YES: sums.wanted,
        Mood.NO: sums.blocked,
        Mood.PREFER: sums.preferred,
        Mood.FALLBACK: sums.fallback,
    }[mood]


def _take(sums: Sums, hits: list[int], spans: Sequence[Span], table: Table) -> None:
    if table.booked:
        sums.booked_again = sums.booked_again or 0 in hits
        ahead = any(_interval(span, table, table.context.minutes) for span in spans)
        sums.proposes = sums.proposes or (ahead and 0 not in hits)
        return
    sums.chosen.extend(hit for hit in hits if hit not in sums.chosen)
    sums.proposes = sums.proposes or (bool(spans) and not hits)


def _standing(unit: Unit, offers: Sequence[datetime], table: Table) -> list[date]:
    """The days for hours without one: those of the offers; else every day, and for an instant the next to come."""
    if unit.days or unit.moment:
        return []
    if offers:
        return [offers[0].date()] if table.booked else sorted({offer.date() for offer in offers})
    today, now = table.frame.today, table.frame.now
    if all(hours.shape is Shape.POINT for hours in unit.hours):
        starts = [hours.start for hours in unit.hours if hours.start]
        passed = any(now.hour * 60 + now.minute >= clock.minutes for clock in starts if clock.firm or clock.usual)
        return [today + timedelta(days=int(passed))]
    return [today + timedelta(days=ahead) for ahead in range(HORIZON + 1)]


def _resolved(sums: Sums, doubt: Doubt, offers: Sequence[datetime], table: Table, dayless: bool) -> list[Span]:
    """The reading an offer settles, or the only one still to come; with several left, a doubt to be asked about."""
    fitting = [span for span in doubt.readings if choices.matching([_on_own_clock(span, table)], offers, False)]
    if len(fitting) == 1 and not table.booked:
        return fitting
    if len(fitting) > 1 and not table.booked:
        hits = choices.matching([_on_own_clock(span, table) for span in fitting], offers, False)
        meant = tuple(Interval.lasting(table.context.offers[hit], table.context.minutes) for hit in hits)
        sums.doubts.append(Ambiguity(table.text[doubt.start : doubt.end], meant))
        return []
    readings = [_coming(span, table.frame) if dayless and not offers else span for span in doubt.readings]
    laid = {span: _interval(span, table, table.context.minutes) for span in readings}
    possible = {span: interval for span, interval in laid.items() if interval is not None}
    if len(possible) < 2:
        return list(possible)
    sums.doubts.append(Ambiguity(table.text[doubt.start : doubt.end], tuple(possible.values())))
    return []


def _coming(span: Span, frame: Frame) -> Span:
    """The next time it is that hour."""
    if span.start > frame.now:
        return span
    return replace(span, start=span.start + timedelta(days=1), end=span.end and span.end + timedelta(days=1))


def _on_own_clock(span: Span, table: Table) -> Span:
    """The span on the writer's own clock, if it was said on another."""
    other, own = span.zone or table.zone, table.context.timezone
    if other is None or other == own:
        return span if other is None else replace(span, zone=own)
    start = local(aware(span.start, other), own)
    end = local(aware(span.end, other), own) if span.end else None
    return Span(start, end, span.shape, own)


def _interval(span: Span, table: Table, minutes: int) -> Interval | None:
    """On the world's clock; None for what has passed."""
    where = span.zone or table.zone or table.context.timezone
    start = aware(span.start, where)
    if span.end is None:
        return Interval.lasting(start, minutes) if start >= table.context.now else None
    # On the world's clock: within one zone Python compares what clocks show, and some show no hour of a night in March.
    start, end = max(start, table.context.now).astimezone(UTC), aware(span.end, where).astimezone(UTC)
    return Interval(start, end) if start < end else None


def _limited(interval: Interval, context: Context) -> Interval | None:
    """Where the text sets no limit, nothing of the last day of four weeks lies behind the hour it was written at."""
    end = context.now.astimezone(UTC) + timedelta(days=HORIZON)
    last = local(end, context.timezone).date()
    reaches = local(interval.end - timedelta(microseconds=1), context.timezone).date()
    if reaches != last or interval.end <= end:
        return interval
    return Interval(interval.start, end) if interval.start < end else None


def local(when: datetime, zone: ZoneInfo) -> datetime:
    """The wall clock of a zone."""
    return when.astimezone(zone).replace(tzinfo=None)


def aware(when: datetime, zone: ZoneInfo) -> datetime:
    return when.replace(tzinfo=zone)

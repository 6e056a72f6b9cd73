"""What an iCalendar file takes of its owner's time, each occurrence by itself; what cannot be read counts as taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vRecur
from recurring_ical_events import of  # type: ignore[import-untyped]

from dialogs.scheduling.hours import MIDNIGHT, ONE_DAY, instant_of
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Block, Show
from integrations.calendars.reading import BadCalendarData, CalendarFile, Component, Property, length
from integrations.calendars.repeating import Patience, bounded

# The farthest any zone lies from UTC, either way.
FAR = timedelta(hours=14)
LONG_AGO, FAR_OFF = date(1900, 1, 1), date(9000, 1, 1)  # beyond, arithmetic ends
ALWAYS = Interval(datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
UNTOLD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)

Moment = datetime | date

MICROSOFT: Mapping[str, Show] = {
    "FREE": Show.FREE,
    "TENTATIVE": Show.TENTATIVE,
    "BUSY": Show.BUSY,
    "OOF": Show.AWAY,
    "WORKINGELSEWHERE": Show.ELSEWHERE,
}
FREE_BUSY: Mapping[str, Show] = {
    "FREE": Show.FREE,
    "BUSY-TENTATIVE": Show.TENTATIVE,
    "BUSY-UNAVAILABLE": Show.AWAY,
}


def taken(
    file: CalendarFile,
    between: Interval,
    *,
    zone: ZoneInfo,
    own: Collection[str] = (),
    patience: Patience | None = None,
) -> tuple[Block, ...]:
    """The blocks that meet `between`; `zone` is its owner's, for whole days and for times that name no zone.

    `own` are the owner's addresses: what they have declined takes nothing. An event that cannot be read takes all the
    time it may mean. Raises BadCalendarData where not even that can be said.
    """
    reader = _Reader(file, zone, between, frozenset(each.lower() for each in own), patience or Patience())
    return tuple(block for block in reader.blocks() if block.when.meets(between))


def when_is(file: CalendarFile, event: Component, zone: ZoneInfo) -> Interval:
    """The time of one event, the first of a series. Raises BadCalendarData."""
    try:
        found = _Reader(file, zone).when(event)
    except UNTOLD as problem:
        raise BadCalendarData("an event does not say when it is") from problem
    if found is None:
        raise BadCalendarData("an event has no length")
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    file: CalendarFile
    zone: ZoneInfo
    between: Interval = ALWAYS
    own: Collection[str] = ()
    patience: Patience = field(default_factory=Patience)

    def blocks(self) -> Iterator[Block]:
        for group in self._groups():
            if group[0].kind == "VFREEBUSY":
                yield from self._free_busy(group[0])
            elif len(group) == 1 and not _recurs(group[0]):
                yield from self._single(group[0])
            else:
                yield from self._series(group)

    def when(self, event: Component) -> Interval | None:
        """None where it has no length."""
        return self._interval(self._start(event), self._end(event))

    def _groups(self) -> Iterable[Sequence[Component]]:
        """An event together with its moved occurrences; what has no UID stands alone."""
        together: defaultdict[str, list[Component]] = defaultdict(list)
        alone: list[Sequence[Component]] = []
        for each in self.file.components:
            uid = each.text("UID")
            if each.kind == "VFREEBUSY" or not uid or not self._fits_in(each):
                alone.append((each,))
            else:
                together[uid].append(each)
        return (*alone, *together.values())

    def _fits_in(self, event: Component) -> bool:
        """Of which occurrence it is has to be readable; else it stands beside the series, and both take time."""
        stated = event.first("RECURRENCE-ID")
        try:
            return stated is None or bool(self.file.moment(stated))
        except BadCalendarData:
            return False

    def _single(self, event: Component) -> Iterator[Block]:
        show = _show(event, self.own)
        if show is None or event.first("DTSTART") is None:
            return
        try:
            when, all_day = self.when(event), not isinstance(self._start(event), datetime)
        except UNTOLD:
            yield self._unknown(event)
            return
        if when:
            yield Block(when, show, all_day, event.text("UID"))

    def _series(self, group: Sequence[Component]) -> Iterator[Block]:
        told = [each for each in group if each.first("DTSTART") is not None]
        calendar = Calendar()
        try:
            for number, event in enumerate(told):
                calendar.add_component(self._written(event, number))
            found = of(calendar).between(self.between.start - 2 * ONE_DAY, self.between.end + 2 * ONE_DAY)
            blocks = [self._occurrence(each, told) for each in found]
        except UNTOLD:
            blocks = [self._unknown(each) for each in told if _show(each, self.own)]
        yield from (block for block in blocks if block)

    def _occurrence(self, found: Event, told: Sequence[Component]) -> Block | None:
        event = told[int(str(found["X-NUMBER"]))]
        show = _show(event, self.own)
        when = self._interval(found.start, found.end)
        if show is None or when is None:
            return None
        return Block(when, show, not isinstance(found.start, datetime), event.text("UID"))

    def _written(self, event: Component, number: int) -> Event:
        """The event for the package that unfolds recurrences: with every zone known and every rule bounded."""
        start = self._start(event)
        written = Event()
        written.add("x-number", str(number))
        written.add("uid", event.text("UID") or str(number))
        written.add("dtstart", start)
        written.add("dtend", self._end(event))
        written.add("sequence", int(event.text("SEQUENCE") or 0))
        for rule in event.properties.get("RRULE", ()):
            within = bounded(rule.value, start, self.between.end + 2 * ONE_DAY, self.zone, self.patience)
            written.add("rrule", vRecur.from_ical(within))
        for each in self._moments(event, "EXDATE", strict=False):
            written.add("exdate", each)
        for each in self._moments(event, "RDATE", strict=True):
            written.add("rdate", [each])
        if stated := event.first("RECURRENCE-ID"):
            future = stated.params.get("RANGE", "").upper() == "THISANDFUTURE"
            written.add("recurrence-id", self._moment(stated), {"RANGE": "THISANDFUTURE"} if future else {})
        return written

    def _moments(
        self, event: Component, name: str, *, strict: bool
    ) -> Iterator[Moment | tuple[Moment, Moment | timedelta]]:
        """What is added has to be read; what is left out and cannot be read takes time as before."""
        for stated in _each(event, name):
            try:
                yield self._period(stated) if "/" in stated.value else self._moment(stated)
            except BadCalendarData:
                if strict:
                    raise

    def _period(self, stated: Property) -> tuple[datetime, datetime]:
        first, _, second = stated.value.partition("/")
        start = self._instant(self._moment(Property(stated.params, first)))
        if second[:1] in "+Pp":
            return start, start + length(second)
        return start, self._instant(self._moment(Property(stated.params, second)))

    def _moment(self, stated: Property) -> Moment:
        """With a zone where it is a time: one that names none is on the owner's clock."""
        found = self.file.moment(stated)
        if isinstance(found, datetime) and found.tzinfo is None:
            return found.replace(tzinfo=self.zone)
        return found

    def _start(self, event: Component) -> Moment:
        stated = event.first("DTSTART")
        if stated is None:
            raise BadCalendarData("an event does not say when it begins")
        return self._moment(stated)

    def _end(self, event: Component) -> Moment:
        """Of a day the next one, of a time the same, where nothing is said (RFC 5545 §3.6.1)."""
        if stated := event.first("DTEND"):
            return self._moment(stated)
        start = self._start(event)
        if stated := event.first("DURATION"):
            lasts = length(stated.value)
            if isinstance(start, datetime):
                # Days are counted on the clock, hours by the time that passes.
                days = timedelta(days=lasts.days)
                return ((start + days).astimezone(UTC) + (lasts - days)).astimezone(start.tzinfo)
            return start + lasts if lasts % ONE_DAY == timedelta() else self._instant(start) + lasts
        return start if isinstance(start, datetime) else start + ONE_DAY

    def _interval(self, start: Moment, end: Moment) -> Interval | None:
        begins, ends = self._instant(start), self._instant(end)
        if ends < begins:
            raise BadCalendarData("an event ends before it begins")
        return Interval(begins, ends) if begins < ends else None

    def _instant(self, moment: Moment) -> datetime:
        if not isinstance(moment, datetime):
            return instant_of(moment, MIDNIGHT, self.zone)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def _unknown(self, event: Component) -> Block:
        """All the time that an event may take of which only the day can be seen."""
        days = [each for name in ("DTSTART", "DTEND") for each in _days_in(event, name)]
        if not days:
            raise BadCalendarData("an event says nothing readable about when it is")
        start = datetime.combine(min(days), time(), UTC) - FAR
        end = datetime.combine(max(days), time(), UTC) + ONE_DAY + FAR
        if "RRULE" in event.properties:
            end = max(end, self.between.end)
        return Block(Interval(start, end), _show(event, self.own) or Show.BUSY, uid=event.text("UID"))

    def _free_busy(self, published: Component) -> Iterator[Block]:
        """A calendar that publishes no events, but only when its owner is busy."""
        for stated in _each(published, "FREEBUSY"):
            show = FREE_BUSY.get(stated.params.get("FBTYPE", "BUSY").upper(), Show.BUSY)
            start, end = self._period(stated)
            if start < end:
                yield Block(Interval(start, end), show)


def _each(event: Component, name: str) -> Iterator[Property]:
    """One by one what stands on one line or on several."""
    for stated in event.properties.get(name, ()):
        yield from (Property(stated.params, value) for value in stated.value.split(",") if value.strip())


def _recurs(event: Component) -> bool:
    return "RRULE" in event.properties or "RDATE" in event.properties


def _show(event: Component, own: Collection[str]) -> Show | None:
    """How it shows to others; None if it does not take place."""
    if event.word("STATUS") == "CANCELLED":
        return None
    mine = [each for each in event.properties.get("ATTENDEE", ()) if each.address in own]
    answers = {each.params.get("PARTSTAT", "NEEDS-ACTION").upper() for each in mine}
    if answers and answers <= {"DECLINED", "DELEGATED"}:
        return Show.DECLINED
    said = MICROSOFT.get(event.word("X-MICROSOFT-CDO-BUSYSTATUS"))
    if said is None:
        said = Show.FREE if event.word("TRANSP") == "TRANSPARENT" else Show.BUSY
    unsure = event.word("STATUS") == "TENTATIVE" or bool(answers & {"TENTATIVE", "NEEDS-ACTION"})
    return Show.TENTATIVE if said is Show.BUSY and unsure else said


def _days_in(event: Component, name: str) -> Iterator[date]:
    stated = event.first(name)
    digits = "".join(each for each in stated.value if each.isascii() and each.isdigit())[:8] if stated else ""
    try:
        day = datetime.strptime(digits, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return
    yield min(max(day, LONG_AGO), FAR_OFF)

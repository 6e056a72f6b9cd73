"""An iCalendar file (RFC 5545) taken apart, and the days and instants it names, in whatever dialect it is written.

The icalendar package would do the first half, but as it reads, it keeps every VTIMEZONE for good under its name, so the
"Customized Time Zone" of one file would rule the next one's; and one bad line loses it the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from io import StringIO

from dateutil.tz import tzical  # type: ignore[import-untyped]

from integrations.calendars.zones import zone_of

MAILTO = re.compile(r"(?i)^mailto:")

_FOLD = re.compile(rb"\r?\n[ \t]")
_BREAK = re.compile(r"[\r\n]+")
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^=;:"]+=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAM = re.compile(r';([^=;:"]+)=((?:"[^"]*"|[^";:])*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.IGNORECASE)
_N = r"(\d{1,9})"
_LENGTH = re.compile(rf"\+?P(?:{_N}W)?(?:{_N}D)?(?:T(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?", re.IGNORECASE)


class BadCalendarData(ValueError):
    """What came cannot be read as a calendar; the message says why, in words for a log or a recruiter."""


@dataclass(frozen=True, slots=True)
class Property:
    params: Mapping[str, str]  # names in capitals
    value: str

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value).strip()

    @property
    def address(self) -> str:
        """Whose it is, as an address in lower case. Exchange writes others than mailto: and puts that into EMAIL."""
        bare = MAILTO.sub("", self.value.strip())
        return (bare if "@" in bare else self.params.get("EMAIL", bare)).lower()


@dataclass(frozen=True, slots=True)
class Component:
    """One VEVENT or VFREEBUSY, without what is inside it (alarms)."""

    kind: str
    properties: Mapping[str, Sequence[Property]]

    def first(self, name: str) -> Property | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        found = self.first(name)
        return found.text if found else ""

    def word(self, name: str) -> str:
        return self.text(name).upper()


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A VCALENDAR. `whole` only if it has its end: half a file would make half a week look free."""

    method: str
    components: Sequence[Component]
    whole: bool
    _zones: Mapping[str, str] = field(default_factory=dict, repr=False)  # each VTIMEZONE as it came, by its TZID
    _made: dict[str, tzinfo] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, data: bytes) -> CalendarFile:
        """Whatever can be read of it. Never raises: of what is no calendar at all nothing is whole."""
        parts = _Parts()
        for line, name, params, value in _lines(data):
            parts.take(line, name, params, value)
        zones = {_tzid(each): "\n".join(each) for each in parts.zones}
        return cls(parts.method, parts.components, parts.ended, zones)

    def moment(self, stated: Property) -> datetime | date:
        """An instant (aware), a time on the owner's own clock (naive), or a day. Raises BadCalendarData."""
        found = moment(stated.value.strip())
        if not isinstance(found, datetime) or found.tzinfo or not (name := stated.params.get("TZID", "")):
            return found
        return found.replace(tzinfo=self.zone(name))

    def instant(self, stated: Property) -> datetime:
        """The same where only an instant will do, in UTC."""
        found = self.moment(stated)
        if not isinstance(found, datetime):
            raise BadCalendarData(f"a day but no time: {stated.value.strip()}")
        if found.tzinfo is None:
            raise BadCalendarData(f"a time but no time zone: {stated.value.strip()}")
        try:
            return found.astimezone(UTC)
        except (OverflowError, ValueError):  # beyond the calendar, or in a zone of their own a day and more from UTC
            raise BadCalendarData(f"a time that does not exist: {stated.value.strip()}") from None

    def zone(self, name: str) -> tzinfo:
        """What a TZID means: a name that is known everywhere, or a zone that came along in the file."""
        if name not in self._made:
            self._made[name] = zone_of(name) or self._brought(name)
        return self._made[name]

    def _brought(self, name: str) -> tzinfo:
        cleaned = name.strip().strip('"')
        if cleaned not in self._zones:
            raise BadCalendarData(f"the time zone {name!r} is not known")
        return _custom_zone(cleaned, self._zones[cleaned])


def moment(words: str) -> datetime | date:
    """A DATE or DATE-TIME as it stands there: aware only in UTC. Raises BadCalendarData."""
    found = _WHEN.fullmatch(words)
    if not found:
        raise BadCalendarData(f"this is no time: {words[:40]}")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return day
        # 24:00:00 and a leap second are written by some; both are over within the second.
        clock = timedelta(hours=_up_to(24, found[4]), minutes=_up_to(59, found[5]), seconds=_up_to(60, found[6]))
        return datetime.combine(day, time(), UTC if found[7] else None) + clock
    except (ValueError, OverflowError):
        raise BadCalendarData(f"a time that does not exist: {words}") from None


def length(words: str) -> timedelta:
    """A DURATION. Raises BadCalendarData; one that goes backwards is none."""
    found = _LENGTH.fullmatch(words.strip())
    if not found or not any(found.groups()):
        raise BadCalendarData(f"this is no length of time: {words.strip()[:40]}")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise BadCalendarData(f"this is no length of time: {words.strip()[:40]}") from None


KEPT = ("VEVENT", "VFREEBUSY")
BESIDE = (*KEPT, "VTIMEZONE", "VTODO", "VJOURNAL")  # these stand side by side, never within each other
DEEPEST = 10  # three are enough for whatever the RFC knows


class _Parts:
    """The file as it goes by, line by line. A component without its end ends where the next one begins."""

    def __init__(self) -> None:
        self.method = ""
        self.components: list[Component] = []
        self.zones: list[list[str]] = []
        self.ended = False
        self._astray = False
        self._inside: list[str] = []
        self._own: dict[str, list[Property]] = {}

    def take(self, line: str, name: str, params: str, value: str) -> None:
        kind = value.strip().upper()
        if name == "BEGIN":
            self._begin(kind)
        if "VTIMEZONE" in self._inside and name in _ZONE_LINES:
            self.zones[-1].append(line)
        if name == "END":
            self._end(kind)
        elif self._inside == ["VCALENDAR"] and name == "METHOD":
            self.method = kind
        elif len(self._inside) == 2 and self._inside[1] in KEPT and name != "BEGIN":
            self._own.setdefault(name, []).append(Property(_params(params), value))

    def _begin(self, kind: str) -> None:
        if kind in BESIDE and len(self._inside) > 1:
            self._end(self._inside[1])
        if len(self._inside) == DEEPEST:
            # A million of them within each other would keep us busy for days; of such a file nothing is whole.
            self._astray = True
            return
        self._inside.append(kind)
        self.ended = False
        if len(self._inside) == 2:
            self._own = {}
        if kind == "VTIMEZONE":
            self.zones.append([])

    def _end(self, kind: str) -> None:
        if kind not in self._inside:
            return
        while self._inside:
            last, depth = self._inside.pop(), len(self._inside)
            if depth == 1 and last in KEPT:
                self.components.append(Component(last, self._own))
            if last == kind:
                break
        self.ended = kind == "VCALENDAR" and not self._inside and not self._astray


def _lines(data: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Each line that is one: whole, then its name, its parameters still together, and its value."""
    unfolded = _FOLD.sub(b"", data)
    try:
        text = unfolded.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = unfolded.decode("cp1252", "replace")
    for line in _BREAK.split(text):
        found = _LINE.fullmatch(line)
        if found:  # a broken line somewhere does not make the rest unreadable
            yield line, found[1].upper(), found[2], found[3]


def _params(together: str) -> Mapping[str, str]:
    if not together:
        return {}
    return {name.strip().upper(): value.strip().strip('"') for name, value in _PARAM.findall(together)}


def _up_to(most: int, digits: str) -> int:
    if int(digits) > most:
        raise ValueError
    return int(digits)


_ZONE_LINES = frozenset({"BEGIN", "END", "TZID", "X-LIC-LOCATION", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE"})
_YEARLY = re.compile(r"RRULE:(?=.*FREQ=YEARLY)(?:(?:FREQ|INTERVAL|UNTIL|COUNT|BYMONTH|BYDAY|BYMONTHDAY|WKST)=[^;]*;?)+")


def _tzid(lines: Sequence[str]) -> str:
    named = next((line for line in lines if line.upper().startswith("TZID")), "")
    return named.partition(":")[2].strip().strip('"')


def _custom_zone(name: str, text: str) -> tzinfo:
    lines = text.splitlines()
    place = next((line for line in lines if line.upper().startswith("X-LIC-LOCATION:")), "")
    if known := zone_of(place.partition(":")[2]):
        return known
    rules = [line for line in lines if line.upper().startswith("RRULE")]
    if len(rules) > 20 or not all(_YEARLY.fullmatch(rule.strip().upper()) for rule in rules):
        # A rule by the second would keep us busy until the year 9999.
        raise BadCalendarData(f"the time zone {name!r} changes in a way no time zone does")
    try:
        zone = tzical(StringIO("\n".join(line for line in lines if line is not place))).get()
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as problem:
        raise BadCalendarData(f"the time zone {name!r} cannot be read") from problem
    assert isinstance(zone, tzinfo)
    return zone

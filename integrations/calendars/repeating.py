"""Rules of repetition (RRULE) made safe to unfold: each ends where we look no further, and none takes for ever."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from integrations.calendars.reading import BadCalendarData, moment

# How far one step of the unfolding reaches, a step of every kind costing about the same.
UNITS = {
    "YEARLY": timedelta(days=24),
    "MONTHLY": timedelta(days=3),
    "WEEKLY": timedelta(days=3),
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
ONE_RULE = 200_000  # steps: more than every day of five hundred years
OFTEN = 6  # times as much does a step cost that gives an occurrence, more than one a day
FRUITLESS = 100_000  # what it costs to look on to the year 9999 for a day that never comes
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(slots=True)
class Patience:
    """The steps that are left for all the rules of a file."""

    steps: int = 300_000  # a few seconds; somebody waits for it, and then nobody does

    def spend(self, steps: int) -> None:
        if steps > ONE_RULE or steps > self.steps:
            raise BadCalendarData("an event repeats so often that nobody could keep it")
        self.steps -= steps


def bounded(rule: str, start: datetime | date, horizon: datetime, zone: ZoneInfo, patience: Patience) -> str:
    """The same rule up to `horizon`, ended by UNTIL and never by COUNT: whoever counts looks on to the year 9999.

    Raises BadCalendarData where it cannot be read, or repeats so often that nobody could keep it.
    """
    parts = _parts(rule)
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    first = _aware(start, zone)
    last = max(first, min(horizon, _end_of(until, start, zone) if until else horizon))
    patience.spend(_steps(parts, last - first) + _vain(parts, first))
    if count:
        drawn = list(islice(_unfolded(parts, start, last, zone), _number(count)))
        if len(drawn) == _number(count):
            last = _aware(drawn[-1], zone)
    return _words(parts, start, last, zone)


def _parts(rule: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in rule.strip().strip(";").upper().split(";"))
    parts = {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("X-")}
    if parts.get("FREQ") not in UNITS:
        raise BadCalendarData("a rule does not say how often")
    parts["INTERVAL"] = str(_number(parts.get("INTERVAL", "1")))
    return parts


def _number(words: str) -> int:
    if not words.isascii() or not words.isdecimal() or int(words[:9]) == 0:
        raise BadCalendarData(f"a rule counts by {words[:20]!r}")
    return int(words[:9])


def _steps(parts: dict[str, str], span: timedelta) -> int:
    """How many times at most the unfolding goes round."""
    unit = UNITS[parts["FREQ"]]
    if parts["FREQ"] not in ("YEARLY", "MONTHLY", "WEEKLY"):
        unit *= int(parts["INTERVAL"])
    each_time = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        each_time *= parts.get(name, "").count(",") + 1
    often = OFTEN if each_time > 1 or unit < UNITS["DAILY"] else 1
    return (span // unit + 1) * each_time * often


def _vain(parts: dict[str, str], first: datetime) -> int:
    """What the unfolding may spend beyond: it knows no end while it finds no day (30 February), UNTIL or not."""
    if _surely_comes(parts) or _agrees(parts, first):
        return 0
    return FRUITLESS if parts["FREQ"] in ("YEARLY", "MONTHLY", "WEEKLY") else ONE_RULE


def _surely_comes(parts: dict[str, str]) -> bool:
    days = {name for name in parts if name.startswith("BY")} - {"BYHOUR", "BYMINUTE", "BYSECOND"}
    match parts["FREQ"]:
        case "MONTHLY":
            ordinals = [each[:-2] for each in parts.get("BYDAY", "").split(",")] + parts.get("BYSETPOS", "").split(",")
            return days <= {"BYDAY", "BYSETPOS"} and all(each.strip("+-") in ("", *"1234") for each in ordinals)
        case "WEEKLY":
            return days <= {"BYDAY"}
        case "YEARLY":
            return not days
        case _:
            return not days or (days <= {"BYDAY"} and parts["INTERVAL"] == "1")


def _agrees(parts: dict[str, str], first: datetime) -> bool:
    """Does the first day follow the rule itself? Then there are others like it."""
    if parts.keys() & {"BYYEARDAY", "BYWEEKNO", "BYEASTER", "BYSETPOS"}:
        return False
    last = monthrange(first.year, first.month)[1]
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return (
        _lists(parts, "BYMONTH", first.month)
        and (_lists(parts, "BYMONTHDAY", first.day) or _lists(parts, "BYMONTHDAY", first.day - last - 1))
        and (not days or DAYS[first.weekday()] in {each[-2:] for each in days})
        and all(each[:-2].strip("+-") in ("", *"12345") for each in days)
    )


def _lists(parts: dict[str, str], name: str, number: int) -> bool:
    return name not in parts or number in {int(each) for each in parts[name].split(",")}


def _unfolded(parts: dict[str, str], start: datetime | date, last: datetime, zone: ZoneInfo) -> Iterable[datetime]:
    begin = start if isinstance(start, datetime) else datetime.combine(start, time())
    rule: Iterable[datetime] = rrulestr(_words(parts, start, last, zone), dtstart=begin)
    return rule


def _words(parts: dict[str, str], start: datetime | date, last: datetime, zone: ZoneInfo) -> str:
    if isinstance(start, datetime):
        until = last.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    else:
        until = last.astimezone(zone).strftime("%Y%m%d")
    return ";".join(f"{name}={value}" for name, value in {**parts, "UNTIL": until}.items())


def _end_of(until: str, start: datetime | date, zone: ZoneInfo) -> datetime:
    """A day is meant to its end, whatever the event; some calendars write one where a time is due."""
    found = moment(until)
    own = start.tzinfo if isinstance(start, datetime) else None
    if not isinstance(found, datetime):
        found = datetime.combine(found, time(23, 59, 59))
    return found if found.tzinfo else found.replace(tzinfo=own or zone)


def _aware(found: datetime | date, zone: ZoneInfo) -> datetime:
    if not isinstance(found, datetime):
        found = datetime.combine(found, time())
    return found if found.tzinfo else found.replace(tzinfo=zone)

"""The firm's rules as people write them: `nudge_after: [24h, 2d]`, `quiet_hours: 21:00-08:00`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import time, timedelta
from difflib import get_close_matches
from typing import Any, get_type_hints

from dialogs.negotiation.facts import Rules
from dialogs.outreach.quiet import QuietHours
from dialogs.scheduling.firm_days import Closed, Lunch, Region

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=366)
A_DAY = timedelta(days=1)


class BadRule(ValueError):
    """A rule is not known, or its value is not one; the message is for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    meaning: str
    default: str


def described() -> Iterator[Rule]:
    """Every rule with its meaning and default, for the docs and `askarsan settings`."""
    hints = get_type_hints(Rules, include_extras=True)
    for field in fields(Rules):
        yield Rule(field.name, hints[field.name].__metadata__[0], shown(getattr(Rules(), field.name)))


def rules_from(given: Mapping[str, str | tuple[str, ...]], base: Rules | None = None) -> Rules:
    """The rules with what was given in place of the defaults. Raises BadRule."""
    known = [field.name for field in fields(Rules)]
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
            raise BadRule(f"there is no setting {name}; {hint}")
        default = getattr(Rules(), name)
        try:
            changes[name] = _parsed(default, value)
        except ValueError as error:
            raise BadRule(f"{name}: {error}") from error
    if A_DAY % changes.get("grid", A_DAY):
        raise BadRule("grid: a day can not be cut into steps of that length; write 5m, 10m, 15m, 20m, 30m or 1h")
    return replace(base or Rules(), **changes)


def duration(text: str) -> timedelta:
    """`90m`, `24h`, `2d`, `1d 12h`. Raises ValueError in the reader's words."""
    parts = re.findall(r"(\d+)\s*([mhdw])", text.strip().lower())
    if not parts or re.sub(r"\d+\s*[mhdw]|[\s,]", "", text.strip().lower()):
        raise ValueError(f"{text!r} is no length of time; write 30m, 24h or 2d")
    length = sum(
        (timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts if int(number) < 10**6), timedelta()
    )
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"{text!r} is not between a minute and a year")
    return length


def shown(value: object) -> str:
    match value:
        case timedelta():
            minutes = int(value.total_seconds()) // 60
            if not minutes:
                return "none"
            for size, unit in ((1440, "d"), (60, "h")):
                if minutes % size == 0:
                    return f"{minutes // size}{unit}"
            return f"{minutes}m"
        case tuple():
            return ", ".join(map(shown, value))
        case QuietHours():
            return f"{value.start:%H:%M}-{value.end:%H:%M}"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _parsed(default: object, value: str | tuple[str, ...]) -> object:
    if isinstance(default, tuple):
        several = (
            value if isinstance(value, tuple) else tuple(each.strip() for each in value.split(",") if each.strip())
        )
        return tuple(duration(each) for each in several)
    if isinstance(value, tuple) and isinstance(default, Closed):
        value = ", ".join(value)
    if isinstance(value, tuple):
        raise ValueError("one value is needed, not a list")
    if not default and not isinstance(default, bool) and value.strip().lower() in ("0", "0m", "none", "off"):
        return default
    return PARSERS[type(default)](value)


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text.strip()) or int(text) < 1:
        raise ValueError(f"{text!r} is no whole number from 1 to 999")
    return int(text)


def _truth(text: str) -> bool:
    known = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.strip().lower() not in known:
        raise ValueError(f"{text!r} is neither true nor false")
    return known[text.strip().lower()]


def _quiet(text: str) -> QuietHours:
    if text.strip().lower() in ("none", "never", "off"):
        return QuietHours(time(0), time(0))
    try:
        start, end = (time.fromisoformat(each.strip().zfill(5)) for each in re.split("[-–]", text))
    except ValueError as error:
        raise ValueError(f"{text!r} are no hours; write 21:00-08:00, or none") from error
    return QuietHours(start, end)


PARSERS: dict[type, Callable[[str], object]] = {
    timedelta: duration,
    int: _whole,
    bool: _truth,
    QuietHours: _quiet,
    Closed: Closed.parse,
    Region: Region.parse,
    Lunch: Lunch.parse,
}

"""Candidates read from a sheet: every value checked, every error told by its line, nothing half done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from integrations.channels.base import NAMES
from integrations.trackers.sheet import BadSheet, LineError, filled

COLUMNS = ("name", "email", "phone", "timezone", "locale", "channels", "consent", "job", "company")
NEEDED_FOR = {"whatsapp": "phone", "sms": "phone", "email": "email"}

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate of the sheet, every value checked and written one way. Empty is None or ()."""

    line: int
    name: str
    email: str | None = None
    phone: str | None = None  # E.164
    timezone: str | None = None  # IANA
    locale: str | None = None  # BCP 47
    channels: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    job: str | None = None
    company: str | None = None


def read_candidates(path: Path) -> list[CandidateRow]:
    """Every candidate of a .csv or .xlsx file. Raises BadSheet with all that is wrong, not only the first."""
    (top, header), *lines = filled(path, COLUMNS)
    names = [name.lower() for name in header]
    read = [_Reader(number, names, cells) for number, cells in lines]
    rows = [reader.row() for reader in read]
    wrong_below = [error for reader in read for error in reader.errors]
    errors = [*_wrong_in_header(top, names), *wrong_below, *_doubled(rows)]
    if not rows:
        errors.append(LineError(0, "", "there is a header but no candidate below it"))
    if errors:
        raise BadSheet(sorted(errors, key=lambda error: error.line))
    return rows


def _wrong_in_header(line: int, names: Sequence[str]) -> Iterator[LineError]:
    for name in dict.fromkeys(names):
        if name and name not in COLUMNS:
            yield LineError(line, name, f"unknown column; {_nearest(name, COLUMNS)}")
        elif name and names.count(name) > 1:
            yield LineError(line, name, "stands there twice")
    if "name" not in names:
        yield LineError(line, "name", "this column is missing")
    if not {"email", "phone"} & {*names}:
        yield LineError(line, "", "there is neither an email nor a phone column")


def _nearest(word: str, choices: Sequence[str]) -> str:
    near = get_close_matches(word, choices, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(choices)}"


class _Reader:
    """Reads one line; what is wrong gathers in `errors`."""

    def __init__(self, line: int, names: Sequence[str], cells: Sequence[str]) -> None:
        self.errors: list[LineError] = []
        self._line = line
        # A spreadsheet leaves out the empty cells at the end of a line.
        self._cells = dict(zip_longest(names, cells[: len(names)], fillvalue=""))
        if any(cells[len(names) :]):
            self._wrong("", "has more cells than the header")

    def row(self) -> CandidateRow:
        row = CandidateRow(
            line=self._line,
            name=self._cells.get("name", ""),
            email=self._checked("email", _email),
            phone=self._checked("phone", _phone),
            timezone=self._checked("timezone", _timezone),
            locale=self._checked("locale", _locale),
            channels=self._checked("channels", _channels) or (),
            consent=self._checked("consent", _channels) or (),
            job=self._cells.get("job") or None,
            company=self._cells.get("company") or None,
        )
        if self._cells.get("name") == "":
            self._wrong("name", "is missing")
        self._check_reachable(row)
        return row

    def _checked(self, column: str, check: Callable[[str], Value]) -> Value | None:
        cell = self._cells.get(column, "")
        try:
            return check(cell) if cell else None
        except ValueError as error:
            self._wrong(column, str(error))
            return None

    def _check_reachable(self, row: CandidateRow) -> None:
        addresses = [self._cells[column] for column in ("email", "phone") if column in self._cells]
        if addresses and not any(addresses):
            self._wrong("", "neither email nor phone: nobody could reach this candidate")
            return
        for channel in row.channels:
            needed = NEEDED_FOR.get(channel)
            if needed and not self._cells.get(needed):
                self._wrong("channels", f"{channel} needs the {needed}, which is empty")

    def _wrong(self, column: str, message: str) -> None:
        self.errors.append(LineError(self._line, column, message))


def _email(cell: str) -> str:
    try:
        return validate_email(cell, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{cell!r} is no email address: {error}") from None


def _phone(cell: str) -> str:
    if not cell.startswith("+"):
        raise ValueError(f"{cell!r} must begin with + and the country, like +351912345678")
    try:
        number = phonenumbers.parse(cell)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{cell!r} is no phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(f"{cell!r} is no phone number anybody has")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


def _timezone(cell: str) -> str:
    if zone := _zones().get(cell.lower().replace(" ", "_")):
        return zone
    raise ValueError(f"unknown time zone {cell!r}; {_nearest_zone(cell)}")


def _nearest_zone(cell: str) -> str:
    wanted = cell.lower().replace(" ", "_")
    # People write the city alone.
    cities = {name.rpartition("/")[2]: zone for name, zone in _zones().items() if "/" in name}
    by_city = [cities[city] for city in get_close_matches(wanted, cities, n=3)]
    by_name = [_zones()[name] for name in get_close_matches(wanted, _zones(), n=3)]
    near = list(dict.fromkeys(by_city + by_name))[:3]
    return f"did you mean {' or '.join(near)}?" if near else "write it like Europe/Lisbon"


def _locale(cell: str) -> str:
    try:
        return str(Locale.parse(cell.replace("_", "-"), sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"unknown language {cell!r}; write it like en, pt or en-GB") from None


def _channels(cell: str) -> tuple[str, ...]:
    named = dict.fromkeys(filter(None, re.split(r"[\s,;|/]+", cell.lower())))
    for name in named:
        if name not in NAMES:
            raise ValueError(f"unknown channel {name!r}; {_nearest(name, NAMES)}")
    return tuple(named)


def _doubled(rows: Sequence[CandidateRow]) -> Iterator[LineError]:
    for column in ("email", "phone"):
        first: dict[str, int] = {}
        for row in rows:
            value = getattr(row, column)
            if value and first.setdefault(value.lower(), row.line) != row.line:
                yield LineError(row.line, column, f"{value} stands in line {first[value.lower()]} already")

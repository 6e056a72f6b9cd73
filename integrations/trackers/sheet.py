"""Sheets: the tracker written to .xlsx or .csv, and candidates read from either."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import python_calamine
import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from integrations import contact
from integrations.trackers.base import Row, columns

WIDEST = 40  # characters; longer texts are read in their cell
COLUMNS = ("name", "email", "phone", "timezone", "locale", "channels", "consent", "job", "company")
ALSO_CALLED = {"language": "locale"}
NEEDED_FOR = {"whatsapp": "phone", "sms": "phone", "phone": "phone", "email": "email"}

Line = tuple[int, list[str]]  # its number and its cells
Value = TypeVar("Value")


# Written


def export(rows: Sequence[Row], path: Path) -> None:
    """Writes the tracker; what stood at the path is replaced as a whole or not at all.

    Raises ValueError where the name ends neither in .xlsx nor in .csv, or is that of a folder.
    """
    if path.is_dir():
        raise ValueError(f"{path} is a folder: a tracker is written to a file that ends in .xlsx or .csv")
    write = {".xlsx": _write_xlsx, ".csv": _write_csv}.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"{path.name}: a tracker is written to a name that ends in .xlsx or .csv")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        write(columns(rows), rows, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_xlsx(names: Sequence[str], rows: Sequence[Row], path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Tracker")
        bold = book.add_format({"bold": True, "bottom": 1})
        for at, name in enumerate(names):
            sheet.write_string(0, at, name, bold)
            # As text, never as a formula, whatever it begins with.
            for line, row in enumerate(rows, 1):
                sheet.write_string(line, at, row.get(name, ""))
            longest = max(len(text) for text in [name, *(row.get(name, "") for row in rows)])
            sheet.set_column(at, at, min(longest, WIDEST) + 2)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _write_csv(names: Sequence[str], rows: Sequence[Row], path: Path) -> None:
    # Excel takes a file without a byte order mark for the local code page.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(map(_inert, names))
        lines.writerows([_inert(row.get(name, "")) for name in names] for row in rows)


def _inert(cell: str) -> str:
    """Never a formula to a spreadsheet (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# Read, line by line


@dataclass(frozen=True, slots=True)
class LineError:
    line: int  # as a text editor or a spreadsheet counts; 0: the whole file
    column: str  # empty: the whole line
    message: str

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        return ": ".join([*place, *([self.column] if self.column else []), self.message])


class BadSheet(ValueError):
    """The sheet cannot be taken as it is; nothing of it was."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(map(str, errors)))


def _filled(path: Path) -> list[Line]:
    """The lines with something in them, the header first."""
    try:
        if path.is_dir():
            raise BadSheet([LineError(0, "", f"{path} is a folder, and neither a .csv nor an .xlsx file")])
        if path.suffix.lower() == ".xlsx":
            numbered = _xlsx_lines(path)
        elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
            numbered = _csv_lines(path)
        else:
            raise BadSheet([LineError(0, "", f"{path.name} is neither a .csv nor an .xlsx file")])
        lines = [(number, cells) for number, cells in numbered if any(cells)]
    except OSError as error:
        raise BadSheet([LineError(0, "", f"{path} cannot be opened: {error.strerror or error}")]) from error
    if not lines:
        raise BadSheet([LineError(0, "", f"{path.name} is empty")])
    return lines


def _xlsx_lines(path: Path) -> Iterator[Line]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
        sheet = book.get_sheet_by_index(0)
    except (python_calamine.CalamineError, IndexError) as error:
        raise BadSheet([LineError(0, "", f"{path.name} cannot be read as an .xlsx file")]) from error
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        yield number, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    # A spreadsheet keeps a number that was typed, also a phone number, as a float.
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _shown(str(cell).strip())


def _csv_lines(path: Path) -> Iterator[Line]:
    text = _decoded(path)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    number = 1
    try:
        for cells in reader:
            yield number, [_text(cell) for cell in cells]
            number = reader.line_num + 1  # a quoted cell may run over several lines
    except csv.Error as error:
        raise BadSheet([LineError(number, "", f"cannot be read: {error}")]) from error


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    # What Excel writes: "Unicode text", "CSV UTF-8", and plain "CSV" on a Western Windows.
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet([LineError(0, "", f"{path.name} is no text: save it as CSV UTF-8")])


def _delimiter(text: str) -> str:
    """The one that cuts the header into most columns we know."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def found(delimiter: str) -> int:
        return sum(
            cell.strip().lower() in {*COLUMNS, *ALSO_CALLED}
            for cell in next(csv.reader([header], delimiter=delimiter), [])
        )

    return max((",", ";", "\t"), key=found)


def _shown(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reading +351… as a formula."""
    return cell[1:] if cell.startswith("'") and _inert(cell[1:]) == cell else cell


# Read, candidate by candidate


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
    (top, header), *lines = _filled(path)
    names = [ALSO_CALLED.get(name.lower(), name.lower()) for name in header]
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
            yield LineError(line, name, f"unknown column; {contact.nearest(name, COLUMNS)}")
        elif name and names.count(name) > 1:
            yield LineError(line, name, "stands there twice")
    if "name" not in names:
        yield LineError(line, "name", "this column is missing")
    if not {"email", "phone"} & {*names}:
        yield LineError(line, "", "there is neither an email nor a phone column")


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
            email=self._checked("email", contact.email),
            phone=self._checked("phone", contact.phone),
            timezone=self._checked("timezone", contact.timezone),
            locale=self._checked("locale", contact.locale),
            channels=self._checked("channels", contact.channels) or (),
            consent=self._checked("consent", contact.channels) or (),
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


def _doubled(rows: Sequence[CandidateRow]) -> Iterator[LineError]:
    for column in ("email", "phone"):
        first: dict[str, int] = {}
        for row in rows:
            value = getattr(row, column)
            if value and first.setdefault(value.lower(), row.line) != row.line:
                yield LineError(row.line, column, f"{value} stands in line {first[value.lower()]} already")

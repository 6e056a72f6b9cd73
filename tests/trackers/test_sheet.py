"""The tracker on disk opens in a spreadsheet as it is, and nothing in it is ever run."""

import csv
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from integrations.trackers.base import columns
from integrations.trackers.sheet import _filled, _inert, _shown, export

ROWS = [
    {"Candidate": "Ana Silva", "Job": "Data Engineer", "Company": "Acme", "Status": "confirmed"},
    {"Candidate": "Bo Åkesson", "Job": "Lead", "Company": "Acme", "Interview #10": "2026-03-04 15:00", "Owner": "Rita"},
    {"Candidate": '=HYPERLINK("http://evil.example")', "Interview #1": "-", "Job": "+1", "Company": "@x"},
]
HEADER = ["Candidate", "Job", "Company", "Status", *(f"Interview #{n}" for n in range(1, 11)), "Owner"]


def cells_of_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_there_is_a_column_for_every_round_in_order() -> None:
    assert columns(ROWS) == HEADER
    assert columns([]) == ["Candidate", "Job", "Company", "Status", "Interview #1"]


@pytest.mark.parametrize("name", ["tracker.xlsx", "tracker.csv", "Tracker.XLSX"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    export(ROWS, tmp_path / name)
    lines = [cells for _, cells in _filled(tmp_path / name)]
    assert lines == [HEADER, *([row.get(column, "") for column in HEADER] for row in ROWS)]


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    export(ROWS, tmp_path / "tracker.csv")
    last = cells_of_csv(tmp_path / "tracker.csv")[-1]
    assert last[:5] == ['\'=HYPERLINK("http://evil.example")', "'+1", "'@x", "", "'-"]


def test_no_cell_of_an_xlsx_is_a_formula(tmp_path: Path) -> None:
    export(ROWS, tmp_path / "tracker.xlsx")
    sheet = python_calamine.load_workbook(str(tmp_path / "tracker.xlsx")).get_sheet_by_index(0)
    assert sheet.to_python()[-1][0] == '=HYPERLINK("http://evil.example")'


@given(st.text())
def test_a_cell_is_inert_and_comes_back_as_it_was(cell: str) -> None:
    assert _inert(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    if cell[:1] != "'":
        assert _shown(_inert(cell)) == cell


def test_a_csv_tells_a_spreadsheet_its_encoding(tmp_path: Path) -> None:
    export(ROWS, tmp_path / "tracker.csv")
    assert (tmp_path / "tracker.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_empty_tracker_has_its_header(tmp_path: Path) -> None:
    for name in ("tracker.csv", "tracker.xlsx"):
        export([], tmp_path / name)
        assert [cells for _, cells in _filled(tmp_path / name)] == [columns([])]


def test_another_kind_of_file_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"tracker\.pdf: .* ends in \.xlsx or \.csv"):
        export(ROWS, tmp_path / "tracker.pdf")
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_before_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "tracker.csv"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        export([{"Candidate": "\ud800"}], path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]

"""A list of candidates is taken whole or not at all, and every fault is told by its line in plain words."""

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.channels.base import BY_HAND, NAMES
from integrations.trackers.sheet import BadSheet, CandidateRow, read_candidates

ANA = CandidateRow(
    line=2,
    name="Ana Silva",
    email="ana@mail.example",
    phone="+351912345678",
    timezone="Europe/Lisbon",
    locale="pt-PT",
    channels=("whatsapp", "email"),
    consent=("whatsapp",),
    job="Data Engineer",
    company="Acme",
)
HEADER = "Name,EMAIL,phone,Timezone,locale,channels,consent,job,company"
LINE = "Ana Silva,ana@mail.example,+351 912 345 678,europe/lisbon,pt_PT,whatsapp email,WhatsApp,Data Engineer,Acme"


def written(folder: Path, text: str | bytes, name: str = "candidates.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(BadSheet) as caught:
        read_candidates(path)
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_candidate_is_read_whatever_parts_the_columns(tmp_path: Path, delimiter: str) -> None:
    text = f"{HEADER}\n{LINE}\n".replace(",", delimiter)
    assert read_candidates(written(tmp_path, text)) == [ANA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_candidate_is_read_in_whatever_a_spreadsheet_saves(tmp_path: Path, encoding: str) -> None:
    text = "name,email\r\nJosé Núñez – Gómez,jose@mail.example\r\n".encode(encoding)
    assert read_candidates(written(tmp_path, text))[0].name == "José Núñez – Gómez"


def test_a_phone_number_typed_into_a_spreadsheet_loses_its_plus_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "candidates.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, ["name", "phone"])
        sheet.write_row(3, 0, ["Ana Silva", 351912345678])
        sheet.write_row(4, 0, ["Bo", "+4915112345678"])
    assert faults(path) == ["line 4: phone: '351912345678' must begin with + and the country, like +351912345678"]


def test_a_number_saved_with_an_apostrophe_is_a_number(tmp_path: Path) -> None:
    assert read_candidates(written(tmp_path, "name,phone\nAna,'+351912345678\n"))[0].phone == "+351912345678"


def test_columns_may_come_in_any_order_and_most_may_be_left_out(tmp_path: Path) -> None:
    assert read_candidates(written(tmp_path, "email,name\nana@mail.example,Ana\n")) == [
        CandidateRow(2, "Ana", "ana@mail.example")
    ]


@pytest.mark.parametrize(
    ("written_down", "tag"),
    [("pt-BR", "pt-BR"), ("pt_br", "pt-BR"), ("German", "de"), ("français", "fr"), ("Brazilian Portuguese", "pt-BR")],
)
def test_a_language_may_be_a_tag_or_a_name(tmp_path: Path, written_down: str, tag: str) -> None:
    (row,) = read_candidates(written(tmp_path, f"name,email,language\nAna,ana@mail.example,{written_down}\n"))
    assert row.locale == tag


def test_one_language_each(tmp_path: Path) -> None:
    text = "name,email,language,locale\nAna,ana@mail.example,de,fr\n"
    assert "line 1: locale: stands there twice" in faults(written(tmp_path, text))


def test_every_fault_is_told_at_once_by_its_line(tmp_path: Path) -> None:
    text = """name,email,phone,timezone,locale,channels
Ana,ana@,+351912345678,Lisbon,en,
,bo@mail.example,912345678,Europe/Berlin,klingonese,

Cy,cy@mail.example,+351000,zzz,en,fax
Di,,,,,
Ed,ed@mail.example,,,,sms
"""
    assert faults(written(tmp_path, text)) == [
        "line 2: email: 'ana@' is no email address: There must be something after the @-sign.",
        "line 2: timezone: unknown time zone 'Lisbon'; did you mean Europe/Lisbon?",
        "line 3: phone: '912345678' must begin with + and the country, like +351912345678",
        "line 3: locale: unknown language 'klingonese'; write it like en, pt or en-GB",
        "line 3: name: is missing",
        "line 5: phone: '+351000' is no phone number anybody has",
        "line 5: timezone: unknown time zone 'zzz'; write it like Europe/Lisbon",
        f"line 5: channels: unknown channel 'fax'; there is {', '.join((*NAMES, *BY_HAND))}",
        "line 6: neither email nor phone: nobody could reach this candidate",
        "line 7: channels: sms needs the phone, which is empty",
    ]


def test_a_mailbox_or_a_number_stands_in_the_file_once(tmp_path: Path) -> None:
    text = "name,email,phone\nA,a@mail.example,+351912345678\nB,A@mail.example,\nC,c@mail.example,+351 912345678\n"
    assert faults(written(tmp_path, text)) == [
        "line 3: email: A@mail.example stands in line 2 already",
        "line 4: phone: +351912345678 stands in line 2 already",
    ]


def test_a_name_over_two_lines_does_not_shift_the_count(tmp_path: Path) -> None:
    text = 'name,email\n"Ana\nSilva",ana@mail.example\nBo,bo\n'
    assert faults(written(tmp_path, text))[0].startswith("line 4: email")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name,mail\nAna,a@mail.example", "line 1: mail: unknown column; did you mean email?"),
        ("email\na@mail.example", "line 1: name: this column is missing"),
        ("name,email,Email\nAna,a@mail.example,", "line 1: email: stands there twice"),
        ("name,email\nAna,a@mail.example,more", "line 2: has more cells than the header"),
        ("name\nAna", "line 1: there is neither an email nor a phone column"),
        ("name,email\n", "there is a header but no candidate below it"),
        ("", "candidates.csv is empty"),
        (b"\xff\xfe\x00", "candidates.csv is no text: save it as CSV UTF-8"),
        (b"name\n\x81", "candidates.csv is no text: save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_says_why(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert fault in faults(written(tmp_path, text))


def test_a_file_of_another_kind_or_none_says_so(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "x", "candidates.pdf")) == ["candidates.pdf is neither a .csv nor an .xlsx file"]
    assert faults(written(tmp_path, "no zip", "broken.xlsx")) == ["broken.xlsx cannot be read as an .xlsx file"]
    assert faults(tmp_path / "none.csv")[0].endswith("none.csv cannot be opened: No such file or directory")
    assert faults(tmp_path / "none.xlsx")[0].endswith("none.xlsx cannot be opened: No such file or directory")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.binary() | st.text().map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace")),
    st.sampled_from(["csv", "xlsx"]),
)
def test_any_file_is_read_or_refused_in_words(tmp_path: Path, raw: bytes, kind: str) -> None:
    try:
        read_candidates(written(tmp_path, raw, f"candidates.{kind}"))
    except BadSheet as error:
        refused = error.errors
    else:
        refused = []
    assert all(error.message for error in refused)

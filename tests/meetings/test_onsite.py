"""Where one goes and who rings whom is said in every language; what cannot be meant is refused where it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.rehearsal.scenario import load
from bot.rehearsal.yamlfile import Fault
from dialogs.wording import Phrasebook

BOOK = Phrasebook.load()
LOCALES = ("en", "de", "fr", "es", "it", "pt", "pt-BR", "nl")
RECORD: dict[str, object] = {
    "now": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "start": datetime(2026, 3, 3, 9, tzinfo=UTC),
    "host": "Noor Haddad",
    "candidate_first": "Lena",
    "recruiter": "Rita Lopes",
    "place": "Keizersgracht 12",
    "directions": "Tram 2",
    "arrival_notes": "Bell 3",
    "caller": "host",
    "phone": "",
    "number": "",
    "url": "",
    "elsewhere": False,
    "there": "",
}


def where(locale: str, reader: str, **about: object) -> str:
    return BOOK.say("where", reader, RECORD | about, zone=ZoneInfo("Europe/Berlin"), locale=locale).text


@pytest.mark.parametrize("locale", LOCALES)
def test_on_site_the_candidate_reads_the_place_the_way_and_the_door_a_line_each(locale: str) -> None:
    place, way, door = where(locale, "candidate", mode="onsite").splitlines()
    assert "Keizersgracht 12" in place
    assert way.endswith("Tram 2")
    assert door.endswith("Bell 3")
    assert where(locale, "candidate", mode="onsite", directions="", arrival_notes="") == place
    assert "Rita Lopes" in where(locale, "candidate", mode="onsite", place="")
    assert where(locale, "host", mode="onsite") == place


@pytest.mark.parametrize("locale", LOCALES)
def test_by_phone_each_side_reads_who_rings_and_at_which_number(locale: str) -> None:
    rung = where(locale, "candidate", mode="phone", number="+49 1511", phone="+31 20")
    assert all(words in rung for words in ("Noor Haddad", "+49 1511", "+31 20"))
    assert "+49 1511" in where(locale, "host", mode="phone", number="+49 1511")
    ringing = where(locale, "candidate", mode="phone", caller="candidate", phone="+31 20", number="+49 1511")
    assert "+31 20" in ringing
    assert "+49 1511" not in ringing, "it is not her own number that she is to ring"
    assert "+31 20" in where(locale, "host", mode="phone", caller="candidate", phone="+31 20")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reader", ["candidate", "host"])
def test_who_rings_makes_another_sentence(locale: str, reader: str) -> None:
    assert where(locale, reader, mode="phone") != where(locale, reader, mode="phone", caller="candidate")


FILE = """\
name: A round
now: 2026-03-02T09:00:00+01:00
people: {}
jobs:
  - title: QA Lead
    company: Northwind
    rounds:
      - {name: Final, %s}
script: []
expect: []
"""


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("mode: phone, caller: hots", "did you mean 'host'"),
        ("mode: phone, phone: ask Noor", "no phone number"),
        ("mode: onsite, directions: 'http://maps.example/x'", "https://"),
        ("mode: onsite, arrival: ring", "arrival"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_line(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(FILE % written, "utf-8")
    with pytest.raises(Fault, match=says) as fault:
        load(path)
    assert fault.value.line == 8


def test_a_round_keeps_what_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(
        FILE % "mode: phone, caller: candidate, phone: '+31 20 123 45 67', directions: 'https://m.example/x'"
    )
    (round_,) = load(path).jobs[0].rounds
    assert (round_.venue.caller, round_.venue.phone) == ("candidate", "+31201234567")
    assert round_.venue.directions == "https://m.example/x"

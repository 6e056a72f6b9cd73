"""The commands on the firm's own database, on both kinds of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import python_calamine

from bot.terminal.sheets import ALARMS
from bot.terminal.story import EFFECTS, EVENTS
from dialogs.negotiation.decide import ON
from dialogs.negotiation.effects import Alarm
from tests.terminal.conftest import Ask

TEAM = """\
people:
  rita: {role: recruiter, name: Rita Lopes, channels: [slack], addresses: {slack: U0123}, email: rita@firm.example}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Berlin, email: carl@acme.example}
  ida: {role: interviewer, name: Ida Berg, company: Acme, timezone: Europe/Berlin, email: ida@acme.example}
jobs:
  - {title: Data Engineer, company: Acme, rounds: [{name: Technical, minutes: 45, people: [ida]}]}
"""
CANDIDATES = """\
name,email,phone,consent,job,company
Ana Silva,ana@mail.example,+351912345678,"email,whatsapp",Data Engineer,Acme
Ben Okafor,ben@mail.example,,,,
Cleo Roux,,+33612345678,,Analyst,Acme
"""


@pytest.fixture
def team(tmp_path: Path) -> Path:
    path = tmp_path / "team.yaml"
    path.write_text(TEAM, encoding="utf-8")
    return path


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    path = tmp_path / "candidates.csv"
    path.write_text(CANDIDATES, encoding="utf-8")
    return path


def test_from_nothing_to_a_tracker(ask: Ask, database_url: str, team: Path, candidates: Path) -> None:
    firm = {"ASKARSAN_DATABASE_URL": database_url.replace("+aiosqlite", "").replace("+psycopg", "")}
    assert ask("migrate", **firm).stdout == "The database is at its newest version.\n"
    assert "Nobody is in the tracker yet." in ask("tracker", **firm).stdout
    assert ask("add", team, **firm).stdout.startswith("Added 3 people and 1 job; 0 already there.\n")
    told = ask("import", candidates, **firm)
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == (
        "Added 3 people and 1 job; 0 already there.\n"
        "New jobs:\n  Analyst at Acme\n"
        "Out of reach: no mail, and no consent to another channel:\n  Cleo Roux\n"
    )
    shown = json.loads(ask("tracker", "--json", **firm).stdout)
    assert [(row["Candidate"], row["Job"], row["Status"]) for row in shown] == [
        ("Ana Silva", "Data Engineer", "New"),
        ("Cleo Roux", "Analyst", "New"),
    ]
    assert ask("why", "Ben", **firm).stdout == "Nothing has happened with Ben Okafor yet.\n"


def test_who_is_there_already_is_said_and_left_alone(ask: Ask, team: Path, candidates: Path) -> None:
    ask("add", team)
    ask("import", candidates)
    candidates.write_text(
        "name,email,phone\nAna S.,ANA@mail.example,\nC. Roux,,+33 6 12 34 56 78\nDan Ek,dan@mail.example,\n"
    )
    assert ask("import", candidates).stdout == (
        "Added 1 person; 2 already there.\n"
        "Already there, left as they are:\n  line 2: Ana S. (as Ana Silva)\n  line 3: C. Roux (as Cleo Roux)\n"
    )
    assert ask("add", team).stdout == (
        "Added 0 people; 4 already there.\n"
        "Already there, left as they are:\n  Rita Lopes\n  Carl Olsen\n  Ida Berg\n  Data Engineer at Acme\n"
    )


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (
            "name,email\nAna,nothing\n,b@mail.example\n",
            ["line 2: email: 'nothing' is no email", "line 3: name: is missing"],
        ),
        ("name,email,jobb\nAna,ana@mail.example,x\n", ["line 1: jobb: unknown column; did you mean job?"]),
        ("name,email,job\nAna,ana@mail.example,Clerk\n", ["line 2: company: is missing: there is no job 'Clerk' yet"]),
        ("name,email,channels\nAna,ana@mail.example,slack\n", ["line 2: channels: slack needs an address of its own"]),
        ("", ["candidates.csv is empty"]),
    ],
)
def test_a_sheet_with_a_fault_adds_nobody(ask: Ask, team: Path, candidates: Path, sheet: str, why: list[str]) -> None:
    ask("add", team)
    good = "Zoe Good,zoe@mail.example" + "," * (sheet.splitlines()[0].count(",") - 1) if sheet else ""
    candidates.write_text(f"{sheet}{good}\n" if good else "")
    told = ask("import", candidates)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert all(each in told.stderr for each in why)
    assert told.stderr.endswith("Nothing was added.\n")
    assert "I know no candidate" in ask("why", "Zoe").stderr


def test_applications_need_somebody_who_looks_after_them(ask: Ask, team: Path, candidates: Path) -> None:
    assert "line 2: job: there is no recruiter yet to look after it" in ask("import", candidates).stderr
    more = "  sam: {role: recruiter, name: Sam Ortiz, email: sam@firm.example}\njobs:"
    team.write_text(TEAM.replace("jobs:", more))
    ask("add", team)
    assert "--recruiter says which (Rita Lopes, Sam Ortiz)" in ask("import", candidates).stderr
    told = ask("import", candidates, "--recruiter", "Sam Ortis")
    assert told.exit_code == 2
    assert "there is no recruiter 'Sam Ortis'; there is Sam Ortiz" in told.stderr
    assert ask("import", candidates, "--recruiter", "sam ortiz").exit_code == 0


def test_a_long_sheet_comes_in_whole(ask: Ask, candidates: Path) -> None:
    rows = "".join(f"Candidate {n},c{n}@mail.example\n" for n in range(500))
    candidates.write_text(f"name,email\n{rows}")
    told = ask("import", candidates)
    assert (told.stdout, told.stderr) == ("Added 500 people; 0 already there.\n", "")


def test_a_folder_is_no_sheet(ask: Ask) -> None:
    told = ask("import", ".")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(". is a folder, and neither a .csv nor an .xlsx file\n")


@pytest.mark.parametrize("words", ["import nowhere.csv", "add nowhere.yaml"])
def test_a_file_that_is_not_there(ask: Ask, words: str) -> None:
    told = ask(*words.split())
    assert told.exit_code == 2
    assert "nowhere" in told.stderr
    assert "No such file or directory" in told.stderr


@pytest.mark.parametrize(
    ("was", "instead", "why"),
    [
        ("email: carl@acme.example", "email: carl", "line 3: 'carl' is no email address"),
        (
            "email: carl@acme.example",
            "channels: [sms], phone: '+49123'",
            "line 3: '+49123' is no phone number anybody has",
        ),
        (
            ", addresses: {slack: U0123}",
            "",
            "line 2: rita is to be reached by slack, but 'addresses: {slack: …}' is missing (how the vendor calls",
        ),
        ("people: [ida]", "people: [idda]", "line 6: there is nobody called 'idda' under people; did you mean"),
        ("people:\n", "script: []\npeople:\n", "line 1: 'script' is not known here"),
    ],
)
def test_a_team_with_a_fault_is_told_with_its_line(ask: Ask, team: Path, was: str, instead: str, why: str) -> None:
    team.write_text(TEAM.replace(was, instead))
    told = ask("add", team)
    assert told.exit_code == 2
    assert told.stderr.startswith(f"{team}: {why}")
    assert "Nobody is in the tracker" in ask("tracker").stdout


def test_the_tracker_is_written_to_a_sheet(ask: Ask, played: dict[str, str]) -> None:
    told = ask("tracker", "--export", "tracker.xlsx", **played)
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", "1 line written to tracker.xlsx.\n")
    sheet = python_calamine.CalamineWorkbook.from_path("tracker.xlsx").get_sheet_by_index(0).to_python()
    assert sheet[1] == ["Ana Silva", "Data Engineer", "Acme", "Confirmed", "2026-03-04 15:00"]
    ask("tracker", "--export", "tracker.csv", **played)
    with Path("tracker.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file))["Interview #1"] == "2026-03-04 15:00"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tracker.pdf", "tracker.pdf: a tracker is written to a name that ends in .xlsx or .csv.\n"),
        ("no/tracker.csv", "no/tracker.csv can not be written: No such file or directory.\n"),
        (".", ". is a folder: a tracker is written to a file that ends in .xlsx or .csv.\n"),
    ],
)
def test_a_sheet_that_cannot_be_written(ask: Ask, played: dict[str, str], name: str, why: str) -> None:
    told = ask("tracker", "--export", name, **played)
    assert (told.exit_code, told.stdout, told.stderr) == (2, "", why)


def test_the_tracker_as_json_stands_alone(ask: Ask, played: dict[str, str]) -> None:
    told = ask("tracker", "--json", "--export", "tracker.csv", **played)
    assert json.loads(told.output)[0]["Status"] == "Confirmed"
    assert Path("tracker.csv").exists()


def test_why_tells_the_story_in_order(ask: Ask, played: dict[str, str]) -> None:
    told = ask("why", "ana", "silva", **played)
    assert told.exit_code == 0
    in_order = [
        "Ana Silva: Data Engineer at Acme, Technical (round 1): confirmed, Wed 4 Mar 15:00 Madrid\n",
        "Mon 2 Mar 09:00  decided\n    what happened: the interview is asked for\n    because: Carl Olsen is asked for",
        "Mon 2 Mar 09:00  noted: command schedule\n",
        "Mon 2 Mar 09:00  askARSAN writes to Carl Olsen by email\n    Hi Carl, this is askARSAN,",
        "Mon 2 Mar 09:01  Carl Olsen writes by email\n    Tuesday 10-12 or Wednesday after 3pm\n",
        "    read as: means names times of their own; can Tue 3 Mar 10:00–12:00, Wed 4 Mar 15:00–24:00; sure ",
        "    because: offer 1 to Ana Silva: 3 times\n",
        "Mon 2 Mar 09:02  Ana Silva writes by whatsapp\n    the second one works\n",
        "    because: both sides can: booked\n",
        "    because: invites and confirmations are out\n",
    ]
    found = [told.stdout.find(each) for each in in_order]
    assert -1 not in found
    assert found == sorted(found)


def test_a_name_nobody_has_is_told_with_the_nearest(ask: Ask, played: dict[str, str]) -> None:
    told = ask("why", "Anna Sliva", **played)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == 'I know no candidate called "Anna Sliva". Did you mean Ana Silva?\n'


def test_timers_on_the_recruiters_clock(ask: Ask, played: dict[str, str]) -> None:
    told = ask("timers", **played).stdout
    assert "Tue 3 Mar 15:00 Madrid   remind both, 1d before   Ana Silva   Data Engineer at Acme" in told
    assert "Wed 4 Mar 14:00 Madrid   remind both, 1h before" in told
    assert "Wed 4 Mar 16:45 Madrid   ask both how it went" in told
    assert ask("timers").stdout == "Nothing is planned.\n"


def test_settings_say_where_each_came_from(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ASKARSAN_FIRM_NAME=Rita and Friends\n")
    secret = "nobody-can-guess-these-many-letters"
    gateway = {"ASKARSAN_GATEWAY_URL": "https://gateway.firm.example", "ASKARSAN_GATEWAY_SECRET": secret}
    told = ask("settings", ASKARSAN_OFFER_SIZE="4", **gateway)
    rows = [line.split("  ") for line in told.stdout.splitlines()]
    shown = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert shown["ASKARSAN_FIRM_NAME"] == ["Rita and Friends", ".env"]
    assert shown["ASKARSAN_OFFER_SIZE"] == ["4", "environment"]
    assert shown["ASKARSAN_NUDGE_AFTER"] == ["1d, 2d", "default"]
    assert shown["ASKARSAN_GATEWAY_SECRET"] == ["***", "environment"]
    assert shown["ASKARSAN_DATABASE_URL"] == ["sqlite:///var/askarsan.db", "default"]
    assert secret not in told.output
    as_data = json.loads(ask("settings", "--json", **gateway).stdout)
    assert {"name": "ASKARSAN_GATEWAY_SECRET", "value": "***", "source": "environment"} in as_data


def test_everything_that_can_happen_has_words() -> None:
    assert set(EVENTS) == {event.__name__ for event in ON}
    assert set(ALARMS) == {alarm.value for alarm in Alarm}
    from bot.turn import APPLY

    assert set(EFFECTS) == {effect.__name__ for effect in APPLY} - {"Say"}


@pytest.mark.parametrize(
    ("command", "file", "other"), [("add", "candidates.csv", "import"), ("import", "team.yaml", "add")]
)
def test_a_file_for_the_other_command_is_told_to_be_one(ask: Ask, command: str, file: str, other: str) -> None:
    told = ask(command, file)
    assert told.exit_code == 2
    assert told.stderr.endswith(f"come in by `askarsan {other} {file}`.\n")

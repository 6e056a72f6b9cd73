"""`askarsan rehearse`: the contract, as whoever types it or reads its output sees it."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest

from tests.terminal.conftest import STORY, Ask
from tests.terminal.test_commands import start


def test_a_conversation_is_shown_as_it_happens(ask: Ask, story: Path) -> None:
    told = ask("rehearse", story)
    assert (told.exit_code, told.stderr) == (0, "")
    in_order = [
        "The second of three",
        "Mon 2 Mar 09:00 Madrid  Rita Lopes → askARSAN  slack\n    /arsan schedule Ana Silva",
        "Mon 2 Mar 09:01 Berlin  Carl Olsen → askARSAN  email\n    Tuesday 10-12",
        "Mon 2 Mar 08:01 Lisbon  askARSAN → Ana Silva  whatsapp\n    Hi Ana",
        "Mon 2 Mar 08:02 Lisbon  Ana Silva → askARSAN  whatsapp\n    the second one works",
        "✉ Ana Silva  invite: Wed 4 Mar 14:00–14:45",
        "Tracker\nCandidate",
        "2026-03-04 15:00",
        "Invites\nTo",
        "Ana Silva    Wed 4 Mar 14:00–14:45   Lisbon     REQUEST",
        "Expected\n✓ interview: candidate Ana Silva, round 1",
    ]
    found = [told.stdout.find(each) for each in in_order]
    assert -1 not in found
    assert found == sorted(found)


def test_the_same_file_gives_the_same_output(ask: Ask, story: Path) -> None:
    assert ask("rehearse", story).stdout == ask("rehearse", story).stdout
    assert ask("rehearse", "--json", story).stdout == ask("rehearse", "--json", story).stdout


def test_json_stands_alone_on_standard_output(story: Path) -> None:
    done = start("rehearse", story, story, "--json", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == second
    lists = "interviews messages invites tracker escalations timers events expectations"
    assert list(first) == ["name", "ok", "now", *lists.split()]
    assert first["ok"] is True


def test_one_that_does_not_hold_says_what_was_found(ask: Ask, story: Path) -> None:
    story.write_text(
        STORY.replace("status: confirmed", "status: cancelled")
        + "  - message: {to: ana, contains: Technical, count: 1}\n  - escalation: {reason: no_reply}\n"
        + "  - none: {to: carl, after: 2026-03-02T09:01:30+01:00}\n"
    )
    told = ask("rehearse", story)
    assert told.exit_code == 1
    assert "✗ interview: candidate Ana Silva, round 1, status cancelled" in told.stdout
    assert "found none; nearest is\n      candidate Ana Silva, job Data Engineer" in told.stdout
    assert "✗ message: to ana, contains Technical, count 1\n    found 2:\n      at 2026-03-02" in told.stdout
    assert "✗ escalation: reason no_reply\n    found none; there is no escalation at all" in told.stdout
    assert "✗ none: to carl, after 2026-03-02T09:01:30+01:00\n    found 1:\n      at 2026" in told.stdout
    assert ask("rehearse", story, "--json").exit_code == 1


@pytest.mark.parametrize(
    ("was", "instead", "line", "why"),
    [
        ("role: client", "role: customer", 5, "'customer' is no role"),
        ("  - ana: the", "  - anna: the", 14, "'anna' is neither a person nor a step; did you mean 'ana'?"),
        ("minutes: 45", "minutes: long", 10, "'long' is no number of minutes"),
        ("+01:00\npeople", "\npeople", 2, "now needs its offset"),
        ("people:\n", "people:\n\tx: {}\n", 4, "this is not YAML"),
        ("status: confirmed", "stats: confirmed", 16, "interview has no 'stats'; did you mean 'status'?"),
        ("  - ana: the second one works", "  - ana: {answer_invite: accept}", 14, "ana has got no invite to answer"),
        ("  - rita: /", "  - receipt: {to: ana, status: read}\n  - rita: /", 12, "nothing was sent to ana"),
    ],
)
def test_a_file_that_is_not_valid(ask: Ask, story: Path, was: str, instead: str, line: int, why: str) -> None:
    assert was in STORY
    story.write_text(STORY.replace(was, instead))
    told = ask("rehearse", "--json", story)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith(f"{story}: line {line}: ")
    assert why in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_file_that_is_not_there_does_not_stop_the_others(ask: Ask, story: Path) -> None:
    told = ask("rehearse", "nowhere.yaml", story)
    assert told.exit_code == 2
    assert told.stderr == "nowhere.yaml: cannot be read: No such file or directory\n"
    assert "✓ interview" in told.stdout
    assert "1 of 2 held." in told.stdout


def test_what_is_kept(ask: Ask, story: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for _ in range(2):
        assert ask("rehearse", story, "--keep", kept).exit_code == 0
    names = ["01-ana-request.ics", "02-carl-request.ics", "rehearsal.db", "rehearsal.json"]
    assert sorted(path.name for path in kept.iterdir()) == names
    invite = icalendar.Calendar.from_ical((kept / names[0]).read_bytes())
    assert invite["METHOD"] == "REQUEST"
    assert json.loads((kept / "rehearsal.json").read_text("utf-8"))["ok"] is True


def test_several_files_are_kept_apart(ask: Ask, story: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "story.yaml").write_text(STORY)
    assert ask("rehearse", story, other / "story.yaml", "--keep", "kept").exit_code == 0
    assert {path.name for path in Path("kept").iterdir()} == {"story", "story-2"}


def test_an_invite_written_into_a_calendar_is_kept_too(ask: Ask, story: Path) -> None:
    calendars = 'calendars:\n  rita: {hours: "09:00-18:00"}\nscript:'
    with_me = STORY.replace("script:", calendars).replace("at Acme\n  - carl", "at Acme with me\n  - carl")
    story.write_text(with_me.replace("  - carl: Tuesday 10-12 or Wednesday after 3pm\n", ""))
    ask("rehearse", story, "--keep", "kept")
    written = icalendar.Calendar.from_ical(Path("kept/02-rita-request.ics").read_bytes())
    assert "Ana Silva" in str(written.walk("VEVENT")[0]["SUMMARY"])


def test_a_folder_that_cannot_be_written_to(ask: Ask, story: Path) -> None:
    Path("file").write_text("")
    told = ask("rehearse", story, "--keep", "file/below")
    assert told.exit_code == 2
    assert told.stderr == "file/below can not be written to: what should be a folder is a file.\n"


def test_nothing_is_left_behind_otherwise(
    ask: Ask, story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ask("rehearse", story)
    assert [path.name for path in tmp_path.iterdir()] == ["story.yaml"]


def test_other_things_that_happen_are_noted(ask: Ask, story: Path) -> None:
    more = "  - crash: true\n  - outage: {service: sms, for: 30m}\n  - receipt: {to: ana, status: read}\n  - wait: 1d\n"
    story.write_text(STORY.replace("expect:\n", f"{more}expect:\n"))
    told = ask("rehearse", story).stdout
    assert "── the process dies, and starts again on the same database ──" in told
    assert "── sms is out of order for 30m (503) ──" in told
    assert "── the last message to ana: read ──" in told
    assert "later: Tuesday 3 March 2026, " in told


def test_what_people_write_cannot_paint_the_screen(ask: Ask, story: Path) -> None:
    story.write_text(STORY.replace("the second one works", r'"\e[31mthe second [bold]one\u0007 works"'))
    told = ask("rehearse", story).stdout
    assert "\x1b" not in told
    assert "·[31mthe second [bold]one· works" in told


@pytest.mark.parametrize("speed", ["-1", "fast"])
def test_a_speed_is_a_number_from_zero(ask: Ask, story: Path, speed: str) -> None:
    told = ask("rehearse", story, "--speed", speed)
    assert told.exit_code == 2
    assert "--speed" in told.stderr


def test_with_a_speed_the_same_is_shown(ask: Ask, story: Path) -> None:
    assert ask("rehearse", story, "--speed", "6000").stdout == ask("rehearse", story).stdout

"""`askarsan demo`: one whole negotiation, in under a minute."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import icalendar
import pytest

from bot.terminal.demo import PAUSE, SCENARIO
from bot.terminal.demo import demo as play
from tests.terminal.conftest import Ask


def test_it_shows_the_whole_way(ask: Ask) -> None:
    told = ask("demo")
    assert (told.exit_code, told.stderr) == (0, "")
    for each in (
        "╭─ Rita Lopes ─",
        "╭─ askARSAN → Carl Olsen ─",
        "Thursday after 2?",  # a counter-proposal
        "How long will it be?",  # several things in one message
        "It takes 45 minutes.",
        "You are booked, Ana",
        "has moved",
        "See you soon, Ana",  # a reminder
        "outcome Ana passed",
        "Next is the Final",
        "The tracker, kept by itself\nCandidate",
        "Now you\n  ",
    ):
        assert each in told.stdout, each
    assert re.search(r"^── 1 day later: Tuesday 3 March 2026", told.stdout, re.MULTILINE)
    _check_invites(re.findall(r"^var/demo/.*\.ics$", told.stdout, re.MULTILINE))
    # On a terminal there is time to read each message, and it is over within a minute all the same.
    assert len(re.findall("[╭✉]", told.stdout)) * PAUSE < 50


def _check_invites(named: list[str]) -> None:
    assert len(named) == 6
    for name in named:
        assert icalendar.Calendar.from_ical(Path(name).read_bytes())["METHOD"] == "REQUEST"


def test_where_nothing_can_be_written_the_invites_go_elsewhere(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    Path("var").write_text("not a folder")
    told = ask("demo")
    assert told.exit_code == 0
    _check_invites(re.findall(rf"^{tmp_path}/askarsan-demo-\w+/.*\.ics$", told.stdout, re.MULTILINE))


def test_a_folder_asked_for_is_the_only_one(ask: Ask) -> None:
    Path("README.md").write_text("not a folder")
    told = ask("demo", "--keep", "README.md")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == "README.md can not be written to: what should be a folder is a file.\n"


def test_what_it_shows_to_do_next_works_as_it_stands_there(ask: Ask) -> None:
    commands = re.findall(r"^  (\S.*)$", ask("demo").stdout.split("Now you\n")[1], re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_with_a_pause_the_same_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    play(tmp_path / "one", pause=0)
    once = capsys.readouterr().out
    play(tmp_path / "two", pause=0.001)
    assert capsys.readouterr().out.replace("/two/", "/one/") == once


def test_what_it_plays_is_a_rehearsal_that_holds(ask: Ask) -> None:
    assert ask("rehearse", SCENARIO, "--json").exit_code == 0

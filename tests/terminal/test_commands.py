"""What all commands have in common: help, completion, exit codes, and errors in one sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import app
from bot.terminal import chat
from tests.terminal.conftest import Ask

HOUSE = Path(app.__file__).parent
COMMANDS = sorted(
    command.name or command.callback.__name__ for command in app.app.registered_commands if command.callback
)


def start(*words: object, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as its own process, as people start it."""
    command = [sys.executable, str(HOUSE / "app.py"), *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, env={**os.environ, **environment}, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_help_lists_every_command(ask: Ask) -> None:
    told = ask("--help")
    assert told.exit_code == 0
    assert all(re.search(rf"^  {command} +\S", told.stdout, re.MULTILINE) for command in COMMANDS)
    assert "..." not in told.stdout.split("Commands:")[1], "a line of the list is cut off"


@pytest.mark.parametrize("group", ["calendar", "channels", "link", "keys"])
def test_no_line_of_a_groups_list_is_cut_off(ask: Ask, group: str) -> None:
    assert "..." not in ask(group, "--help").stdout.split("Commands:")[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_with_an_example(ask: Ask, command: str) -> None:
    told = ask(command, "--help")
    assert told.exit_code == 0
    assert re.search(rf"^  Examples?:\n(?:    .*\n)*    .*askarsan {command}\b", told.stdout, re.MULTILINE)


def test_the_version_is_told(ask: Ask) -> None:
    told = ask("--version")
    assert (told.exit_code, told.stdout) == (0, f"askARSAN {version('askarsan')}\n")


def test_no_word_at_all_is_answered_with_the_help(ask: Ask) -> None:
    assert "Begin with `askarsan demo`" in ask().output


def test_the_help_is_there_at_once() -> None:
    took = []
    for _ in range(3):
        began = perf_counter()
        assert start("--help").returncode == 0
        took.append(perf_counter() - began)
    assert min(took) < 1, "it is 0.07 s on a machine that does nothing else"


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE)
    heavy = {"sqlalchemy", "rich", "pydantic", "babel", "jinja2", "bot.settings.settings"}
    assert heavy & {*done.stdout.split()} == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str) -> None:
    asked: dict[str, Any] = {"COMP_WORDS": "app.py reh", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "app.py reh"}
    asked |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_APP.PY_COMPLETE": f"complete_{shell}"}
    done = start(**asked)
    assert "rehearse" in done.stdout


def test_a_wrong_word_is_told_with_the_nearest(ask: Ask) -> None:
    told = ask("reherse")
    assert told.exit_code == 2
    assert "rehearse" in told.stderr


def test_an_error_nobody_foresaw_is_one_sentence(ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(chat, "load", lambda _: 1 // 0)
    told = ask("chat")
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    (kept,) = re.findall(r"stands in (\S+\.log)\. ", told.stderr)
    assert "ZeroDivisionError" in Path(kept).read_text()
    assert Path(kept).stat().st_mode & 0o077 == 0


def test_whoever_debugs_sees_what_lies_behind(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "load", lambda _: 1 // 0)
    told = ask("--debug", "chat")
    assert told.exit_code == 1
    assert "Traceback" in told.stderr
    assert "lambda" in told.stderr


@pytest.mark.parametrize("command", ["tracker", "timers", "why Ana", "migrate", "settings", "serve", "worker"])
def test_a_setting_that_is_none_is_named(ask: Ask, command: str) -> None:
    told = ask(*command.split(), ASKARSAN_OFER_SIZE="5")
    assert told.exit_code == 2
    assert told.stderr == "ASKARSAN_OFER_SIZE is not a setting. Did you mean ASKARSAN_OFFER_SIZE?\n"


def test_a_wrong_setting_is_told_with_what_is_allowed(ask: Ask) -> None:
    told = ask("tracker", ASKARSAN_PORT="many")
    assert told.exit_code == 2
    assert "ASKARSAN_PORT is 'many'" in told.stderr
    assert "1 to 65535" in told.stderr


def test_a_database_that_is_none_is_named_without_its_password(ask: Ask, tmp_path: Path) -> None:
    told = ask("tracker", ASKARSAN_DATABASE_URL="postgresql://me:secret@localhost:1/firm")
    assert told.exit_code == 2
    assert "secret" not in told.output
    assert re.match(r"The database postgresql\S+//me:\*\*\*@localhost:1/firm cannot be used: .*\.\n$", told.stderr)
    (tmp_path / "text.db").write_text("this is not a database, and never was one; it only has its name" * 20)
    told = ask("tracker", ASKARSAN_DATABASE_URL="sqlite:///text.db")
    assert (told.exit_code, told.stderr) == (2, "The database text.db cannot be used: file is not a database.\n")
    told = ask("tracker", ASKARSAN_DATA_DIR="text.db")
    why = "what should be a folder is a file"
    assert (told.exit_code, told.stderr) == (2, f"The database text.db/askarsan.db cannot be used: {why}.\n")


def test_a_reader_who_leaves_early_is_no_error(played: dict[str, str]) -> None:
    piped = f"{sys.executable} {HOUSE / 'app.py'} why ana | true"
    done = subprocess.run(["sh", "-c", piped], capture_output=True, env={**os.environ, **played}, check=False)
    assert done.stderr == b""

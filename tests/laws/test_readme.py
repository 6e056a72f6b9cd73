"""Every command the README shows works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bot.verbs import Verb

HOUSE = Path(__file__).parents[2]
README = (HOUSE / "README.md").read_text("utf-8")
# `make test` is what runs this very test; `.ci/run` says so.
COMMANDS = [
    line.split("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
ENDING = [command for command in COMMANDS if command not in ("make test", "make run")]


def environment(folder: Path) -> dict[str, str]:
    """What is kept goes elsewhere, and the port is one that is free."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = str(door.getsockname()[1])
    return os.environ | {"ASKARSAN_DATA_DIR": str(folder), "ASKARSAN_PORT": port, "HOME": str(folder)}


def test_the_readme_shows_the_two_commands_first() -> None:
    assert COMMANDS[:2] == ["make demo", "make test"]
    assert (HOUSE / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "exec make test"


@pytest.mark.parametrize("command", ENDING)
def test_the_command_works(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        shlex.split(command),
        cwd=HOUSE,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_run_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    assert "make run" in COMMANDS
    settings = environment(tmp_path)
    serving = subprocess.Popen(
        ["make", "run"], cwd=HOUSE, env=settings, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    try:
        health = f"http://127.0.0.1:{settings['ASKARSAN_PORT']}/health"
        assert '"status":"well"' in until_answered(health, serving)
    finally:
        os.killpg(serving.pid, signal.SIGINT)
        _, said = serving.communicate(timeout=60)
    assert "Traceback" not in said


def until_answered(url: str, serving: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and serving.poll() is None:
        try:
            with urllib.request.urlopen(url) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{url} never answered")


def test_every_page_the_readme_points_to_is_there() -> None:
    pages = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [page for page in pages if not (HOUSE / page).exists()] == []


def test_the_page_of_commands_names_every_command() -> None:
    page = (HOUSE / "docs" / "reference" / "commands.md").read_text("utf-8")
    shown = subprocess.run(
        [".venv/bin/askarsan", "--help"], cwd=HOUSE, capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^  (\w+)  +[A-Z]", shown.split("Commands:")[1], re.MULTILINE)
    assert len(commands) > 10
    assert [name for name in commands if f"`askarsan {name}" not in page] == []
    assert [verb.value for verb in Verb if not re.search(rf"^\| .*`{verb.value}\b", page, re.MULTILINE)] == []

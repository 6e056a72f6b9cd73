"""`askarsan playground`: served on this machine until it is told to stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terminal.conftest import Ask

ASKARSAN = Path(sys.executable).with_name("askarsan")


@contextmanager
def serving(folder: Path, kept: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the address it says. `kept`: where it may keep what it needs."""
    command = [str(ASKARSAN), "playground", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"TMPDIR": str(kept)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said


def test_the_playground_opens_for_this_machine_and_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with serving(tmp_path, kept) as (_, url):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/playground", url)
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert b"Ana Silva" in answer.read()
        assert [*kept.glob("askarsan-playground-*")]
    assert [*kept.iterdir()] == []
    assert [*tmp_path.iterdir()] == [kept]


def test_a_port_that_is_taken_is_told(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        told = ask("playground", "--port", port)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"Port {port} is taken; choose another with --port.\n"

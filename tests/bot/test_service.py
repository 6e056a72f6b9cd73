"""In service: no stand-in, a port and a file of one's own, and a clear word where they cannot be had."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.records.opening import ready
from bot.service import build
from bot.settings.settings import load_settings
from integrations.calendars.base import CalendarRefused
from tests.service.firm import ROOT, free_port


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("ASKARSAN_")]:
        monkeypatch.delenv(name)


def command(*words: str, **settings: object) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | {key: str(value) for key, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "app", *words],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def refused(*words: str, **settings: object) -> tuple[int, str]:
    """The exit code, and all that was said."""
    process = command(*words, **settings)
    out, err = process.communicate(timeout=60)
    assert out == ""
    return process.returncode, err


@contextmanager
def serving(**settings: object) -> Iterator[str]:
    """What it logged once it served."""
    process = command("serve", **settings)
    try:
        assert process.stderr
        said = ""
        while "serving" not in said and process.poll() is None:
            said += process.stderr.readline()
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_no_stand_in_is_made_not_even_imported() -> None:
    imports = "import sys; from bot.service import build; from bot.settings.settings import load_settings"
    asked = f"{imports}; build(load_settings());"
    told = subprocess.run(
        [sys.executable, "-c", f"{asked} print([name for name in sys.modules if 'standins' in name])"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[]\n"


async def test_people_get_the_firms_own_room_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (await build(load_settings()).meetings.create("1", "Technical", nine, 45)).url == ""
    monkeypatch.setenv("ASKARSAN_MEETING_URL", "https://meet.firm.example/room")
    house = build(load_settings())
    assert (await house.meetings.create("1", "Technical", nine, 45)).url == "https://meet.firm.example/room"


async def test_whoever_has_connected_no_calendar_has_none() -> None:
    house = build(load_settings())
    await ready(house.records)
    with pytest.raises(CalendarRefused):
        await house.calendar.remove("1", "rita@firm.example", 0)
    await house.records.close()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        told = refused("serve", ASKARSAN_PORT=port)
    assert told == (1, f"Port {port} on 127.0.0.1 is taken; choose another with ASKARSAN_PORT.\n")


def test_an_address_that_is_none_is_one_sentence() -> None:
    code, said = refused("serve", ASKARSAN_HOST="203.0.113.7")
    assert code == 1
    assert said.startswith("Nobody can listen on port 8000 of 203.0.113.7: ")
    assert said.count("\n") == 1


def test_it_says_where_it_serves_and_a_second_one_leaves_its_file_alone() -> None:
    port = free_port()
    with serving(ASKARSAN_PORT=port) as said:
        assert f"http://127.0.0.1:{port}" in said
        code, refusal = refused("serve", ASKARSAN_PORT=free_port())
        assert code == 1
        assert refusal.startswith("Another `askarsan serve` works on var/askarsan.db already.")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert "askarsan_oldest_waiting_seconds 0.0\n" in answer.read().decode()
    with serving(ASKARSAN_PORT=port) as said:
        assert "serving" in said, "whoever is gone holds nothing"


@pytest.mark.parametrize("words", [("worker",), ("serve", "--no-worker")])
def test_a_file_is_not_shared(words: tuple[str, ...]) -> None:
    code, said = refused(*words)
    assert code == 2
    assert said.startswith(f"`askarsan {' '.join(words)}` shares its database")
    assert "ASKARSAN_DATABASE_URL" in said
    assert not Path("var").exists()


def test_a_database_that_is_away_is_one_sentence() -> None:
    began = time.monotonic()
    code, said = refused(
        "serve", ASKARSAN_DATABASE_URL="postgresql://rita:hush@127.0.0.1:1/x", ASKARSAN_PORT=free_port()
    )
    assert code == 2
    assert said.startswith("The database postgresql://rita:***@127.0.0.1:1/x cannot be used: ")
    assert time.monotonic() - began < 30

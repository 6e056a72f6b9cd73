"""`askarsan standins`: started as people start it, and its vendors used as the settings it prints say."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.records.opening import ready
from bot.service import build
from bot.settings.settings import load_settings
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent
from integrations.standins.troubles import TROUBLES
from tests.terminal.conftest import Ask

ROOT = Path(__file__).parents[2]
RITA, CARL = "rita@firm.example", "carl@acme.example"
RUN = (sys.executable, "-c", "from app import main; main()", "standins")


@contextmanager
def town(*words: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Until Ctrl-C, which ends it at once and without a word."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        (*RUN, "--port", "0", *words),
        cwd=cwd,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            rest, complaints = process.communicate(timeout=60)
            assert (process.returncode, rest, complaints) == (0, "", "")
        finally:
            process.kill()


def told_by(process: subprocess.Popen[str]) -> Mapping[str, Any]:
    assert process.stdout
    told: Mapping[str, Any] = json.loads(process.stdout.readline())
    return told


def settings_of(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for vendor in told["vendors"].values() for name, value in vendor["settings"].items()}


@pytest.fixture
def team(ask: Ask) -> None:
    assert ask("add", ROOT / "docs" / "examples" / "team.yaml").exit_code == 0


def test_calendars_at_microsoft_and_google_are_connected_tested_and_booked(
    ask: Ask, team: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town("--json", cwd=tmp_path) as process:
        told = told_by(process)
        for name, value in settings_of(told).items():
            monkeypatch.setenv(name, value)
        for person, vendor, label in ((RITA, "microsoft", "Microsoft 365"), (CARL, "google", "Google")):
            assert f"askarsan calendar connect {person} --with {vendor}" in told["vendors"][vendor]["next"]
            done = ask("calendar", "connect", person, "--with", vendor)
            assert done.exit_code == 0, done.output
            assert f"{label} ({person})." in done.stdout
            (seen,) = json.loads(ask("calendar", "test", person, "--json").stdout)
            assert len(seen["blocks"]) >= 8, "two on each of the weekdays of a week"
        _books(RITA)
        _books(CARL)


def _books(address: str) -> None:
    """An interview is written, stands there, and is called off again."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    when = Interval(start, start + timedelta(minutes=45))

    async def work() -> None:
        house = build(load_settings(), hears=False)
        await ready(house.records)
        event = CalendarEvent("interview-1@firm.example", 0, address, when, "Interview")
        await house.calendar.put(event)
        standing = await house.calendar.find(event.uid, address)
        assert standing is not None
        assert standing.when == when
        await house.calendar.remove(event.uid, address, 1)
        assert await house.calendar.find(event.uid, address) is None
        await house.calendar.close()
        await house.links.close()
        await house.records.close()

    asyncio.run(work())


def test_zoom_calendly_the_link_and_the_page_work_too(
    ask: Ask, team: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town("--json", cwd=tmp_path) as process:
        told = told_by(process)
        for name, value in settings_of(told).items():
            monkeypatch.setenv(name, value)
        done = ask("meetings")
        assert done.exit_code == 0, done.output
        token = told["vendors"]["calendly"]["secrets"]["calendly_token"]
        done = ask("link", "connect", RITA, "--with", "calendly", given=f"{token}\n")
        assert "First talk" in done.stdout, done.output
        link = told["vendors"]["feed"]["secrets"]["feed_link"]
        done = ask("calendar", "connect", "ida@acme.example", "--with", "feed", given=f"{link}\n\n")
        assert "Connected: Ida Berg" in done.stdout, done.output
        done = ask("link", "connect", "ida@acme.example", "--with", "microsoft-bookings")
        assert "Connected: Ida Berg, Microsoft Bookings" in done.stdout, done.output
        assert "/book/first-talk" in done.stdout, "its page is the booking link"
        done = ask("link", "set", CARL, "--url", told["vendors"]["pages"]["url"] + "/book/first-talk")
        assert done.stdout == "Carl Olsen: Active: people can book there.\n", done.output


def test_it_fails_as_it_is_asked_to_and_the_same_word_makes_the_same_credentials(
    ask: Ask, team: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--json", "--word", "try", "--fault", "microsoft=401:9")
    with town(*words, cwd=tmp_path) as process:
        told = told_by(process)
        for name, value in settings_of(told).items():
            monkeypatch.setenv(name, value)
        done = ask("calendar", "connect", RITA, "--with", "microsoft")
        assert done.exit_code == 2
        assert "Nothing was saved." in done.stderr
    secret = settings_of(told)["ASKARSAN_MICROSOFT_CLIENT_SECRET"]
    with town(*words, cwd=tmp_path) as process:
        assert settings_of(told_by(process))["ASKARSAN_MICROSOFT_CLIENT_SECRET"] == secret
    with town("--json", cwd=tmp_path) as process:
        assert settings_of(told_by(process))["ASKARSAN_MICROSOFT_CLIENT_SECRET"] != secret


def test_what_it_prints_for_the_env_file_is_taken_as_settings(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town("--person", "mia@firm.example", cwd=tmp_path) as process:
        assert process.stdout
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(process.stdout.readline())
        settings = [line for line in lines if re.match(r"ASKARSAN_|#", line)]
        (tmp_path / ".env").write_text("".join(settings), "utf-8")
        known = {each["name"]: each for each in json.loads(ask("settings", "--json").stdout)}
        for line in settings:
            if not line.startswith("#"):
                assert known[line.partition("=")[0]]["source"] == ".env", line
        assert "  askarsan calendar connect mia@firm.example --with microsoft\n" in lines


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--fault", "microsoft=teapot"), "microsoft cannot fail with 'teapot', but with 401, 403, "),
        (("--fault", "gogle=429"), "google"),
        (("--fault", "google=429:many"), "'many' is no number of requests from 1 to 1000."),
        (("--person", "Rita"), "'Rita' is no address; people are named like rita@firm.example."),
        (("--keep", "file"), "what should be a folder is a file. Name another folder with --keep."),
    ],
)
def test_what_cannot_be_is_said(ask: Ask, words: tuple[str, ...], told: str) -> None:
    Path("file").write_text("no folder", "utf-8")
    done = ask("standins", "--port", "0", *words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_the_help_names_every_fault_there_is(ask: Ask) -> None:
    shown = ask("standins", "--help", COLUMNS="120").stdout
    for vendor, words in TROUBLES.items():
        assert re.search(rf"{vendor} +{' '.join(words)}\n", shown), vendor

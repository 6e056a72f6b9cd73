"""A terminal to type commands into: each test in a folder of its own, with no settings but the ones it makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from app import app

Ask = Callable[..., Result]

STORY = """\
name: The second of three
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack], email: rita@firm.example}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Berlin, channels: [email], email: c@a.example}
  ana:
    {role: candidate, name: Ana Silva, timezone: Europe/Lisbon, channels: [whatsapp, email], phone: "+351912345678",
     email: ana@mail.example}
jobs:
  - {title: Data Engineer, company: Acme, rounds: [{name: Technical, minutes: 45, mode: video}]}
script:
  - rita: /arsan schedule Ana Silva for Data Engineer at Acme
  - carl: Tuesday 10-12 or Wednesday after 3pm
  - ana: the second one works
expect:
  - interview: {candidate: Ana Silva, round: 1, status: confirmed, start: 2026-03-04T15:00+01:00}
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [*os.environ]:
        if name.startswith("ASKARSAN_") or name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    structlog.reset_defaults()  # a command says how logs are shown, for its process


@pytest.fixture
def ask() -> Ask:
    """`ask("tracker", "--json")`; what comes over the pipe is `given`."""

    def invoke(*words: object, given: str | bytes | None = None, **environment: str) -> Result:
        return CliRunner(env=environment).invoke(app, [str(word) for word in words], input=given)

    return invoke


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def played(ask: Ask, story: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a firm in which the story has happened."""
    assert ask("rehearse", story, "--keep", "kept").exit_code == 0
    return {"ASKARSAN_DATABASE_URL": f"sqlite:///{tmp_path / 'kept' / 'rehearsal.db'}"}

"""`askarsan tasks`: whom somebody is to call, as a list and as data, and a page for each recruiter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.terminal.conftest import STORY, Ask


@pytest.fixture
def due(ask: Ask, tmp_path: Path) -> dict[str, str]:
    """The environment of a firm in which Ana is to be called."""
    called = STORY.replace("channels: [whatsapp, email]", "channels: [phone]")
    called = called.replace("  - ana: the second one works\n", "  - wait: 1h\n").replace(
        "status: confirmed, start", "start"
    )
    called = re.sub(r"(?s)expect:.*", "", called)
    (tmp_path / "story.yaml").write_text(called, "utf-8")
    assert ask("rehearse", "story.yaml", "--keep", "kept").exit_code == 0
    return {"ASKARSAN_DATABASE_URL": f"sqlite:///{tmp_path / 'kept' / 'rehearsal.db'}", "COLUMNS": "200"}


def test_who_is_to_be_called_is_listed_and_a_recruiter_gets_a_page_of_their_own(ask: Ask, due: dict[str, str]) -> None:
    told = ask("tasks", **due).stdout
    assert re.search(
        r"now, since Mon 2 Mar 10:00 Madrid +Ana Silva +\+351 912 345 678 +Data Engineer at Acme"
        r" +reached in person only +Rita Lopes",
        told,
    )
    assert ask("tasks", "Rita", **due).stdout == told
    (task,) = json.loads(ask("tasks", "--json", **due).stdout)
    assert (task["person"], task["phone"], task["purpose"], task["tries"]) == ("Ana Silva", "+351912345678", "find", 0)
    assert len(task["times"]) == 3

    page = ask("tasks", "--link", "Rita Lopes", **due, ASKARSAN_PUBLIC_URL="https://arsan.firm.example")
    assert re.fullmatch(r"https://arsan\.firm\.example/tasks/[\w-]{32}\n", page.stdout), page.output
    for command in ("tasks", "inbox"):
        lost = ask(command, "--link", "Rita", "Lopes", **due)
        assert lost.exit_code == 2
        assert "set ASKARSAN_PUBLIC_URL" in lost.output
        there = ask(command, "--link", "Rita", "Lopes", **due, ASKARSAN_PUBLIC_URL="https://arsan.firm.example")
        assert there.stdout.startswith("https://arsan.firm.example/"), "a name needs no quotes at either"
    assert "Name a recruiter" in ask("tasks", "--link", **due).output


def test_nobody_to_call_is_said(ask: Ask, tmp_path: Path) -> None:
    told = ask("tasks", ASKARSAN_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert told.stdout == "Nobody is to be called.\n"

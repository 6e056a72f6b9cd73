"""What the pages show works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_rehearsal_that_is_shown_holds(ask: Ask, tmp_path: Path) -> None:
    (example,) = blocks("how-to/rehearse.md", "yaml")
    (tmp_path / "example.yaml").write_text(example, "utf-8")
    told = ask("rehearse", "example.yaml")
    assert (told.exit_code, told.stderr) == (0, "")
    # She answers an offer that she has got.
    assert told.stdout.index("askARSAN → Ana Silva") < told.stdout.index("Ana Silva → askARSAN")


def test_the_commands_of_the_quickstart_lead_to_a_tracker(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(DOCS)
    (block,) = blocks("quickstart.md", "sh")
    commands = [line.strip().removeprefix(".venv/bin/askarsan ").split() for line in block.splitlines()]
    told = [ask(*command) for command in commands]
    assert [each.exit_code for each in told] == [0, 0, 0], told
    assert told[0].stdout.startswith("Added 4 people and 1 job; 0 already there.\n")
    assert told[1].stdout == "Added 2 people; 0 already there.\n", "each is in reach, and their job is there"
    assert re.search(r"^Ana Silva +Data Engineer +Acme +New", told[2].stdout, re.MULTILINE)
    assert re.search(r"^Ben Okafor +Data Engineer +Acme +New", told[2].stdout, re.MULTILINE)


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_file_a_page_points_to_is_there(page: Path) -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [name for name in named if not (page.parent / name).exists()] == []

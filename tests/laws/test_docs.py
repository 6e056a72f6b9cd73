"""What the pages show works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from app import app
from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = typer.main.get_command(app)


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


def is_a_command(line: str) -> bool:
    """Its subcommands and options are there; arguments are not looked at."""
    at = COMMANDS
    for word in shlex.split(line.partition("  #")[0])[1:]:
        options = {
            each for param in at.params for each in (*param.opts, *param.secondary_opts) if each.startswith("-")
        } | {"--help"}
        if word.startswith("--") and word.partition("=")[0] not in options:
            return False
        if isinstance(at, TyperGroup) and not word.startswith("-"):
            if word not in at.commands:
                return not at.no_args_is_help and at.invoke_without_command
            at = at.commands[word]
    return True


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_command_of_a_page_is_there_and_works_as_it_is_written_in_a_fresh_clone(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = re.findall(r"^ *(?:[A-Z_]+=\S+ )*(askarsan .*|\.venv/bin/askarsan .*)$", text, re.MULTILINE)
    shown = [line for block in re.findall(r"```\w*\n.*?```", text, re.DOTALL) for line in lines if line in block]
    assert [line for line in shown if not line.startswith(".venv/bin/")] == []
    named = re.findall(r"`(askarsan [a-z][^`…]*)`", text)
    assert [line for line in (*shown, *named) if not is_a_command(line)] == []


@pytest.mark.parametrize("page", sorted((DOCS / "go-live").glob("*.md")), ids=lambda page: page.stem)
def test_every_page_of_going_live_says_where_a_setting_is_put_and_what_comes_then(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [word for word in ("`.env`", "restart", ". .venv/bin/activate") if word not in text] == []
    assert "ASKARSAN_PUBLIC_URL" in text or page.stem == "email"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_every_file_a_page_points_to_is_there(page: Path) -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [name for name in named if not (page.parent / name).exists()] == []

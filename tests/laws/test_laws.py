"""The laws of the house that neither ruff nor import-linter can hold."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).parents[2]
ROOMS = ("bot", "integrations", "dialogs", "prompts", "migrations")
MODULES = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
VENDORS = ("channels", "calendars", "meetings", "trackers", "models")
# What several vendors speak, and none of them owns.
NOBODYS = {
    *("zones", "vtimezone", "reading", "repeating", "taken", "apart"),  # calendars, read
    *("ics", "itip", "invitation", "consent"),  # calendars, written to
    "by_event",  # meetings
    *("approvals", "checkup", "desk", "fitting", "forms", "line"),  # channels
}

REAL_CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb"}


def names_used(source: str) -> Iterator[str]:
    """The last two of every dotted name (of `datetime.datetime.now`: `datetime.now`); `from a import b` is a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            yield f"{owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def users_of(names: set[str]) -> set[str]:
    return {str(path.relative_to(HOUSE)) for path in MODULES if names & set(names_used(path.read_text("utf-8")))}


def test_only_the_clock_asks_what_time_it_is() -> None:
    a_program_of_its_own = "integrations/standins/gateway.py"
    assert users_of(REAL_CLOCK) - {a_program_of_its_own} == {"bot/clock.py"}


def test_only_the_settings_read_the_environment() -> None:
    assert users_of(ENVIRONMENT) <= {"bot/settings/environment.py"}


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from time import time\ntime()",
    ],
)
def test_a_clock_is_seen_however_it_is_imported(source: str) -> None:
    assert REAL_CLOCK & set(names_used(source))


def test_nothing_in_the_house_imports_what_puts_it_together() -> None:
    guilty = [str(path) for path in MODULES if "app" in set(modules_imported(path.read_text("utf-8")))]
    assert guilty == []


@pytest.mark.parametrize("kind", VENDORS)
def test_vendors_never_import_each_other(kind: str) -> None:
    room = HOUSE / "integrations" / kind
    vendors = {path.relative_to(room).parts[0].removesuffix(".py") for path in room.rglob("*.py")}
    vendors -= {"__init__", "base"} | NOBODYS
    for vendor in vendors:
        own = vendor.partition("_")[0]  # microsoft_bookings.py is the same vendor's as microsoft.py
        others = {f"integrations.{kind}.{other}" for other in vendors if other.partition("_")[0] != own}
        for path in (*room.glob(f"{vendor}.py"), *room.glob(f"{vendor}/**/*.py")):
            imported = {".".join(name.split(".")[:3]) for name in modules_imported(path.read_text("utf-8"))}
            assert not others & imported, path


# What is needed without an import of ours, and by whom.
BEHIND_THE_SCENES = {
    "psycopg": "SQLAlchemy's driver",
    "tzdata": "zoneinfo, where the system has no zones",
    "langchain-openai": "LangChain's vendor, imported by its name",
}
IMPORTED_AS = {
    "pyyaml": "yaml",
    "email-validator": "email_validator",
    "google-auth": "google",
    "microsoft-teams-api": "microsoft_teams",
    "msgraph-sdk": "msgraph",
    "mail-parser-reply": "mailparser_reply",
    "python-multipart": "python_multipart",
    "python-telegram-bot": "telegram",
    "pyjwt": "jwt",
    "python-dotenv": "dotenv",
}


def test_every_package_we_ask_for_is_used() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    names = {re.split(r"[\[<>=]", each)[0].lower() for each in asked}
    sources = [path.read_text("utf-8") for path in (*MODULES, HOUSE / "app.py")]
    used = {module.partition(".")[0] for source in sources for module in modules_imported(source)}
    idle = {name for name in names if IMPORTED_AS.get(name, name.replace("-", "_")) not in used}
    assert idle == {*BEHIND_THE_SCENES}


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        try:
            yield name, (HOUSE / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture; or gone, not yet committed


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("the folder of one person's machine", rf"/(home|Users)/[a-z]\w*/|/[r]oot/|{re.escape(str(HOUSE))}\b"),
        (
            "the address of a package registry",
            r"-{2}(extra-)?index-url|-{2}find-links|files\.pythonhosted\.|pypi\.org/simple|registry\.npmjs\.",
        ),
        ("a merge left half done", r"^(<{7}|>{7}) "),
    ],
)
def test_no_file_of_the_project_holds(what: str, pattern: str) -> None:
    found = [f"{name}: {m.group()}" for name, text in tracked_texts() if (m := re.search(pattern, text, re.MULTILINE))]
    assert found == []


def test_compose_starts_nothing_without_the_firms_own_secrets() -> None:
    text = (HOUSE / "compose.yaml").read_text("utf-8")
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"web", "worker", "postgres", "redis"}
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY|TOKEN)\w*)([^}]*)\}", text)
    assert secrets
    assert all(default.startswith(":?") for _, default in secrets)
    address = services["web"]["environment"]["ASKARSAN_DATABASE_URL"]
    assert "PASSWORD" not in address, "a / or @ in it would break the address"
    assert {*services["web"]["depends_on"], *services["worker"]["depends_on"]} == {"postgres"}


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    stages = (HOUSE / "Dockerfile").read_text("utf-8").split("\nFROM ")
    assert len(stages) == 3, "what builds is not what runs"
    assert re.search(r"^USER (?!root|0\b)", stages[-1], re.MULTILINE)
    assert re.search(r"HEALTHCHECK.*\n.*ASKARSAN_PORT", stages[-1]), "it asks at the port that is set"
    assert all(
        "--require-hashes" in line or "--no-deps" in line for line in stages[1].splitlines() if "pip install" in line
    )

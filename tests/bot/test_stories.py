"""Every story of tests/stories, played through the real engine on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.records.schema import migrate_url
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.report import Entry
from bot.rehearsal.scenario import Scenario, load
from bot.rehearsal.steps import Step
from tests.conftest import Database
from tests.databases import reopened

STORIES = Path(__file__).parent.parent / "stories"
FILES = sorted(STORIES.rglob("*.yaml"))
# The first of each area: enough to show what holds for all of them.
SOME = [min(area.glob("*.yaml")) for area in sorted(STORIES.iterdir()) if area.is_dir()]


def name_of(path: Path) -> str:
    return str(path.relative_to(STORIES).with_suffix(""))


# What several do at once, and what is begun and not ended, is where the two databases differ.
AT_ONCE = {"crashes", "holds", "outages", "races", "reconciling", "several"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On PostgreSQL some of each area, and all of where it matters; with `--thorough` every one."""
    if "on_postgresql" in metafunc.fixturenames:
        some = [each for each in FILES if each in SOME or each.parent.name in AT_ONCE]
        metafunc.parametrize("on_postgresql", FILES if metafunc.config.getoption("thorough") else some, ids=name_of)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_story(path: Path, sqlite: Database) -> None:
    keeps_its_promise(path, sqlite)


def test_story_on_postgresql(on_postgresql: Path, postgresql: Database) -> None:
    keeps_its_promise(on_postgresql, postgresql)


def keeps_its_promise(path: Path, database: Database) -> None:
    told = play(load(path), database)
    missed = [each for each in told["expectations"] if not each["ok"]]
    assert not missed, retold(told, missed)


@pytest.mark.parametrize("path", SOME, ids=name_of)
def test_the_same_file_gives_the_same_output_also_with_a_crash_after_every_step(path: Path, sqlite: Database) -> None:
    assert json.dumps(play(load(path), sqlite, crashing=True)) == json.dumps(play(load(path), sqlite))


@pytest.mark.parametrize("path", [each for each in SOME if each.parent.name in AT_ONCE], ids=name_of)
def test_a_crash_after_every_step_changes_nothing_on_postgresql(path: Path, postgresql: Database) -> None:
    assert json.dumps(play(load(path), postgresql, crashing=True)) == json.dumps(play(load(path), postgresql))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_story_is_valid_and_promises_something(path: Path) -> None:
    scenario = load(path)
    assert scenario.name != path.stem, "a story has a name that is a promise"
    assert scenario.steps
    assert scenario.expectations


def test_no_two_stories_make_the_same_promise() -> None:
    names = [load(path).name for path in FILES]
    assert sorted(names) == sorted(set(names))


def play(scenario: Scenario, database: Database, *, crashing: bool = False) -> Entry:
    """What came of it, as the JSON has it. `crashing`: the process dies after every step, and time does not pass."""
    with database(migrate_url) as url:
        return asyncio.run(_played(scenario, url, crashing=crashing))


async def _played(scenario: Scenario, url: str, *, crashing: bool) -> Entry:
    rehearsal = Rehearsal(scenario, url, reopened)

    async def dies(_: Step) -> None:
        await rehearsal.stage.crash()

    try:
        await rehearsal.prepare()
        await rehearsal.run(show=dies if crashing else None)
        return (await rehearsal.report()).data
    finally:
        await rehearsal.stage.close()


def retold(told: Entry, missed: Sequence[Entry]) -> str:
    """What was promised, what came of it, and the conversation: for whoever has to find out why."""
    lines = [told["name"], ""]
    for each in missed:
        lines += [f"✗ {json.dumps(each['expect'], ensure_ascii=False)}"]
        lines += [f"    found: {shown(entry)}" for entry in each["found"]] or ["    found: nothing"]
    lines += ["", *(line for message in told["messages"] for line in spoken(message)), ""]
    lines += [f"{kind}: {shown(entry)}" for kind in ("interviews", "invites", "escalations") for entry in told[kind]]
    return "\n".join(lines)


def spoken(message: Entry) -> list[str]:
    head = f"{message['at']}  {message['from']} → {message['to']}  {message['channel']}  {message['template'] or ''}"
    return [head, *(f"    {line}" for line in message["text"].strip().splitlines() if line)]


def shown(entry: Entry) -> str:
    return ", ".join(f"{key}: {value}" for key, value in entry.items() if value not in (None, ""))

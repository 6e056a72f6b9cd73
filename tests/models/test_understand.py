"""`askarsan understand` with a model configured: the same record and budget as in service, and --rules-only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

HOUSE = Path(__file__).parents[2]
UNSURE = {"id": "a", "text": "blorb", "now": "2026-03-02T09:00:00Z", "timezone": "Europe/Lisbon"}
SURE = UNSURE | {"id": "b", "text": "Tuesday at 3"}


@pytest.fixture(scope="module")
def standin() -> Iterator[str]:
    """The stand-in as a program of its own, as somebody would try it."""
    command = [sys.executable, "-m", "integrations.standins.model", "--as", "obedient"]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().removeprefix("listening on ").strip()
        running.terminate()


def read(ask: Ask, url: str, *options: str, given: list[dict[str, Any]], **settings: str) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(each) + "\n" for each in given)
    named = {"ASKARSAN_MODEL": "m", "ASKARSAN_MODEL_URL": url, **settings}
    told = ask("understand", "--jsonl", *options, given=lines, **named)
    assert (told.exit_code, told.stderr) == (0, "")
    return [json.loads(line) for line in told.stdout.splitlines()]


def asked(url: str) -> int:
    return len(httpx2.get(f"{url.removesuffix('/v1')}/calls").json())


def test_a_model_is_asked_where_the_rules_are_unsure(ask: Ask, standin: str) -> None:
    before = asked(standin)
    unsure, sure = read(ask, standin, given=[UNSURE, SURE])
    assert (unsure["acts"], unsure["read_by"]) == (["unclear"], "rules, model not followed")
    assert (sure["acts"], sure["read_by"]) == (["propose"], "rules")
    assert asked(standin) == before + 1


def test_rules_only_forbids_it(ask: Ask, standin: str) -> None:
    before = asked(standin)
    (answer,) = read(ask, standin, "--rules-only", given=[UNSURE])
    assert "read_by" not in answer
    assert asked(standin) == before
    assert not Path("var").exists(), "nothing is kept where nobody was asked"


def test_its_budget_is_that_of_the_service(ask: Ask, standin: str) -> None:
    answers = [read(ask, standin, given=[UNSURE], ASKARSAN_MODEL_CALLS_PER_DAY="1")[0] for _ in range(2)]
    assert [answer["read_by"] for answer in answers] == ["rules, model not followed", "rules, model failed: budget"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"ASKARSAN_MODEL_URL": "http://127.0.0.1:9/v1"}, "unreachable"),
        ({"ASKARSAN_DATABASE_URL": "sqlite:////proc/no/such/folder/file.db"}, "no database"),
    ],
)
def test_whatever_is_missing_the_rules_go_on(settings: dict[str, str], why: str, ask: Ask, standin: str) -> None:
    (answer,) = read(ask, standin, given=[UNSURE], **settings)
    assert (answer["acts"], answer["read_by"]) == (["unclear"], f"rules, model failed: {why}")


def test_a_person_is_told_too(ask: Ask, standin: str) -> None:
    named = {"ASKARSAN_MODEL": "m", "ASKARSAN_MODEL_URL": standin}
    told = ask("understand", "blorb", "--now", "2026-03-02T09:00", "--timezone", "Europe/Lisbon", **named)
    assert "read by  rules, model not followed" in told.stdout
    assert "read by" not in ask("understand", "blorb", "--timezone", "Europe/Lisbon", "--rules-only", **named).stdout


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ASKARSAN_MODEL": "m"}, "ASKARSAN_MODEL needs ASKARSAN_MODEL_KEY, or ASKARSAN_MODEL_URL"),
        ({"ASKARSAN_MODEL_COST_PER_DAY": "3"}, "ASKARSAN_MODEL_COST_PER_DAY needs ASKARSAN_MODEL_PRICE_IN"),
        ({"ASKARSAN_MODEL_BELOW": "0.95"}, "ASKARSAN_MODEL_BELOW is '0.95'"),
    ],
)
def test_half_a_model_is_told_at_once(settings: dict[str, str], told: str, ask: Ask) -> None:
    answer = ask("settings", **settings)
    assert answer.exit_code == 2
    assert told in answer.stderr


def test_the_key_is_shown_to_nobody(ask: Ask) -> None:
    settings = {"ASKARSAN_MODEL": "m", "ASKARSAN_MODEL_KEY": "sk-very-secret"}
    assert "sk-very" not in ask("settings", **settings).stdout


@pytest.mark.parametrize("command", ["import bot.service, bot.terminal.understand, app", "import integrations.catalog"])
def test_nobody_pays_for_what_is_not_configured(command: str) -> None:
    """A second and 80 MiB: only where a model is."""
    heavy = "{'langchain', 'langchain_core', 'openai', 'langsmith'} & {*sys.modules}"
    program = [sys.executable, "-c", f"import sys; {command}; print({heavy})"]
    done = subprocess.run(program, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def in_a_process_of_its_own(program: str, **settings: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=HOUSE, env=os.environ | settings, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(("hears", "there"), [(True, "m LangChainModel"), (False, "nobody")])
def test_whoever_hears_people_has_the_model_that_is_set(hears: bool, there: str) -> None:
    program = f"""
from bot.service import build
from bot.settings.settings import load_settings
second = build(load_settings(), hears={hears}).second
print(second._model.name, type(second._model).__name__) if second else print("nobody")
"""
    assert in_a_process_of_its_own(program, ASKARSAN_MODEL="m", ASKARSAN_MODEL_KEY="k") == there


def test_without_its_packages_a_model_is_refused_in_plain_words() -> None:
    program = """
import sys
sys.modules["langchain"] = None
from bot.service import build
from bot.settings.environment import SettingsError
from bot.settings.settings import load_settings
try:
    build(load_settings())
except SettingsError as error:
    print(error)
"""
    told = in_a_process_of_its_own(program, ASKARSAN_MODEL="m", ASKARSAN_MODEL_KEY="k")
    assert told.startswith("ASKARSAN_MODEL is set, but a model needs the packages of the extra `model`")

"""Settings: what holds and where it came from; a wrong one is explained to whoever set it."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.settings import DOTENV, HIDDEN, Line, Settings, SettingsError, example, listed, load_settings, reference


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("ASKARSAN_")]:
        monkeypatch.delenv(name)


def in_dotenv(*lines: str) -> None:
    DOTENV.write_text("\n".join(lines), "utf-8")


def line(name: str) -> Line:
    return next(each for each in listed(load_settings()) if each.name == name)


def complaint() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_with_nothing_set_it_runs_on_a_sqlite_file_here() -> None:
    settings = load_settings()
    assert settings.database == "sqlite+aiosqlite:///var/askarsan.db"
    assert settings.host == "127.0.0.1", "nobody else can reach it until somebody wants that"
    assert not Path("var").exists(), "looking at the settings makes nothing"


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    in_dotenv("ASKARSAN_PORT=9000", "ASKARSAN_HOST=0.0.0.0", "POSTGRES_PASSWORD=of-another-program")
    monkeypatch.setenv("ASKARSAN_PORT", "9001")
    assert line("ASKARSAN_PORT") == ("ASKARSAN_PORT", "9001", "environment")
    assert line("ASKARSAN_HOST") == ("ASKARSAN_HOST", "0.0.0.0", ".env")
    assert line("ASKARSAN_LOG_LEVEL") == ("ASKARSAN_LOG_LEVEL", "info", "default")


def test_an_empty_value_is_not_set() -> None:
    in_dotenv("ASKARSAN_GATEWAY_URL=", "ASKARSAN_GATEWAY_SECRET=", "ASKARSAN_PORT=")
    assert load_settings() == Settings()
    assert line("ASKARSAN_PORT").source == "default"


def test_databases_are_written_the_way_people_write_them() -> None:
    for written, meant in (
        ("postgres://a:b@db/x", "postgresql+psycopg://a:b@db/x"),
        ("postgresql://a:b@db/x", "postgresql+psycopg://a:b@db/x"),
        ("postgresql+psycopg://a:b@db/x", "postgresql+psycopg://a:b@db/x"),
        ("sqlite:////data/x.db", "sqlite+aiosqlite:////data/x.db"),
    ):
        in_dotenv(f"ASKARSAN_DATABASE_URL={written}")
        assert load_settings().database == meant


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "eighty", "a whole number from 1 to 65535"),
        ("PORT", "70000", "a whole number from 1 to 65535"),
        ("LOG_LEVEL", "chatty", "debug, info, warning or error"),
        ("LOG_JSON", "perhaps", "true or false"),
        ("SWEEP_SECONDS", "0", "seconds from 0.1 to 60"),
        ("PUBLIC_URL", "interviews.firm.example", "http(s)://HOST[:PORT]"),
        ("ORGANIZER_EMAIL", "rita at firm", "an email address"),
        ("FIRM_TIMEZONE", "Lisbon time", "a name like Europe/Lisbon"),
        ("DATABASE_URL", "mysql://db/x", "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"),
    ],
)
def test_a_wrong_value_is_explained(name: str, value: str, allowed: str) -> None:
    in_dotenv(f'ASKARSAN_{name}="{value}"')
    assert complaint() == f"ASKARSAN_{name} is '{value}' (from the file .env); it must be {allowed}."


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    in_dotenv("ASKARSAN_PORT=eighty")
    monkeypatch.setenv("ASKARSAN_LOG_LEVEL", "chatty")
    assert len(complaint().splitlines()) == 2
    assert "ASKARSAN_LOG_LEVEL is 'chatty' (from the environment)" in complaint()


def test_a_name_mistyped_is_noticed() -> None:
    in_dotenv("ASKARSAN_PROT=9000")
    assert complaint() == "ASKARSAN_PROT is not a setting. Did you mean ASKARSAN_PORT?"


def test_a_gateway_needs_its_secret() -> None:
    in_dotenv("ASKARSAN_GATEWAY_URL=https://gateway.firm.example/out")
    assert complaint() == "ASKARSAN_GATEWAY_URL and ASKARSAN_GATEWAY_SECRET go together: set both, or neither."


def test_no_secret_is_ever_shown() -> None:
    in_dotenv("ASKARSAN_SECRET_KEY=hush", "ASKARSAN_DATABASE_URL=mysql://rita:hush@db/x")
    assert "hush" not in complaint()
    assert f"ASKARSAN_SECRET_KEY is '{HIDDEN}'" in complaint()
    long_enough = "hush" * 10
    in_dotenv(f"ASKARSAN_SECRET_KEY={long_enough}", f"ASKARSAN_DATABASE_URL=postgres://rita:{long_enough}@db/x")
    assert line("ASKARSAN_SECRET_KEY").value == HIDDEN
    assert line("ASKARSAN_DATABASE_URL").value == f"postgresql+psycopg://rita:{HIDDEN}@db/x"
    assert "hush" not in repr(load_settings().secret_key)


def test_there_is_no_default_secret_each_firm_makes_its_own_and_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    key = load_settings().signing_key()
    assert len(key) >= 32
    assert load_settings().signing_key() == key
    assert stat.S_IMODE(Path("var/secret_key").stat().st_mode) == 0o600
    assert [each.name for each in Path("var").iterdir()] == ["secret_key"]
    monkeypatch.setenv("ASKARSAN_DATA_DIR", "elsewhere")
    assert load_settings().signing_key() != key
    monkeypatch.setenv("ASKARSAN_SECRET_KEY", "k" * 32)
    assert load_settings().signing_key() == "k" * 32


def test_two_processes_that_start_at_once_agree_on_the_secret() -> None:
    with ThreadPoolExecutor(8) as together:
        assert len(set(together.map(lambda _: load_settings().signing_key(), range(8)))) == 1


def test_the_example_file_is_the_one_made_from_the_settings() -> None:
    kept = Path(__file__).parents[2] / ".env.example"
    assert kept.read_text("utf-8") == example()


def test_the_example_as_it_stands_changes_nothing() -> None:
    DOTENV.write_text(example(), "utf-8")
    assert load_settings() == Settings()
    DOTENV.write_text(example().replace("# ASKARSAN_", "ASKARSAN_"), "utf-8")
    assert load_settings() == Settings(_env_file=None)  # type: ignore[call-arg]  # of pydantic-settings


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_page_of_settings_says_what_the_code_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
    assert page.read_text("utf-8") == reference()


@pytest.mark.parametrize(
    ("name", "value"),
    [("QUIET_HOURS", "at night"), ("NUDGE_AFTER", "soon"), ("OFFER_SIZE", "0"), ("NUDGE_ON_WEEKENDS", "maybe")],
)
def test_a_rule_that_is_none_is_explained(name: str, value: str) -> None:
    in_dotenv(f"ASKARSAN_{name}={value}")
    assert f"ASKARSAN_{name} is {value!r}" in complaint()


def test_the_firms_rules_hold_as_they_are_set() -> None:
    in_dotenv("ASKARSAN_QUIET_HOURS=20:00-09:00", "ASKARSAN_NUDGE_AFTER=4h, 1d")
    rules = load_settings().rules
    assert (rules.quiet_hours.start.hour, rules.quiet_hours.end.hour) == (20, 9)
    assert [each.total_seconds() / 3600 for each in rules.nudge_after] == [4, 24]

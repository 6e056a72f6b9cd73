"""Settings: what holds and where it came from; a wrong one is explained to whoever set it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.mask import HIDDEN, masked
from bot.settings.environment import DOTENV, SettingsError
from bot.settings.settings import Settings, load_settings
from bot.settings.shown import Line, example, listed, reference


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("ASKARSAN_")]:
        monkeypatch.delenv(name)


def in_dotenv(*lines: str) -> None:
    DOTENV.write_text("\n".join(lines), "utf-8")


DATABASES = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; in a password @ is %40, / is %2F, # is %23"


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
        ("MEETING_URL", "meet.firm.example", "http(s)://HOST[:PORT]/PATH"),
        ("ORGANIZER_EMAIL", "rita at firm", "an email address"),
        ("FIRM_TIMEZONE", "Lisbon time", "a name like Europe/Lisbon"),
        ("DATABASE_URL", "mysql://db/x", DATABASES),
        ("DATABASE_URL", "sqlite://", DATABASES),
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
    in_dotenv("ASKARSAN_GATEWAY_SECRET=hush", "ASKARSAN_DATABASE_URL=mysql://rita:hush@db/x")
    assert "hush" not in complaint()
    assert f"ASKARSAN_GATEWAY_SECRET is '{HIDDEN}'" in complaint()
    in_dotenv(
        "ASKARSAN_GATEWAY_URL=https://gateway.firm.example/out",
        f"ASKARSAN_GATEWAY_SECRET={'hush' * 10}",
        "ASKARSAN_DATABASE_URL=postgres://rita:hush@db/x",
    )
    assert line("ASKARSAN_GATEWAY_SECRET").value == HIDDEN
    assert line("ASKARSAN_DATABASE_URL").value == f"postgresql://rita:{HIDDEN}@db/x"
    assert "hush" not in repr(load_settings().gateway_secret)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://rita:hush/hush@db/x",
        "postgresql://rita:hush@hush@db/x",
        "postgresql://rita:hu#sh@db/x",
        "postgresql+psycopg://rita@db/x?sslmode=require&password=hush",
    ],
)
def test_a_password_is_masked_also_where_it_breaks_the_address(address: str) -> None:
    assert not {"hush", "hu#sh"} & {*re.split(r"[:/@=?&]", masked(address))}
    assert HIDDEN in masked(address)
    assert "db/x" in masked(address)


def test_a_password_that_cuts_the_address_short_is_noticed() -> None:
    in_dotenv("ASKARSAN_DATABASE_URL='postgresql://rita:pa/ss#word@db/x'")
    assert complaint().endswith(f"it must be {DATABASES}.")
    in_dotenv("ASKARSAN_DATABASE_URL='postgresql://rita:pa%2Fss%23word@db/x'")
    assert load_settings().database == "postgresql+psycopg://rita:pa%2Fss%23word@db/x"


def test_a_file_that_is_none_is_told() -> None:
    DOTENV.mkdir()
    assert complaint() == ".env cannot be read: it is a folder."


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"ASKARSAN_PORT=9000\nASKARSAN_FIRM_NAME=Jos\xe9\n", [".env, line 2: this is not written in UTF-8"]),
        (b"# a firm\n\nASKARSAN_PORT 9000\n", [".env, line 3: this is not NAME=value."]),
        (b"ASKARSAN_PORT\n", [".env, line 1: this is not NAME=value."]),
        (b'ASKARSAN_FIRM_NAME="Rita\n\n=9000\n', [".env, line 1: this is", ".env, line 3: this is"]),
    ],
)
def test_no_line_of_the_file_is_lost_without_a_word(raw: bytes, told: list[str]) -> None:
    DOTENV.write_bytes(raw)
    said = complaint().splitlines()
    assert len(said) == len(told)
    assert all(one.startswith(start) for one, start in zip(said, told, strict=True))
    assert "Rita" not in complaint(), "a line may hold a secret"


def test_a_byte_order_mark_hides_no_setting() -> None:
    DOTENV.write_bytes(b"\xef\xbb\xbfASKARSAN_PORT=9000\r\nOTHER_PROGRAM\r\n")
    assert line("ASKARSAN_PORT") == ("ASKARSAN_PORT", "9000", ".env")
    assert load_settings().port == 9000


def test_a_link_stays_as_it_was_written() -> None:
    in_dotenv("ASKARSAN_MEETING_URL=https://meet.firm.example/room/?pwd=1")
    assert load_settings().meeting_url == "https://meet.firm.example/room/?pwd=1"


def test_where_it_is_served_and_which_file_it_works_on() -> None:
    assert (load_settings().url, load_settings().sqlite_file) == ("http://127.0.0.1:8000", Path("var/askarsan.db"))
    in_dotenv("ASKARSAN_HOST=::1", "ASKARSAN_DATABASE_URL=postgresql://db/x")
    assert (load_settings().url, load_settings().sqlite_file) == ("http://[::1]:8000", None)


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

"""`askarsan link`: kept, opened at once, and listed for everyone who hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal.conftest import Ask

TEAM = """\
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack], addresses: {slack: U1}}
  noor:
    {role: client, name: Noor Haddad, company: Northwind, timezone: Europe/Amsterdam, channels: [email],
     email: noor@northwind.org}
"""


@pytest.fixture(autouse=True)
def team(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    told = ask("add", "team.yaml")
    assert told.exit_code == 0, told.output


def test_only_who_has_a_link_is_listed_unless_all_are_asked_for(ask: Ask) -> None:
    assert ask("link", "list").stdout == "Nobody has a booking link. `askarsan link set PERSON --url URL`.\n"
    assert json.loads(ask("link", "list", "--json").stdout) == []
    told = ask("link", "list", "--all", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == [
        {"person": "Noor Haddad", "status": "set_up_required", "why": "no_link", "accounts": []},
        {"person": "Rita Lopes", "status": "set_up_required", "why": "no_link", "accounts": []},
    ]
    ask("link", "set", "Noor", "--url", "http://calendly.com/noor")
    shown = ask("link", "list").stdout
    assert "Set-up required" in shown
    assert "Noor Haddad" in shown
    assert "Rita" not in shown


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://calendly.com/noor", "Set-up required: it has to begin with https://."),
        ("calendly.com/noor", "Set-up required: this is no address of a page."),
        ("https://127.0.0.1:9/noor", "Inactive: it leads where people outside cannot go."),
    ],
)
def test_a_link_is_opened_the_moment_it_is_set(ask: Ask, url: str, says: str) -> None:
    told = ask("link", "set", "Noor", "--url", url)
    assert (told.exit_code, told.stdout) == (1, f"Noor Haddad: {says}\n"), told.stderr
    (noor,) = json.loads(ask("link", "list", "--json").stdout)
    assert noor["url"] == url
    assert ask("link", "test", "noor@northwind.org").exit_code == 1


def test_a_link_is_switched_off_and_taken_away(ask: Ask) -> None:
    ask("link", "set", "Noor", "--url", "https://127.0.0.1:9/noor")
    assert ask("link", "off", "Noor", "Haddad").stdout == "Noor Haddad: Inactive: it was switched off.\n"
    assert ask("link", "test", "Noor").stdout == "Noor Haddad: Inactive: it leads where people outside cannot go.\n"
    (noor,) = json.loads(ask("link", "list", "--json").stdout)
    assert noor["why"] == "switched_off", "to look is not to switch on"
    assert ask("link", "on", "Noor").stdout == "Noor Haddad: Inactive: it leads where people outside cannot go.\n"
    assert ask("link", "set", "Noor", "--url", "").exit_code == 0, "it was asked for"
    told = ask("link", "test", "Noor")
    assert told.exit_code == 2
    assert "Noor Haddad has no booking link. `askarsan link set Noor Haddad --url URL`." in told.stderr

"""Who wrote and is not known, and who is left alone, at a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal.conftest import Ask

STORY = """\
name: Three strangers, and Ana who said stop
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack], email: rita@firm.example}
  ana: {role: candidate, name: Ana Silva, timezone: Europe/Lisbon, channels: [email], email: ana@mail.example}
  ben: {role: candidate, name: Ben Okafor, timezone: Europe/Lisbon, channels: [email], email: ben@mail.example}
script:
  - stranger: {channel: whatsapp, phone: "+34600000001", text: "Hi, it is Ben"}
  - stranger: {channel: email, email: "dora@mail.example", text: "Is there a job for me?"}
  - stranger: {channel: email, email: "spam@mail.example", text: "Buy now"}
  - stranger: {channel: email, email: "ben.private@mail.example", text: "Ben again"}
  - ana: Please take me off your list
"""


@pytest.fixture
def firm(ask: Ask, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "strangers.yaml").write_text(STORY, encoding="utf-8")
    assert ask("rehearse", "strangers.yaml", "--keep", "kept").exit_code == 0
    return {"ASKARSAN_DATABASE_URL": f"sqlite:///{tmp_path / 'kept' / 'rehearsal.db'}"}


def test_the_inbox_is_listed_and_emptied(ask: Ask, firm: dict[str, str]) -> None:
    listed = ask("inbox", **firm).stdout
    assert "#1" in listed
    assert "+34600000001" in listed
    assert "Is there a job for me?" in listed
    assert [each["number"] for each in json.loads(ask("inbox", "--json", **firm).stdout)] == [1, 2, 3, 4]
    assert ask("inbox", "is", "1", "Ben", "Okafor", **firm).stdout == (
        "+34600000001 is Ben Okafor; what came from there is read as theirs.\n"
    )
    assert (
        ask("inbox", "new", "2", "Dora", "Klein", **firm).stdout == "Added Dora Klein, reached at dora@mail.example.\n"
    )
    assert ask("inbox", "ignore", "spam@mail.example", **firm).exit_code == 0
    refused = ask("inbox", "is", "4", "Ben", **firm)
    assert refused.exit_code != 0
    assert "--sure" in refused.stderr
    assert ask("inbox", "is", "4", "Ben", "--sure", **firm).exit_code == 0
    assert ask("inbox", **firm).stdout == "Nobody waits: everybody who wrote is known.\n"
    ben, dora = (json.loads(ask("people", "show", name, "--json", **firm).stdout)[0] for name in ("Ben", "Dora"))
    addresses = {each["channel"]: each["address"] for each in ben["channels"]}
    assert (addresses["email"], addresses["whatsapp"]) == ("ben.private@mail.example", "+34600000001")
    assert [(each["channel"], each["state"]) for each in dora["channels"]] == [("email", "open")]


def test_who_is_left_alone_is_shown_with_when_and_how(ask: Ask, firm: dict[str, str]) -> None:
    shown = ask("people", "show", "Ana", **firm).stdout
    assert "wants no messages on email, wrote so" in shown
    asked = ask("people", "opt-out", "Ben", **firm)
    assert asked.exit_code != 0
    assert "askarsan people opt-out Ben Okafor --sure" in " ".join(asked.stderr.split())
    assert ask("people", "opt-out", "Ben", "--sure", **firm).stdout == (
        "Ben Okafor hears nothing from us, on any channel. Only they can take that back, with START.\n"
    )
    refused = ask("people", "opt-out", "Anna", **firm)
    assert refused.exit_code != 0
    assert "Did you mean Ana Silva?" in refused.stderr
    assert "Ben Okafor hears nothing from us already" in ask("people", "opt-out", "Ben Okafor", **firm).stdout
    assert "rita@firm.example" in ask("people", "show", "Rita", **firm).stdout
    by_name = {each["name"]: each for each in json.loads(ask("people", "--json", **firm).stdout)}
    assert by_name["Ben Okafor"]["said"][0]["how"] == "staff"
    assert by_name["Ben Okafor"]["channels"][0]["state"] == "closed"

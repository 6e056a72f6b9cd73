"""The language somebody is first written to: the one noted with them, else the firm's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

TEAM = """\
people:
  rita: {role: recruiter, name: Rita Lopes, email: rita@firm.example}
  carl: {role: client, name: Carl Olsen, company: Acme, language: Brazilian Portuguese, email: carl@acme.example}
  dora: {role: client, name: Dora Maier, company: Helix, locale: de-AT, email: dora@helix.example}
"""
CANDIDATES = """\
name,email,Language
Ana Silva,ana@mail.example,Deutsch
Ben Okafor,ben@mail.example,
Cleo Roux,cleo@mail.example,fr-CA
"""


def noted(tmp_path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(tmp_path / "var/askarsan.db")) as database:
        return dict(database.execute("SELECT name, locale FROM people"))


def added(ask: Ask, tmp_path: Path, **settings: str) -> dict[str, str]:
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    (tmp_path / "candidates.csv").write_text(CANDIDATES, "utf-8")
    for words in (["migrate"], ["add", "team.yaml"], ["import", "candidates.csv"]):
        told = ask(*words, **settings)
        assert told.exit_code == 0, told.output
    return noted(tmp_path)


def test_what_is_noted_holds_and_english_is_for_the_others(ask: Ask, tmp_path: Path) -> None:
    assert added(ask, tmp_path) == {
        "Rita Lopes": "en",
        "Carl Olsen": "pt-BR",
        "Dora Maier": "de-AT",
        "Ana Silva": "de",
        "Ben Okafor": "en",
        "Cleo Roux": "fr-CA",
    }


def test_the_firms_language_is_for_the_others_where_it_has_one(ask: Ask, tmp_path: Path) -> None:
    locales = added(ask, tmp_path, ASKARSAN_FIRM_LANGUAGE="it")
    assert (locales["Rita Lopes"], locales["Ben Okafor"], locales["Ana Silva"]) == ("it", "it", "de")


def test_a_language_nobody_knows_is_no_setting(ask: Ask) -> None:
    told = ask("settings", ASKARSAN_FIRM_LANGUAGE="klingonese")
    assert told.exit_code != 0
    assert "ASKARSAN_FIRM_LANGUAGE is 'klingonese' (from the environment); it must be a language like en" in told.output

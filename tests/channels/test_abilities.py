"""What is said of the channels is what the code does: the page, the table, and the vendors' own modules."""

from __future__ import annotations

import json
from pathlib import Path

from bot.terminal.abilities import COLUMNS, FALLBACKS, reference
from integrations import catalog
from integrations.channels.base import NAMES, Abilities
from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "channels.md"


def test_the_page_of_channels_says_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == reference(), "make pages"


def test_every_channel_there_is_stands_in_the_table() -> None:
    assert tuple(catalog.ABILITIES) == NAMES


def test_every_ability_has_its_column_and_whoever_lacks_one_is_told_what_happens_instead() -> None:
    nothing, everything = Abilities(), Abilities(8, 20, True, True, 10, takes_key=True, receipts=True, invites=True)
    assert [word(nothing) for word in COLUMNS.values()] == ["–", "–", "any", "–", "–", "–", "–", "–", "always", "yes"]
    assert [word(everything) for word in COLUMNS.values()] == [
        "up to 8",
        "20 characters",
        "10 characters",
        "yes",
        "yes",
        "yes",
        "yes",
        "recognised",
        "always",
        "yes",
    ]
    assert sum(concerns(nothing) for _, _, concerns in FALLBACKS) == 6
    assert sum(concerns(everything) for _, _, concerns in FALLBACKS) == 3, "more buttons, a longer label, a longer text"


def test_the_command_prints_the_table_and_the_page(ask: Ask) -> None:
    assert "4,096 UTF-16 units" in ask("channels").stdout
    assert ask("channels", "--page").stdout == reference()
    told = json.loads(ask("channels", "--json").stdout)
    assert (told["telegram"]["buttons"], told["telegram"]["unit"], told["telegram"]["window"]) == (
        8,
        "UTF-16 units",
        None,
    )

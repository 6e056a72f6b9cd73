"""What is said of the channels is what the code does: the page, the table, and the vendors' own modules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot.terminal.abilities import COLUMNS, FALLBACKS, reference
from integrations import carriers
from integrations.abilities import CARRIED, carried
from integrations.channels.base import NAMES, Abilities
from tests.channels.cases import Clock, Served
from tests.channels.places import PLACES
from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "channels.md"


def test_the_page_of_channels_says_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == reference(), "make pages"


def test_every_vendor_of_the_catalog_says_what_its_channels_can_do() -> None:
    assert set(carriers.CHANNELS) - {"standin"} <= set(CARRIED), "integrations/abilities.py"
    assert tuple(carriers.ABILITIES) == NAMES


@pytest.mark.asyncio
@pytest.mark.parametrize("vendor", PLACES)
async def test_what_is_shown_is_what_the_vendors_own_channel_says_of_itself(vendor: str) -> None:
    place = PLACES[vendor](Served(Starlette(), "http://127.0.0.1:9"), Clock())
    shown = [abilities for name, _, abilities in carried() if name == place.channel.name]
    assert place.channel.abilities in shown
    await place.close()


def test_every_ability_has_its_column_and_whoever_lacks_one_is_told_what_happens_instead() -> None:
    nothing, everything = (
        Abilities(),
        Abilities(8, 20, True, True, 10, takes_key=True, receipts=True, invites=True, cards=True),
    )
    assert [word(nothing) for word in COLUMNS.values()] == [*"–––", "any", *"–––––", "always", "yes"]
    assert [word(everything) for word in COLUMNS.values()] == [
        "up to 8",
        "20 characters",
        "yes",
        "10 characters",
        "yes",
        "yes",
        "yes",
        "yes",
        "recognised",
        "always",
        "yes",
    ]
    assert sum(concerns(nothing) for _, _, concerns in FALLBACKS) == 7
    assert sum(concerns(everything) for _, _, concerns in FALLBACKS) == 3, "more buttons, a longer label, a longer text"


def test_the_command_prints_the_table_and_the_page(ask: Ask) -> None:
    assert "4,096 UTF-16 units" in ask("channels", "abilities").stdout
    assert ask("channels", "abilities", "--page").stdout == reference()
    told = {(each["channel"], each["by"]): each for each in json.loads(ask("channels", "abilities", "--json").stdout)}
    telegram = told["telegram", "telegram"]
    assert (telegram["buttons"], telegram["unit"], telegram["window"]) == (8, "UTF-16 units", None)
    assert 23 < told["whatsapp", "twilio"]["window"] < 24

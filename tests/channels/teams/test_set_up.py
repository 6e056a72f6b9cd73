"""With its settings Teams is made, and without them it is said which are missing; its package is one Teams takes."""

from __future__ import annotations

import io
import json
import struct
import sys
import zipfile
import zlib

import pytest

from integrations import carriers
from integrations.abilities import CARRIED
from integrations.channels import forms
from integrations.channels.teams.manifest import manifest, package, steps
from integrations.means import Means, NotMade
from integrations.standins.teams.teams import APP, TENANT
from tests.channels.cases import Clock
from tests.channels.teams.at_teams import HELLO, RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE = {"teams_app_id": APP, "teams_app_secret": "s", "teams_tenant": TENANT}


def settings_of(office: Office) -> dict[str, str]:
    there = office.account
    services = {
        "teams_service_url": there.service_url,
        "teams_login_url": there.login_url,
        "teams_keys_url": there.keys_url,
    }
    return {**WHOLE, **services, "teams_app_secret": there.secret}


async def test_with_its_settings_messages_go_out_and_come_in(office: Office) -> None:
    means = Means(office.clock, settings_of(office))
    channel, door = carriers.channels({"teams": "teams"}, means)["teams"], carriers.door("teams", means)
    await channel.send(HELLO)
    office.hall.door = door
    office.teams.say(RITA, "hello")
    assert len(office.said()) == 1
    assert (await office.heard()).text == "hello"
    await channel.close()


async def test_several_tenants_are_let_in_and_the_first_signs_in(office: Office) -> None:
    other = "99999999-2222-4333-8444-555555555555"
    means = Means(office.clock, {**settings_of(office), "teams_tenant": f"{TENANT.upper()}, {other}"})
    channel = carriers.channels({"teams": "teams"}, means)["teams"]
    await channel.send(HELLO)
    office.hall.door = carriers.door("teams", means)
    office.teams.invent(RITA, type="message", text="hi", channelData={"tenant": {"id": other}})
    assert (await office.heard()).sender == f"{other}:{RITA}"
    await channel.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "ASKARSAN_TEAMS_APP_ID and ASKARSAN_TEAMS_APP_SECRET and ASKARSAN_TEAMS_TENANT are not set"),
        ({**WHOLE, "teams_app_secret": ""}, "ASKARSAN_TEAMS_APP_SECRET is not set"),
        ({**WHOLE, "teams_app_id": "askarsan"}, "ASKARSAN_TEAMS_APP_ID is no id"),
        ({**WHOLE, "teams_tenant": f"{TENANT}, firm.example"}, "ASKARSAN_TEAMS_TENANT is no id"),
    ],
)
async def test_what_is_missing_is_named(settings: dict[str, str], words: str) -> None:
    with pytest.raises(NotMade, match=words):
        carriers.door("teams", Means(Clock(), settings))
    with pytest.raises(NotMade, match=words):
        carriers.channels({"teams": "teams"}, Means(Clock(), settings))


async def test_what_is_printed_of_it_is_what_it_can_do(office: Office) -> None:
    assert CARRIED["teams"]() == {"teams": office.channel.abilities}


async def test_teams_carries_teams_alone() -> None:
    with pytest.raises(NotMade, match="teams carries no slack"):
        carriers.channels({"slack": "teams"}, Means(Clock(), WHOLE))


async def test_an_address_without_its_beginning_is_refused() -> None:
    with pytest.raises(NotMade, match="https://"):
        carriers.channels({"teams": "teams"}, Means(Clock(), {**WHOLE, "teams_login_url": "login.example"}))


async def test_without_its_packages_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "microsoft_teams", None)  # as where it is not installed
    with pytest.raises(NotMade, match="the packages of the extra `microsoft` are not installed"):
        carriers.channels({"teams": "teams"}, Means(Clock(), WHOLE))


# The app's package


async def test_the_package_holds_the_manifest_and_two_pictures_of_the_right_size() -> None:
    with zipfile.ZipFile(io.BytesIO(package(APP, "https://firm.example/"))) as packed:
        assert sorted(packed.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert packed.read("manifest.json").decode() == manifest(APP, "https://firm.example")
        for name, side in (("color.png", 192), ("outline.png", 32)):
            png = packed.read(name)
            assert png[:8] == b"\x89PNG\r\n\x1a\n"
            assert struct.unpack(">II", png[16:24]) == (side, side)
            data = png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8]
            assert len(zlib.decompress(data)) == side * (side * 4 + 1)


async def test_the_outline_is_white_on_nothing() -> None:
    with zipfile.ZipFile(io.BytesIO(package(APP, "https://firm.example"))) as packed:
        png = packed.read("outline.png")
    rows = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    pixels = {rows[y * 129 + 1 + x * 4 :][:4] for y in range(32) for x in range(32)}
    assert pixels == {b"\xff\xff\xff\xff", b"\xff\xff\xff\x00"}


async def test_the_manifest_keeps_to_what_teams_takes() -> None:
    app = json.loads(manifest(APP, "https://firm.example"))
    assert len(app["name"]["short"]) <= 30
    assert len(app["name"]["full"]) <= 100
    assert len(app["description"]["short"]) <= 80
    assert len(app["description"]["full"]) <= 4_000
    (bot,), (beside,) = app["bots"], app["composeExtensions"]
    assert bot["botId"] == beside["botId"] == app["id"] == APP
    for command in bot["commandLists"][0]["commands"]:
        assert len(command["title"]) <= 32
        assert len(command["description"]) <= 128
    (command,) = beside["commands"]
    assert (command["id"], command["fetchTask"]) == (forms.SCHEDULE, True)
    assert app["validDomains"] == ["firm.example"]


async def test_the_package_is_the_same_each_time() -> None:
    assert package(APP, "https://firm.example") == package(APP, "https://firm.example")


async def test_the_steps_say_where_we_are_to_be_told() -> None:
    assert any("https://firm.example/hooks/teams" in step for step in steps("https://firm.example/"))

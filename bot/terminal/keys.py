"""`askarsan keys`: which keys there are, what each has sealed, and everything sealed anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from bot.connections.keys import FileKeys, GivenKeys, keys_of, rotate
from bot.house import House
from bot.records.sealed import Key, uses
from bot.settings.settings import Settings
from bot.terminal.firm import in_house
from bot.terminal.screen import standard_error, standard_output, table
from bot.terminal.trouble import NOT_HELD


def show_keys(settings: Settings, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        keys = _keys(settings)
        async with house.records.read() as session:
            used = await uses(session)
        here = keys.ids()
        rows = [
            {"id": each, "state": _state(each, here), "seals": used.get(each, 0)}
            for each in dict.fromkeys([*here, *used])
        ]
        if as_json:
            sys.stdout.write(json.dumps({"from": _where(keys), "keys": rows}) + "\n")
            return
        if not rows:
            standard_output().print(
                f"There is no key yet; the first secret makes one, in {_where(keys)}.", soft_wrap=True
            )
            return
        lines = [(str(row["id"]), str(row["state"]), str(row["seals"])) for row in rows]
        standard_output().print(f"Keys from {_where(keys)}:", soft_wrap=True)
        standard_output().print(table(("Key", "State", "Secrets"), lines))
        _warn(used, here)

    in_house(settings, work)


def rotate_keys(settings: Settings) -> int:
    async def work(house: House) -> int:
        keys = _keys(settings)
        async with house.records.read() as session:
            used = await uses(session)
        if isinstance(keys, GivenKeys) and set(used) <= {keys.first().id}:
            _tell_how(keys)
            return 0
        told = await rotate(house.records, keys)
        console = standard_output()
        console.print(f"Sealed anew with the key {keys.first().id}: {told.done}.", style="bold", soft_wrap=True)
        for key, number in told.lost.items():
            standard_error().print(
                f"{number} sealed with the key {key} could not be opened. Put that key back and run this again, or"
                " connect those calendars again; `askarsan calendar list` shows which.",
                style="red",
                soft_wrap=True,
            )
        if not told.lost and isinstance(keys, GivenKeys) and len(keys.ids()) > 1:
            console.print(f"Nothing needs {', '.join(keys.ids()[1:])} any more, but backups.", soft_wrap=True)
        return NOT_HELD if told.lost else 0

    return in_house(settings, work)


def _tell_how(keys: GivenKeys) -> None:
    """A key of the settings is made by hand: nobody but the firm can write there."""
    console = standard_output()
    console.print("Everything is sealed with the first of ASKARSAN_KEYS. For a new one, put this in front of it:")
    console.print(f"  {Key.new()},", soft_wrap=True)
    console.print("Then start the assistant again, and run this again.")


def _warn(used: Mapping[str, int], here: tuple[str, ...]) -> None:
    lost = [each for each in used if each not in here]
    if lost:
        standard_error().print(
            f"What was sealed with {', '.join(lost)} cannot be read by anybody without that key. Put it back, or"
            " connect those calendars again.",
            style="red",
            soft_wrap=True,
        )


def _keys(settings: Settings) -> GivenKeys | FileKeys:
    return keys_of(settings.keys.get_secret_value() if settings.keys else None, settings.data_dir)


def _where(keys: GivenKeys | FileKeys) -> str:
    return "ASKARSAN_KEYS" if isinstance(keys, GivenKeys) else str(keys.path)


def _state(key: str, here: tuple[str, ...]) -> str:
    if key not in here:
        return "lost"
    return "seals" if key == here[0] else "opens"

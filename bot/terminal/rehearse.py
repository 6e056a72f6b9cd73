"""`askarsan rehearse`: scenarios played, shown as they happen, and each expectation checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.rehearsal import steps as s
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.recasting import recast
from bot.rehearsal.report import LISTS, Report
from bot.rehearsal.scenario import Scenario, load
from bot.rehearsal.yamlfile import Fault
from bot.rules import shown
from bot.terminal.feed import Feed, cast
from bot.terminal.keeping import folders, keep_database, keep_invites, keep_result, prepared
from bot.terminal.moments import city, stretch
from bot.terminal.screen import clean, heading, standard_error, standard_output, table
from bot.terminal.sheets import tracker_table
from bot.terminal.telling import in_words
from bot.terminal.threads import Clock, Look, Paragraphs
from bot.terminal.trouble import NOT_HELD, NOT_VALID, Trouble

AT_MOST_SHOWN = 5  # of what was found in place of what was expected


@dataclass(frozen=True)
class Wanted:
    as_json: bool = False
    speed: float = 0
    keep: Path | None = None
    channels: Mapping[str, str] = field(default_factory=dict)  # where people write instead, by role


def rehearse(files: Sequence[Path], wanted: Wanted) -> int:
    """Plays each file, also behind one that is not valid. Exit code 0: all held, 1: not all, 2: a file is not valid."""
    places = folders(files, wanted.keep) if wanted.keep else repeat(None)
    codes = [_one(file, wanted, place) for file, place in zip(files, places, strict=False)]
    if len(files) > 1 and not wanted.as_json:
        standard_output().print(f"{codes.count(0)} of {len(files)} held.", style="bold")
    return max(codes)


def _one(file: Path, wanted: Wanted, place: Path | None) -> int:
    try:
        scenario = recast(load(file), wanted.channels)
        result = asyncio.run(_played(scenario, file, wanted, prepared(place) if place else None))
    except Fault as fault:
        return _told(f"{file}: {fault}", NOT_VALID)
    except Trouble:
        raise
    except Exception as error:  # noqa: BLE001 – it is told, and the other files are still played
        words, code = in_words(error)
        return _told(f"{file}: {words}", code)
    if wanted.as_json:
        standard_output().print(json.dumps(result.data, ensure_ascii=False), soft_wrap=True)
    return 0 if result.ok else NOT_HELD


def _told(words: str, code: int) -> int:
    standard_error().print(words, style="red", soft_wrap=True)
    return code


async def _played(scenario: Scenario, file: Path, wanted: Wanted, place: Path | None) -> Report:
    with TemporaryDirectory(prefix="askarsan-") as folder:
        database = Path(folder) / "rehearsal.db"
        rehearsal = Rehearsal(scenario, f"sqlite+aiosqlite:///{database}")
        try:
            await rehearsal.prepare()
            result = await _shown(rehearsal, file, wanted)
            if place:
                await keep_invites(rehearsal, place)
                keep_result(result, place)
        finally:
            await rehearsal.stage.close()
        if place:
            keep_database(database, place)
    return result


async def _shown(rehearsal: Rehearsal, file: Path, wanted: Wanted) -> Report:
    if wanted.as_json:
        await rehearsal.run(pace=wanted.speed)
        return await rehearsal.report()
    console = standard_output()
    console.print(f"{clean(rehearsal.scenario.name)}  ({file})\n", style="bold", soft_wrap=True)
    await Showing(rehearsal, console, Paragraphs(console)).run(wanted.speed)
    result = await rehearsal.report()
    show_result(console, rehearsal, result.data)
    return result


class Showing:
    """A rehearsal while it is watched; `pause` is how many seconds there are to read each message."""

    def __init__(self, rehearsal: Rehearsal, console: Console, look: Look, pause: float = 0) -> None:
        self._rehearsal = rehearsal
        self._console = console
        self._look = look
        self._pause = pause
        self._feed = Feed(cast(rehearsal.scenario.people))
        self._clock = Clock(console, rehearsal.world.clock.now(), self._feed.zone)

    async def run(self, speed: float = 0) -> None:
        self._clock.begin()
        await self._rehearsal.run(self._after, speed)

    async def _after(self, step: s.Step) -> None:
        if note := note_on(step):
            self._console.print(f"── {note} ──\n", style="dim")
        for news in await self._feed.news(self._rehearsal.stage.house.records):
            self._clock.tick(news.at)
            self._look.show(news)
            await asyncio.sleep(self._pause)
        self._clock.tick(self._rehearsal.world.clock.now())


def note_on(step: s.Step) -> str:
    """What happened besides words."""
    match step:
        case s.Crashes():
            return "the process dies, and starts again on the same database"
        case s.Outage():
            return f"{step.service} is out of order for {shown(step.length)} ({step.error})"
        case s.CalendarChanges():
            return f"the calendar of {' and '.join(step.busy)} changes"
        case s.ReceiptComes():
            return f"the last message to {step.to}: {step.status.value}"
        case _:
            return ""


def show_result(console: Console, rehearsal: Rehearsal, data: Mapping[str, Any]) -> None:
    """What came of it: the tracker, the invites, and each expectation."""
    heading(console, "Tracker")
    console.print(tracker_table(data["tracker"]))
    heading(console, "Invites")
    console.print(_invites(rehearsal, data["invites"]) if data["invites"] else "none")
    if data["expectations"]:
        heading(console, "Expected")
        for each in data["expectations"]:
            console.print(_expectation(each, data), soft_wrap=True)
    console.print()


def _invites(rehearsal: Rehearsal, invites: Sequence[Mapping[str, Any]]) -> Table:
    return table(
        ("To", "When", "Clock of", "Method", "Sequence", "UID"), (_invite(rehearsal, each) for each in invites)
    )


def _invite(rehearsal: Rehearsal, invite: Mapping[str, Any]) -> list[str]:
    person, zone = rehearsal.people[invite["to"]], ZoneInfo(rehearsal.people[invite["to"]].timezone)
    when = stretch(datetime.fromisoformat(invite["start"]), datetime.fromisoformat(invite["end"]), zone)
    return [person.name, when, city(zone), invite["method"], str(invite["sequence"]), invite["uid"]]


def _expectation(each: Mapping[str, Any], data: Mapping[str, Any]) -> Text:
    ((what, filters),) = each["expect"].items()
    line = Text("✓ ", style="green") if each["ok"] else Text("✗ ", style="bold red")
    line.append(clean(f"{what}: {_pairs(filters)}" if filters else what), style="default")
    if not each["ok"]:
        line.append(_found(what, filters, each["found"], data[LISTS[what]]), style="default")
    return line


def _found(what: str, filters: Mapping[str, str], found: Sequence[Mapping[str, Any]], there: Sequence[Any]) -> str:
    if found:
        return f"\n    found {len(found)}:" + _listed(found)
    if what == "none" or not there:
        return f"\n    found none; there is no {LISTS[what].removesuffix('s')} at all"
    return "\n    found none; nearest is" + _listed(sorted(there, key=lambda entry: -_alike(entry, filters))[:2])


def _listed(entries: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"\n      {clean(_pairs(entry))}" for entry in entries[:AT_MOST_SHOWN]]
    more = [f"\n      and {len(entries) - AT_MOST_SHOWN} more"] if len(entries) > AT_MOST_SHOWN else []
    return "".join(lines + more)


def _alike(entry: Mapping[str, Any], filters: Mapping[str, str]) -> int:
    """How many of the filters it fits, roughly: for showing what came nearest."""
    values = {key.casefold(): str(value).casefold() for key, value in entry.items()}
    said = values.get("text", "")
    return sum(
        wanted.casefold() in said if key == "contains" else values.get(key.casefold()) == wanted.casefold()
        for key, wanted in filters.items()
    )


def _pairs(entry: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {_short(value)}" for key, value in entry.items() if value not in (None, ""))


def _short(value: object) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= 120 else f"{words[:117]}…"

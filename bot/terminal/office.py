"""The commands that work on the firm's own database."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import track

from bot import tracker
from bot.adding import Added, add_candidates, add_cast
from bot.hearing import naming
from bot.hearing.naming import Unclear
from bot.house import unguessable
from bot.reasons import why
from bot.records.base import Records
from bot.records.opening import opened
from bot.rehearsal.scenario import load_cast
from bot.rehearsal.yamlfile import Fault
from bot.settings.settings import Settings
from bot.settings.shown import listed
from bot.terminal.screen import standard_error, standard_output
from bot.terminal.sheets import settings_table, timer_table, tracker_table
from bot.terminal.story import story_of, tell
from bot.terminal.trouble import Trouble
from dialogs.wording import Phrasebook
from integrations.trackers.sheet import BadSheet, CandidateRow, export, read_candidates

T = TypeVar("T")
LONG = 200  # candidates, from which on a bar shows how far it is


def show_tracker(settings: Settings, export_to: Path | None, *, as_json: bool) -> None:
    async def show(records: Records) -> None:
        async with records.read() as session:
            rows = await tracker.rows(session)
        if export_to:
            _export(rows, export_to, told=not as_json)
        if as_json:
            _print_json([dict(row) for row in rows])
        elif not export_to:
            nobody = "Nobody is in the tracker yet. `askarsan import candidates.csv` brings candidates in."
            standard_output().print(tracker_table(rows) if rows else nobody, soft_wrap=not rows)

    _on(settings, show)


def _export(rows: Sequence[Mapping[str, str]], path: Path, *, told: bool) -> None:
    try:
        export(rows, path)
    except ValueError as error:
        raise Trouble(f"{error}.") from error
    except OSError as error:
        raise Trouble(f"{path} can not be written: {why(error)}.") from error
    if told:
        standard_error().print(f"{_counted(len(rows), 'line')} written to {path}.", soft_wrap=True)


def show_settings(settings: Settings, *, as_json: bool) -> None:
    lines = list(listed(settings))
    if as_json:
        _print_json([line._asdict() for line in lines])
    else:
        standard_output().print(settings_table(lines))


def show_timers(settings: Settings) -> None:
    async def show(records: Records) -> None:
        async with records.read() as session:
            made = await timer_table(session)
        standard_output().print(made or "Nothing is planned.")

    _on(settings, show)


def show_why(settings: Settings, candidate: str) -> None:
    async def show(records: Records) -> None:
        async with records.read() as session:
            try:
                named = await naming.candidate(session, candidate)
            except Unclear as unclear:
                raise Trouble(_said(unclear, settings)) from unclear
            chapters = await story_of(session, named.person.id)
        if chapters:
            tell(standard_output(), chapters)
        else:
            standard_output().print(f"Nothing has happened with {named.person.name} yet.")

    _on(settings, show)


def _said(unclear: Unclear, settings: Settings) -> str:
    """In the words in which a recruiter is told."""
    fields = {"words": {"said": unclear.said}, "rows": [{"name": choice} for choice in unclear.choices]}
    zone = ZoneInfo(settings.firm_timezone)
    return Phrasebook.load().say(unclear.text, "recruiter", fields, zone=zone, locale="en").text.strip()


def migrate(settings: Settings) -> None:
    async def show(_: Records) -> None:
        standard_output().print("The database is at its newest version.")

    _on(settings, show)


def import_candidates(settings: Settings, file: Path, recruiter: str | None) -> None:
    if file.suffix.lower() in (".yaml", ".yml"):
        raise Trouble(f"{file} is no sheet: people and jobs come in by `askarsan add {file}`.")
    rows = _read(file)

    async def add(records: Records) -> Added:
        zone, language = settings.firm_timezone, settings.firm_language
        async with records.write() as session:
            return await add_candidates(session, unguessable, rows, zone, language, recruiter, _watched)

    try:
        added = _on(settings, add)
    except BadSheet as bad:
        raise _bad(file, bad) from bad
    _tell_added(added)


def _read(file: Path) -> list[CandidateRow]:
    try:
        return read_candidates(file)
    except BadSheet as bad:
        raise _bad(file, bad) from bad


def _bad(file: Path, bad: BadSheet) -> Trouble:
    told = [str(error) if str(error).startswith(file.name) else f"{file}: {error}" for error in bad.errors]
    return Trouble("\n".join([*told, "Nothing was added."]))


def _watched(rows: Iterable[CandidateRow]) -> Iterable[CandidateRow]:
    """With a bar, where there is somebody to watch it and it takes long enough."""
    everything = list(rows)
    console = standard_error()
    if len(everything) < LONG or not console.is_terminal:
        return everything
    return track(everything, "Adding", console=console, transient=True)


def add_people_and_jobs(settings: Settings, file: Path) -> None:
    if file.suffix.lower() in (".csv", ".xlsx"):
        raise Trouble(f"{file} is a sheet: candidates come in by `askarsan import {file}`.")
    try:
        cast = load_cast(file, settings.firm_timezone, settings.firm_language)
    except Fault as fault:
        raise Trouble(f"{file}: {fault}") from fault

    async def add(records: Records) -> Added:
        async with records.write() as session:
            return await add_cast(session, unguessable, cast)

    _tell_added(_on(settings, add))


@dataclass(frozen=True, slots=True)
class _Group:
    title: str
    names: Sequence[str]


def _tell_added(added: Added) -> None:
    console = standard_output()
    told = [_counted(len(added.people), "person", "people")] + (
        [_counted(len(added.jobs), "job")] if added.jobs else []
    )
    console.print(f"Added {' and '.join(told)}; {len(added.known)} already there.", style="bold", soft_wrap=True)
    for group in (
        _Group("New jobs", added.jobs),
        _Group("Already there, left as they are", added.known),
        _Group("By mail only, until they agree to more (column consent)", added.by_mail_only),
        _Group("Out of reach: no mail, and no consent to another channel", added.unreachable),
        _Group(
            "They said stop before they were added, so nothing goes to them until they write START", added.left_alone
        ),
    ):
        _tell_group(console, group)


def _tell_group(console: Console, group: _Group) -> None:
    if group.names:
        console.print(f"{group.title}:", soft_wrap=True)
        for name in group.names:
            console.print(f"  {name}", soft_wrap=True)


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def _print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def _on(settings: Settings, work: Callable[[Records], Awaitable[T]]) -> T:
    """The work, done on the firm's database."""

    async def run() -> T:
        async with opened(settings.database) as records:
            return await work(records)

    return asyncio.run(run())

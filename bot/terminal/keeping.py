"""What a rehearsal leaves behind for whoever wants to look closer: the database, the JSON, every invite as a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from icalendar import Calendar

from bot.reasons import why
from bot.records import everything
from bot.records.invites import InviteRow
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.report import Report
from bot.terminal.trouble import Trouble
from integrations.calendars.ics import Guest, Invite, Method, to_ics

DATABASE, RESULT = "rehearsal.db", "rehearsal.json"

# To whom, which method, of which interview, how many changes ago: what one calendar is told once.
Key = tuple[str, str, str, int]


def prepared(folder: Path) -> Path:
    """The folder, there and without what an earlier rehearsal left in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob(f"{DATABASE}*"), *folder.glob("[0-9]*-*.ics"), folder / RESULT):
            old.unlink(missing_ok=True)
    except OSError as error:
        raise Trouble(f"{folder} can not be written to: {why(error)}.") from error
    return folder


async def keep_invites(rehearsal: Rehearsal, folder: Path) -> list[Path]:
    """One .ics for each invite, numbered in the order they went out; exactly the bytes where they went by mail."""
    async with rehearsal.stage.house.records.read() as session:
        rows = await everything.invites(session)
    mailed = dict(_mailed(rehearsal))
    written = []
    for number, row in enumerate(rows, 1):
        to = _address(rehearsal, row.person_id)
        data = mailed.get((to.lower(), row.method, row.uid, row.sequence)) or _as_put(rehearsal, row, to)
        path = folder / f"{number:02d}-{row.person_id}-{row.method.lower()}.ics"
        path.write_bytes(data)
        written.append(path)
    return written


def keep_result(report: Report, folder: Path) -> Path:
    path = folder / RESULT
    path.write_text(json.dumps(report.data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def keep_database(database: Path, folder: Path) -> Path:
    """To be called when nobody has it open any more: only then everything is in the one file."""
    return Path(shutil.copy(database, folder / DATABASE))


def _mailed(rehearsal: Rehearsal) -> Iterator[tuple[Key, bytes]]:
    for delivery in rehearsal.world.channels["email"].delivered:
        if delivery.invite:
            calendar = Calendar.from_ical(delivery.invite)
            event: Any = calendar.walk("VEVENT")[0]
            key = (delivery.to.lower(), str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]))
            yield key, delivery.invite


def _as_put(rehearsal: Rehearsal, row: InviteRow, to: str) -> bytes:
    """The same for a calendar that was written to through its own interface, which takes no file."""
    firm = rehearsal.stage.house.firm
    told = [each.event for each in rehearsal.world.calendar.received if each.event.uid == row.uid]
    mine = [event for event in told if event.who == to and event.sequence == row.sequence] or told
    return to_ics(
        Invite(
            uid=row.uid,
            sequence=row.sequence,
            method=cast(Method, row.method),
            start=row.start,
            end=row.end,
            summary=mine[0].summary if mine else "",
            description=mine[0].description if mine else "",
            location=mine[0].location if mine else "",
            url=mine[0].url if mine else "",
            organizer=Guest(firm.organizer_name, firm.organizer_email),
            attendees=(_guest(rehearsal, row.person_id, to),),
            now=row.at,
        )
    )


def _guest(rehearsal: Rehearsal, key: str, address: str) -> Guest:
    return Guest(rehearsal.people[key].name, address if "@" in address else f"{key}@calendar.invalid")


def _address(rehearsal: Rehearsal, key: str) -> str:
    return rehearsal.people[key].email or key


def folders(files: Sequence[Path], keep: Path) -> Iterator[Path]:
    """Where each file's things are kept: of one in the folder itself, of several each in one of its own."""
    seen: dict[str, int] = {}
    for file in files:
        seen[file.stem] = seen.get(file.stem, 0) + 1
        name = file.stem if seen[file.stem] == 1 else f"{file.stem}-{seen[file.stem]}"
        yield keep if len(files) == 1 else keep / name

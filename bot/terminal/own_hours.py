"""`askarsan hours`: what somebody of the firm says of their own hours, and what holds of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from bot.hearing.own_hours import in_words, keep_hours, read_hours
from bot.house import House
from bot.records import hours
from bot.records.hours import HoursRow
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.firm import in_house, somebody_and_more
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import Trouble


def tell_hours(settings: Settings, words: Sequence[str], *, forget: bool, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.write() as session:
            person, said = await somebody_and_more(session, " ".join(words))
            now = house.clock.now()
            if forget and said:
                raise Trouble(f'--forget ends all of it at once, not "{said}" alone: leave the words out.')
            if forget:
                await hours.forget(session, person.id)
            elif said:
                meant = read_hours(person, said, now)
                if meant is None:
                    raise Trouble(
                        f'There are no hours to be read in "{said}". For example: "I\'m away Thursday",'
                        ' "no meetings before 10", "lunch 12-13", "back on Monday".'
                    )
                await keep_hours(session, person, said, meant, now)
            rows = list(await hours.said_by(session, person.id, now))
        if as_json:
            sys.stdout.write(json.dumps([_data(row) for row in rows], ensure_ascii=False) + "\n")
        else:
            _show(house, person, rows)

    in_house(settings, work)


def _show(house: House, person: PersonRow, rows: list[HoursRow]) -> None:
    console = standard_output()
    if not rows:
        console.print(f"{person.name} has said nothing of their hours that still holds.")
        return
    lines = []
    for row in rows:
        told = in_words(house, person, [row])
        often = "every day " if told.daily else "every " if told.weekly else ""
        lines.append((often + told.names[0], "works then too" if row.free else "not free", row.said))
    console.print(table(("When", "What", "In their words"), lines, f"{person.name}, {person.zone}"))


def _data(row: HoursRow) -> dict[str, Any]:
    return {
        "said": row.said,
        "said_at": row.said_at.isoformat(),
        "free": row.free,
        "start": row.start.isoformat() if row.start else None,
        "end": row.end.isoformat() if row.end else None,
        "weekly": row.weekly or None,
    }

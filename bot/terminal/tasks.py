"""`askarsan tasks`: whom somebody of the firm is to call, since when, and why; and a recruiter's own page of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import RealClock
from bot.facts.tasks import Assigned, of_row
from bot.pages import TASKS, new_link, remember
from bot.records import tasks
from bot.records.base import Records
from bot.records.opening import opened
from bot.records.people import PersonRow
from bot.settings.settings import Settings
from bot.terminal.firm import somebody
from bot.terminal.moments import city, moment
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import Trouble
from integrations.meetings.phone import shown

WHY = {
    "no_channel": "reached in person only",
    "undelivered": "nothing that is written arrives",
    "no_reply": "everything arrived, and no reply",
}
NOBODY = "Nobody is to be called."
NO_PAGE = "There is no page yet: set ASKARSAN_PUBLIC_URL to where people find this service."


def show_tasks(settings: Settings, recruiter: str, *, link: bool, as_json: bool) -> None:
    asyncio.run(_show(settings, recruiter, link=link, as_json=as_json))


async def _show(settings: Settings, recruiter: str, *, link: bool, as_json: bool) -> None:
    now = RealClock().now()
    async with opened(settings.database) as records:
        async with records.read() as session:
            whose = await somebody(session, recruiter) if recruiter else None
            rows = await tasks.open_ones(session, whose.id if whose else None)
            everything = [await of_row(session, row) for row in rows]
        found = [task for task in everything if task.open]
        if link:
            standard_output().print(await _link(settings, records, whose, found, now), soft_wrap=True)
            return
    if as_json:
        sys.stdout.write(json.dumps([_as_data(each) for each in found], ensure_ascii=False) + "\n")
        return
    heads = ("Due", "Whom", "Where", "About", "Why", "By whom")
    console = standard_output()
    console.print(table(heads, [_line(each, now) for each in found]) if found else NOBODY, soft_wrap=not found)


async def _link(
    settings: Settings, records: Records, whose: PersonRow | None, found: Sequence[Assigned], now: datetime
) -> str:
    """A page opens by its link alone, so each time it is a new one."""
    if whose is None or whose.role != "recruiter":
        raise Trouble("Whose page? Name a recruiter: askarsan tasks --link Rita Lopes")
    if not settings.public_url:
        raise Trouble(NO_PAGE)
    if not found:
        return NOBODY
    made = new_link(settings.public_url, TASKS)
    async with records.write() as session:
        await remember(session, made, found[0].case.row.id, whose.id, now)
    return made.url


def _line(task: Assigned, now: datetime) -> tuple[str, ...]:
    zone = ZoneInfo(task.case.recruiter.zone)
    due = moment(task.row.due_at, zone)
    about = f"{task.case.job.title} at {task.case.company.name}"
    tries = f" ({task.row.tries} without answer)" if task.row.tries else ""
    return (
        f"{due} {city(zone)}" if task.row.due_at > now else f"now, since {due} {city(zone)}",
        task.person.name,
        task.linkedin if task.via == "linkedin" else shown(task.phone) or "no number known",
        about,
        WHY.get(task.row.reason, task.row.reason) + tries,
        task.case.recruiter.name,
    )


def _as_data(task: Assigned) -> dict[str, Any]:
    row = task.row
    return {
        "task": task.name,
        "due": row.due_at.isoformat(),
        "person": task.person.name,
        "via": task.via,
        "phone": task.phone or None,
        "linkedin": task.linkedin or None,
        "purpose": row.purpose,
        "reason": row.reason,
        "tries": row.tries,
        "candidate": task.case.candidate.name,
        "job": task.case.job.title,
        "company": task.case.company.name,
        "recruiter": task.case.recruiter.name,
        "times": [start.isoformat() for start in task.slots],
    }

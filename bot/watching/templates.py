"""Which of our texts a vendor has approved: looked at often while one is being decided on, else four times a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.house import House
from bot.jobs import Job
from bot.records import templates
from bot.records.base import Session
from bot.records.templates import TemplateRow
from integrations.channels.approvals import Approval, Standings
from integrations.channels.base import ChannelError

log = structlog.get_logger()

# WhatsApp decides within minutes or a day, and pauses what people complain of whenever it likes.
DECIDING = frozenset({Approval.RECEIVED, Approval.PENDING, Approval.UNSUBMITTED})
SOON = timedelta(minutes=10)
RARELY = timedelta(hours=6)


async def templates_due(session: Session, house: House) -> bool:
    return house.approvals is not None and await templates.look_due(session, house.clock.now())


async def look_at_templates(house: House, _which: str = "all") -> Sequence[Job]:
    """Keeps how each stands. A vendor that does not answer leaves what was known."""
    if house.approvals is None:
        return ()
    try:
        found = await house.approvals.list()
    except ChannelError as error:
        log.warning("templates_unread", code=error.code)
        async with house.records.write() as session:
            await templates.looks_again(session, house.clock.now() + SOON)
        return ()
    await note(house, found)
    return ()


async def note(house: House, found: Standings) -> None:
    rows = [
        TemplateRow(
            id=each.id,
            name=each.name,
            language=each.language,
            version=each.version,
            approval=each.approval.value,
            reason=each.reason,
            made_at=each.made_at,
        )
        for each in found.all
    ]
    deciding = any(each.approval in DECIDING for each in found.all)
    async with house.records.write() as session:
        await templates.replace_all(session, rows)
        await templates.looks_again(session, house.clock.now() + (SOON if deciding else RARELY))

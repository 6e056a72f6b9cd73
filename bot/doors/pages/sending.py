"""A form that was sent becomes a message, kept once and heard at once: the page and the chat are one negotiation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.doors.pages.visiting import Visit, mark
from bot.facts.case import load
from bot.hearing.listening import hear
from bot.house import House
from bot.jobs import Job, JobKind
from bot.pressing import Meant, Press
from bot.records import messages, pages, people, work
from bot.records.messages import AlreadyKept, MessageRow
from bot.turn import Turn

log = structlog.get_logger()

MOST = 60  # forms of one person
WITHIN = timedelta(hours=1)


class Stale(Exception):
    """The page the form stands on shows a state that is over; nothing was sent."""


class TooMany(Exception):
    """Nobody sends so many forms by hand."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was filled in about one interview, on a page that showed the state `mark`."""

    negotiation: str
    mark: str
    text: str  # as the recruiter reads it
    meant: Meant | None = None  # None: only the words count


@dataclass(frozen=True, slots=True)
class Outcome:
    jobs: Sequence[Job] = ()
    said: str | None = None  # the effect that answers them
    heard: bool = True  # False: later, when the calendars can be read


async def send(house: House, visit: Visit, sheets: Sequence[Sheet], zone: ZoneInfo) -> Outcome:
    """The same form sent again is the same message. Raises Stale or TooMany, and nothing is kept.

    Whoever sends a form has read its times in `zone`: that is where they are.
    """
    rows = [_row(house, visit, sheet) for sheet in sheets]
    try:
        await _keep(house, visit, sheets, rows, zone)
    except AlreadyKept:
        log.info("form_sent_again", person=visit.person.id)
    try:
        jobs = await hear(house, visit.person.id, at_once=True)
    except Exception:
        # It is kept, so it will be heard; they are told so instead of being shown an error.
        log.exception("form_not_heard_yet", person=visit.person.id)
        return Outcome(heard=False)
    async with house.records.read() as session:
        kept = await pages.sent_before(session, rows[0].vendor_id or "")
        answers = [await work.effect(session, job.id) for job in jobs if job.kind is JobKind.EFFECT]
    mine = (each for each in answers if each and each.kind == "say" and each.person_id == visit.person.id)
    return Outcome(jobs, next((each.id for each in mine), None), heard=bool(kept and kept.turn_id))


async def _keep(
    house: House, visit: Visit, sheets: Sequence[Sheet], rows: Sequence[MessageRow], zone: ZoneInfo
) -> None:
    now = house.clock.now()
    async with house.records.write() as session:
        person = await people.lock(session, visit.person.id)
        if await pages.sent_before(session, rows[0].vendor_id or ""):
            raise AlreadyKept
        if await pages.sent_since(session, person.id, now - WITHIN) >= MOST:
            raise TooMany
        for sheet in sheets:
            case = await load(session, sheet.negotiation)
            if sheet.mark != mark(case, person):
                raise Stale
        if person.zone != zone.key:
            person.zone = zone.key
            Turn(house, session).log("zone_noted", person=person.id, zone=zone.key)
        for row in rows:
            await messages.keep(session, row)


def _row(house: House, visit: Visit, sheet: Sheet) -> MessageRow:
    pressed = str(Press(sheet.negotiation, sheet.meant)) if sheet.meant else None
    # The same question may be asked again tomorrow; the same time is only ever taken once.
    once = pressed or f"{house.clock.now():%Y-%m-%d}\n{sheet.text}"
    said = hashlib.sha256(once.encode()).hexdigest()[:16]
    return MessageRow(
        direction="in",
        at=house.clock.now(),
        person_id=visit.person.id,
        negotiation_id=None,
        channel=pages.CHANNEL,
        address=pages.CHANNEL,
        text=sheet.text,
        kind="reply",
        status="received",
        vendor_id=f"{visit.person.id}/{sheet.negotiation}/{sheet.mark}/{said}",
        pressed=pressed,
        thread=sheet.negotiation,
        put_off=False,
    )

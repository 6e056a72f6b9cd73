"""What somebody answered in their calendar: which answers count, and what each means for the negotiation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import structlog

from bot.facts.case import Case
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from dialogs.negotiation.events import InviteAnswered
from integrations.calendars.itip import Answer, Reply, read_reply
from integrations.calendars.reading import BadCalendarData

log = structlog.get_logger()

A_YEAR = timedelta(days=366)
LONGEST_MEETING = timedelta(hours=12)

# What asks for the invite again, or keeps to the time as it stands, changes nothing.
ANSWERS: dict[Answer, Literal["accept", "decline", "tentative", "counter"]] = {
    Answer.ACCEPTED: "accept",
    Answer.DECLINED: "decline",
    Answer.CANCELLED: "decline",
    Answer.TENTATIVE: "tentative",
    Answer.DELEGATED: "tentative",
    Answer.COUNTER: "counter",
}


def read_answer(message: MessageRow) -> Reply | None:
    try:
        return read_reply(message.reply or b"")
    except BadCalendarData as bad:
        log.info("invite_answer_unreadable", message=message.id, why=str(bad))
        return None


def is_meant(reply: Reply, case: Case, person: PersonRow, now: datetime) -> bool:
    """An answer to the invite as it stands, for oneself, with a time that could be one.

    Whoever need not come changes nothing by staying away; only a client may still wish for another time.
    """
    counts = case.needs(person.id) or (person.id == case.host.id and reply.answer is Answer.COUNTER)
    own = reply.attendee is None or person.email is None or reply.attendee == person.email.lower()
    length = reply.proposed.length if reply.proposed else timedelta()
    sane = reply.proposed is None or (length <= LONGEST_MEETING and within_reach(reply.proposed.start, now))
    return counts and own and sane and reply.answer in ANSWERS and reply.answers(case.interview.sequence)


def within_reach(instant: datetime, now: datetime) -> bool:
    return now - A_YEAR < instant < now + A_YEAR


def answered(case: Case, reply: Reply, who: str) -> InviteAnswered:
    proposed = reply.proposed and case.whole_of(who, reply.proposed)
    return InviteAnswered(case.party(who), ANSWERS[reply.answer], proposed, who)

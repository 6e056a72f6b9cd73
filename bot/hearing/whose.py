"""Whose words these are, where several people share the address they came from; where nothing tells, they are asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.facts.case import cases_of
from bot.hearing.commands import parse
from bot.hearing.invite_answers import read_answer
from bot.pressing import CardPress, Press, WhosePress
from bot.records import interviews, messages, negotiations, people, senders
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.records.senders import SenderRow
from bot.turn import Turn
from dialogs.understanding import Act, Context, understand
from integrations.channels.base import Wish

# Who has just said who they are need not say it again with every line.
A_SITTING = timedelta(minutes=15)
A_FEW_WORDS = 3

Tell = Callable[[Turn, MessageRow, Sequence[PersonRow]], Awaitable[Sequence[PersonRow]]]


async def told_apart(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """Those of them it can be from; `there` is everybody at the address, whoever was written to last first."""
    if _comes_back(turn, message) and (gone := [person for person in there if person.opted_out_at]):
        return gone
    for tell in (_by_press, _by_thread, _by_invite, _by_command, _by_sitting):
        found = await tell(turn, message, there)
        if len(found) == 1:
            return found
    return await _with_something_going_on(turn, there)


def _comes_back(turn: Turn, message: MessageRow) -> bool:
    firm = turn.house.firm
    meaning = understand(message.text, Context(turn.now, firm.zone, firm.language))
    return message.wish == Wish.IN or Act.OPT_IN in meaning.acts


async def _by_press(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    pressed = Press.read(message.pressed or "") or CardPress.read(message.pressed or "")
    return await _in(turn, pressed.negotiation, there) if pressed else ()


async def _by_thread(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """What it answers went to one of them, or is about an interview of one of them."""
    if message.thread is None:
        return ()
    whom = await messages.whom_it_answers(turn.session, message.thread)
    return [person for person in there if person.id == whom] or await _in(turn, message.thread, there)


async def _by_invite(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    reply = read_answer(message) if message.reply else None
    interview = await interviews.with_uid(turn.session, reply.uid) if reply else None
    if interview is None:
        return ()
    row = await negotiations.of_interview(turn.session, interview.id)
    return await _in(turn, row.id, there) or [person for person in there if person.id in interview.people]


async def _in(turn: Turn, negotiation_id: str, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    row = await negotiations.find(turn.session, negotiation_id)
    parties = {row.candidate_id, row.host_id, row.recruiter_id} if row else set()
    return [person for person in there if person.id in parties]


async def _by_command(_turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    recruiters = [person for person in there if person.role == "recruiter"]
    return recruiters if parse(message.text) else ()


async def _by_sitting(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    sender = await senders.find(turn.session, message.channel, message.address)
    if sender is None or sender.waits or sender.settled_at is None or turn.now - sender.settled_at > A_SITTING:
        return ()
    return [person for person in there if person.id == sender.person_id]


async def _with_something_going_on(turn: Turn, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """Where nothing is going on for anybody, nothing can be done for the wrong one."""
    going_on = {each.id for each in there if any(not case.state.over for case in await cases_of(turn.session, each))}
    return [person for person in there if person.id in going_on] or there[:1]


async def asked(turn: Turn, message: MessageRow) -> SenderRow | None:
    """The question that this may be an answer to."""
    sender = await senders.find(turn.session, message.channel, message.address)
    return sender if sender and sender.waits and sender.between and sender.asked_at else None


async def answered(turn: Turn, message: MessageRow, sender: SenderRow) -> tuple[PersonRow | None, bool]:
    """Who they say they are, and whether the message says nothing besides."""
    rows = {person.id: person for person in await people.all_of(turn.session, sender.between)}
    shared = [rows[each] for each in sender.between if each in rows]
    pressed = WhosePress.read(message.pressed or "")
    if pressed:
        return next((person for person in shared if person.id == pressed.person), None), True
    said = message.text or message.pressed or ""
    number = re.fullmatch(r"\s*#?([1-9])[.)]?\s*", said)
    if number:
        index = int(number[1]) - 1
        return (shared[index] if index < len(shared) else None), True
    named = [person for person in shared if _names(said, person.name)] or _by_part(said, shared)
    alone = len(re.findall(r"\w+", said)) <= A_FEW_WORDS + len(named[0].name.split()) - 1 if named else False
    return (named[0] if len(named) == 1 else None), alone


def _by_part(said: str, shared: Sequence[PersonRow]) -> list[PersonRow]:
    return [person for person in shared if any(_names(said, part) for part in person.name.split())]


def _names(said: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.IGNORECASE) is not None

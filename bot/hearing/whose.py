"""Whose words these are, where several people share the address they came from; where nothing tells, they are asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
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
ALONE, WITH_MORE = "alone", "with more"

# Around a name these say that it is the one who writes, or the one it is about, in the languages we speak.
INTRODUCED = (
    r"(?:it['’]?s(?: about)?|it is(?: about)?|this is|i['’]?m|i am|my name is|for|about|es geht um|ich bin|hier ist"
    r"|das ist|für|c['’]?est(?: pour)?|je suis|ici|pour|soy|es(?: para)?|para|sono|per|é(?: para)?"
    r"|sou(?: [oa])?|aqui é(?: [oa])?|dit is|ik ben|met|het gaat om|voor)"
)
HERE = r"(?:here|speaking|hier|ici|aquí|aqui|qui)"
GREETING = r"(?:hi|hello|hey|yes|hallo|ja|bonjour|oui|hola|sí|si|ciao|sì|olá|sim|oi|hoi)"
THANKS = r"(?:please|thanks|thank you|bitte|danke|merci|gracias|grazie|obrigad[oa]|bedankt|dank je)"

Tell = Callable[[Turn, MessageRow, Sequence[PersonRow]], Awaitable[Sequence[PersonRow]]]


async def told_apart(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """Those of them it can be from; `there` is everybody at the address, whoever was written to last first."""
    if comes_back(turn, message) and (gone := [person for person in there if person.opted_out_at]):
        return gone
    for tell in (_by_press, by_thread, _by_invite, _by_command, _by_sitting):
        found = await tell(turn, message, there)
        if len(found) == 1:
            return found
    return await _with_something_going_on(turn, there)


def comes_back(turn: Turn, message: MessageRow) -> bool:
    firm = turn.house.firm
    return asks_back(message, understand(message.text, Context(turn.now, firm.zone, firm.language)).acts)


def asks_back(message: MessageRow, acts: Collection[Act]) -> bool:
    """They want to hear from us again. A carrier takes a mere "yes" for START, and people say it to anything."""
    return Act.OPT_IN in acts or (message.wish == Wish.IN and Act.ACCEPT not in acts)


async def _by_press(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
    pressed = Press.read(message.pressed or "") or CardPress.read(message.pressed or "")
    return await _in(turn, pressed.negotiation, there) if pressed else ()


async def by_thread(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[PersonRow]:
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
    shared = await _who_shares(turn, sender)
    pressed = WhosePress.read(message.pressed or "")
    if pressed:
        return next((person for person in shared if person.id == pressed.person), None), True
    said = message.text or message.pressed or ""
    number = re.fullmatch(r"\s*#?([1-9])[.)]?\s*", said)
    if number:
        # Before our question was there, it chose one of the times.
        out = await messages.was_asked_whose(turn.session, message.channel, message.address, sender.asked_at)
        index = int(number[1]) - 1
        return (shared[index] if out and index < len(shared) else None), True
    told = [(person, alone) for person, alone in ((each, _introduces(said, each.name)) for each in shared) if alone]
    if len(told) != 1 or any(_mentions(said, other) for other in shared if other is not told[0][0]):
        return None, False
    return told[0][0], told[0][1] == ALONE


async def unclear(turn: Turn, message: MessageRow, sender: SenderRow) -> bool:
    """It names one of them, and does not say plainly whose words they are: "not Ben", "Ben is my husband"."""
    return any(_mentions(message.text, person) for person in await _who_shares(turn, sender))


async def _who_shares(turn: Turn, sender: SenderRow) -> list[PersonRow]:
    rows = {person.id: person for person in await people.all_of(turn.session, sender.between)}
    return [rows[each] for each in sender.between if each in rows]


def _introduces(said: str, name: str) -> str:
    """Whether it is a name alone, or begins by saying plainly who it is; anything more would be a guess."""
    for part in (name, *name.split()):
        named = rf"(?:{INTRODUCED}\W+)?{re.escape(part)}(?:\W+{HERE})?"
        if re.fullmatch(rf"\W*(?:{GREETING}\W+)?{named}(?:\W+{THANKS})?\W*", said, re.IGNORECASE):
            return ALONE
        plainly = rf"(?:{INTRODUCED}\W+{re.escape(part)}(?:\W+{HERE})?|{re.escape(part)}\W+{HERE})"
        if re.match(rf"\W*(?:{GREETING}\W+)?{plainly}\s*[.,:;!\n]", said, re.IGNORECASE):
            return WITH_MORE
    return ""


def _mentions(said: str, person: PersonRow) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", said, re.IGNORECASE) for part in person.name.split())

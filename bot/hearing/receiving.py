"""Whoever writes is known, is asked which of several they are, or waits in the recruiters' inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.hearing import colleagues, whose
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import messages, people, senders, work
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.records.senders import SenderRow, Standing
from bot.taking import in_daylight
from bot.turn import Turn
from dialogs.outreach.consent import says_stop
from dialogs.understanding import Act, Context, understand
from integrations.channels.base import Inbound, Wish

ASK_AGAIN = timedelta(minutes=10)  # who writes on without an answer is asked once more


async def receive(turn: Turn, inbound: Inbound, message: MessageRow) -> Sequence[Job]:
    """Keeps the message, and says whose turn it is; of a stranger nobody's but our own. Raises AlreadyKept."""
    there = await people.all_at(turn.session, inbound.channel, inbound.sender)
    if inbound.colleague:
        await colleagues.keep(turn, message, there, None)
        return ()
    if len(there) > 1:
        return await _from_several(turn, message, there)
    person = there[0] if there else await _led_here(turn, inbound)
    if person and (others := await colleagues.is_for_others(turn, inbound, person)):
        await colleagues.keep(turn, message, others, person)
        return ()
    if person:
        return await _heard_as(turn, message, person)
    await messages.keep(turn.session, message)
    if not inbound.automatic:
        await from_a_stranger(turn, message, inbound.name)
    return ()


async def _heard_as(turn: Turn, message: MessageRow, person: PersonRow) -> Sequence[Job]:
    message.person_id = person.id
    message.kind = "command" if person.role == "recruiter" else "reply"
    await messages.keep(turn.session, message)
    return [Job(JobKind.TURN, person.id)]


async def _led_here(turn: Turn, inbound: Inbound) -> PersonRow | None:
    """Whoever opened the link that is theirs alone. Whoever opens it after them is somebody else."""
    person = await people.find(turn.session, inbound.person) if inbound.person else None
    if person and await people.bind(turn.session, person.id, inbound.channel, inbound.sender):
        return person
    return None


async def from_a_stranger(turn: Turn, message: MessageRow, name: str) -> None:
    """One polite line back, and word to the recruiters. Who wants no messages gets none, and is nobody's task."""
    sender = await senders.note(turn.session, message.channel, message.address, name, (), turn.now)
    turn.log("stranger_wrote", channel=message.channel)
    if _wants_none(turn.house, message):
        await senders.put_aside(turn.session, sender, Standing.REFUSED, None, turn.now)
    elif sender.standing == Standing.REFUSED and whose.comes_back(turn, message):
        senders.reopen(sender, turn.now)
    if not sender.waits:
        await senders.put_aside(turn.session, sender, Standing(sender.standing), sender.settled_by, turn.now)
        return
    # However much they write in a moment, and whoever works on it: one answer is begun, and at most one a day.
    answer = f"stranger/{sender.id}/{turn.now:%Y-%m-%d}"
    if message.channel in turn.house.channels and await work.effect(turn.session, answer) is None:
        payload = {"channel": message.channel, "to": message.address, "message": message.vendor_id}
        turn.begin(answer, "answer_stranger", payload, None, None)
    await _tell_recruiters(turn, sender)


def _wants_none(house: House, message: MessageRow) -> bool:
    if message.wish == Wish.OUT or says_stop(message.text):
        return True
    firm = house.firm
    return Act.OPT_OUT in understand(message.text, Context(house.clock.now(), firm.zone, firm.language)).acts


async def _tell_recruiters(turn: Turn, sender: SenderRow) -> None:
    """Each in their own channel, once; nobody is woken for it."""
    if sender.told_at:
        return
    sender.told_at = turn.now
    for recruiter in await people.of_role(turn.session, "recruiter"):
        key, due = f"sender/{sender.id}/{turn.now.timestamp():.0f}/{recruiter.id}", in_daylight(turn, recruiter)
        turn.begin(key, "tell_of_sender", {"sender": sender.id}, recruiter.id, None, due)


async def _from_several(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[Job]:
    """It is held until they have said which of them it is; never is anything done for the wrong one."""
    if message.automatic and message.wish is None:
        return await _note_from_several(turn, message, there)
    if _wants_none(turn.house, message):
        return await _from_all_of_them(turn, message, there)
    sender = await whose.asked(turn, message)
    # What anybody could have sent says of nobody's words whose they were.
    if sender and not message.doubtful:
        person, nothing_else = await whose.answered(turn, message, sender)
        if person:
            await senders.is_theirs(turn.session, sender, person.id, None, turn.now)
            if nothing_else:
                message.turn_id = f"sender.{sender.id}"
            return await _heard_as(turn, message, person)
    found = await whose.told_apart(turn, message, there)
    if len(found) == 1:
        return await _heard_as(turn, message, found[0])
    await messages.keep(turn.session, message)
    await _ask_whose(turn, message, found, unclear=sender is not None and await whose.unclear(turn, message, sender))
    return ()


async def _note_from_several(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[Job]:
    """A machine's note is never answered, and no answer; it is heard where it says itself whose mail it is about."""
    found = await whose.by_thread(turn, message, there)
    if len(found) == 1:
        return await _heard_as(turn, message, found[0])
    message.turn_id = f"automatic.{message.vendor_id}"
    await messages.keep(turn.session, message)
    return ()


async def _ask_whose(turn: Turn, message: MessageRow, between: Sequence[PersonRow], *, unclear: bool) -> None:
    """Asked once for all they write in one go. Who does not say it when asked again is for a recruiter.

    `unclear`: it was an answer, and not a plain one; once, that is asked about at once.
    """
    ids = sorted(person.id for person in between)
    sender = await senders.note(turn.session, message.channel, message.address, "", ids, turn.now)
    if not sender.waits:
        return
    if message.doubtful:
        await _tell_recruiters(turn, sender)
        return
    again = unclear and sender.told_at is None
    if again or sender.asked_at is None or turn.now - sender.asked_at > ASK_AGAIN:
        payload = {"sender": sender.id, "message": message.vendor_id}
        turn.begin(f"whose/{message.channel}/{message.vendor_id}", "ask_whose", payload, None, None)
        if sender.asked_at:
            await _tell_recruiters(turn, sender)
        sender.asked_at = turn.now


async def _from_all_of_them(turn: Turn, message: MessageRow, there: Sequence[PersonRow]) -> Sequence[Job]:
    """Who says stop where several read is spared, whoever of them it was."""
    first, *others = there
    for other in others:
        own = MessageRow(**_columns(message), person_id=other.id, kind=messages.COPY)
        own.vendor_id = f"{message.vendor_id}~{other.id}"
        await messages.keep(turn.session, own)
    jobs = await _heard_as(turn, message, first)
    return [*jobs, *(Job(JobKind.TURN, other.id) for other in others)]


def _columns(message: MessageRow) -> dict[str, object]:
    said = ("direction", "at", "channel", "address", "text", "status", "pressed", "wish", "thread")
    names = (*said, "automatic", "doubtful")
    return {name: getattr(message, name) for name in names}

"""What a recruiter says of somebody nobody knew: who it is, that it is somebody new, or that nothing is to be done."""

from __future__ import annotations

from collections.abc import Sequence

from bot.effects.strangers import who
from bot.hearing import naming
from bot.hearing.commands import parse
from bot.hearing.naming import Unclear
from bot.house import House
from bot.records import people, senders
from bot.records.base import Session
from bot.records.people import PersonRow
from bot.records.senders import SenderRow, Standing
from bot.seeding import NewPerson, add_person
from bot.turn import Turn
from bot.verbs import Verb
from integrations import contact

OUTSIDE = ("candidate", "client", "interviewer")


async def choose(session: Session, said: str) -> SenderRow:
    """Whom `#7` or an address means; nothing said is the only one who waits. Raises Unclear."""
    waiting = await senders.waiting(session)
    named = [row for row in waiting if said in (f"#{row.id}", row.address)]
    found = named if said else waiting
    if len(found) == 1:
        return found[0]
    if not waiting:
        raise Unclear("nobody_wrote")
    raise Unclear("which_sender", "" if found else said, tuple(_label(row) for row in found or waiting))


def _label(row: SenderRow) -> str:
    named = who(row)
    return f"{named['number']} ({named['who']})"


async def named(session: Session, said: str, *roles: str) -> PersonRow:
    """One of these roles, or of those outside the firm, by a name that is whole or enough. Raises Unclear."""
    found = naming.find(
        said, await people.of_role(session, *(roles or OUTSIDE)), "unknown_candidate", "which_candidate"
    )
    if found.rest:
        raise Unclear("unknown_candidate", said, (found.person.name,))
    return found.person


async def is_known(turn: Turn, sender: SenderRow, person: PersonRow, by: str | None, *, sure: bool = False) -> None:
    """The address is theirs from now on, and what waits is heard as their words. Raises Unclear unless `sure`, where
    they are reached elsewhere on that channel: a wrong name would send another person's matters there.
    """
    session = turn.session
    contacts = {each.channel: each for each in await people.contacts(session, person.id)}
    there = contacts.get(sender.channel)
    if there and there.address != sender.address and not sure:
        raise Unclear("sure_about_sender", person.name, (there.address, sender.address))
    if person.id not in sender.between:
        await people.move_to(session, person.id, sender.channel, sender.address)
    if person.opted_out_at:
        # They wrote, but only they can say that they want to hear from us again.
        await people.close_contact(session, person.id, sender.channel, person.opted_out_at)
    await senders.is_theirs(session, sender, person.id, by, turn.now)
    turn.log("sender_known", person=person.id, channel=sender.channel, by=by or "")


async def is_new(turn: Turn, sender: SenderRow, name: str, by: str | None) -> PersonRow:
    """A candidate who is reached where they wrote. Raises Unclear where somebody of that name is there already."""
    known = await people.of_role(turn.session, *OUTSIDE)
    if any(person.name.casefold() == name.casefold() for person in known):
        raise Unclear("known_already", name)
    firm, house = turn.house.firm, turn.house
    number = sender.address if sender.channel in people.PHONES and sender.address.startswith("+") else None
    new = NewPerson(
        id=house.ids("person"),
        role="candidate",
        name=name,
        timezone=contact.zone_of(number) or firm.zone.key,
        channels=(sender.channel,),
        consent=(sender.channel,),
        addresses={sender.channel: sender.address},
        locale=firm.language,
        email=sender.address if sender.channel == "email" else None,
    )
    person = await add_person(turn.session, house.ids, new)
    await is_known(turn, sender, person, by)
    return person


async def put_aside(turn: Turn, sender: SenderRow, standing: Standing, by: str | None) -> None:
    await senders.put_aside(turn.session, sender, standing, by, turn.now)
    turn.log(f"sender_{standing.value}", channel=sender.channel, by=by or "")


async def who_waits(session: Session) -> Sequence[tuple[SenderRow, str]]:
    """Whoever waits to be known, with what they wrote."""
    return [
        (row, "\n".join(message.text for message in await senders.words_of(session, row)))
        for row in await senders.waiting(session)
    ]


async def is_no_command(house: House, text: str) -> bool:
    """ "That is Tuesday" says who wrote only where somebody waits to be known."""
    command = parse(text)
    if command is None or command.verb is not Verb.KNOWN or command.sender:
        return command is None
    async with house.records.read() as session:
        return not await senders.waiting(session)

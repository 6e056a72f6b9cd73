"""What a recruiter asks for that is about a person and no interview: who wrote, who it is, who is left alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot import leaving
from bot.effects.strangers import LONGEST_QUOTE, who
from bot.hearing import strangers
from bot.hearing.naming import Unclear
from bot.hearing.orders import Order
from bot.records.senders import SenderRow, Standing
from bot.turn import Turn
from bot.verbs import Verb
from dialogs.negotiation.effects import Part


async def _inbox(turn: Turn, _order: Order) -> Part:
    rows = tuple(_row(sender, said) for sender, said in await strangers.who_waits(turn.session))
    return Part("senders", rows=rows) if rows else Part("nobody_wrote")


def _row(sender: SenderRow, said: str) -> dict[str, str]:
    named = who(sender)
    return {
        "name": f"{named['number']} {named['who']} ({sender.channel})",
        "said": said[:LONGEST_QUOTE],
        "start": sender.since.isoformat(),
    }


async def _known(turn: Turn, order: Order) -> Part:
    assert order.sender
    if order.person is None:
        raise Unclear("who", order.command.verb.value)
    await strangers.is_known(turn, order.sender, order.person, order.recruiter.id, sure=order.command.sure)
    return Part("sender_known", words=_told(order, order.person.name))


async def _add(turn: Turn, order: Order) -> Part:
    assert order.sender
    if not order.command.about:
        raise Unclear("name_of_somebody_new", who(order.sender)["number"])
    person = await strangers.is_new(turn, order.sender, order.command.about, order.recruiter.id)
    return Part("sender_added", words=_told(order, person.name))


async def _ignore(turn: Turn, order: Order) -> Part:
    assert order.sender
    await strangers.put_aside(turn, order.sender, Standing.IGNORED, order.recruiter.id)
    return Part("sender_ignored", words=_told(order))


async def _answered(turn: Turn, order: Order) -> Part:
    assert order.sender
    await strangers.put_aside(turn, order.sender, Standing.ANSWERED, order.recruiter.id)
    return Part("sender_answered", words=_told(order))


def _told(order: Order, name: str = "") -> dict[str, str]:
    assert order.sender
    named = who(order.sender)
    return {"number": f"{named['number']} ({named['who']})", "who": name}


async def _opt_out(turn: Turn, order: Order) -> Part:
    assert order.person
    left = await leaving.leave(turn, order.person, leaving.Wish("staff", by=order.recruiter.id))
    words = {"who": order.person.name}
    return Part("command_opt_out", words=words) if left else Part("command_opt_out_again", words=words)


async def _opt_in(_turn: Turn, order: Order) -> Part:
    assert order.person
    raise Unclear("only_they_opt_in", order.person.name)


# Each gives the answer to the recruiter, or raises Unclear.
OF_PEOPLE: Mapping[Verb, Callable[[Turn, Order], Awaitable[Part]]] = {
    Verb.INBOX: _inbox,
    Verb.KNOWN: _known,
    Verb.ADD: _add,
    Verb.IGNORE: _ignore,
    Verb.ANSWERED: _answered,
    Verb.OPT_OUT: _opt_out,
    Verb.OPT_IN: _opt_in,
}

"""What a colleague wrote to somebody past the assistant, as far as it reaches us: by mail, or from a console."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.records import messages, people
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.taking import take_over
from bot.turn import Turn
from integrations.channels.base import Inbound

COLLEAGUE = "colleague"  # the kind of such a message
RECRUITER = "recruiter"


async def is_for_others(turn: Turn, inbound: Inbound, colleague: PersonRow) -> Sequence[PersonRow]:
    """Those outside the firm to whom this mail of a colleague went as well; none where it is for us alone.

    Whoever merely claims to be a colleague silences nobody.
    """
    if colleague.role != RECRUITER or not inbound.trusted or inbound.automatic:
        return ()
    found = [await people.all_at(turn.session, inbound.channel, address) for address in inbound.also_to]
    return [person for there in found for person in there if person.role != RECRUITER]


async def keep(turn: Turn, message: MessageRow, to: Collection[PersonRow], by: PersonRow | None) -> None:
    """Kept as said in the thread, and read by nobody: it is no command. `by`: None where nobody says who it was."""
    message.kind, message.turn_id = COLLEAGUE, f"colleague.{message.vendor_id}"
    await messages.keep(turn.session, message)
    thread = await messages.thread_named(turn.session, message.thread) if message.thread else None
    cases = await take_over(turn, to, thread, by.name if by else "")
    if len(cases) == 1:
        message.negotiation_id = cases[0].row.id

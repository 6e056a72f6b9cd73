"""WhatsApp over Twilio: anything while the window is open, approved templates when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from integrations.channels.base import (
    Abilities,
    BadAddress,
    Outbound,
    Refused,
    Template,
    Temporary,
    Unit,
    WindowClosed,
)
from integrations.channels.fitting import pieces, plain
from integrations.channels.twilio.contents import Contents, Filled, filled, variables
from integrations.channels.twilio.limits import ABOVE_BUTTONS, BODY, LIST_ITEMS, LIST_TITLE, WINDOW
from integrations.channels.twilio.senders import NUMBER, SCOPED, SERVICE
from integrations.channels.twilio.sending import Desk, TwilioChannel, Written

PREFIX = "whatsapp:"
ABILITIES = Abilities(
    buttons=LIST_ITEMS,
    label=LIST_TITLE,
    max_length=BODY,
    unit=Unit.UTF16,
    looks_up=True,
    receipts=True,
    window=WINDOW,
)
GONE = frozenset({"20404", "21655"})  # Twilio has no Content of that id


class WhatsAppChannel(TwilioChannel):
    """To numbers, and to people whom WhatsApp tells us by an id of its own."""

    name = "whatsapp"
    abilities = ABILITIES

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._contents = Contents(desk.twilio)

    def _written(self, message: Outbound) -> Sequence[Written]:
        if message.heard_at is not None and self._desk.now() - message.heard_at < WINDOW:
            return self._free(message)
        if message.template is None:
            raise WindowClosed("63016")
        return [self._templated(message, message.template)]

    def _ways(self, message: Outbound) -> Sequence[Sequence[Written]]:
        """The window may have closed since it went out."""
        templated = [[self._templated(message, message.template)]] if message.template else []
        return [self._free(message), *templated]

    def _free(self, message: Outbound) -> Sequence[Written]:
        to, sender = self._ends(message)
        if message.buttons:
            *before, last = pieces(message.text, replace(self.abilities, max_length=ABOVE_BUTTONS))
            if content := filled(last, message.buttons):
                texts = [Written(to, sender, each) for each in before]
                return [*texts, Written(to, sender, content.text, content)]
        text = plain(message, replace(self.abilities, buttons=0)).text
        return [Written(to, sender, each) for each in pieces(text, self.abilities)]

    def _templated(self, message: Outbound, template: Template) -> Written:
        return Written(*self._ends(message), message.text, template)

    def _ends(self, message: Outbound) -> tuple[str, str]:
        """To whom, and from whom."""
        address = message.to.removeprefix(PREFIX)
        if not (NUMBER.fullmatch(address) or SCOPED.fullmatch(address)):
            raise BadAddress("21211")
        sender = self._desk.senders.of(address)
        return PREFIX + address, sender if SERVICE.fullmatch(sender) else PREFIX + sender

    async def _given(self, written: Written) -> dict[str, str]:
        """A Content goes alone: with a Body beside it, WhatsApp would fail the message."""
        match written.content:
            case Filled(shape, values):
                return {"content_sid": await self._contents.sid(shape), "content_variables": variables(values)}
            case Template(id, values):
                return {"content_sid": id} | ({"content_variables": variables(values)} if values else {})
        return await super()._given(written)

    async def _recorded(self, written: Written) -> str:
        if isinstance(written.content, Template):
            return await self._contents.text(written.content.id, written.content.values)
        return written.text

    async def _hand_over(self, written: Written) -> str:
        try:
            return await super()._hand_over(written)
        except Refused as error:
            if not isinstance(written.content, Filled) or error.code not in GONE:
                raise
            # Somebody deleted at Twilio what we had made there for all such messages: next time it is made anew.
            self._contents.forget(written.content.shape)
            raise Temporary(error.code) from error

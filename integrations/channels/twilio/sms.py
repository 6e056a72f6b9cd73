"""SMS over Twilio."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.channels.base import Abilities, BadAddress, Outbound, Unit
from integrations.channels.fitting import pieces, plain
from integrations.channels.twilio.limits import BODY
from integrations.channels.twilio.segments import sparing
from integrations.channels.twilio.senders import NUMBER, SHORT_CODE
from integrations.channels.twilio.sending import TwilioChannel, Written

ABILITIES = Abilities(max_length=BODY, unit=Unit.UTF16, looks_up=True, receipts=True)


class SmsChannel(TwilioChannel):
    """Texts to numbers, from the sender for the reader's country."""

    name = "sms"
    abilities = ABILITIES

    def _written(self, message: Outbound) -> Sequence[Written]:
        if not (NUMBER.fullmatch(message.to) or SHORT_CODE.fullmatch(message.to)):
            raise BadAddress("21211")
        sender = self._desk.senders.of(message.to)
        text = sparing(plain(message, self.abilities).text)
        return [Written(message.to, sender, each) for each in pieces(text, self.abilities)]

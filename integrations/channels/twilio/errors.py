"""What Twilio's error codes come to, in an answer as in a receipt."""

from __future__ import annotations

import json
from datetime import timedelta

from integrations.channels.base import (
    BadAddress,
    ChannelError,
    OptedOut,
    Refused,
    Temporary,
    Unanswered,
    WindowClosed,
    from_status,
)

# A code that is not here says nothing beyond its HTTP status, and in a receipt nothing at all.
MEANS: dict[int, type[ChannelError]] = {
    # Again, later.
    20429: Temporary,  # too many calls at once
    21611: Temporary,  # the sender's queue is full
    30001: Temporary,  # … and was when the message's turn came
    30003: Temporary,  # the phone is off or out of reach
    30008: Temporary,  # unknown to the carrier itself
    30017: Temporary,  # the carrier is congested
    30022: Temporary,  # above the rate registered for US numbers
    30023: Temporary,  # above the day's cap for US numbers
    30410: Temporary,  # the carrier did not answer in time
    63012: Temporary,  # WhatsApp itself is in trouble
    63018: Temporary,  # above the sender's rate at WhatsApp
    63038: Temporary,  # above the account's messages for the day
    # Nobody is there.
    21211: BadAddress,  # no number
    21214: BadAddress,  # cannot be reached
    21401: BadAddress,
    21614: BadAddress,  # no mobile
    21635: BadAddress,  # a landline
    30005: BadAddress,  # unknown, or no longer in service
    30006: BadAddress,  # a landline, or a carrier that nobody reaches
    63003: BadAddress,  # no such address on this channel
    63024: BadAddress,  # not on WhatsApp
    # They do not want it.
    21610: OptedOut,  # they wrote STOP
    63014: OptedOut,  # they blocked us
    # The window.
    63016: WindowClosed,
    # This message, or this sender of ours: another channel may carry it.
    21408: Refused,  # the region is not switched on for this account
    21602: Refused,  # no text
    21603: Refused,  # no sender
    21606: Refused,  # not a sender of ours
    21608: Refused,  # a trial account writes to verified numbers only
    21609: Refused,  # the address for receipts
    21612: Refused,  # not from this sender to this country
    21617: Refused,  # longer than 1,600
    21655: Refused,  # no such template
    21656: Refused,  # the template's values
    30002: Refused,  # our account is suspended
    # Blocked, for any of many reasons: on that alone nobody is taken for opted out.
    30004: Refused,
    30007: Refused,  # filtered as spam
    30034: Refused,  # a US number that is not registered
    63005: Refused,
    63007: Refused,  # not a WhatsApp sender of ours
    63013: Refused,  # against a policy
    63015: Refused,  # the sandbox, which they have not joined
    63021: Refused,  # longer than 1,024, or otherwise not as WhatsApp wants it
    63027: Refused,  # the template does not exist in this language
    63032: Refused,  # WhatsApp will not carry it to this person
    63033: Refused,
    63040: Refused,  # the template was rejected
    63041: Refused,  # … is paused
    63042: Refused,  # … is switched off
    63049: Refused,  # WhatsApp chose not to deliver it
}


def means(code: str) -> type[ChannelError] | None:
    """What a code in a receipt comes to; None: we do not know it."""
    return MEANS.get(int(code)) if code.isascii() and code.isdigit() and len(code) <= 9 else None


def refusal(status: int, body: str, wait: timedelta | None, *, sends: bool) -> ChannelError:
    """The error in an answer. `sends`: a message was asked for, and after a 5xx nobody knows whether it was taken."""
    code = _code(body)
    told = code or str(status)
    if status >= 500:
        return (Unanswered if sends else Temporary)(told, wait)
    kind = means(code) or type(from_status(status))
    return kind(told, wait) if issubclass(kind, Temporary) else kind(told)


def _code(body: str) -> str:
    """Twilio's own, in the older answers as in those of RFC 9457."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    match told:
        case {"code": int(code)} if not isinstance(code, bool):
            return str(code)
    return ""

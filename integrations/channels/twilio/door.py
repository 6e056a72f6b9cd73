"""What Twilio tells at our door: messages of people, and what became of ours."""

from __future__ import annotations

import hashlib

from integrations.channels.base import (
    Answer,
    BadMessage,
    Door,
    Fault,
    Inbound,
    Knock,
    Read,
    Receipt,
    ReceiptStatus,
    Told,
    Unknown,
    Wish,
)
from integrations.channels.twilio.errors import means
from integrations.channels.twilio.senders import is_toll_free
from integrations.channels.twilio.signing import Posted, Secrets, is_hashed, posted, verify
from integrations.channels.twilio.whatsapp import PREFIX

NOTHING_TO_SAY = Answer(200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml; charset=utf-8")
IDEMPOTENCY = "i-twilio-idempotency-token"  # the same when Twilio tells a thing again

STATUSES = {
    "accepted": ReceiptStatus.QUEUED,
    "scheduled": ReceiptStatus.QUEUED,
    "queued": ReceiptStatus.QUEUED,
    "sending": ReceiptStatus.QUEUED,
    "sent": ReceiptStatus.SENT,
    "partially_delivered": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.FAILED,
    "canceled": ReceiptStatus.FAILED,
}
INCOMING = frozenset({"receiving", "received"})

# What Twilio, or the network itself, acts on where it is the only word, whoever is asked for what: after these it
# refuses our messages, or takes them again. WhatsApp knows none; there we keep to words that mean nothing else.
WISHES = {
    "sms": {Wish.OUT: "stop unsubscribe end quit stopall revoke optout cancel", Wish.IN: "start yes unstop"},
    "toll-free": {Wish.OUT: "stop", Wish.IN: "start unstop"},
    "whatsapp": {Wish.OUT: "stop unsubscribe stopall optout", Wish.IN: "start unstop"},
}
OPT_OUT_TYPES = {"STOP": Wish.OUT, "START": Wish.IN}


class TwilioDoor(Door):
    """`advanced`: Twilio's Advanced Opt-Out knows the words of the firm, so it alone says what was a wish."""

    name = "twilio"

    def __init__(self, secrets: Secrets, *, advanced: bool = False) -> None:
        self._secrets = secrets
        self._advanced = advanced

    async def verify(self, knock: Knock) -> None:
        verify(knock, self._secrets)

    def read(self, knock: Knock) -> Read:
        return Read((self._told(knock),), NOTHING_TO_SAY)

    def _told(self, knock: Knock) -> Told:
        if is_hashed(knock):
            return Unknown(_id(knock), "json")
        try:
            form = posted(knock.body)
        except ValueError:
            raise BadMessage([Fault("", "is no form")]) from None
        sid, status = form.first("MessageSid") or form.first("SmsSid"), form.first("MessageStatus")
        if sid and status and status not in INCOMING:
            return _receipt(sid, status, form.first("ErrorCode"), form.first("To"))
        channel = _channel(form)
        if not sid or not channel:
            return Unknown(sid or _id(knock), _kind(form))
        return self._inbound(sid, channel, form)

    def _inbound(self, sid: str, channel: str, form: Posted) -> Inbound:
        # A number, or WhatsApp's own id of the person where it does not tell the number.
        sender = form.first("From") or form.first("ExternalUserId")
        pressed = form.first("ButtonPayload") or form.first("ListId")
        label = form.first("ButtonText") or form.first("ListTitle")
        return Inbound(
            vendor_id=sid,
            channel=channel,
            sender=sender.removeprefix(PREFIX),
            text=form.first("Body") or label,
            pressed=pressed or label or None,
            name=form.first("ProfileName"),
            wish=self._wish(channel, form),
            to=form.first("To").removeprefix(PREFIX),
            files=_files(form),
        )

    def _wish(self, channel: str, form: Posted) -> Wish | None:
        if kind := form.first("OptOutType"):
            return OPT_OUT_TYPES.get(kind.upper())
        if self._advanced:
            return None
        words = WISHES["toll-free" if channel == "sms" and is_toll_free(form.first("To")) else channel]
        said = form.first("Body").strip().lower()
        return next((wish for wish, known in words.items() if said in known.split()), None)


def _channel(form: Posted) -> str | None:
    """None: a channel of Twilio's that we do not have, such as Messenger."""
    sender = form.first("From") or form.first("ExternalUserId")
    if sender.startswith(PREFIX):
        return "whatsapp"
    return "sms" if sender and ":" not in sender else None


def _kind(form: Posted) -> str:
    """What Twilio calls it, or the channel it is from: never an address."""
    channel, colon, _ = form.first("From").partition(":")
    return form.first("EventType") or (channel if colon else "")


def _receipt(sid: str, status: str, error: str, to: str) -> Receipt:
    came_to = STATUSES.get(status.lower(), ReceiptStatus.UNKNOWN)
    channel = "whatsapp" if to.startswith(PREFIX) else "sms"
    meant = means(error) if came_to.final else None
    return Receipt(sid, came_to, error or None, meant, channel, to.removeprefix(PREFIX))


def _files(form: Posted) -> int:
    """A place on the map has no file, but is nothing to read either."""
    many = form.first("NumMedia")
    count = int(many) if many.isascii() and many.isdigit() and len(many) <= 3 else 0
    return count or int("Latitude" in form)


def _id(knock: Knock) -> str:
    """For what has none of its own: the same when it is told again."""
    return knock.headers.get(IDEMPOTENCY) or hashlib.sha256(knock.body).hexdigest()[:32]

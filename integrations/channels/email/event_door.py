"""SendGrid's event webhook: what became of each mail, and who asked for no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.channels.base import (
    BadAddress,
    BadMessage,
    ChannelError,
    Door,
    Fault,
    Inbound,
    Knock,
    OptedOut,
    Read,
    Receipt,
    ReceiptStatus,
    Refused,
    Told,
    Unknown,
    Wish,
)
from integrations.channels.email.by_sendgrid import MESSAGE
from integrations.channels.email.errors import code_in, meaning_of
from integrations.channels.email.letter import MESSAGE_ID
from integrations.channels.email.signed import SigningKey

NAME = "sendgrid-events"

UNDERWAY = {
    "processed": ReceiptStatus.QUEUED,
    "deferred": ReceiptStatus.QUEUED,  # their server asked to wait; SendGrid goes on for three days
    "delivered": ReceiptStatus.DELIVERED,
}
WISHES = {
    "spamreport": Wish.OUT,
    "unsubscribe": Wish.OUT,
    "group_unsubscribe": Wish.OUT,
    "group_resubscribe": Wish.IN,
}
# Why SendGrid drops a mail instead of sending it: it remembers what happened to earlier ones.
DROPPED: tuple[tuple[str, type[ChannelError] | None], ...] = (
    ("unsubscribed", OptedOut),
    ("spam reporting", OptedOut),
    ("spam content", Refused),
)


class EventDoor(Door):
    """`key`: the verification key of the webhook. Events come several at a time, doubled, and in any order."""

    name = NAME

    def __init__(self, key: SigningKey, now: Callable[[], datetime]) -> None:
        self._key = key
        self._now = now

    async def verify(self, knock: Knock) -> None:
        self._key.verify(knock, self._now())

    def read(self, knock: Knock) -> Read:
        try:
            events = json.loads(knock.body)
        except (ValueError, RecursionError):
            raise BadMessage([Fault("", "is not JSON")]) from None
        if not isinstance(events, list):
            raise BadMessage([Fault("", "must be a list of events")])
        return Read(tuple(told for event in events for told in _told(event)))


def _told(event: object) -> Iterator[Told]:
    if not isinstance(event, dict):
        yield Unknown("", "no event")
        return
    kind, event_id = _words(event, "event"), _words(event, "sg_event_id")
    about = _about(event)
    if wish := WISHES.get(kind):
        yield _wish(event, event_id, wish)
    elif about and kind in UNDERWAY:
        yield Receipt(about, UNDERWAY[kind], code_in(_words(event, "response")) or None if kind == "deferred" else None)
    elif about and kind == "bounce":
        yield _bounced(event, about)
    elif about and kind == "dropped":
        yield _dropped(event, about)
    else:
        yield Unknown(event_id, f"event {kind}"[:64])


def _bounced(event: Mapping[str, Any], about: str) -> Receipt:
    """`blocked` is a server that would not have this mail; any other bounce, one that knows nobody of that name."""
    words = f"{_words(event, 'status')} {_words(event, 'reason')}"
    code = code_in(words)
    means = meaning_of(code or "550", words)
    if event.get("type") == "blocked" and means is BadAddress and "." not in code:
        means = Refused
    return Receipt(about, ReceiptStatus.FAILED, code or str(event.get("type", "bounce"))[:64], means)


def _dropped(event: Mapping[str, Any], about: str) -> Receipt:
    reason = _words(event, "reason").lower()
    means = next((kind for words, kind in DROPPED if words in reason), None)
    if means is None and ("bounced" in reason or "invalid" in reason):
        means = BadAddress
    return Receipt(about, ReceiptStatus.FAILED, (reason or "dropped")[:64], means)


def _wish(event: Mapping[str, Any], event_id: str, wish: Wish) -> Inbound:
    return Inbound(
        vendor_id=event_id or f"{wish}:{_words(event, 'email')}:{event.get('timestamp')}"[:250],
        channel="email",
        sender=_words(event, "email"),
        text="",
        wish=wish,
        at=_at(event.get("timestamp")),
        automatic=True,
    )


def _about(event: Mapping[str, Any]) -> str:
    """Our own id of the mail, which SendGrid gives back; else the one on the mail, or SendGrid's own."""
    for name in (MESSAGE, "smtp-id"):
        if found := MESSAGE_ID.fullmatch(_words(event, name)):
            return found.group()
    return _words(event, "sg_message_id").partition(".")[0]


def _words(event: Mapping[str, Any], name: str) -> str:
    said = event.get(name, "")
    return said.replace("\0", "")[:1_000] if isinstance(said, str) else ""


def _at(stamp: object) -> datetime | None:
    if not isinstance(stamp, int) or isinstance(stamp, bool) or not 0 < stamp < 10**11:
        return None
    return datetime.fromtimestamp(stamp, UTC)

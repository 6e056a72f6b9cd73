"""Any mail that comes in, by whatever way: an answer, an answer to an invite, a bounce, or nothing for us."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog
from email_validator import EmailNotValidError, validate_email

from integrations.channels.base import Inbound, Receipt, Unknown
from integrations.channels.email.automatic import is_automatic
from integrations.channels.email.bounces import read_report
from integrations.channels.email.letter import MESSAGE_ID
from integrations.channels.email.mailbox import ANY, Mailbox
from integrations.channels.email.opened import Opened, open_mail
from integrations.channels.email.plaintext import as_text
from integrations.channels.email.quoting import own_words
from integrations.channels.email.trust import Envelope, Verdict, is_trusted, verdict_on

log = structlog.get_logger()

CHANNEL = "email"
MOST_OTHERS = 20  # whoever writes to more writes to nobody in particular
# Where servers write to whom a mail went, besides where its sender wrote it.
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


def read_mail(raw: bytes, mailbox: Mailbox, envelope: Envelope | None = None) -> Inbound | Receipt | Unknown:
    """What a mail says (RFC 5322). Whatever it is, it is read without an exception: else it would come again, and no
    mail behind it would be heard.
    """
    try:
        return _read(raw, mailbox, envelope or Envelope())
    except Exception as error:  # noqa: BLE001 – anybody may write us anything
        log.error("mail_unread", error=type(error).__name__)
        return Unknown(_hash(raw), "unreadable mail")


def _read(raw: bytes, mailbox: Mailbox, envelope: Envelope) -> Inbound | Receipt | Unknown:
    opened = open_mail(raw)
    if opened is None:
        return Unknown(_hash(raw), "unreadable mail")
    vendor_id = _vendor_id(opened, raw)
    senders = opened.addresses("from")
    name, sender = (senders[0][0], _as_kept(senders[0][1])) if senders else ("", "")
    if mailbox.ours(opened.header("message-id")):
        return Unknown(vendor_id, "our own mail, come back")
    if report := read_report(opened, mailbox, sender, vendor_id):
        return report
    if not sender:
        return Unknown(vendor_id, "mail without a sender")
    if mailbox.is_mine(sender):
        return _by_a_colleague(opened, mailbox, envelope, vendor_id, sender)
    return _message(opened, mailbox, envelope, vendor_id, name, sender, several=len(senders) > 1)


def _message(
    opened: Opened, mailbox: Mailbox, envelope: Envelope, vendor_id: str, name: str, sender: str, *, several: bool
) -> Inbound:
    recipients = [*envelope.recipients, *(address for _, address in opened.addresses(*RECIPIENTS))]
    by_token = mailbox.thread_of(recipients, sender)
    automatic = is_automatic(opened, sender, envelope.sender)
    verdict = verdict_on(opened, sender, envelope, mailbox.believes)
    # A calendar that answers for somebody tells the interview's own time in its words: nobody chose that.
    silent = automatic and opened.answer is not None
    # An invite's own name was told to its guests alone, and stands in what their calendars answer.
    knows = by_token is not None or (opened.answer is not None and verdict is not Verdict.FAIL)
    return Inbound(
        vendor_id=vendor_id,
        channel=CHANNEL,
        sender=sender,
        text="" if silent else _text(opened, name or sender.partition("@")[0]),
        thread=by_token if by_token not in (None, ANY) else _answered(opened, mailbox),
        reply=opened.answer,
        at=_arrived(opened),
        name=name[:200],
        to=mailbox.answers if any(map(mailbox.is_mine, recipients)) else "".join(recipients[:1]).lower(),
        files=opened.files,
        # What somebody pressed in an invite is theirs, though a machine sends it.
        automatic=automatic and opened.answer is None,
        trusted=is_trusted(verdict, token=knows, several_senders=several),
        also_to=_others(opened, mailbox),
    )


def _by_a_colleague(
    opened: Opened, mailbox: Mailbox, envelope: Envelope, vendor_id: str, sender: str
) -> Inbound | Unknown:
    """Somebody of the firm writes from our own mailbox, which gets a copy. A mere claim to be us silences nobody."""
    others = _others(opened, mailbox)
    genuine = verdict_on(opened, sender, envelope, mailbox.believes) is Verdict.PASS
    if not others or not genuine or is_automatic(opened, sender, envelope.sender):
        return Unknown(vendor_id, "mail from ourselves")
    return Inbound(
        vendor_id=vendor_id,
        channel=CHANNEL,
        sender=others[0],
        text=_text(opened, mailbox.name),
        thread=_answered(opened, mailbox),
        at=_arrived(opened),
        to=mailbox.answers,
        colleague=True,
    )


def _others(opened: Opened, mailbox: Mailbox) -> tuple[str, ...]:
    """Who else a mail went to, as far as its sender says."""
    named = (_as_kept(address).lower() for _, address in opened.addresses("to", "cc"))
    return tuple(dict.fromkeys(each for each in named if not mailbox.is_mine(each)))[:MOST_OTHERS]


def _as_kept(address: str) -> str:
    """As addresses of people are kept, where somebody's domain may have letters that no server speaks."""
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return address  # of another machine, perhaps


def _text(opened: Opened, name: str) -> str:
    """Their own words, from whichever part leaves less of what is not theirs."""
    plain = own_words(opened.plain, name)
    shown = own_words(as_text(opened.html), name) if opened.html else ""
    return min(filter(None, (plain, shown)), key=lambda each: len("".join(each.split())), default="")


def _answered(opened: Opened, mailbox: Mailbox) -> str | None:
    """The latest mail of ours that this one answers."""
    for name in ("in-reply-to", "references"):
        if found := mailbox.ours(" ".join(opened.headers(name))):
            return found[-1]
    return None


def _vendor_id(opened: Opened, raw: bytes) -> str:
    said = MESSAGE_ID.search(opened.header("message-id"))
    return said.group() if said else _hash(raw)


def _hash(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _arrived(opened: Opened) -> datetime | None:
    """When the server that took it in for us had it; Date is whatever the sender's clock said."""
    said = opened.header("received").rpartition(";")[2].strip()
    try:
        at = parsedate_to_datetime(said)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None

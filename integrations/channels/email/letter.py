"""A message written as a mail: its headers, its text, its look and the invite it carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from integrations.calendars.invitation import as_mail
from integrations.calendars.reading import BadCalendarData, CalendarFile
from integrations.channels.base import BadAddress, Outbound, Refused
from integrations.channels.email.look import look
from integrations.channels.email.mailbox import ANY, Mailbox
from integrations.channels.email.words import around

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}@[!-;=?-~]{1,240}>")  # printable ASCII but < and >
SUBJECT = 240  # characters at most: a phone shows forty of them
ANCESTORS = 20  # ids in References: the first, and the latest

# With the first, other machines leave it alone (RFC 3834); with the second, Exchange does.
QUIET = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def letter(message: Outbound, mailbox: Mailbox, now: datetime) -> EmailMessage:
    """The whole mail, ready for the wire. The same key makes the same Message-ID. Raises BadAddress, or Refused.

    Whatever comes from outside, a name in a subject or an id in a thread, ends where its header ends.
    """
    to = recipient(message.to)
    mail = _body(message)
    mail["From"] = Address(one_line(mailbox.name), addr_spec=mailbox.address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(message.subject or "")[:SUBJECT] or one_line(mailbox.name)
    mail["Date"] = format_datetime(now)
    for name, value in marks(message, mailbox).items():
        mail[name] = value
    return mail


def marks(message: Outbound, mailbox: Mailbox) -> dict[str, str]:
    """The headers by which the mail is found again, threaded, left alone by machines, and unsubscribed from."""
    made = {"Message-ID": mailbox.message_id(message.key), "Reply-To": reply_to(message, mailbox), **QUIET}
    if earlier := _earlier(message.answers):
        made["In-Reply-To"] = earlier[-1]
        made["References"] = " ".join(earlier)
    if message.unsubscribe and re.fullmatch(r"https?://[!-;=?-~]+", message.unsubscribe):
        made["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.unsubscribe.startswith("https://"):  # one click is for https alone (RFC 8058 §3.1)
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return made


def reply_to(message: Outbound, mailbox: Mailbox) -> str:
    return mailbox.reply_to(message.thread or ANY, message.to)


def recipient(address: str) -> str:
    """The address as it goes over the wire, in ASCII. Raises BadAddress."""
    try:
        ascii_only = validate_email(address, check_deliverability=False).ascii_email
    except EmailNotValidError:
        raise BadAddress("no address") from None  # the reason would repeat what somebody typed
    if ascii_only is None:
        raise BadAddress("letters before the @ that few servers take")
    return ascii_only


def texts(message: Outbound) -> tuple[str, str]:
    """The message to read and to look at, each below the line above which people answer."""
    language = message.language or "en"
    text = f"{around('answer_above', language)}\n\n{message.text.strip()}\n"
    if message.unsubscribe:
        text += f"\n{around('unsubscribe', language)}: {message.unsubscribe}\n"
    title = one_line(message.subject or "") or one_line(message.text)[:80]
    return text, look(message.text, title=title, language=language, unsubscribe=message.unsubscribe, html=message.html)


def method_of(invite: bytes) -> str:
    """What the invite does: REQUEST or CANCEL. Raises Refused: what no calendar could read goes nowhere."""
    try:
        method = CalendarFile.read(invite).method
    except BadCalendarData:
        raise Refused("the invite cannot be read") from None
    if not re.fullmatch(r"[A-Z]+", method):
        raise Refused("the invite has no method")
    return method


def one_line(words: str) -> str:
    """Without what could end a header, and without what is seen by nobody but turns what is seen around."""
    kept = "".join(" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in words)
    shown = "".join(each for each in kept if unicodedata.category(each) != "Cs" and each not in _TURNING)
    return " ".join(shown.split())


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _earlier(ids: Sequence[str]) -> Sequence[str]:
    genuine = list(dict.fromkeys(each for each in ids if MESSAGE_ID.fullmatch(each)))
    return genuine if len(genuine) <= ANCESTORS else [genuine[0], *genuine[1 - ANCESTORS :]]


def _body(message: Outbound) -> EmailMessage:
    text, html = texts(message)
    if message.invite is not None:
        return as_mail(message.invite, method_of(message.invite), text=text, html=html)
    mail = EmailMessage(policy=SMTP)
    mail.set_content(sendable(text), cte="quoted-printable")
    mail.add_alternative(sendable(html), subtype="html", cte="quoted-printable")
    return mail


def sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half an emoji would stop the whole mail

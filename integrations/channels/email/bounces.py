"""What mail servers report of a mail of ours: delivery status (RFC 3464), read notes, complaints, plain prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message

from integrations.channels.base import OptedOut, Receipt, ReceiptStatus, Temporary, Unknown
from integrations.channels.email.automatic import is_from_a_post_office
from integrations.channels.email.errors import code_in, meaning_of
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.opened import Opened, headers_of, inside, leaves, text_of, words

REPORTS = {"delivery-status": "bounce", "disposition-notification": "read note", "feedback-report": "complaint"}
ACTIONS = {
    "delayed": ReceiptStatus.QUEUED,  # their server goes on trying
    "delivered": ReceiptStatus.DELIVERED,
    "relayed": ReceiptStatus.SENT,
    "expanded": ReceiptStatus.SENT,
}
MESSAGE_ID = re.compile(r"^[>|\s]*(?:X-Original-)?Message-Id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
LONGEST = 100_000


def read_report(opened: Opened, mailbox: Mailbox, sender: str, vendor_id: str) -> Receipt | Unknown | None:
    """What became of a mail of ours; Unknown: a report, but on none of ours; None: this is no report at all."""
    kind = _kind(opened, sender)
    if kind is None:
        return None
    about = _about(opened, mailbox)
    if about is None:
        return Unknown(vendor_id, kind)
    match kind:
        case "read note":
            displayed = "displayed" in _field(opened, "disposition").lower()
            return Receipt(about, ReceiptStatus.READ) if displayed else Unknown(vendor_id, kind)
        case "complaint":
            return Receipt(about, ReceiptStatus.FAILED, "complaint", OptedOut)
    return _delivery(opened, about)


def _kind(opened: Opened, sender: str) -> str | None:
    if opened.mail.get_content_type() == "multipart/report":
        said = str(opened.mail.get_param("report-type", "")).lower()
        return REPORTS.get(said) or ("bounce" if _blocks(opened) else None)
    # Some write prose, and some a report without saying so.
    if _blocks(opened) or opened.header("x-failed-recipients"):
        return "bounce"
    return "bounce" if is_from_a_post_office(sender) else None


def _delivery(opened: Opened, about: str) -> Receipt:
    action = _field(opened, "action").lower()
    if action in ACTIONS:
        return Receipt(about, ACTIONS[action])
    prose = "\n".join((_field(opened, "diagnostic-code"), opened.plain, opened.html))[:LONGEST]
    code = code_in(_field(opened, "status"), default=code_in(prose))
    if not action and not code:
        return Receipt(about, ReceiptStatus.UNDELIVERED)
    means = meaning_of(code or "5.0.0", prose)
    status = ReceiptStatus.UNDELIVERED if means is Temporary else ReceiptStatus.FAILED
    return Receipt(about, status, code or None, means)


def _field(opened: Opened, name: str) -> str:
    return next((words(str(block[name])) for block in _blocks(opened) if block[name]), "")


def _blocks(opened: Opened) -> list[Message]:
    """What a report says field by field, however it was parsed."""
    found: list[Message] = []
    for part in leaves(opened.mail):
        if part.get_content_type() in ("message/delivery-status", "message/disposition-notification"):
            split = [message_from_string(each) for each in re.split(r"\n\s*\n", text_of(part)[:LONGEST])]
            found += inside(part) or split
    # With one recipient to each mail, one block tells what became of it; others tell of the server.
    return [each for each in found if each["action"] or each["status"] or each["disposition"]] or found


def _about(opened: Opened, mailbox: Mailbox) -> str | None:
    """Which mail of ours. In its headers stand ids of earlier ones too, so its own is looked for first."""
    for text in _places(opened):
        if found := mailbox.ours(text):
            return found[-1]
    return None


def _places(opened: Opened) -> Iterator[str]:
    for part in leaves(opened.mail):
        if part.get_content_maintype() == "message":
            for each in inside(part):
                yield from (told for name, told in headers_of(each) if name.endswith("message-id"))
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            yield from MESSAGE_ID.findall(text_of(part)[:LONGEST])
    yield from MESSAGE_ID.findall(f"{opened.plain}\n{opened.html}"[:LONGEST])
    yield opened.header("in-reply-to")
    yield opened.header("references")

"""The mail that carries an invite, as Outlook, Gmail and Apple Mail show it with buttons."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP

FILE = "invite.ics"


def as_mail(data: bytes, method: str, *, text: str, html: str | None = None) -> EmailMessage:
    """The body of the mail, with CRLF and nothing over 7 bits; From, To, Subject and the ids are for who sends it.

    Mail programs take the last part of an alternative that they understand, so the calendar comes last in it
    (MS-OXCMAIL 2.1.3.3.8). Gmail and Apple Mail want the file as well, outside of the alternative. The method stands
    in the content type as it does in the file (RFC 6047 §2.4): where they differ, or one is missing, no buttons show.
    From has to be the organizer's address, or Outlook shows "on behalf of" and may hide the buttons.
    """
    mail = EmailMessage(policy=SMTP)
    mail.set_content(_sendable(text), cte="quoted-printable")
    if html:
        mail.add_alternative(_sendable(html), subtype="html", cte="quoted-printable")
    said = {"charset": "utf-8", "method": method}
    mail.add_alternative(data, maintype="text", subtype="calendar", cte="base64", params=said)
    mail.add_attachment(data, maintype="application", subtype="ics", cte="base64", filename=FILE)
    # The same invite makes the same mail, to the byte.
    mark = hashlib.sha256(data).hexdigest()
    mail.set_boundary(f"=-{mark[:24]}")
    next(mail.iter_parts()).set_boundary(f"=-{mark[24:48]}")
    return mail


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half an emoji would stop the whole mail

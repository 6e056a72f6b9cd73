"""Which mails a machine wrote (RFC 3834): answered, they would have two machines write to each other for ever."""

from __future__ import annotations

from integrations.channels.email.opened import Opened
from integrations.channels.email.quoting import habits

BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
TELLING = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-response-suppress", "list-id", "list-unsubscribe")
NOBODYS = ("mailer-daemon", "postmaster", "mdaemon", "maildaemon", "mail-daemon", "noreply", "no-reply", "donotreply")
DELIVERING = ("mailer-daemon", "postmaster", "mdaemon", "maildaemon", "mail-daemon", "microsoftexchange")


def is_automatic(opened: Opened, sender: str, envelope_sender: str | None) -> bool:
    """`envelope_sender`: MAIL FROM; empty is the null return path, None: nobody told us."""
    submitted = opened.header("auto-submitted").lower().partition(";")[0].strip()
    return (
        submitted not in ("", "no")
        or opened.header("precedence").lower() in BULK
        or any(opened.header(name) for name in TELLING)
        or opened.header("x-precedence").lower() in BULK
        or comes_from_nowhere(opened, envelope_sender)
        or sender.lower().startswith(NOBODYS)
        or bool(habits().away.match(opened.header("subject")))
    )


def comes_from_nowhere(opened: Opened, envelope_sender: str | None) -> bool:
    """A null return path: whoever sent it wants to hear nothing of it."""
    said = envelope_sender if envelope_sender is not None else opened.header("return-path") or None
    return said is not None and said.strip() in ("", "<>")


def is_from_a_post_office(sender: str) -> bool:
    return sender.lower().startswith(DELIVERING)

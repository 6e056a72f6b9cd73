"""Mails as they come in: what other people's programs and servers make of ours, written here by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from html import escape
from pathlib import Path

import yaml

from integrations.channels.base import Outbound
from integrations.channels.email.letter import letter, texts
from integrations.channels.email.mailbox import Mailbox

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = "ana@people.example"
FIRM = Mailbox(
    "arsan@firm.example",
    "Firm Talent",
    "a secret",
    answers_to="arsan@answers.firm.example",
    believes=("mx.firm.example",),
)
OFFER = Outbound(
    key="say:17/email",
    to=ANA,
    text=(
        "Hi Ana,\n\nMaria of Acme would like to meet you. Which of these suits you?\n"
        "1. Tuesday 3 March, 10:00\n2. Wednesday 4 March, 15:30\n\nJust answer with the number, until Friday 18:00."
    ),
    subject="Your interview",
    thread="neg-17",
)
OUR_ID = FIRM.message_id(OFFER.key)
TOKEN = FIRM.reply_to("neg-17", ANA)


@dataclass(frozen=True)
class Case:
    name: str
    plain: str | None
    html: str | None
    own: str


@cache
def cases() -> Sequence[Case]:
    read = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text("utf-8"))
    return [Case(each["name"], each.get("plain"), each.get("html"), each["own"]) for each in read]


def quoted_text(language: str = "en") -> str:
    return texts(Outbound(OFFER.key, ANA, OFFER.text, subject=OFFER.subject, language=language))[0].strip()


def filled(shape: str, text: str, *, html: bool = False) -> str:
    """A shape with what it quotes."""
    if html:
        return shape.replace("❮offer❯", escape(text).replace("\n", "<br>\n"))
    marked = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return (
        shape.replace("❮>offer❯", marked).replace(">>> ❮offer❯", marked.replace("> ", ">>> ")).replace("❮offer❯", text)
    )


def answer(
    plain: str | None,
    html: str | None = None,
    *,
    to: str = TOKEN,
    sender: str = f"Ana Silva <{ANA}>",
    charset: str = "utf-8",
    cte: str | None = None,
    **headers: str | None,
) -> bytes:
    """A mail of Ana's. `headers` have _ for -; None takes one away."""
    mail = EmailMessage()
    if plain is not None:
        mail.set_content(plain, charset=charset, cte=cte)
    if html is not None and plain is not None:
        mail.add_alternative(html, subtype="html", charset=charset, cte=cte)
    elif html is not None:
        mail.set_content(html, subtype="html", charset=charset, cte=cte)
    told: dict[str, str | None] = {
        "Received": "from mail.people.example by mx.firm.example; Mon, 2 Mar 2026 13:30:00 +0100",
        "From": sender,
        "To": to,
        "Subject": "Re: Your interview",
        "Message-ID": "<answer-1@people.example>",
        "In-Reply-To": OUR_ID,
        "References": OUR_ID,
        "Date": "Mon, 2 Mar 2026 13:29:58 +0100",
    }
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in told.items():
        if value is not None:
            mail[name] = value
    return mail.as_bytes()


def sent() -> bytes:
    return letter(OFFER, FIRM, NOON).as_bytes()


def raw(text: str) -> bytes:
    """A mail as typed, with the line ends of the wire; ❮id❯ is our own mail's."""
    return text.lstrip("\n").replace("❮id❯", OUR_ID).replace("\n", "\r\n").encode()

"""Mails sent by SendGrid's API with its SDK: nothing in them tells who opened or clicked."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from integrations.calendars.invitation import FILE
from integrations.channels.base import (
    Abilities,
    BadAddress,
    Channel,
    ChannelError,
    KeyRefused,
    Outbound,
    Sent,
    Temporary,
    Unanswered,
    from_status,
)
from integrations.channels.email.letter import SUBJECT, marks, method_of, one_line, recipient, sendable, texts
from integrations.channels.email.mailbox import Mailbox
from integrations.waits import asked_to_wait

HOST = "https://api.sendgrid.com"  # for accounts in the EU: https://api.eu.sendgrid.com
STEP = 10  # seconds for one answer
PATIENCE = timedelta(seconds=20)

# What SendGrid gives back with everything that becomes of a mail. It keeps them for good: no names, no addresses.
KEY, MESSAGE = "askarsan_key", "askarsan_mail"

# Each one off, because an account may have it on.
UNTRACKED = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
# The SDK writes whole mails and the key into its log at DEBUG.
logging.getLogger("python_http_client").setLevel(logging.INFO)


@dataclass(frozen=True)
class SendGridAccount:
    key: str = field(repr=False)
    host: str = HOST
    patience: timedelta = PATIENCE

    def __post_init__(self) -> None:
        if not self.key or any(each.isspace() for each in self.key):
            raise ValueError("SendGrid's API key is one word, beginning with SG.")


class SendGridChannel(Channel):
    """SendGrid knows no stable key, so what is sent again may arrive twice."""

    name = "email"

    def __init__(
        self, abilities: Abilities, account: SendGridAccount, mailbox: Mailbox, now: Callable[[], datetime]
    ) -> None:
        self.abilities = abilities
        self._patience = account.patience.total_seconds()
        self._mailbox = mailbox
        self._now = now
        self._client = SendGridAPIClient(account.key, host=account.host.rstrip("/"))
        self._client.client.timeout = STEP  # without it the SDK waits for ever

    async def checkup(self) -> str:
        """By what the key may do: without mail.send it is good for nothing here."""
        try:
            async with asyncio.timeout(self._patience):
                answer = await asyncio.to_thread(self._client.client.scopes.get)
            may = json.loads(answer.body).get("scopes", ())
        except HTTPError as error:
            raise self._refusal(error) from None
        except URLError as error:
            raise _unreached(error) from None
        except (OSError, TimeoutError, HTTPException, ValueError, AttributeError) as error:
            raise Unanswered(type(error).__name__) from None
        if "mail.send" not in may:
            raise KeyRefused("the key may not send mails")
        return self._mailbox.address

    async def send(self, message: Outbound) -> Sent:
        body = written(message, self._mailbox)
        try:
            # A thread cannot be stopped: it ends by its own time-out, and what it did stays unknown.
            async with asyncio.timeout(self._patience):
                answer = await asyncio.to_thread(self._client.send, body)
        except HTTPError as error:
            raise self._refusal(error) from None  # the SDK's error holds the answer, which may repeat the mail
        except URLError as error:
            raise _unreached(error) from None
        except (OSError, TimeoutError, HTTPException, ValueError) as error:  # HTTPException: cut in the middle
            raise Unanswered(type(error).__name__) from None
        also = answer.headers.get("X-Message-Id")
        return Sent(self._mailbox.message_id(message.key), (also,) if also else ())

    def _refusal(self, error: HTTPError) -> ChannelError:
        status = int(error.status_code)
        if status in (401, 403):
            return KeyRefused(str(status))
        if status == 400 and _about_the_recipient(error.body):
            return BadAddress("400")
        return from_status(status, _wait(error.headers or {}, self._now()))


def written(message: Outbound, mailbox: Mailbox) -> dict[str, Any]:
    """The mail as SendGrid takes it. Raises BadAddress, or Refused.

    Not by the SDK's helpers: those refuse a text that happens to look like one of its keys.
    """
    text, html = texts(message)
    headers = marks(message, mailbox)
    reply_to = headers.pop("Reply-To")  # which SendGrid wants in a field of its own
    body: dict[str, Any] = {
        "from": {"email": mailbox.address, "name": one_line(mailbox.name)},
        "reply_to": {"email": reply_to},
        "subject": sendable(one_line(message.subject or "")[:SUBJECT] or one_line(mailbox.name)),
        "personalizations": [{"to": [{"email": recipient(message.to)}]}],
        "content": [
            {"type": "text/plain", "value": sendable(text)},  # first, or SendGrid refuses all
            {"type": "text/html", "value": sendable(html)},
        ],
        "headers": headers,
        "custom_args": {KEY: message.key, MESSAGE: mailbox.message_id(message.key)},
        "tracking_settings": UNTRACKED,
    }
    if message.invite is not None:
        _invite(body, message.invite)
    return body


def _invite(body: dict[str, Any], invite: bytes) -> None:
    kind = f"text/calendar; method={method_of(invite)}"
    body["content"].append({"type": kind, "value": invite.decode("utf-8", "replace")})
    file = {"content": base64.b64encode(invite).decode(), "type": "application/ics", "filename": FILE}
    body["attachments"] = [{**file, "disposition": "attachment"}]


def _about_the_recipient(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except ValueError:
        return False
    faults = told.get("errors", []) if isinstance(told, dict) else []
    fields = [str(each.get("field")) for each in faults if isinstance(each, dict)]
    return any(name.startswith("personalizations.0.to") for name in fields)


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    if said := headers.get("Retry-After"):
        return asked_to_wait(said, now)
    reset = headers.get("X-RateLimit-Reset", "")
    if not reset.isdecimal() or len(reset) > 11:
        return None
    return asked_to_wait(str(max(int(reset) - int(now.astimezone(UTC).timestamp()), 0)), now)


def _unreached(error: URLError) -> Temporary:
    nothing_left = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    # Anything else may have broken while the mail was being told.
    kind = Temporary if isinstance(error.reason, nothing_left) else Unanswered
    return kind(f"no connection: {type(error.reason).__name__}")

"""Mails sent by SMTP, over TLS, one connection each: any mail server, and no sign of who opened or clicked what."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from integrations.channels.base import (
    Abilities,
    Channel,
    ChannelError,
    KeyRefused,
    Outbound,
    Refused,
    Sent,
    Temporary,
    Unanswered,
)
from integrations.channels.email.errors import code_in, meaning_of
from integrations.channels.email.letter import letter, recipient
from integrations.channels.email.mailbox import Mailbox

PATIENCE = timedelta(seconds=30)  # for one mail, all told
STEP = 10.0  # seconds for one answer of the server


class Secured(StrEnum):
    """How the line is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # to a server on the same machine


@dataclass(frozen=True)
class SmtpServer:
    """`trust`: whose certificates are believed, where it is not everybody's."""

    host: str
    port: int = 587
    secured: Secured = Secured.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    patience: timedelta = PATIENCE

    def __post_init__(self) -> None:
        if self.user and self.secured is Secured.NONE:
            raise ValueError("a password is told to a mail server over TLS only")


class SmtpChannel(Channel):
    """What a server takes twice may arrive twice: SMTP knows no key. What became of a mail comes back as a mail."""

    name = "email"

    def __init__(self, abilities: Abilities, server: SmtpServer, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self.abilities = abilities
        self._server = server
        self._mailbox = mailbox
        self._now = now

    async def send(self, message: Outbound) -> Sent:
        mail = letter(message, self._mailbox, self._now())
        delivery = _Delivery(self._line(), self._server, self._mailbox.answers, recipient(message.to), mail.as_bytes())
        await delivery.carry_out()
        return Sent(self._mailbox.message_id(message.key))

    async def checkup(self) -> str:
        line = self._line()
        try:
            async with asyncio.timeout(self._server.patience.total_seconds()):
                await line.connect()  # and signs in
                await line.noop()
        except SMTPResponseException as error:
            raise _told(error) from None
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            raise Temporary(f"no connection: {type(error).__name__}") from None
        finally:
            line.close()
        return f"{self._mailbox.address} at {self._server.host}"

    def _line(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.secured is Secured.TLS,
            # Never "if the server offers it": whoever sits between would see to it that it does not.
            start_tls=server.secured is Secured.STARTTLS,
            tls_context=server.trust,
            username=server.user or None,
            password=server.password or None,
            timeout=STEP,
        )


class _Delivery:
    """One mail to one address, and how far it got: after its last line is told, it may have been taken."""

    def __init__(self, line: SMTP, server: SmtpServer, sender: str, to: str, mail: bytes) -> None:
        self._line, self._patience = line, server.patience.total_seconds()
        self._sender, self._to, self._mail = sender, to, mail
        self._handed_over = False

    async def carry_out(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._hand_over()
        except SMTPResponseException as error:
            raise _told(error) from None  # the server's words name the person
        except SMTPRecipientRefused as error:
            raise _told(error) from None
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            if self._handed_over:
                raise Unanswered(type(error).__name__) from None
            raise Temporary(f"no connection: {type(error).__name__}") from None
        finally:
            self._line.close()

    async def _hand_over(self) -> None:
        await self._line.connect()
        await self._line.mail(self._sender)
        await self._line.rcpt(self._to)
        self._handed_over = True
        await self._line.data(self._mail)
        # It is taken: that the server hangs up instead of saying goodbye changes nothing.
        with suppress(SMTPException, OSError, TimeoutError):
            await self._line.quit()


def _told(error: SMTPResponseException) -> ChannelError:
    words = f"{error.code} {error.message}"
    code = code_in(words, default=str(error.code))
    # 454: their list of passwords is away, and later the same one may do.
    if error.code in (530, 534, 535, 538) or (isinstance(error, SMTPAuthenticationError) and error.code >= 500):
        return KeyRefused(code)
    if isinstance(error, SMTPSenderRefused) and error.code >= 500:
        return Refused(code)
    kind = meaning_of(code if code.startswith(str(error.code)[0]) else str(error.code), words)
    return kind(code)

"""Mail as most firms have it: out by SMTP to a real server, and in by IMAP from another, where nobody knocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from integrations.carriers import ABILITIES
from integrations.channels.base import Channel, Knock, Read, Told
from integrations.channels.email.imap import ImapMailbox
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.smtp import SmtpChannel, SmtpServer
from integrations.channels.email.words import around
from tests.channels.cases import Arrived, Clock, Place, Served
from tests.channels.email.at_pymap import PostBox, post_box
from tests.channels.email.test_smtp import PASSWORD, PostOffice, open_office

# What a server says for want of numbers like those of HTTP.
SAYS = {400: "554 5.6.0 Not like this", 429: "451 4.7.0 Slower", 500: "451 4.3.0 Later", 502: "451 4.4.1 Later"}
BUSY = "421 4.3.2 Going down"
ONE_ANSWER = 30  # seconds for a mail to be seen, on a busy machine


@dataclass
class OnceOddPostOffice(PostOffice):
    """What is in `answers` is said once; `hangs_up` after the next mail, which it has taken."""

    hangs_up: bool = False

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        answer = await super().handle_MAIL(server, session, envelope, address, options)
        self.answers.pop("MAIL", None)
        return answer

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        answer = await super().handle_RCPT(server, session, envelope, address, options)
        self.answers.pop("RCPT", None)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if self.hangs_up and isinstance(server.transport, asyncio.WriteTransport):
            self.hangs_up = False
            server.transport.abort()
        return answer


class AtMailServers(Place):
    """SMTP has no word for how long to wait, for who wants no mail, or for who knocks: nobody does."""

    person = "ana@people.example"
    hears_opt_outs = False
    names_a_wait = False
    knocks = False

    def __init__(self, served: Served, clock: Clock) -> None:
        self._clock, self._told = clock, 0
        self._mailbox = Mailbox("arsan@firm.example", "Firm Talent", "a_secret-that-both-sides-know")
        self._office = OnceOddPostOffice()
        self._server = SmtpServer("localhost", 9)
        self._box: PostBox | None = None
        self._open = AsyncExitStack()
        self.secrets = (PASSWORD,)
        self.channel = self._with(self._server)

    async def open(self) -> None:
        # The server in these tests writes down all it hears; what counts is what we do.
        its_log = logging.getLogger("mail.log")
        self._open.callback(its_log.setLevel, its_log.level)
        its_log.setLevel(logging.CRITICAL)
        self._server = await self._open.enter_async_context(open_office(self._office))
        self.channel = self._with(self._server)

    def _with(self, server: SmtpServer) -> Channel:
        return SmtpChannel(ABILITIES["email"], server, self._mailbox, self._clock)

    def arrived(self) -> Sequence[Arrived]:
        return [Arrived(_text(each.content)) for each in self._office.taken]

    def fail(self, status: int, wait: int | None = None) -> None:
        self._office.answers["RCPT"] = SAYS.get(status, BUSY)

    def lose_answer(self) -> None:
        self._office.hangs_up = True

    def nobody(self) -> str:
        self._office.answers["RCPT"] = "550 5.1.1 No such user"
        return "nobody@people.example"

    def opt_out(self) -> None:
        raise NotImplementedError("a mail server knows of none")

    def with_wrong_key(self) -> Channel:
        return self._with(replace(self._server, password="another one"))

    def written(self, text: str) -> Knock:
        self._told += 1
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.person, self._mailbox.address, "Re: your interview"
        mail["Message-ID"] = f"<{self._told}@people.example>"
        mail.set_content(text)
        return self.signed(mail.as_bytes())

    def news(self) -> Knock:
        return self.signed(b"Subject: a hologram\r\n\r\nfrom nobody\r\n")

    def signed(self, body: bytes) -> Knock:
        return Knock("", {}, body)

    def proof(self) -> str:
        raise NotImplementedError("nobody knocks")

    async def read(self, knock: Knock) -> Read:
        """Dropped into the mailbox, and read there. One from before may come again: it was kept, and not marked yet."""
        if self._box is None:
            self._box = await self._open.enter_async_context(post_box())
        await self._box.drop(knock.body)
        told: asyncio.Queue[Told] = asyncio.Queue()

        async def keep(each: Told, raw: bytes) -> None:
            if raw == knock.body:
                told.put_nowait(each)

        mailbox = ImapMailbox(self._box.account, self._mailbox, self._clock)
        watching = asyncio.create_task(mailbox.watch(keep))
        try:
            return Read((await asyncio.wait_for(told.get(), ONE_ANSWER),))
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def close(self) -> None:
        await self.channel.close()
        await self._open.aclose()


def _text(mail: bytes | str | None) -> str:
    assert isinstance(mail, bytes)
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert body
    text: str = body.get_content()
    return text.replace("\r\n", "\n").removeprefix(around("answer_above", "en") + "\n\n").removesuffix("\n")

"""Mails by SMTP, to a real server on loopback: over TLS, once, and every refusal told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from integrations.carriers import ABILITIES
from integrations.channels import base
from integrations.channels.base import ChannelError, Sent
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.smtp import Secured, SmtpChannel, SmtpServer
from tests.channels.email.certificates import contexts
from tests.channels.email.shapes import ANA, FIRM, NOON, OFFER, OUR_ID

USER, PASSWORD = "arsan", "a made-up password"


@dataclass
class PostOffice:
    """A mail server's mind: what it took, and what it answers instead."""

    taken: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # by command
    password: str = PASSWORD
    logins: int = 0
    encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" not in self.answers:
            self.taken.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self.answers.get("DATA", "250 2.0.0 OK queued")

    def admit(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        self.logins += 1
        told = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            self.password.encode(),
        )
        return AuthResult(success=told, handled=False)


@asynccontextmanager
async def open_office(office: PostOffice, secured: Secured = Secured.STARTTLS) -> AsyncIterator[SmtpServer]:
    server_tls, client_tls = contexts()
    starts = secured is Secured.STARTTLS

    def line() -> SMTP:
        return SMTP(
            office,
            hostname="localhost",
            tls_context=server_tls if starts else None,
            require_starttls=starts,
            authenticator=office.admit,
            auth_require_tls=starts,
            auth_exclude_mechanism=["LOGIN"],
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(line, "127.0.0.1", 0, ssl=server_tls if secured is Secured.TLS else None)
    port = server.sockets[0].getsockname()[1]
    login = (USER, PASSWORD) if secured is Secured.STARTTLS else ("", "")
    try:
        yield SmtpServer("localhost", port, secured, *login, trust=client_tls)
    finally:
        server.close()


def channel(server: SmtpServer) -> SmtpChannel:
    return SmtpChannel(ABILITIES["email"], server, FIRM, lambda: NOON)


@pytest.mark.parametrize("secured", [Secured.STARTTLS, Secured.TLS])
async def test_a_mail_goes_out_whole_and_encrypted(secured: Secured) -> None:
    office = PostOffice()
    async with open_office(office, secured) as server:
        assert await channel(server).send(OFFER) == Sent(OUR_ID)
    [mail] = office.taken
    assert (mail.mail_from, mail.rcpt_tos) == (FIRM.answers, [ANA])
    assert office.encrypted == [True] or secured is Secured.TLS
    assert office.logins == (1 if secured is Secured.STARTTLS else 0)
    assert isinstance(mail.content, bytes)
    assert OUR_ID.encode() in mail.content
    assert read_mail(mail.content, FIRM) == base.Unknown(OUR_ID, "our own mail, come back")


async def test_a_line_that_is_only_a_full_stop_ends_no_mail() -> None:
    office = PostOffice()
    async with open_office(office) as server:
        await channel(server).send(replace(OFFER, text="Hi\n.\nQUIT\n.hidden"))
    [mail] = office.taken
    assert isinstance(mail.content, bytes)
    assert b"\r\n.\r\nQUIT\r\n.hidden" in mail.content


@pytest.mark.parametrize(
    ("command", "answer", "means", "code"),
    [
        ("RCPT", "550 5.1.1 No such user", base.BadAddress, "5.1.1"),
        ("RCPT", "550 unknown", base.BadAddress, "550"),
        ("RCPT", "550 5.7.1 Not you", base.Refused, "5.7.1"),
        ("RCPT", "450 4.2.0 Greylisted", base.Temporary, "4.2.0"),
        ("RCPT", "552 5.2.2 Mailbox full", base.Temporary, "5.2.2"),
        ("RCPT", "421 4.3.2 Going down", base.Temporary, "4.3.2"),
        ("MAIL", "550 5.1.1 Who are you", base.Refused, "5.1.1"),
        ("MAIL", "451 later", base.Temporary, "451"),
        ("DATA", "554 5.7.1 Spam", base.Refused, "5.7.1"),
        ("DATA", "451 4.3.0 later", base.Temporary, "4.3.0"),
        ("DATA", "550 5.1.1 nobody after all", base.BadAddress, "5.1.1"),
    ],
)
async def test_every_refusal_means_one_thing(command: str, answer: str, means: type[ChannelError], code: str) -> None:
    office = PostOffice(answers={command: answer})
    async with open_office(office) as server:
        with pytest.raises(base.ChannelError) as caught:
            await channel(server).send(OFFER)
    assert (type(caught.value), caught.value.code) == (means, code)
    assert ANA not in str(caught.value)
    assert caught.value.__cause__ is None, "a server's words name the person"
    assert office.taken == []


async def test_a_wrong_password_is_no_fault_of_the_mail_but_of_our_key() -> None:
    async with open_office(PostOffice()) as server:
        with pytest.raises(base.KeyRefused) as caught:
            await channel(replace(server, password="another one")).send(OFFER)
    assert caught.value.code == "5.7.8"
    assert "another one" not in repr(server)


async def test_nothing_is_told_to_a_server_with_a_strangers_certificate() -> None:
    office = PostOffice()
    async with open_office(office) as server:
        with pytest.raises(base.Temporary):
            await channel(replace(server, trust=None)).send(OFFER)
    assert (office.logins, office.taken) == (0, [])


async def test_nothing_is_told_to_a_server_that_offers_no_encryption() -> None:
    office = PostOffice()
    async with open_office(office, Secured.NONE) as server:
        with pytest.raises(base.Temporary):
            await channel(replace(server, secured=Secured.STARTTLS, user=USER, password=PASSWORD)).send(OFFER)
    assert (office.logins, office.taken) == (0, [])


def test_a_password_is_told_over_tls_only() -> None:
    with pytest.raises(ValueError, match="TLS"):
        SmtpServer("localhost", secured=Secured.NONE, user="arsan", password="x")


async def test_nobody_there_is_tried_again() -> None:
    async with open_office(PostOffice()) as server:
        pass
    with pytest.raises(base.Temporary) as caught:
        await channel(server).send(OFFER)
    assert not isinstance(caught.value, base.Unanswered), "nothing left the house"


@asynccontextmanager
async def rude_office(last: bytes | None, *, hang: bool = False) -> AsyncIterator[SmtpServer]:
    """Takes a mail as far as its end, then says `last` or nothing, and hangs up, or never does."""

    open_lines: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_lines.append(writer)
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                break
            writer.write(b"250 OK\r\n")
        writer.write(b"354 go on\r\n")
        while line := await reader.readline():
            if line == b".\r\n":
                break
        if last:
            writer.write(last)
            await writer.drain()
        if hang:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1], Secured.NONE)
    finally:
        server.close()
        for line in open_lines:
            line.close()
            with suppress(ConnectionError):
                await line.wait_closed()


async def test_a_connection_lost_after_the_mail_leaves_it_open_whether_it_was_taken() -> None:
    async with rude_office(None) as server:
        with pytest.raises(base.Unanswered):
            await channel(server).send(OFFER)


async def test_a_server_that_says_nothing_after_the_mail_does_not_keep_us_for_ever() -> None:
    async with rude_office(None, hang=True) as server:
        with pytest.raises(base.Unanswered):
            await channel(replace(server, patience=timedelta(seconds=0.5))).send(OFFER)


async def test_a_mail_that_was_taken_stays_sent_though_the_server_hangs_up() -> None:
    async with rude_office(b"250 taken\r\n") as server:
        assert await channel(server).send(OFFER) == Sent(OUR_ID)


async def test_what_is_no_address_never_reaches_a_server() -> None:
    office = PostOffice()
    async with open_office(office) as server:
        with pytest.raises(base.BadAddress):
            await channel(server).send(replace(OFFER, to=f"{ANA}>\r\nRCPT TO:<eve@evil.example"))
    assert office.taken == []

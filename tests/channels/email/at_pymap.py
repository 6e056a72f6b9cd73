"""pymap, a real IMAP server, on this machine; and a person who drops mails into its mailbox."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.imap import IMAPServer, IMAPService
from pymap.parsing.specials.flag import Flag

from integrations.channels.email.imap import KEPT, ImapAccount
from tests.channels.email.certificates import contexts
from tests.channels.email.shapes import NOON

USER, PASSWORD = "arsan", "a made-up password"


class Keeping(MailboxData):
    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return super().permanent_flags | {Flag(KEPT)}


class WithKeywords(MailboxSet):
    """As most servers are; pymap by itself keeps system flags only."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = Keeping(self._content_cache, self._thread_cache)


@dataclass
class PostBox:
    """One server. `cut` hangs up on everybody, as a restart would."""

    account: ImapAccount
    lines: list[asyncio.StreamWriter] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def drop(self, *mails: bytes) -> None:
        await self._do(lambda client: [client.append("INBOX", mail, msg_time=NOON) for mail in mails])

    async def flags(self) -> list[tuple[bytes, ...]]:
        def read(client: IMAPClient) -> list[tuple[bytes, ...]]:
            client.select_folder("INBOX", readonly=True)
            return [told[b"FLAGS"] for _, told in sorted(client.fetch(client.search(), ["FLAGS"]).items())]

        found: list[tuple[bytes, ...]] = await self._do(read)
        return found

    async def read_by_somebody(self) -> None:
        """A person opens every mail."""

        def read(client: IMAPClient) -> None:
            client.select_folder("INBOX")
            client.add_flags(client.search(), [b"\\Seen"])

        await self._do(read)

    async def unmark(self) -> None:
        def unread(client: IMAPClient) -> None:
            client.select_folder("INBOX")
            client.remove_flags(client.search(), [b"\\Seen"])

        await self._do(unread)

    def cut(self) -> None:
        for line in self.lines:
            line.transport.abort()
        self.lines.clear()

    async def _do(self, act: Callable[[IMAPClient], Any]) -> Any:
        def whole() -> Any:
            account = self.account
            with IMAPClient(account.host, account.port, ssl_context=account.trust) as client:
                client.login(USER, PASSWORD)
                return act(client)

        return await asyncio.to_thread(whole)


@asynccontextmanager
async def post_box(port: int = 0, *, keywords: bool = False) -> AsyncIterator[PostBox]:
    """On the same port again it is another mailbox, with another UIDVALIDITY. `keywords`: it keeps ours."""
    server_tls, client_tls = contexts()
    parser = ArgumentParser()
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    IMAPService.add_arguments(parser)
    said = ["--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    args = parser.parse_args(said)
    args.debug, args.passlib_cfg = False, None
    backend, config = await DictBackend.init(args)
    config.apply_context()
    if keywords:
        config.set_cache[USER] = (WithKeywords(), FilterSet())
    serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    box = PostBox(ImapAccount("localhost", USER, PASSWORD, trust=client_tls, pause=timedelta(milliseconds=20)))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        box.lines.append(writer)
        box.called.set()
        with suppress(ConnectionError):
            await serve(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=server_tls)
    object.__setattr__(box.account, "port", server.sockets[0].getsockname()[1])
    try:
        yield box
    finally:
        server.close()
        box.cut()
        await asyncio.sleep(0)

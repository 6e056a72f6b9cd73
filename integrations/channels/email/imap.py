"""A mailbox followed by IMAP: each mail is kept before it is marked, and a line that breaks is taken up again."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import TypeVar

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from integrations.channels.base import Refused, Temporary, Told
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.smtp import Secured

log = structlog.get_logger()
T = TypeVar("T")
Keep = Callable[[Told, bytes], Awaitable[object]]

KEPT = b"$AskarsanKept"  # not \Seen, where the server knows it: people look into mailboxes too
LARGEST = 30_000_000  # bytes of a mail that are read
STEP = 30.0  # seconds for one answer
# Servers hang up on whoever is idle for half an hour, and many a network long before.
RENEWED = timedelta(minutes=4)
ASKED = timedelta(seconds=30)  # where the server cannot call us
PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)


@dataclass(frozen=True)
class ImapAccount:
    """`days`: how far back unread mails are looked for, so that a mailbox with a past does not come in whole."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    secured: Secured = Secured.TLS
    folder: str = "INBOX"
    days: int = 14
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    renewed: timedelta = RENEWED
    pause: timedelta = PAUSE


class ImapMailbox:
    """What is marked is on the server, so that any process may follow the mailbox after this one."""

    vendor = "imap"

    def __init__(self, account: ImapAccount, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self._account = account
        self._mailbox = mailbox
        self._now = now
        self._validity = 0
        self._done: set[int] = set()  # by UID, for a server that keeps no marks

    async def watch(self, keep: Keep) -> None:
        """Until it is cancelled, or `keep` raises: then the mail is not marked, and comes again.

        `keep` is given what a mail says, and the mail.
        """
        failures = 0
        while True:
            try:
                async with _Line(self._account) as line:
                    failures = 0
                    await self._follow(line, keep)
            except LoginError:
                log.error("mailbox_login_refused", host=self._account.host)
                failures = 20  # asked again at once, many a server would lock the account
            except (IMAPClientError, OSError, EOFError) as error:
                log.warning("mailbox_lost", host=self._account.host, error=type(error).__name__)
                failures += 1
            await asyncio.sleep(_rest(self._account.pause, failures))

    async def close(self) -> None:
        """Each line is closed where it was opened."""

    async def checkup(self) -> str:
        try:
            async with _Line(self._account):
                return f"the mailbox {self._account.user}, folder {self._account.folder}"
        except LoginError:
            raise Refused("login") from None
        except IMAPClientError:
            raise Refused("folder") from None
        except (OSError, EOFError) as error:
            raise Temporary(f"no connection: {type(error).__name__}") from None

    async def _follow(self, line: _Line, keep: Keep) -> None:
        self._look_at(line.validity)
        while True:
            since = (self._now() - timedelta(days=self._account.days)).date()
            waiting, more = await line.do(_search, [*line.unmarked, "SINCE", since])
            new = sorted(set(waiting) - self._done)
            for uid in new:
                await self._keep(line, uid, keep)
            if not new and not more:
                await line.wait(self._account.renewed)

    async def _keep(self, line: _Line, uid: int, keep: Keep) -> None:
        if (raw := await line.do(_mail, uid)) is not None:
            told = await asyncio.to_thread(read_mail, raw, self._mailbox)
            await keep(told, raw)
        await line.do(_mark, uid, line.mark)
        self._done.add(uid)

    def _look_at(self, validity: int) -> None:
        """With another UIDVALIDITY the same numbers are other mails (RFC 3501 §2.3.1.1)."""
        if validity != self._validity:
            self._validity, self._done = validity, set()


class _Line:
    """One connection and the one thread that speaks over it: the library waits where it stands."""

    def __init__(self, account: ImapAccount) -> None:
        self._account = account
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mailbox")
        self._client: IMAPClient | None = None
        self.validity = 0
        self.mark = KEPT
        self._is_called = False

    @property
    def unmarked(self) -> Sequence[str | bytes]:
        return ["UNDELETED", "UNSEEN"] if self.mark == b"\\Seen" else ["UNDELETED", "UNKEYWORD", self.mark]

    async def do(self, act: Callable[..., T], *what: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act, self._client, *what)

    async def wait(self, renewed: timedelta) -> None:
        """Until something has happened in the mailbox, or it is time to look anyway."""
        if self._is_called:
            await self.do(_idle, renewed.total_seconds())
        else:
            await asyncio.sleep(min(renewed, ASKED).total_seconds())

    async def __aenter__(self) -> _Line:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        except BaseException:
            self._hang_up()
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def _open(self) -> None:
        account = self._account
        trust = account.trust or ssl.create_default_context()
        tls = account.secured is Secured.TLS
        self._client = client = IMAPClient(
            account.host, account.port, ssl=tls, ssl_context=trust if tls else None, timeout=STEP
        )
        if account.secured is Secured.STARTTLS:
            client.starttls(trust)
        client.login(account.user, account.password)
        self._is_called = client.has_capability("IDLE")
        opened = client.select_folder(account.folder)
        self.validity = int(opened.get(b"UIDVALIDITY", 0))
        kept = opened.get(b"PERMANENTFLAGS", ())
        self.mark = KEPT if KEPT in kept or b"\\*" in kept else b"\\Seen"

    def _hang_up(self) -> None:
        """Wakes the thread wherever it waits, so that it ends. The server needs no goodbye."""
        if self._client is not None:
            with suppress(OSError):
                self._client.socket().shutdown(socket.SHUT_RDWR)
            # In the thread: closed under it, the connection would be torn from what it reads.
            self._thread.submit(_closed, self._client)
        self._thread.shutdown(wait=False)


def _closed(client: IMAPClient) -> None:
    with suppress(OSError, IMAPClientError):
        client.shutdown()


def _search(client: IMAPClient, criteria: Sequence[object]) -> tuple[Sequence[int], bool]:
    """What is there, and whether the server has told since the last search that more has come.

    It tells so once, in passing, with whatever it answers, and in IDLE not again; the library keeps it where only
    imaplib can ask for it.
    """
    found: Sequence[int] = client.search(criteria)
    _, told = client._imap.response("EXISTS")  # noqa: SLF001
    return found, told != [None]


def _mark(client: IMAPClient, uid: int, mark: bytes) -> None:
    client.add_flags([uid], [mark], silent=True)


def _mail(client: IMAPClient, uid: int) -> bytes | None:
    """None: somebody has deleted it meanwhile."""
    found = client.fetch([uid], [f"BODY.PEEK[]<0.{LARGEST}>"]).get(uid, {})
    return next((value for name, value in found.items() if name.upper().startswith(b"BODY[]")), None)


def _idle(client: IMAPClient, seconds: float) -> None:
    client.idle()
    client.idle_check(timeout=seconds)
    client.idle_done()


def _rest(pause: timedelta, failures: int) -> float:
    longest = min(pause * 2 ** min(failures, 20), LONGEST_PAUSE).total_seconds()
    return random.uniform(longest / 2, longest)  # so that not all come back in the same second

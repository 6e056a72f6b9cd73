"""A mailbox behind a vendor's API, asked every few seconds: each mail is kept before it is marked, and none is lost."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.channels.base import Refused, Temporary, Told
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.mailbox import Mailbox

log = structlog.get_logger()
Keep = Callable[[Told, bytes], Awaitable[object]]

MARK = "askARSAN"  # what people see beside a mail that was kept; opening it is not enough, and not in the way
OFTEN = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)


class Forgotten(Exception):
    """The vendor no longer knows where we were: everything is to be looked through again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mails without our mark, by the vendor's own ids, and where to go on from once they are marked."""

    mails: Sequence[str]
    further: str


class Post(ABC):
    """One folder at one vendor. Every method raises a CalendarError where the vendor fails: it is the same vendor."""

    vendor: str
    who: str  # the address of the mailbox
    believes: tuple[str, ...] = ()  # how its own server signs Authentication-Results

    @abstractmethod
    async def waiting(self, since: str) -> Waiting:
        """What came since then; empty: in all the days that are looked back. Raises Forgotten."""

    @abstractmethod
    async def mail(self, id: str) -> bytes | None:
        """The mail as it came over the wire; None: somebody has deleted it meanwhile."""

    @abstractmethod
    async def mark(self, id: str) -> None:
        """It was kept: marked, and shown as read. One that is gone is left so."""

    async def close(self) -> None:  # noqa: B027 – not all have something open
        """Lets go of what is open."""


class PolledMailbox:
    """What is marked is at the vendor, so that any process may follow the mailbox after this one."""

    def __init__(self, post: Post, mailbox: Mailbox, pause: timedelta = OFTEN) -> None:
        self.vendor = post.vendor
        self._post = post
        self._mailbox = replace(mailbox, believes=(*mailbox.believes, *post.believes))
        self._pause = pause
        self._since = ""

    async def watch(self, keep: Keep) -> None:
        """Until it is cancelled, or `keep` raises: then the mail is not marked, and comes again."""
        failures = 0
        while True:
            try:
                await self._look(keep)
                failures = 0
            except Forgotten:
                log.info("mailbox_looked_through_again")
                self._since = ""
            except CalendarDisconnected as error:
                log.error("mailbox_login_refused", error=str(error), remedy=error.remedy)
                failures = 20  # somebody has to mend it: asking at once helps nobody
            except CalendarError as error:
                log.warning("mailbox_lost", error=str(error))
                failures += 1
            await asyncio.sleep(_rest(self._pause, failures))

    async def checkup(self) -> str:
        """Looks through the mailbox once, and keeps nothing of it."""
        try:
            waiting = await self._post.waiting("")
        except CalendarUnreachable as error:
            raise Temporary(str(error)) from None
        except CalendarDisconnected as error:
            raise Refused(f"{error}. {error.remedy}".rstrip()) from None
        except CalendarError as error:
            raise Refused(str(error)) from None
        return f"the mailbox {self._post.who}, {len(waiting.mails)} to be read"

    async def close(self) -> None:
        await self._post.close()

    async def _look(self, keep: Keep) -> None:
        waiting = await self._post.waiting(self._since)
        for each in waiting.mails:
            if (raw := await self._post.mail(each)) is not None:
                await keep(await asyncio.to_thread(read_mail, raw, self._mailbox), raw)
        # After all are kept: where we may not mark, people are heard all the same.
        for each in waiting.mails:
            await self._post.mark(each)
        self._since = waiting.further


def _rest(pause: timedelta, failures: int) -> float:
    longest = min(pause * 2 ** min(failures, 20), max(pause, LONGEST_PAUSE)).total_seconds()
    return random.uniform(longest / 2, longest)  # so that not all come back in the same second

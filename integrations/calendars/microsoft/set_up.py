"""Microsoft 365 as a firm and a connection have set it; the SDK is imported when it is first needed, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Busy, Calendar, CalendarEvent, Changes, Standing, Watch, Watched
from integrations.calendars.microsoft.account import GRAPH, LOGIN, Account
from integrations.calendars.microsoft.notices import Certificate, Notices
from integrations.missing import not_set, setting

Keep = Callable[[str, str], Awaitable[None]]
CERTIFICATE = "microsoft_certificate_file"

if TYPE_CHECKING:
    from integrations.calendars.microsoft.bookings import MicrosoftBookings
    from integrations.calendars.microsoft.calendar import MicrosoftCalendar


def calendar_from(settings: Mapping[str, str], now: Callable[[], datetime], keep: Keep | None = None) -> Calendar:
    """`keep` is told each new refresh token. Raises ValueError with what is missing."""
    return OpenedWhenNeeded(account_from(settings, keep), now, certificate_from(settings))


def notices_from(settings: Mapping[str, str], now: Callable[[], datetime]) -> Notices:
    """What reads notifications at the door. Raises ValueError with what is missing."""
    certificate = certificate_from(settings)
    if certificate is None:
        return Notices()
    account = account_from(settings)
    from integrations.calendars.microsoft.sender import Sender

    return Notices(Sender(account.tenant, account.client_id, now, login_url=account.login_url), certificate)


def certificate_from(settings: Mapping[str, str]) -> Certificate | None:
    """None where notifications need not say what changed. Raises ValueError where the file is none."""
    name = settings.get(CERTIFICATE)
    if not name:
        return None
    try:
        return Certificate.from_pem(Path(name).read_bytes())
    except OSError as error:
        raise ValueError(f"the file of {setting(CERTIFICATE)} cannot be read: {error.strerror}") from error
    except ValueError:
        raise ValueError(f"the file of {setting(CERTIFICATE)} holds no certificate with its key") from None


def bookings_from(settings: Mapping[str, str], now: Callable[[], datetime]) -> MicrosoftBookings:
    """Imports the SDK. Raises ValueError with what is missing."""
    account = account_from(settings)
    from integrations.calendars.microsoft.bookings import MicrosoftBookings
    from integrations.calendars.microsoft.graph import Graph

    return MicrosoftBookings(Graph(account, now))


def account_from(settings: Mapping[str, str], keep: Keep | None = None) -> Account:
    """Somebody's own permission goes before the app's. Raises ValueError with what is missing."""
    if find_spec("msgraph") is None:
        raise ValueError("the packages of the extra `microsoft` are not installed")
    needed = ("microsoft_tenant", "microsoft_client_id", "microsoft_client_secret")
    if lacking := [name for name in needed if not settings.get(name)]:
        raise ValueError(not_set(*lacking))
    return Account(
        settings["microsoft_tenant"],
        settings["microsoft_client_id"],
        settings["microsoft_client_secret"],
        refresh_token=settings.get("microsoft_refresh_token", ""),
        mailbox=settings.get("microsoft_mailbox", ""),
        graph_url=settings.get("microsoft_graph_url", GRAPH),
        login_url=settings.get("microsoft_login_url", LOGIN),
        renewed=partial(keep, "microsoft_refresh_token") if keep else None,
    )


class OpenedWhenNeeded(Calendar, Watched):
    """The SDK takes half a second to import, in which nobody else would be answered."""

    def __init__(self, account: Account, now: Callable[[], datetime], certificate: Certificate | None = None) -> None:
        self._account = account
        self._certificate = certificate
        self._now = now
        self._opening = asyncio.Lock()
        self._calendar: MicrosoftCalendar | None = None

    async def busy(self, who: str, between: Interval) -> Busy:
        return await (await self._opened()).busy(who, between)

    async def hours(self, who: str) -> WorkingHours | None:
        return await (await self._opened()).hours(who)

    async def put(self, event: CalendarEvent) -> None:
        await (await self._opened()).put(event)

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        await (await self._opened()).remove(uid, who, sequence)

    async def find(self, uid: str, who: str) -> Standing | None:
        return await (await self._opened()).find(uid, who)

    async def watch(self, who: str, url: str, secret: str) -> Watch:
        return await (await self._opened()).watch(who, url, secret)

    async def renew(self, who: str, watch: Watch, url: str, secret: str) -> Watch:
        return await (await self._opened()).renew(who, watch, url, secret)

    async def unwatch(self, watch: Watch) -> None:
        await (await self._opened()).unwatch(watch)

    async def changes(self, who: str, cursor: str) -> Changes:
        return await (await self._opened()).changes(who, cursor)

    async def close(self) -> None:
        if self._calendar is not None:
            await self._calendar.close()

    async def _opened(self) -> MicrosoftCalendar:
        async with self._opening:
            if self._calendar is None:
                self._calendar = await asyncio.to_thread(_made, self._account, self._now, self._certificate)
            return self._calendar


def _made(account: Account, now: Callable[[], datetime], certificate: Certificate | None) -> MicrosoftCalendar:
    from integrations.calendars.microsoft.calendar import MicrosoftCalendar
    from integrations.calendars.microsoft.graph import Graph

    return MicrosoftCalendar(Graph(account, now), certificate)

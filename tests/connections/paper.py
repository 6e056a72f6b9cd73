"""A calendar vendor of paper: accounts with passwords; it can lock out, fall silent, hide, or be slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Block,
    Busy,
    Calendar,
    CalendarDisconnected,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Changes,
    Standing,
    Watch,
    Watched,
)
from integrations.means import Means


@dataclass
class Account:
    password: str
    blocks: tuple[Block, ...] = ()
    hours: WorkingHours | None = None
    events: dict[str, CalendarEvent] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # uids, in order: a cursor is how many of them were seen
    watches: dict[str, tuple[Watch, str, str]] = field(default_factory=dict)  # with where to tell, and the secret
    hides: bool = False
    locked: bool = False  # it may be read, and nothing be written or taken out


class PaperMill:
    """The vendor's side."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.accounts: dict[str, Account] = {}
        self.silent = False
        self.slow = 0.0
        self.refuses_watches = False
        self.looks = 0
        self.made = 0
        self.closed = 0
        self.watch_lasts = timedelta(hours=4)
        self.now = now

    def desk(self, means: Means) -> Calendar:
        self.made += 1
        return PaperCalendar(self, means.need("paper_user"), means.need("paper_password"))

    def reading_desk(self, means: Means) -> Calendar:
        desk = PaperCalendar(self, means.need("paper_user"), means.need("paper_password"))
        desk.writes = False
        return desk

    async def enter(self, who: str, user: str, password: str) -> Account:
        if self.silent:
            raise CalendarUnreachable("nobody is at the mill")
        await asyncio.sleep(self.slow)
        if who not in self.accounts:
            raise CalendarRefused("there is no such account")
        if user != who or self.accounts[who].password != password:
            raise CalendarDisconnected("the password is wrong", remedy="Give the new password.")
        return self.accounts[who]


class PaperCalendar(Calendar, Watched):
    def __init__(self, mill: PaperMill, user: str, password: str) -> None:
        self._mill = mill
        self._user = user
        self._password = password

    async def _account(self, who: str) -> Account:
        return await self._mill.enter(who, self._user, self._password)

    async def _to_write(self, who: str) -> Account:
        account = await self._account(who)
        if account.locked:
            raise CalendarRefused("it may only be read")
        return account

    async def busy(self, who: str, between: Interval) -> Busy:
        self._mill.looks += 1
        account = await self._account(who)
        if account.hides:
            return Busy(readable=False)
        ours = (Block(event.when, uid=event.uid) for event in account.events.values())
        return Busy.of((*account.blocks, *ours), between)

    async def hours(self, who: str) -> WorkingHours | None:
        return (await self._account(who)).hours

    async def put(self, event: CalendarEvent) -> None:
        account = await self._to_write(event.who)
        account.events[event.uid] = event
        account.changed.append(event.uid)

    async def remove(self, uid: str, who: str, sequence: int) -> None:
        (await self._to_write(who)).events.pop(uid, None)

    async def find(self, uid: str, who: str) -> Standing | None:
        event = (await self._account(who)).events.get(uid)
        return Standing(uid, who, event.when, event.sequence) if event else None

    async def close(self) -> None:
        self._mill.closed += 1

    async def watch(self, who: str, url: str, secret: str) -> Watch:
        account = await self._account(who)
        if self._mill.refuses_watches:
            raise CalendarRefused("no more watches today")
        made = Watch(f"watch-{len(account.watches) + 1}", self._mill.now() + self._mill.watch_lasts)
        account.watches[made.id] = (made, url, secret)
        return made

    async def renew(self, who: str, watch: Watch, url: str, secret: str) -> Watch:
        account = await self._account(who)
        if watch.id not in account.watches:
            return await self.watch(who, url, secret)
        longer = replace(watch, expires=self._mill.now() + self._mill.watch_lasts)
        account.watches[watch.id] = (longer, url, secret)
        return longer

    async def unwatch(self, watch: Watch) -> None:
        for account in self._mill.accounts.values():
            account.watches.pop(watch.id, None)

    async def changes(self, who: str, cursor: str) -> Changes:
        changed = (await self._account(who)).changed
        seen = frozenset(changed[int(cursor) :]) if cursor else None
        return Changes(str(len(changed)), seen)

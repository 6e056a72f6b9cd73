"""What changes in a calendar is followed: the vendor is kept telling us, and asked what we may have missed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.connections.connecting import Desks, fault_of
from bot.connections.switchboard import PATIENCE, in_time
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import connections
from bot.records.connections import ConnectionRow, ConnectionState
from bot.records.sealed import SealError, seal, unseal
from integrations.calendars.base import Calendar, CalendarError, Changes, Watch, Watched

log = structlog.get_logger()

FOLLOW_EVERY = timedelta(minutes=5)  # changes are asked for, whether or not the vendor told us of any
RENEW_AGAIN = timedelta(minutes=5)  # where it could not be renewed


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of it, to be kept with the connection."""

    watch: Watch | None = None
    watch_secret: str = ""
    tried_to_watch: bool = False
    changes: Changes | None = None
    desks: Desks | None = None

    @property
    def anything_changed(self) -> bool:
        return self.changes is not None and self.uids != frozenset()

    @property
    def uids(self) -> frozenset[str] | None:
        return self.changes.uids if self.changes else None

    def note(self, row: ConnectionRow, now: datetime) -> None:
        if self.watch and self.desks:
            row.watch_id, row.watch_resource, row.watch_until = self.watch.id, self.watch.resource, self.watch.expires
            row.watch_secret = seal(self.watch_secret, row.place("watch_secret"), self.desks.keys)
            row.renew_at = now + (self.watch.expires - now) / 2
        elif self.tried_to_watch:
            row.renew_at = now + RENEW_AGAIN
        if self.changes:
            row.cursor, row.followed_at = self.changes.cursor, now


NOTHING_FOLLOWED = Followed()


async def follow(house: House, desks: Desks, row: ConnectionRow) -> Followed:
    """Keeps the vendor telling us of changes, and asks which there were. What fails here is tried again soon: the
    calendar itself can be read, so nobody is told."""
    calendar, now = desks.of(row), house.clock.now()
    if not isinstance(calendar, Watched):
        return Followed()
    followed = Followed(desks=desks)
    if house.firm.public_url and (row.renew_at is None or row.renew_at <= now):
        followed = await _watched(house, calendar, row, followed)
    if row.followed_at is None or now - row.followed_at >= FOLLOW_EVERY:
        try:
            changes = await in_time(calendar.changes(row.account, row.cursor or ""), PATIENCE)
            followed = replace(followed, changes=changes)
        except CalendarError as error:
            log.warning("changes_not_followed", connection=row.id, fault=fault_of(error).value)
    return followed


async def _watched(house: House, calendar: Watched, row: ConnectionRow, followed: Followed) -> Followed:
    assert followed.desks
    url = f"{house.firm.public_url}/hooks/{row.vendor}/{row.id}"
    secret, watch = _secret_of_watch(followed.desks, row), _watch_of(row)
    try:
        if watch and secret and watch.expires > house.clock.now():
            made = await in_time(calendar.renew(row.account, watch, url, secret), PATIENCE)
        else:
            secret = secrets.token_urlsafe(32)
            made = await in_time(calendar.watch(row.account, url, secret), PATIENCE)
    except CalendarError as error:
        log.warning("watch_not_renewed", connection=row.id, fault=fault_of(error).value)
        return replace(followed, tried_to_watch=True)
    return replace(followed, watch=made, watch_secret=secret)


def _watch_of(row: ConnectionRow) -> Watch | None:
    if row.watch_id is None or row.watch_until is None:
        return None
    return Watch(row.watch_id, row.watch_until, row.watch_resource or "")


def _secret_of_watch(desks: Desks, row: ConnectionRow) -> str:
    """Empty where there is none, or none that can be read: then it is watched anew."""
    if row.watch_secret is None:
        return ""
    try:
        return unseal(row.watch_secret, row.place("watch_secret"), desks.keys)
    except SealError:
        return ""


# Being told


@dataclass(frozen=True, slots=True)
class Watching:
    """Which connection a notification is about, and the secret it must carry."""

    connection_id: str
    secret: str


async def watching(house: House, watch_id: str) -> Watching | None:
    """For a vendor's door: None of a watch that is not ours, or no longer."""
    async with house.records.read() as session:
        row = await connections.with_watch(session, watch_id)
    if row is None or house.desks is None or not (secret := _secret_of_watch(house.desks, row)):
        return None
    return Watching(row.id, secret)


async def secret_for(house: House, connection_id: str) -> str | None:
    """What a notification about this connection must carry; None where nothing is watched."""
    async with house.records.read() as session:
        row = await connections.get(session, connection_id)
    if row is None or house.desks is None or row.state == ConnectionState.INACTIVE.value:
        return None
    return _secret_of_watch(house.desks, row) or None


async def told(house: House, connection_id: str, *, renew: bool = False) -> Sequence[Job]:
    """The vendor says that something in it has changed: to be followed at once. Told twice is told once.

    `renew`: or that it will soon stop telling us.
    """
    async with house.records.write() as session:
        await connections.look_now(session, [connection_id], house.clock.now(), follow=True, renew=renew)
    return [Job(JobKind.LOOK, connection_id)]


async def forget_watch(house: House, connection_id: str) -> None:
    """The vendor has let go of it: the next look makes a new one."""
    async with house.records.write() as session:
        row = await connections.lock(session, connection_id)
        if row:
            row.watch_id = row.watch_resource = row.watch_until = row.renew_at = None


async def catch_up(house: House) -> None:
    """After a start: whatever changed while nobody listened."""
    async with house.records.write() as session:
        rows = [row.id for row, _ in await connections.everything(session)]
        await connections.look_now(session, rows, house.clock.now(), follow=True)


async def let_go(calendar: Calendar, row: ConnectionRow) -> None:
    """The vendor need not tell us any more; where it cannot be told so, the watch ends by itself."""
    watch = _watch_of(row)
    if watch and isinstance(calendar, Watched):
        try:
            await in_time(calendar.unwatch(watch), PATIENCE)
        except CalendarError as error:
            log.warning("watch_not_ended", connection=row.id, fault=fault_of(error).value)

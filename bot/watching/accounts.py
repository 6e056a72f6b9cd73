"""People's accounts at vendors of booking pages: connected, looked after every minute, and asked what was booked."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.booked_elsewhere import keep_all, keep_notices, known_notices
from bot.connections.connecting import Given, Unusable
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import connections
from bot.records.base import Session
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState, Fault
from bot.records.people import PersonRow
from bot.records.sealed import Keys, SealError, seal, unseal
from bot.turn import Turn
from bot.watching.health import note, tell
from dialogs.scheduling.intervals import Interval
from integrations.links.account import PageAccount, Subscription
from integrations.links.base import LinksDisconnected, LinksError, LinksUnreachable
from integrations.links.folding import Notice

log = structlog.get_logger()

EVERY = timedelta(minutes=1)
PATIENCE = timedelta(seconds=60)  # for one look, however many pages it has
BEHIND, AHEAD = timedelta(days=1), timedelta(days=180)  # what was booked in between is asked for
RENEW_EVERY = timedelta(days=1)  # a webhook that failed for a day is switched off, and nobody says so
RENEW_AGAIN = timedelta(minutes=5)  # where it could not be seen to


def fault_of(error: LinksError) -> Fault:
    match error:
        case LinksDisconnected():
            return Fault.SIGNED_OUT
        case LinksUnreachable():
            return Fault.SILENT
        case _:
            return Fault.REFUSED


def about_now(now: datetime) -> Interval:
    return Interval(now - BEHIND, now + AHEAD)


async def connect_account(
    session: Session,
    ids: Callable[[str], str],
    keys: Keys,
    person: PersonRow,
    given: Given,
    before: Iterable[Notice],
    now: datetime,
) -> ConnectionRow:
    """Kept, its token sealed. What was booked `before` it was first connected is known, and left as it is."""
    kind = ConnectionKind.LINKS.value
    row = await connections.same(session, kind, given.vendor, person.id, given.account)
    fresh = row is None or row.state == ConnectionState.INACTIVE.value
    if row is None:
        row = ConnectionRow(id=ids("connection"), kind=kind, vendor=given.vendor, person_id=person.id, told={})
        row.account, row.made_at = given.account, now
        session.add(row)
    row.settings = dict(given.settings)
    row.secret = seal(json.dumps(given.secrets), row.place("secret"), keys) if given.secrets else None
    row.state, row.since, row.fault, row.failures = ConnectionState.ACTIVE.value, now, None, 0
    row.set_up_at = row.looked_at = row.good_at = row.look_at = now
    row.renew_at = None
    await session.flush()
    if fresh:
        await keep_all(session, row.id, before, now, done=True)
    return row


def disconnect_account(row: ConnectionRow, now: datetime) -> None:
    """Its token is gone for good."""
    row.state, row.since, row.fault = ConnectionState.INACTIVE.value, now, None
    row.secret = row.watch_secret = row.watch_id = row.renew_at = None


async def signing_key(house: House, connection_id: str) -> str | None:
    """What Calendly signs with what it tells of this account; None where it is to tell nothing."""
    async with house.records.read() as session:
        row = await connections.get(session, connection_id)
    known = row and row.kind == ConnectionKind.LINKS.value and row.state != ConnectionState.INACTIVE.value
    return (_key(house, row) or None) if row and known else None


async def told(house: House, connection_id: str) -> Sequence[Job]:
    """Something was told of this account: it is taken up, and the account is asked whether that was all."""
    async with house.records.write() as session:
        await connections.look_now(session, [connection_id], house.clock.now())
    return [Job(JobKind.BOOKED, connection_id), Job(JobKind.ACCOUNT, connection_id)]


# Looking


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found, to be kept with the connection."""

    fault: Fault | None = None
    notices: tuple[Notice, ...] = ()
    watch: Subscription | None = None
    key: str = ""
    renew_in: timedelta | None = None
    wait: timedelta | None = None  # so long the vendor asks to be left alone

    def keep(self, house: House, row: ConnectionRow, now: datetime) -> None:
        note(row, self.fault, now, EVERY)
        if self.wait:
            row.look_at = max(row.look_at, now + self.wait)
        if self.renew_in:
            row.renew_at = now + self.renew_in
        if self.watch and house.link_desk:
            row.watch_id = self.watch.uri
            row.watch_secret = seal(self.key, row.place("watch_secret"), house.link_desk.keys)


async def look_after_account(house: House, connection_id: str) -> Sequence[Job]:
    """Whether it works and what was booked there; its webhook is seen to once a day. One not due is left alone."""
    async with house.records.read() as session:
        row = await connections.get(session, connection_id)
        known = await known_notices(session, connection_id, house.clock.now() - BEHIND)
    if house.link_desk is None or row is None or row.look_at > house.clock.now() or _off(row):
        return ()
    seen = await _look(house, row, known)
    async with house.records.write() as session:
        kept = await connections.lock(session, connection_id)
        if kept is None or _off(kept) or kept.set_up_at != row.set_up_at:
            return ()  # it was disconnected or connected anew meanwhile
        turn = Turn(house, session)
        asked_again = kept.look_at != row.look_at
        seen.keep(house, kept, turn.now)
        if asked_again:
            kept.look_at = turn.now
        await tell(turn, kept)
    jobs = [Job(JobKind.EFFECT, each) for each in turn.begun]
    if seen.notices and await keep_notices(house, connection_id, seen.notices):
        jobs.append(Job(JobKind.BOOKED, connection_id))
    return jobs


def _off(row: ConnectionRow) -> bool:
    return row.kind != ConnectionKind.LINKS.value or row.state == ConnectionState.INACTIVE.value


async def _look(house: House, row: ConnectionRow, known: Sequence[Notice]) -> Seen:
    assert house.link_desk
    try:
        account = house.link_desk.open(row)
    except Unusable as error:
        return Seen(error.fault)
    now = house.clock.now()
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            # First the webhook: what is booked between the two is then told twice, and not never.
            watched = await _see_to_webhook(house, account, row)
            notices = await account.notices(about_now(now), known)
    except TimeoutError:
        return Seen(Fault.SILENT)
    except LinksUnreachable as error:
        wait = timedelta(seconds=error.retry_after) if error.retry_after else None
        return Seen(None if wait else Fault.SILENT, wait=wait)
    except LinksError as error:
        return Seen(fault_of(error))
    finally:
        await account.close()
    return Seen(None, tuple(notices), watched.watch, watched.key, watched.renew_in)


async def _see_to_webhook(house: House, account: PageAccount, row: ConnectionRow) -> Seen:
    """Where there can be none, for want of a paid plan, asking every minute does as well."""
    if not account.tells or not house.firm.public_url or (row.renew_at and row.renew_at > house.clock.now()):
        return Seen()
    url = f"{house.firm.public_url}/hooks/{row.vendor}/{row.id}"
    known = _key(house, row)
    key = known or secrets.token_urlsafe(32)
    try:
        watch = await account.subscribe(url, key, _watched(row, known))
    except LinksError as error:
        log.warning("webhook_not_renewed", connection=row.id, fault=fault_of(error).value)
        return Seen(renew_in=RENEW_AGAIN if isinstance(error, LinksUnreachable) else RENEW_EVERY)
    return Seen(watch=watch, key=key, renew_in=RENEW_EVERY)


def _watched(row: ConnectionRow, key: str) -> str:
    """The webhook there is; one whose key is lost is none."""
    return (row.watch_id or "") if key else ""


def _key(house: House, row: ConnectionRow) -> str:
    """Empty where there is none, or none that can be read."""
    if row.watch_secret is None or house.link_desk is None:
        return ""
    try:
        return unseal(row.watch_secret, row.place("watch_secret"), house.link_desk.keys)
    except SealError:
        return ""


async def let_go_of_webhook(account: PageAccount, connection_id: str, webhook: str | None) -> None:
    """Where the vendor cannot be told so, it finds out when the door no longer opens."""
    if webhook:
        try:
            await account.unsubscribe(webhook)
        except LinksError as error:
            log.warning("webhook_not_ended", connection=connection_id, fault=fault_of(error).value)

"""Connections put to use: the vendor's object of each, made from what is kept and unsealed; and how one is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bot.records import connections, entries
from bot.records.base import Records, Session
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState, Fault
from bot.records.people import PersonRow
from bot.records.sealed import Keys, SealError, seal, unseal
from integrations import catalog
from integrations.calendars.base import Calendar, CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.means import Keep, Means, NotMade, known


class Unusable(CalendarDisconnected):
    """The vendor was not even asked: what the connection needs is not there."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def fault_of(error: CalendarError) -> Fault:
    match error:
        case Unusable():
            return error.fault
        case CalendarDisconnected():
            return Fault.SIGNED_OUT
        case CalendarUnreachable():
            return Fault.SILENT
        case _:
            return Fault.REFUSED


class Desks:
    """The vendor's object of each connection, made when it is first needed and anew when the connection has changed.

    One object for as long as it lives: a vendor counts how much of it we ask at once.
    """

    def __init__(
        self,
        keys: Keys,
        now: Callable[[], datetime],
        settings: Mapping[str, str],
        records: Records | None = None,
        vendors: Mapping[str, Callable[[Means], Calendar]] = catalog.CALENDARS,
    ) -> None:
        """Without `records` a secret that a vendor changes is not kept."""
        self.keys = keys
        self._vendors = vendors
        self._records = records
        self._now = now
        self.settings = settings  # the firm's own, by name
        self._made: dict[str, tuple[datetime, Calendar]] = {}  # with when it was set up
        self._outdated: list[Calendar] = []

    def of(self, row: ConnectionRow) -> Calendar:
        """Raises Unusable."""
        made = self._made.get(row.id)
        if made and made[0] == row.set_up_at:
            return made[1]
        if made:
            self._outdated.append(made[1])  # somebody may still be waiting for its answer
        keep = partial(self.keep_secret, row.id, row.set_up_at) if self._records else None
        calendar = self.make(row.vendor, {**row.settings, **secrets_of(row, self.keys)}, keep)
        self._made[row.id] = (row.set_up_at, calendar)
        return calendar

    async def keep_secret(self, connection_id: str, set_up_at: datetime, name: str, value: str) -> None:
        """The vendor has changed a secret. One that was connected anew meanwhile has a newer one."""
        assert self._records
        async with self._records.write() as session:
            row = await connections.lock(session, connection_id)
            if row and row.set_up_at == set_up_at and row.secret:
                secrets = {**secrets_of(row, self.keys), name: value}
                row.secret = seal(json.dumps(secrets), row.place("secret"), self.keys)

    def make(self, vendor: str, given: Mapping[str, str], keep: Keep | None = None) -> Calendar:
        """One that is not kept, from the firm's settings and what is given. Raises Unusable."""
        try:
            make = known("calendar vendor", vendor, self._vendors)
            return make(Means(self._now, {**self.settings, **given}, keep=keep))
        except (NotMade, ValueError) as error:
            raise Unusable(Fault.NOT_SET_UP, str(error)) from error

    async def close(self) -> None:
        for calendar in (*self._outdated, *(calendar for _, calendar in self._made.values())):
            with suppress(Exception):
                await calendar.close()
        self._made.clear()
        self._outdated.clear()


def secrets_of(row: ConnectionRow, keys: Keys) -> Mapping[str, str]:
    """What is secret, by name. Raises Unusable."""
    if row.secret is None:
        return {}
    try:
        opened: dict[str, str] = json.loads(unseal(row.secret, row.place("secret"), keys))
    except SealError as error:
        raise Unusable(Fault.KEY_LOST, f"its secret cannot be read: {error}") from error
    return opened


@dataclass(frozen=True)
class Given:
    """What somebody gives to connect a calendar."""

    vendor: str
    account: str  # the address whose calendar it is
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


async def connect(
    session: Session, ids: Callable[[str], str], keys: Keys, person: PersonRow, given: Given, now: datetime
) -> ConnectionRow:
    """Kept, its secrets sealed, and in use from the next look on. The same account again is the same connection."""
    kind = ConnectionKind.CALENDAR.value
    row = await connections.same(session, kind, given.vendor, person.id, given.account)
    if row is None:
        row = ConnectionRow(id=ids("connection"), kind=kind, vendor=given.vendor, person_id=person.id, told={})
        row.account, row.made_at = given.account, now
        session.add(row)
    row.settings = dict(given.settings)
    row.secret = seal(json.dumps(given.secrets), row.place("secret"), keys) if given.secrets else None
    row.state, row.since, row.fault, row.failures = ConnectionState.ACTIVE.value, now, None, 0
    row.set_up_at = row.looked_at = row.good_at = row.look_at = now
    row.cursor = row.followed_at = None
    person.calendar = given.vendor
    await session.flush()
    await entries.write_all_anew(session, person.id, now)
    return row


async def disconnect(session: Session, row: ConnectionRow, person: PersonRow, now: datetime) -> None:
    """Its secret is gone for good; what is known of the account is kept for whoever connects it again.

    What of ours stands in it is taken out before (bot/watching/letting_go.py): nobody gets in there afterwards.
    """
    row.state, row.since, row.fault = ConnectionState.INACTIVE.value, now, None
    row.secret = row.watch_secret = row.cursor = None
    row.watch_id = row.watch_resource = row.watch_until = row.renew_at = None
    await session.flush()
    left: Sequence[ConnectionRow] = await connections.of_person(session, person.id)
    person.calendar = left[0].vendor if left else None
    await entries.leave(session, row.id, now)

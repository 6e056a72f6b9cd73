"""How the connections fare: each is looked after every half minute, and whoever it concerns is told when it breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.connections.connecting import Desks, fault_of
from bot.connections.switchboard import PATIENCE, in_time
from bot.effects.rendering import ROLE_OF
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import connections, negotiations, people
from bot.records.base import Session
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState, Fault
from bot.records.interviews import InterviewRow
from bot.records.people import ROOM, PersonRow
from bot.turn import SAY, Turn
from bot.watching.following import NOTHING_FOLLOWED, follow
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarError
from integrations.needs import LABELS

log = structlog.get_logger()

# A break is known for sure and told within a minute: 30 s until somebody looks, and looks again when in doubt.
EVERY = timedelta(seconds=30)
IN_DOUBT = timedelta(seconds=10)
CERTAIN = 2  # looks in a row that went wrong
RARELY = timedelta(minutes=15)  # what has been broken for long is looked at less and less often, down to this
STEADY = timedelta(minutes=2)  # so long it has to work again before anybody is told
HUSH = timedelta(minutes=30)  # what comes and goes is told of no more often than this
GLANCE = timedelta(days=1)  # how far a look looks: enough to see that it works

# Nothing but their owner can put these right, so nobody waits to be surer.
OWNERS = frozenset({Fault.SIGNED_OUT, Fault.KEY_LOST, Fault.NOT_SET_UP})
AILING = frozenset({ConnectionState.BROKEN, ConnectionState.SET_UP_REQUIRED})


class Reconciler(Protocol):
    """Compares our bookings with what a calendar says now."""

    async def __call__(self, house: House, person_id: str, uids: frozenset[str] | None) -> Sequence[Job]:
        """`uids`: only these have changed; None: anything may have."""


async def nobody_reconciles(house: House, person_id: str, uids: frozenset[str] | None) -> Sequence[Job]:
    return ()


# What a look tells


@dataclass(frozen=True, slots=True)
class Health:
    state: ConnectionState
    since: datetime
    fault: Fault | None = None
    failures: int = 0

    @classmethod
    def of(cls, row: ConnectionRow) -> Health:
        fault = Fault(row.fault) if row.fault else None
        return cls(ConnectionState(row.state), row.since, fault, row.failures)

    def after(self, fault: Fault | None, now: datetime) -> Health:
        """How it fares after one more look; one that failed may be a hiccup, so it takes two."""
        if fault is None:
            return self._now(ConnectionState.ACTIVE, now)
        failures = self.failures + 1
        if fault in OWNERS:
            return replace(self._now(ConnectionState.SET_UP_REQUIRED, now), fault=fault, failures=failures)
        if self.state in AILING:
            return replace(self, failures=failures)  # that it is silent besides changes nothing
        state = ConnectionState.BROKEN if failures >= CERTAIN else self.state
        return replace(self._now(state, now), fault=fault, failures=failures)

    def _now(self, state: ConnectionState, now: datetime) -> Health:
        return Health(state, self.since if state is self.state else now)

    def next_look(self, now: datetime, every: timedelta = EVERY) -> datetime:
        if self.state in AILING:
            return now + min(max(every, (now - self.since) / 20), RARELY)
        return now + (IN_DOUBT if self.failures else every)


@dataclass(frozen=True, slots=True)
class Told:
    """The last word somebody had about a connection."""

    state: ConnectionState
    at: datetime

    @classmethod
    def read(cls, row: ConnectionRow, person_id: str) -> Told | None:
        told = row.told.get(person_id)
        return cls(ConnectionState(told["state"]), datetime.fromisoformat(told["at"])) if told else None


def is_news(health: Health, told: Told | None, now: datetime) -> bool:
    """Once for each break, once when it works again, and no more than that of one that comes and goes."""
    known = told.state if told else ConnectionState.ACTIVE
    if health.state is known:
        return False
    if health.state is ConnectionState.ACTIVE:
        return now - health.since >= STEADY
    was_well = known is ConnectionState.ACTIVE
    return not (told and was_well and now - told.at < HUSH)


# Looking


async def look_after(house: House, connection_id: str, reconcile: Reconciler = nobody_reconciles) -> Sequence[Job]:
    """Looks whether the connection works, tells whom it concerns, renews its watch and follows its changes.

    One that is not due is left alone.
    """
    async with house.records.read() as session:
        row = await connections.get(session, connection_id)
    desks = house.desks
    if desks is None or row is None or row.kind != ConnectionKind.CALENDAR.value:
        return ()
    if row.look_at > house.clock.now() or row.state == ConnectionState.INACTIVE.value:
        return ()
    fault = await _look(desks, row, house.clock.now())
    followed = await follow(house, desks, row) if fault is None else NOTHING_FOLLOWED
    async with house.records.write() as session:
        kept = await connections.lock(session, connection_id)
        if kept is None or kept.state == ConnectionState.INACTIVE.value or kept.set_up_at != row.set_up_at:
            return ()  # it was disconnected or connected anew meanwhile: what was seen is no longer about it
        turn = Turn(house, session)
        asked_again = (kept.look_at, kept.followed_at) != (row.look_at, row.followed_at)
        note(kept, fault, turn.now)
        followed.note(kept, turn.now)
        if asked_again:  # what was told while we looked may be newer than what we saw
            kept.look_at, kept.followed_at = turn.now, None
        await tell(turn, kept)
    jobs = [Job(JobKind.EFFECT, each) for each in turn.begun]
    if followed.anything_changed and row.person_id:
        jobs += await reconcile(house, row.person_id, followed.uids)
    return jobs


async def _look(desks: Desks, row: ConnectionRow, now: datetime) -> Fault | None:
    try:
        seen = await in_time(desks.of(row).busy(row.account, Interval(now, now + GLANCE)), PATIENCE)
    except CalendarError as error:
        return fault_of(error)
    return None if seen.readable else Fault.UNREADABLE


def note(row: ConnectionRow, fault: Fault | None, now: datetime, every: timedelta = EVERY) -> None:
    """What a look came to; the next one comes after `every`, or sooner where this one leaves doubts."""
    before = Health.of(row)
    health = before.after(fault, now)
    row.state, row.since = health.state.value, health.since
    row.fault, row.failures = health.fault.value if health.fault else None, health.failures
    row.looked_at, row.look_at = now, health.next_look(now, every)
    if fault is None:
        row.good_at = now
    if health.state is not before.state:
        log.info("connection_changed", connection=row.id, state=row.state, fault=row.fault)


# Telling


async def tell(turn: Turn, row: ConnectionRow) -> None:
    """Everyone whom it concerns and who may be written to at this hour; the others at a later look, if it still is
    so then."""
    health = Health.of(row)
    if health.state is ConnectionState.ACTIVE and not row.told:
        return
    owner = await people.get(turn.session, row.person_id or "")
    everyone = await concerned(turn.session, owner)
    for person in everyone:
        quiet = turn.house.rules.quiet_hours.quiet(turn.now, ZoneInfo(person.zone))
        if quiet or not is_news(health, Told.read(row, person.id), turn.now):
            continue
        key = f"{row.id}.{health.state}.{health.since:%Y%m%dT%H%M%S}.{person.id}"
        say = SAY.dump_python(_word(row, health, owner, person, everyone), mode="json")
        turn.begin(key, "say", say, person.id, None)
        row.told = {**row.told, person.id: {"state": health.state.value, "at": turn.now.isoformat()}}


def _word(
    row: ConnectionRow, health: Health, owner: PersonRow, reader: PersonRow, everyone: Sequence[PersonRow]
) -> Say:
    who = "" if reader.id == owner.id else owner.name
    about = {"vendor": LABELS.get(row.vendor, row.vendor), "with": row.vendor}
    about |= {"name": owner.name, "who": who, "help": _help(everyone)}
    account = row.kind == ConnectionKind.LINKS.value
    if health.state is ConnectionState.ACTIVE:
        part = Part("account_works_again" if account else "connection_works_again", words=about)
    else:
        about["fault"] = health.fault.value if health.fault else ""
        part = Part("account_broken" if account else "connection_broken", words=about)
    return Say(Reader(ROLE_OF[reader.role]), Kind.ESCALATION, (part,))


def _help(everyone: Sequence[PersonRow]) -> str:
    """Whom to write to, for those who cannot mend it themselves: a recruiter who hears of it too."""
    recruiter = next((person for person in everyone if person.role == "recruiter"), None)
    if recruiter is None:
        return ""
    return f"{recruiter.name} ({recruiter.email})" if recruiter.email else recruiter.name


async def concerned(session: Session, owner: PersonRow) -> Sequence[PersonRow]:
    """The owner, unless it is a room, and the recruiters who need this calendar now; where none does, all of them."""
    found = {} if owner.role == ROOM else {owner.id: owner}
    needing = set()
    for row in await negotiations.going_on(session):
        interview = await session.get_one(InterviewRow, row.interview_id)
        if owner.id in (row.host_id, *interview.people, *interview.rooms):
            needing.add(row.recruiter_id)
    for recruiter in await people.of_role(session, "recruiter"):
        if not needing or recruiter.id in needing:
            found[recruiter.id] = recruiter
    return tuple(found.values())

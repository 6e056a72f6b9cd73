"""What we have written into people's calendars, or are about to, and where: noted before it is written, kept until it
is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table, some
from bot.records.interviews import EVERYBODY_ALL_OF_IT
from bot.records.negotiations import OfferRow
from dialogs.scheduling.intervals import Interval

OURS = "@askarsan"
# So long after it was taken out it is made sure that an event did not come back: written late, by a process that died.
LINGERS = timedelta(hours=1)


class EntryRow(Table):
    """One event of ours in one person's calendar: a hold, or the interview itself.

    `sequence` counts how often it was written anew, which is more often than the invite changed: what somebody moved
    by hand is put back with a higher one.
    """

    __tablename__ = "calendar_entries"
    __table_args__ = (some("ix_calendar_entries_standing", "person_id", "end", only="removed_at IS NULL"),)

    uid: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiations.id"), index=True)
    offer: Mapped[int | None]  # the number of the offer a hold belongs to
    sequence: Mapped[int] = mapped_column(default=0)
    start: Mapped[datetime]
    end: Mapped[datetime]
    written_at: Mapped[datetime | None]  # it was found there, as it should be
    removed_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]  # compared with the calendar
    noticed: Mapped[str | None]  # what its owner did to it by hand, as far as that was dealt with
    # In whose calendar it stands; None: in none, or in the first that takes events.
    connection_id: Mapped[str | None] = mapped_column(ForeignKey("connections.id"))
    left_in: Mapped[str | None]  # the connections, with spaces between, in whose calendars it may still stand besides

    @property
    def when(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def left(self) -> tuple[str, ...]:
        return tuple((self.left_in or "").split())

    def stands_in(self, places: Sequence[str]) -> str | None:
        """Which of these it is in. None: in none of them, or in one that is not there at the moment."""
        if self.connection_id is None:
            return places[0] if places else None
        return self.connection_id if self.connection_id in places else None

    def goes_to(self, place: str) -> None:
        """What stands elsewhere is left behind there, to be taken out."""
        behind = dict.fromkeys(filter(None, (*self.left, self.connection_id)))
        self.left_in = " ".join(each for each in behind if each != place) or None
        self.connection_id = place or None

    def no_longer_in(self, places: Collection[str]) -> None:
        self.left_in = " ".join(each for each in self.left if each not in places) or None

    @property
    def may_stand(self) -> bool:
        """It was written once, so something of it is in the calendar as long as nobody has taken it out."""
        return self.written_at is not None or self.sequence > 0


def hold_uid(negotiation_id: str, offer: int, slot: int) -> str:
    return f"hold.{negotiation_id}.{offer}.{slot}{OURS}"


def is_hold(uid: str) -> bool:
    return uid.startswith("hold.") and uid.endswith(OURS)


async def held_already(
    session: AsyncSession, people: Collection[str], starts: Collection[datetime]
) -> frozenset[tuple[str, datetime]]:
    """Who of these people has a hold of ours in the calendar that begins at one of these times, and when."""
    query = select(EntryRow.person_id, EntryRow.start).where(
        EntryRow.person_id.in_(list(people)),
        EntryRow.offer.is_not(None),
        EntryRow.removed_at.is_(None),
        EntryRow.start.in_(list(starts)),
    )
    return frozenset((person, start) for person, start in await session.execute(query))


async def plan_holds(
    session: AsyncSession, negotiation_id: str, offer: int, slots: Mapping[str, Sequence[Interval]]
) -> None:
    """`slots`: what is offered, by person, as far as it is theirs. One hold of a time is enough, to however many it is
    offered.
    """
    held = await held_already(session, slots.keys(), {slot.start for each in slots.values() for slot in each})
    for person in sorted(slots):
        for number, slot in enumerate(slots[person], 1):
            if (person, slot.start) in held:
                continue
            session.add(
                EntryRow(
                    uid=hold_uid(negotiation_id, offer, number),
                    person_id=person,
                    negotiation_id=negotiation_id,
                    offer=offer,
                    sequence=0,
                    start=slot.start,
                    end=slot.end,
                )
            )


async def plan_event(
    session: AsyncSession,
    uid: str,
    negotiation_id: str,
    people: Collection[str],
    when: Interval,
    own: Mapping[str, Interval] = EVERYBODY_ALL_OF_IT,
) -> None:
    """The interview is to stand at `when`, or as their `own` part of it, in the calendars of these people; whoever is
    not among them loses it, or has it moved when the calendar they have disconnected is back.
    """
    known = {entry.person_id: entry for entry in await of_uid(session, uid)}
    for person in sorted(set(people)):
        entry = known.get(person)
        if entry is None:
            session.add(
                EntryRow(
                    uid=uid,
                    person_id=person,
                    negotiation_id=negotiation_id,
                    sequence=0,
                    start=own.get(person, when).start,
                    end=own.get(person, when).end,
                )
            )
        else:
            write_anew(entry, own.get(person, when))
    for person, entry in known.items():
        if person not in people and entry.removed_at is None:
            write_anew(entry, own.get(person, when))


def write_anew(entry: EntryRow, when: Interval) -> None:
    entry.start, entry.end = when.start, when.end
    entry.sequence += 1
    entry.written_at = entry.removed_at = entry.noticed = None


async def write_all_anew(session: AsyncSession, person_id: str, now: datetime) -> None:
    """A calendar may be written to from now on: what is booked and stands in none is written there, and not gone.

    What its owner did by hand is left as it is.
    """
    ahead = (EntryRow.person_id == person_id, EntryRow.end > now)
    stands = (EntryRow.removed_at.is_(None), EntryRow.noticed.is_(None), EntryRow.connection_id.is_(None))
    await session.execute(update(EntryRow).where(*ahead).values(checked_at=None))
    await session.execute(update(EntryRow).where(*ahead, EntryRow.offer.is_(None), *stands).values(written_at=None))


async def standing_in(session: AsyncSession, connection_id: str, now: datetime) -> Sequence[EntryRow]:
    """What of ours stands in this very calendar, and is not over."""
    there = (EntryRow.connection_id == connection_id, EntryRow.removed_at.is_(None), EntryRow.end > now)
    return (await session.scalars(select(EntryRow).where(*there).order_by(EntryRow.start, EntryRow.uid))).all()


async def leave(session: AsyncSession, connection_id: str, now: datetime) -> None:
    """This calendar is let go: what is ahead belongs elsewhere, and whatever is left there goes when it is back."""
    there = (EntryRow.connection_id == connection_id, EntryRow.end > now, EntryRow.noticed.is_(None))
    for entry in (await session.scalars(select(EntryRow).where(*there).with_for_update())).all():
        entry.goes_to("")
        entry.checked_at = None
        if entry.offer is None and entry.removed_at is None:
            write_anew(entry, entry.when)
        else:
            entry.removed_at = entry.removed_at or now


async def get(session: AsyncSession, uid: str, person_id: str) -> EntryRow | None:
    return await session.get(EntryRow, (uid, person_id))


async def lock(session: AsyncSession, uid: str, person_id: str) -> EntryRow | None:
    """The entry, for this transaction alone."""
    mine = (EntryRow.uid == uid, EntryRow.person_id == person_id)
    return await session.scalar(select(EntryRow).where(*mine).with_for_update())


async def of_uid(session: AsyncSession, uid: str) -> Sequence[EntryRow]:
    return (await session.scalars(select(EntryRow).where(EntryRow.uid == uid).order_by(EntryRow.person_id))).all()


async def holds_of(session: AsyncSession, negotiation_id: str) -> Sequence[EntryRow]:
    """The holds of every offer of this negotiation that may still be in a calendar."""
    mine = (EntryRow.negotiation_id == negotiation_id, EntryRow.offer.is_not(None))
    return (await session.scalars(select(EntryRow).where(*mine).order_by(EntryRow.uid, EntryRow.person_id))).all()


async def standing(session: AsyncSession, people: Collection[str], after: datetime) -> Sequence[EntryRow]:
    """What we keep in the calendars of these people from `after` on."""
    query = select(EntryRow).where(
        EntryRow.person_id.in_(list(people)), EntryRow.removed_at.is_(None), EntryRow.end > after
    )
    return (await session.scalars(query.order_by(EntryRow.uid, EntryRow.person_id))).all()


async def forget(session: AsyncSession, uid: str, person_id: str) -> None:
    """It is gone from the calendar, and its uid will never be used again."""
    await session.execute(delete(EntryRow).where(EntryRow.uid == uid, EntryRow.person_id == person_id))


async def open_offers(session: AsyncSession, negotiation_id: str, now: datetime) -> frozenset[int]:
    """The numbers of the offers of this negotiation whose holds are to stand."""
    mine = (OfferRow.negotiation_id == negotiation_id, OfferRow.over_at.is_(None), OfferRow.until > now)
    return frozenset((await session.scalars(select(OfferRow.number).where(*mine))).all())


async def to_compare(session: AsyncSession, person: str, now: datetime, ahead: timedelta) -> Sequence[EntryRow]:
    """What of ours in this person's calendars the reconciler goes over: the coming days, what was just taken out, and
    what was left behind."""
    query = select(EntryRow).where(EntryRow.person_id == person, _worth_a_look(now, ahead))
    return (await session.scalars(query.order_by(EntryRow.start, EntryRow.uid))).all()


async def unchecked(session: AsyncSession, now: datetime, ahead: timedelta, every: timedelta) -> Sequence[str]:
    """The people in whose calendars something of ours was not compared for so long."""
    long_ago = or_(EntryRow.checked_at.is_(None), EntryRow.checked_at <= now - every)
    query = select(EntryRow.person_id).where(_worth_a_look(now, ahead), long_ago)
    return (await session.scalars(query.distinct().order_by(EntryRow.person_id).limit(200))).all()


async def checked(session: AsyncSession, uids: Collection[str], person: str, now: datetime) -> None:
    mine = (EntryRow.person_id == person, EntryRow.uid.in_(list(uids)))
    await session.execute(update(EntryRow).where(*mine).values(checked_at=now))


def _worth_a_look(now: datetime, ahead: timedelta) -> ColumnElement[bool]:
    just_removed = EntryRow.removed_at > now - LINGERS
    near = and_(EntryRow.removed_at.is_(None), EntryRow.start < now + ahead)
    return and_(EntryRow.end > now, or_(near, just_removed, EntryRow.left_in.is_not(None)))

"""People: who they are, where they live, how they may be reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from dialogs.outreach.tongue import tongue
from dialogs.scheduling.hours import country_of


class PersonRow(Table):
    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]  # candidate, client, recruiter, interviewer, room
    name: Mapped[str] = mapped_column(index=True)
    zone: Mapped[str]  # IANA
    locale: Mapped[str] = mapped_column(default="en")
    country: Mapped[str | None]
    email: Mapped[str | None]
    company_id: Mapped[str | None] = mapped_column(ForeignKey("companies.id"))
    seniority: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(default=list)
    calendar: Mapped[str | None]  # the vendor whose calendar is connected
    opted_out_at: Mapped[datetime | None]
    language: Mapped[str | None]  # what they write in, once known
    room: Mapped[str] = mapped_column(default="", server_default="")  # their own, for every video interview they hold
    region: Mapped[str | None]  # whose public holidays they keep, like DE-BY
    lunch: Mapped[str | None]  # kept free every day, like 12:00-13:00; else the firm's
    travel: Mapped[int | None]  # minutes to where interviews on site are held; else the firm's

    @property
    def tongue(self) -> str:
        """The language, and region, in which they are written to."""
        return tongue(self.locale, self.language, self.country or country_of(self.zone))


ROOM = "room"  # the role of what interviews are held in: it has a calendar, and nobody writes to it
PHONES = ("whatsapp", "sms", "phone")  # channels whose addresses are numbers that can be rung
SOMEBODY_ELSE = "somebody else"  # reads there; else nothing arrives, but what comes from there is theirs


class ContactRow(Table):
    """One way to reach a person, in their order of preference."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_channel_address", "channel", "address"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    position: Mapped[int]
    consent: Mapped[bool] = mapped_column(default=True)
    broken: Mapped[str | None]  # why nothing arrives there
    written_at: Mapped[datetime | None]  # when we last wrote there
    opted_out_at: Mapped[datetime | None]  # they want nothing more there

    @property
    def may_be_used(self) -> bool:
        return self.consent and not self.broken and self.opted_out_at is None


_LOCKED = select(PersonRow).where(PersonRow.id == bindparam("person")).with_for_update(key_share=True)
_CONTACTS = select(ContactRow).where(ContactRow.person_id == bindparam("person")).order_by(ContactRow.position)
_AT_ADDRESS = (
    select(PersonRow, ContactRow.broken)
    .join(ContactRow, ContactRow.person_id == PersonRow.id)
    .where(ContactRow.channel.in_(bindparam("channels", expanding=True)), ContactRow.address == bindparam("address"))
    .order_by(ContactRow.channel != bindparam("channel"), ContactRow.written_at.desc().nulls_last(), PersonRow.id)
)


async def get(session: AsyncSession, person_id: str) -> PersonRow:
    return await session.get_one(PersonRow, person_id)


async def find(session: AsyncSession, person_id: str) -> PersonRow | None:
    """Of an id that came from outside: there may be none."""
    return await session.get(PersonRow, person_id)


async def all_of(session: AsyncSession, ids: Iterable[str]) -> tuple[PersonRow, ...]:
    return tuple((await session.scalars(select(PersonRow).where(PersonRow.id.in_(list(ids))))).all())


async def lock(session: AsyncSession, person_id: str) -> PersonRow:
    """The person, for this transaction alone: two turns of one conversation never run at once."""
    found = await session.scalar(_LOCKED, {"person": person_id})
    if found is None:
        raise LookupError(f"no person {person_id}")
    return found


async def of_role(session: AsyncSession, *roles: str) -> Sequence[PersonRow]:
    query = select(PersonRow).where(PersonRow.role.in_(roles)).order_by(PersonRow.name)
    return (await session.scalars(query)).all()


async def contacts(session: AsyncSession, person_id: str) -> Sequence[ContactRow]:
    return (await session.scalars(_CONTACTS, {"person": person_id})).all()


async def number_of(session: AsyncSession, person_id: str) -> str:
    """The number somebody can be rung at, in E.164: where they write from, if that is a phone. Empty if unknown."""
    known = [each for each in await contacts(session, person_id) if each.channel in PHONES and not each.broken]
    # Not everybody on WhatsApp has a number there.
    return next((each.address for each in known if each.address.startswith("+")), "")


async def all_at(session: AsyncSession, channel: str, address: str) -> Sequence[PersonRow]:
    """Everybody with this address; a mailbox is the same in any case, and a number on every phone channel.

    Whoever was written to there last comes first. Who told us that somebody else reads there counts only where nobody
    else has the address.
    """
    found: dict[str, PersonRow] = {}
    gone: dict[str, PersonRow] = {}
    channels = list(PHONES) if channel in PHONES else [channel]
    asked = {"channel": channel, "channels": channels, "address": normal(address)}
    for person, broken in await session.execute(_AT_ADDRESS, asked):
        (gone if broken == SOMEBODY_ELSE else found).setdefault(person.id, person)
    return list((found or gone).values())


async def at_address(session: AsyncSession, channel: str, address: str) -> PersonRow | None:
    """Where several share it, whoever was written to there last."""
    return next(iter(await all_at(session, channel, address)), None)


async def candidate_with(session: AsyncSession, email: str) -> PersonRow | None:
    """The candidate with this mailbox; None where there is none, or more than one who it could be."""
    wanted = normal(email)
    if not wanted:
        return None
    written = select(ContactRow.person_id).where(ContactRow.channel == "email", ContactRow.address == wanted)
    mine = or_(func.lower(PersonRow.email) == wanted, PersonRow.id.in_(written))
    found = (await session.scalars(select(PersonRow).where(PersonRow.role == "candidate", mine).limit(2))).all()
    return found[0] if len(found) == 1 else None


def normal(address: str) -> str:
    """How an address is kept: one mailbox has one spelling."""
    return address.strip().lower() if "@" in address else address.strip()


async def client_of(session: AsyncSession, company_id: str) -> PersonRow | None:
    """The one at a client whom we ask for times."""
    query = select(PersonRow).where(PersonRow.company_id == company_id, PersonRow.role == "client")
    return (await session.scalars(query.order_by(PersonRow.id))).first()


async def break_address(session: AsyncSession, person_id: str, address: str) -> None:
    """Somebody else is there."""
    at = (ContactRow.person_id == person_id, ContactRow.address == normal(address))
    await session.execute(update(ContactRow).where(*at).values(broken=SOMEBODY_ELSE))


async def break_contact(session: AsyncSession, person_id: str, channel: str, why: str) -> None:
    at = (ContactRow.person_id == person_id, ContactRow.channel == channel)
    await session.execute(update(ContactRow).where(*at).values(broken=why))


async def move_contact(session: AsyncSession, person_id: str, channel: str, address: str) -> None:
    """They are reached there now, says the vendor."""
    at = (ContactRow.person_id == person_id, ContactRow.channel == channel)
    await session.execute(update(ContactRow).where(*at).values(address=normal(address)))


async def wrote_to(session: AsyncSession, person_id: str, channel: str, now: datetime) -> None:
    at = (ContactRow.person_id == person_id, ContactRow.channel == channel)
    await session.execute(update(ContactRow).where(*at).values(written_at=now))


async def close_contact(session: AsyncSession, person_id: str, channel: str, now: datetime) -> None:
    at = (ContactRow.person_id == person_id, ContactRow.channel == channel, ContactRow.opted_out_at.is_(None))
    await session.execute(update(ContactRow).where(*at).values(opted_out_at=now))


async def close_contacts(session: AsyncSession, person_id: str, now: datetime) -> None:
    """They want nothing more, wherever that would be."""
    at = (ContactRow.person_id == person_id, ContactRow.opted_out_at.is_(None))
    await session.execute(update(ContactRow).where(*at).values(opted_out_at=now))


async def open_contacts(session: AsyncSession, person_id: str, channels: Iterable[str]) -> None:
    at = (ContactRow.person_id == person_id, ContactRow.channel.in_(list(channels)))
    await session.execute(update(ContactRow).where(*at).values(opted_out_at=None))


async def closed_among(session: AsyncSession, person_id: str, channels: Iterable[str]) -> Sequence[str]:
    """Those of these channels on which this person wants nothing more."""
    at = (ContactRow.person_id == person_id, ContactRow.channel.in_(list(channels)))
    query = select(ContactRow.channel).where(*at, ContactRow.opted_out_at.is_not(None))
    return (await session.scalars(query.order_by(ContactRow.position))).all()


async def move_to(session: AsyncSession, person_id: str, channel: str, address: str) -> None:
    """A colleague knows them there, in place of where they were reached on this channel before."""
    if not await bind(session, person_id, channel, address):
        at = (ContactRow.person_id == person_id, ContactRow.channel == channel)
        await session.execute(update(ContactRow).where(*at).values(address=normal(address), broken=None))


async def bind(session: AsyncSession, person_id: str, channel: str, address: str) -> bool:
    """They can be reached there from now on, after all they prefer. False: they are reached elsewhere on it already."""
    known = await contacts(session, person_id)
    there = next((each for each in known if each.channel == channel), None)
    if there and there.consent:
        return False
    if there:
        there.address, there.consent, there.broken = normal(address), True, None
        return True
    last = max((each.position for each in known), default=-1)
    session.add(ContactRow(person_id=person_id, channel=channel, address=normal(address), position=last + 1))
    await session.flush()
    return True

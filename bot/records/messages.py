"""Messages both ways, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Instant, Table, some
from bot.records.people import PersonRow
from integrations.channels.base import Receipt, ReceiptStatus, WindowClosed, later

UNHEARD = "turn_id IS NULL AND direction = 'in'"
PUT_OFF = "put_off"
CARD = "card"  # the kind of a message that shows how things stand, and is changed in its place
COPY = "copy"  # the kind of words that several people at one address are taken to have said
ANSWERS = 10  # as many as a mail refers to
LOST = tuple(status.value for status in ReceiptStatus if status.final)
REMEMBERED = 40  # messages of one person on one channel; whoever has not written for so many has not written lately


class MessageRow(Table):
    """In: unique under the vendor's own id. Out: unique under our stable key."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("vendor_id", "channel", "direction"),
        Index("ix_messages_of_person", "person_id", "direction", "id"),
        # Few at any time, whatever has been said before: a long conversation costs no more than a young one.
        some("ix_messages_unheard", "person_id", "direction", only=UNHEARD),
        some("ix_messages_put_off", "person_id", only=PUT_OFF),
    )

    id: Mapped[int] = mapped_column(primary_key=True)  # in the order they were kept
    direction: Mapped[str]  # in, out
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))  # None: a stranger
    negotiation_id: Mapped[str | None] = mapped_column(ForeignKey("negotiations.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    text: Mapped[str]
    kind: Mapped[str]
    template: Mapped[str | None]
    status: Mapped[str]
    vendor_id: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str | None]
    pressed: Mapped[str | None]
    form: Mapped[dict[str, str] | None] = mapped_column(JSON)  # what was filled in with it
    thread: Mapped[str | None]  # what it answers, as the vendor names it
    choices: Mapped[list[str]] = mapped_column(default=list)  # ISO starts it offered as buttons, in order
    reply: Mapped[bytes | None] = mapped_column(LargeBinary)  # an answer to an invite
    not_before: Mapped[datetime | None]  # its turn had to wait, for a calendar that could not be read
    turn_id: Mapped[str | None]  # the turn that heard it; None: still to be heard
    wish: Mapped[str | None]  # what the vendor itself understood of a keyword: out, or in
    put_off: Mapped[bool] = mapped_column(default=False)  # heard, but we asked which interview it is about
    approved: Mapped[str | None]  # it went out as this text, which its vendor had approved: name/language/version
    # It says that an assistant writes.
    introduces: Mapped[bool] = mapped_column(default=False, server_default=false())
    automatic: Mapped[bool] = mapped_column(default=False, server_default=false())  # a machine wrote it
    doubtful: Mapped[bool] = mapped_column(default=False, server_default=false())  # anybody could have, in their name
    files: Mapped[int] = mapped_column(default=0, server_default="0")  # came with it, and nobody here looks at them


class Thread(NamedTuple):
    """What was said with somebody on one channel before."""

    heard_at: datetime | None  # when they last wrote there, whatever it was about
    answers: tuple[str, ...]  # the vendor's ids of what was said in this matter, oldest first
    knows_us: bool = False  # they were told there that an assistant writes


class ReceiptRow(Table):
    """A receipt for a message we have not yet kept under its vendor's id: it can be faster than our own save."""

    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    error: Mapped[str | None]
    gone: Mapped[str | None]  # why nothing will ever arrive there, if it says so
    # They have not written for too long: only what was approved could still arrive.
    closed: Mapped[bool] = mapped_column(default=False, server_default=false())


_PERSON = MessageRow.person_id == bindparam("person")
_KNOWN = select(MessageRow.id).where(
    MessageRow.direction == "in",
    MessageRow.channel == bindparam("channel"),
    MessageRow.vendor_id == bindparam("vendor_id"),
)
_UNHEARD = select(MessageRow).where(_PERSON, text(UNHEARD)).order_by(MessageRow.id)
_WAITS = (
    select(PersonRow.role, func.max(MessageRow.at).label("last"))
    .join(PersonRow, PersonRow.id == MessageRow.person_id)
    .where(_PERSON, text(UNHEARD))
    .group_by(PersonRow.role)
)
_PUT_OFF = select(MessageRow).where(_PERSON, text(PUT_OFF)).order_by(MessageRow.id)
_LAST = (
    select(MessageRow)
    .where(_PERSON, MessageRow.direction == bindparam("direction"), MessageRow.kind != CARD)
    .order_by(MessageRow.id.desc())
    .limit(1)
)
_SAID = (
    select(
        MessageRow.direction,
        MessageRow.at,
        MessageRow.vendor_id,
        MessageRow.negotiation_id,
        MessageRow.introduces,
        MessageRow.status,
    )
    .where(_PERSON, MessageRow.channel == bindparam("channel"))
    .order_by(MessageRow.id.desc())
    .limit(REMEMBERED)
)
_EARLY = select(ReceiptRow).where(ReceiptRow.vendor_id == bindparam("vendor_id"))
_LAST_AT = (
    select(MessageRow.at)
    .where(MessageRow.person_id == PersonRow.id, MessageRow.direction == "in")
    .order_by(MessageRow.id.desc())
    .limit(1)
    .scalar_subquery()
)
_WROTE_SINCE = select(PersonRow.id).where(
    PersonRow.id.in_(bindparam("people", expanding=True)), bindparam("since", type_=Instant) <= _LAST_AT
)


class AlreadyKept(Exception):
    """The vendor told us this message before."""


async def is_known(session: AsyncSession, channel: str, vendor_id: str) -> bool:
    return await session.scalar(_KNOWN, {"channel": channel, "vendor_id": vendor_id}) is not None


async def with_vendor_id(session: AsyncSession, channel: str, vendor_id: str) -> MessageRow | None:
    """What came in under this id."""
    mine = (MessageRow.direction == "in", MessageRow.channel == channel, MessageRow.vendor_id == vendor_id)
    return await session.scalar(select(MessageRow).where(*mine))


async def with_vendor_id_out(session: AsyncSession, vendor_id: str) -> MessageRow | None:
    """What went out under this id."""
    ours = (MessageRow.direction == "out", MessageRow.vendor_id == vendor_id)
    return await session.scalar(select(MessageRow).where(*ours))


async def keep(session: AsyncSession, message: MessageRow) -> None:
    """Keeps what came in and is not known. Raises AlreadyKept, and the transaction is lost with it."""
    session.add(message)
    try:
        await session.flush()
    except IntegrityError as twice:
        # It came in twice at the same instant, at two doors; the other one has it.
        raise AlreadyKept from twice


async def unheard(session: AsyncSession, person_id: str) -> Sequence[MessageRow]:
    return (await session.scalars(_UNHEARD, {"person": person_id})).all()


async def waits(session: AsyncSession, person_id: str) -> tuple[str, datetime] | None:
    """The role of somebody who was not heard yet, and when they wrote last; None if they were."""
    found = (await session.execute(_WAITS, {"person": person_id})).one_or_none()
    return (found.role, found.last) if found else None


async def who_waits(session: AsyncSession, since: datetime) -> Sequence[str]:
    """The people who were not heard and have written nothing since, whoever has waited longest first."""
    unheard_of = (text(UNHEARD), MessageRow.person_id.is_not(None))
    last = func.max(func.coalesce(MessageRow.not_before, MessageRow.at))
    query = select(MessageRow.person_id).where(*unheard_of).group_by(MessageRow.person_id).having(last <= since)
    return [each for each in await session.scalars(query.order_by(last).limit(500)) if each]


async def next_turn(session: AsyncSession) -> datetime | None:
    """When the first turn that had to wait may begin."""
    waits = (text(UNHEARD), MessageRow.not_before.is_not(None))
    return await session.scalar(select(func.min(MessageRow.not_before)).where(*waits))


async def put_back(session: AsyncSession, person_id: str, until: datetime) -> None:
    """Not heard now, but then."""
    await session.execute(
        update(MessageRow).where(MessageRow.person_id == person_id, text(UNHEARD)).values(not_before=until)
    )


async def oldest_unheard(session: AsyncSession) -> datetime | None:
    unheard_of = (text(UNHEARD), MessageRow.person_id.is_not(None))
    return await session.scalar(select(func.min(MessageRow.at)).where(*unheard_of))


async def put_off(session: AsyncSession, person_id: str) -> Sequence[MessageRow]:
    return (await session.scalars(_PUT_OFF, {"person": person_id})).all()


async def with_key(session: AsyncSession, key: str) -> MessageRow | None:
    return await session.scalar(select(MessageRow).where(MessageRow.key == key))


async def last_under(session: AsyncSession, prefix: str) -> MessageRow | None:
    """The latest message whose key begins so."""
    query = select(MessageRow).where(MessageRow.key.startswith(prefix, autoescape=True))
    return await session.scalar(query.order_by(MessageRow.id.desc()).limit(1))


async def last_saying(session: AsyncSession, person_id: str, text: str) -> MessageRow | None:
    """The latest message to this person that begins with this text of ours."""
    mine = (MessageRow.person_id == person_id, MessageRow.direction == "out")
    begins = (MessageRow.template == text) | MessageRow.template.startswith(f"{text}+", autoescape=True)
    return await session.scalar(select(MessageRow).where(*mine, begins).order_by(MessageRow.id.desc()).limit(1))


async def last_in(session: AsyncSession, person_id: str) -> MessageRow | None:
    return await session.scalar(_LAST, {"person": person_id, "direction": "in"})


async def thread_with(session: AsyncSession, person_id: str, channel: str, negotiation_id: str | None) -> Thread:
    """What a new message to this person on this channel follows, as far as anybody remembers."""
    said = (await session.execute(_SAID, {"person": person_id, "channel": channel})).all()
    heard_at = next((row.at for row in said if row.direction == "in"), None)
    answers = [row.vendor_id for row in said if row.vendor_id and row.negotiation_id == negotiation_id][:ANSWERS]
    knows_us = any(row.introduces and row.status not in LOST for row in said)
    return Thread(heard_at, tuple(reversed(answers)), knows_us)


async def card_of(session: AsyncSession, negotiation_id: str, person_id: str, channel: str) -> MessageRow | None:
    """The message that shows this interview to this person as a card."""
    mine = (MessageRow.negotiation_id == negotiation_id, MessageRow.person_id == person_id)
    query = select(MessageRow).where(*mine, MessageRow.channel == channel, MessageRow.kind == CARD)
    return await session.scalar(query.order_by(MessageRow.id).limit(1))


async def who_wrote_since(session: AsyncSession, people: Collection[str], since: datetime) -> Collection[str]:
    """Those of these people whose last message is not older."""
    return (await session.scalars(_WROTE_SINCE, {"people": list(people), "since": since})).all()


async def knows_who_writes(session: AsyncSession, person_id: str) -> bool:
    """They were told that an assistant writes, in a message that did not fail."""
    mine = (MessageRow.person_id == person_id, MessageRow.direction == "out", MessageRow.introduces)
    return await session.scalar(select(MessageRow.id).where(*mine, MessageRow.status.not_in(LOST)).limit(1)) is not None


async def last_out(session: AsyncSession, person_id: str) -> MessageRow | None:
    return await session.scalar(_LAST, {"person": person_id, "direction": "out"})


async def last_of(session: AsyncSession, person_id: str) -> MessageRow | None:
    """The last word in either direction."""
    mine = select(MessageRow).where(MessageRow.person_id == person_id)
    return (await session.scalars(mine.order_by(MessageRow.id.desc()).limit(1))).first()


async def of_negotiation(session: AsyncSession, negotiation_id: str) -> Sequence[MessageRow]:
    query = select(MessageRow).where(MessageRow.negotiation_id == negotiation_id).order_by(MessageRow.id)
    return (await session.scalars(query)).all()


async def invite_answers(session: AsyncSession, person_id: str, negotiation_id: str) -> Sequence[MessageRow]:
    """With what somebody's calendars have answered to the invite."""
    mine = (MessageRow.person_id == person_id, MessageRow.negotiation_id == negotiation_id)
    query = select(MessageRow).where(*mine, MessageRow.direction == "in", MessageRow.reply.is_not(None))
    return (await session.scalars(query.order_by(MessageRow.id))).all()


async def about_nothing(session: AsyncSession, person_id: str) -> Sequence[MessageRow]:
    """What was said between this person and the assistant that belongs to no interview."""
    mine = (MessageRow.person_id == person_id, MessageRow.negotiation_id.is_(None))
    return (await session.scalars(select(MessageRow).where(*mine).order_by(MessageRow.id))).all()


async def told_stranger_since(session: AsyncSession, address: str, since: datetime) -> bool:
    told = (MessageRow.direction == "out", MessageRow.person_id.is_(None), MessageRow.address == address)
    return await session.scalar(select(MessageRow.id).where(*told, MessageRow.at > since).limit(1)) is not None


async def was_asked_whose(session: AsyncSession, channel: str, address: str, since: datetime | None) -> bool:
    """Our question which of several it is has gone out there."""
    there = (MessageRow.channel == channel, MessageRow.address == address, MessageRow.status != "failed")
    asked = (MessageRow.direction == "out", MessageRow.key.startswith("whose/"), MessageRow.at >= since)
    return await session.scalar(select(MessageRow.id).where(*there, *asked).limit(1)) is not None


async def answered_by(session: AsyncSession, message: MessageRow) -> str | None:
    """The negotiation whose message this one answers, by the thread it came in."""
    if message.thread is None:
        return None
    ours = (MessageRow.direction == "out", MessageRow.person_id == message.person_id)
    names = (MessageRow.vendor_id == message.thread) | (MessageRow.negotiation_id == message.thread)
    query = select(MessageRow.negotiation_id).where(*ours, names).order_by(MessageRow.id.desc()).limit(1)
    return await session.scalar(query)


async def whom_it_answers(session: AsyncSession, thread: str) -> str | None:
    """The id of whoever got the message of ours that the vendor names."""
    ours = (MessageRow.direction == "out", MessageRow.person_id.is_not(None), MessageRow.vendor_id == thread)
    query = select(MessageRow.person_id).where(*ours).order_by(MessageRow.id.desc()).limit(1)
    return await session.scalar(query)


async def thread_named(session: AsyncSession, thread: str) -> str | None:
    """The negotiation that the vendor's name of a message of ours, or our own of the thread, stands for."""
    names = (MessageRow.vendor_id == thread) | (MessageRow.negotiation_id == thread)
    query = select(MessageRow.negotiation_id).where(MessageRow.direction == "out", names)
    return await session.scalar(query.order_by(MessageRow.id.desc()).limit(1))


async def written_between(session: AsyncSession, address: str, since: datetime, until: datetime) -> bool:
    """Did anything of ours go out to this address then?"""
    ours = (MessageRow.direction == "out", MessageRow.address == address)
    between = (MessageRow.at >= since, MessageRow.at <= until)
    return await session.scalar(select(MessageRow.id).where(*ours, *between).limit(1)) is not None


async def last_choices(session: AsyncSession, person_id: str) -> MessageRow | None:
    """The latest message to this person that had something to choose from."""
    mine = (MessageRow.person_id == person_id, MessageRow.direction == "out")
    query = select(MessageRow).where(*mine).order_by(MessageRow.id.desc()).limit(20)
    return next((message for message in await session.scalars(query) if message.choices), None)


async def take_receipt(session: AsyncSession, receipt: Receipt, gone: str | None) -> MessageRow | None:
    """Moves the message forward, never back; one we do not know yet is kept for when we do."""
    message = await with_vendor_id_out(session, receipt.vendor_id)
    if message is None:
        session.add(
            ReceiptRow(
                vendor_id=receipt.vendor_id,
                status=receipt.status.value,
                error=receipt.error,
                gone=gone,
                closed=receipt.means is WindowClosed,
            )
        )
        return None
    return message if forward(message, receipt.status, receipt.error) else None


async def early_receipts(session: AsyncSession, vendor_id: str) -> Sequence[ReceiptRow]:
    return (await session.scalars(_EARLY, {"vendor_id": vendor_id})).all()


def forward(message: MessageRow, status: ReceiptStatus, error: str | None) -> bool:
    """True if this is news."""
    furthest = later(ReceiptStatus(message.status), status)
    if furthest.value == message.status:
        return False
    message.status, message.error = furthest.value, error or message.error
    return True

"""Three phones as data: whose each is, what time it is there, and the conversation on one channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.playground.view import ROLES, View
from bot.records import everything, people
from bot.records.invites import InviteRow
from bot.records.messages import CARD, MessageRow
from bot.rehearsal.people import Person
from bot.rehearsal.play import Rehearsal
from bot.terminal.feed import words_of
from bot.terminal.moments import city, moment, stretch
from integrations.channels.base import Abilities, Action, Button, Card, ReceiptStatus
from integrations.standins.channel import Delivery

LABELS = {
    "whatsapp": "WhatsApp",
    "sms": "SMS",
    "telegram": "Telegram",
    "slack": "Slack",
    "teams": "Teams",
    "email": "Email",
}
# What the channel of a real vendor does besides, and nobody sees here.
NOT_HERE = {"whatsapp": "no 24-hour window here: with Twilio, whoever has not written for a day gets an approved text"}
SHOWN = 80  # the last so many on one phone
# What became of a message, as a sign and in words.
RECEIPTS: Mapping[ReceiptStatus, tuple[str, str]] = {
    ReceiptStatus.SENT: ("✓", "sent"),
    ReceiptStatus.DELIVERED: ("✓✓", "delivered"),
    ReceiptStatus.READ: ("✓✓", "read"),
    ReceiptStatus.UNDELIVERED: ("!", "not delivered"),
    ReceiptStatus.FAILED: ("!", "not sent"),
}
TRY = {
    "candidate": (
        "The first one works",
        "None of these. Thursday after 2?",
        "Can we move it to Friday after 10?",
    ),
    "client": ("Tuesday 10-12 or Wednesday after 3pm", "We have to cancel the interview", "She was great, let's go on"),
    "recruiter": ("schedule Ana Silva for Data Engineer at Acme", "status", "waiting", "outcome Ana passed"),
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message, or an invite in the calendar."""

    id: str
    kind: str  # own, assistant, card, invite
    at: datetime
    clock: str
    text: str
    subject: str = ""
    buttons: tuple[Button, ...] = ()
    card: Card | None = None
    status: str = ""
    sign: str = ""
    receipt: str = ""
    answerable: bool = False  # an invite that can still be answered


@dataclass(frozen=True, slots=True)
class Tab:
    channel: str
    label: str
    fresh: int  # messages that came there since the last one shown
    view: View


@dataclass(frozen=True, slots=True)
class Phone:
    role: str
    person: Person
    others: Sequence[tuple[Person, View]]
    clock: str
    day: str
    city: str
    language: str
    tabs: Sequence[Tab]
    channel: str
    label: str
    can: str
    bubbles: Sequence[Bubble]
    last: bool  # the last message to this person came on this channel
    next: str  # what comes of the next message on this channel, if somebody has seen to that
    tries: Sequence[str]
    picked: str  # now, as a field for a local time has it


async def phones(rehearsal: Rehearsal, view: View) -> Sequence[Phone]:
    async with rehearsal.stage.house.records.read() as session:
        rows, invites = await everything.messages(session), await everything.invites(session)
        tongues = {key: (await people.get(session, key)).tongue for key in view.shown.values()}
    return [_phone(rehearsal, view, role, rows, invites, tongues) for role in ROLES]


def _phone(
    rehearsal: Rehearsal,
    view: View,
    role: str,
    rows: Sequence[MessageRow],
    invites: Sequence[InviteRow],
    tongues: Mapping[str, str],
) -> Phone:
    person, now = rehearsal.people[view.shown[role]], rehearsal.world.clock.now()
    zone = ZoneInfo(person.timezone)
    mine = [row for row in rows if row.person_id == person.key]
    channel = view.channels.get(person.key) or _last_channel(person, mine)
    # The calendar is an app of its own: what was answered there shows on every channel.
    here = [row for row in mine if row.channel == channel or row.reply]
    deliveries = _deliveries(rehearsal, channel)
    told = [each for each in invites if each.person_id == person.key]
    bubbles = [*_messages(here, deliveries, zone), *_invites(told, zone)]
    sent = [row for row in mine if row.direction == "out" and row.kind != CARD and row.vendor_id]
    spoilt = rehearsal.world.channels[channel].spoilt.get(person.addresses[channel])
    return Phone(
        role=role,
        person=person,
        others=[(each, view.of(role, each.key)) for each in rehearsal.people.values() if each.role == role],
        clock=f"{now.astimezone(zone):%H:%M}",
        day=moment(now, zone).rpartition(" ")[0],
        city=city(zone),
        language=tongues[person.key],
        tabs=_tabs(view.at(role), person, mine, here),
        channel=channel,
        label=LABELS[channel],
        can=" · ".join(filter(None, (can(rehearsal.world.channels[channel].abilities), NOT_HERE.get(channel)))),
        bubbles=sorted(bubbles, key=lambda each: (each.at, each.kind == "invite"))[-SHOWN:],
        last=bool(sent) and sent[-1].channel == channel,
        next=spoilt.value if spoilt else "",
        tries=TRY[role],
        picked=f"{now.astimezone(zone):%Y-%m-%dT%H:%M}",
    )


def _last_channel(person: Person, mine: Sequence[MessageRow]) -> str:
    fell = (row.channel for row in reversed(mine) if row.channel in person.channels and not row.reply)
    return next(fell, person.channels[0])


def _tabs(view: View, person: Person, mine: Sequence[MessageRow], here: Sequence[MessageRow]) -> Sequence[Tab]:
    seen = here[-1].id if here else 0
    fresh = [row.channel for row in mine if row.direction == "out" and row.id > seen]
    return [
        Tab(each, LABELS[each], fresh.count(each) if seen else 0, view.by(person.key, each)) for each in person.channels
    ]


def _deliveries(rehearsal: Rehearsal, channel: str) -> Mapping[str, Delivery]:
    return {each.vendor_id: each for each in rehearsal.world.channels[channel].delivered}


def _messages(rows: Sequence[MessageRow], deliveries: Mapping[str, Delivery], zone: ZoneInfo) -> Iterator[Bubble]:
    labels = {button.id: button.label for each in deliveries.values() for button in pressable(each)}
    for row in rows:
        delivery = deliveries.get(row.vendor_id or "") if row.direction == "out" else None
        if row.direction == "in":
            text = labels.get(row.pressed or "") or words_of(row)
            yield Bubble(_id(row), "own", row.at, _clock(row.at, zone), text)
        elif row.kind == CARD:
            if delivery and delivery.card:
                yield Bubble(_id(row), "card", delivery.at, _clock(delivery.at, zone), row.text, card=delivery.card)
        else:
            yield _said(row, delivery, zone)


def _said(row: MessageRow, delivery: Delivery | None, zone: ZoneInfo) -> Bubble:
    status = ReceiptStatus(row.status)
    sign, receipt = RECEIPTS.get(status, ("", status.value))
    return Bubble(
        id=_id(row),
        kind="assistant",
        at=row.at,
        clock=_clock(row.at, zone),
        text=delivery.text if delivery else row.text,
        subject=(delivery.subject if delivery else "") or "",
        buttons=delivery.buttons if delivery else (),
        status=status.value,
        sign=sign,
        receipt=receipt,
    )


def pressable(delivery: Delivery) -> Sequence[Button | Action]:
    return (*delivery.buttons, *(delivery.card.actions if delivery.card else ()))


def _invites(rows: Sequence[InviteRow], zone: ZoneInfo) -> Iterator[Bubble]:
    last, known = rows[-1] if rows else None, dict[str, InviteRow]()
    for row in rows:
        when, off = stretch(row.start, row.end, zone), row.method == "CANCEL"
        what = in_the_calendar(known.get(row.uid), row)
        known[row.uid] = row
        answerable = row is last and not off
        yield Bubble(f"i{row.id}", "invite", row.at, _clock(row.at, zone), f"{what}: {when}", answerable=answerable)


def in_the_calendar(before: InviteRow | None, row: InviteRow) -> str:
    """`before`: the invite to the same interview before this one."""
    if row.method == "CANCEL":
        return "Taken out of your calendar"
    if before is None:
        return "In your calendar"
    if before.method == "CANCEL":
        return "Back in your calendar"
    moved = (before.start, before.end) != (row.start, row.end)
    return "Moved in your calendar" if moved else "Still in your calendar"


def _id(row: MessageRow) -> str:
    return f"m{row.id}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return moment(at, zone)


def can(abilities: Abilities) -> str:
    """What the channel can do, in a line."""
    has = [
        f"up to {abilities.buttons} buttons" if abilities.buttons else "no buttons, so numbered lines",
        "cards" if abilities.cards else "",
        "" if abilities.opens else "it may not write first",
        "a subject" if abilities.subject else "",
        f"{abilities.max_length:,} {abilities.unit.value} at most" if abilities.max_length else "",
    ]
    return " · ".join(filter(None, has))

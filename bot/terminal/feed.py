"""What has been said since the last look, with who said it and when on the reader's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.records import everything
from bot.records.base import Records
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.rehearsal.people import Person
from integrations.calendars.itip import read_reply
from integrations.channels.base import ReceiptStatus

ASSISTANT = "askARSAN"


@dataclass(frozen=True, slots=True)
class Somebody:
    """The person at the other end of a thread."""

    key: str
    name: str
    role: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Said:
    """One message of one thread."""

    at: datetime
    person: Somebody
    inbound: bool  # the person said it; else the assistant said it to them
    channel: str
    text: str
    lost: bool = False  # it did not arrive


@dataclass(frozen=True, slots=True)
class Invited:
    """An invite, or the end of one, as it reached somebody's calendar."""

    at: datetime
    person: Somebody
    method: str
    sequence: int
    start: datetime
    end: datetime

    @property
    def what(self) -> str:
        if self.method == "CANCEL":
            return "invite taken back"
        return "invite" if self.sequence == 0 else "invite moved"


News = Said | Invited


def cast(people: Iterable[Person]) -> dict[str, Somebody]:
    return {each.key: Somebody(each.key, each.name, each.role, ZoneInfo(each.timezone)) for each in people}


class Feed:
    def __init__(self, people: Mapping[str, Somebody]) -> None:
        self._people = people
        self._last_message = self._last_invite = 0
        recruiters = [each for each in people.values() if each.role == "recruiter"]
        self.zone = recruiters[0].zone if recruiters else ZoneInfo("UTC")

    async def news(self, records: Records) -> Sequence[News]:
        """In the order it happened."""
        async with records.read() as session:
            messages = [each for each in await everything.messages(session) if each.id > self._last_message]
            invites = [each for each in await everything.invites(session) if each.id > self._last_invite]
        self._last_message = max((each.id for each in messages), default=self._last_message)
        self._last_invite = max((each.id for each in invites), default=self._last_invite)
        found: list[News] = [*map(self._said, messages), *map(self._invited, invites)]
        return sorted(found, key=lambda each: each.at)

    def _said(self, row: MessageRow) -> Said:
        person = self._somebody(row.person_id, row.address)
        lost = row.direction == "out" and ReceiptStatus(row.status).final
        return Said(row.at, person, row.direction == "in", row.channel, words_of(row), lost)

    def _invited(self, row: InviteRow) -> Invited:
        person = self._somebody(row.person_id, row.person_id)
        return Invited(row.at, person, row.method, row.sequence, row.start, row.end)

    def _somebody(self, person_id: str | None, address: str) -> Somebody:
        return self._people.get(person_id or "") or Somebody(address, address, "stranger", self.zone)


def words_of(row: MessageRow) -> str:
    reply = read_reply(row.reply) if row.reply else None
    if reply is None:
        return row.text
    return "(answers the invite: another time)" if reply.proposed else f"(answers the invite: {reply.answer})"

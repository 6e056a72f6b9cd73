"""The stage a rehearsal plays on: the real assistant with stand-ins for the outside, and a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx2

from bot.clock import JumpingClock
from bot.connections.keys import GivenKeys
from bot.connections.link_desk import LinkDesk
from bot.engine import InlineEngine
from bot.hearing.inbox import keep
from bot.house import Counted, Firm, House
from bot.records import links, messages, work
from bot.records.base import Records
from bot.records.schema import migrate
from bot.records.sealed import Key
from bot.worker import Assistant
from dialogs.negotiation.facts import Rules
from dialogs.wording import Phrasebook
from integrations.carriers import ABILITIES
from integrations.channels.base import Inbound, Receipt
from integrations.links.calendly.account import Calendly
from integrations.means import Means
from integrations.standins import calendly
from integrations.standins.calendar import StandInCalendar
from integrations.standins.calendly import StandInCalendly
from integrations.standins.channel import StandInChannel
from integrations.standins.meeting import StandInMeetings
from integrations.standins.page import StandInLinks

CHANNELS = ("whatsapp", "sms", "telegram", "slack", "teams", "email")


@dataclass
class World:
    """What is outside and outlives a crash of the assistant: the vendors, the clock, the disk."""

    clock: JumpingClock
    database_url: str
    opens: Callable[[str], Records] = Records  # the database, at the beginning and after each crash
    cards: Collection[str] = ()  # the channels that show interviews as cards
    channels: dict[str, StandInChannel] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    calendly: dict[str, StandInCalendly] = field(default_factory=dict)  # by whose page it is

    def __post_init__(self) -> None:
        for name in CHANNELS:
            # A stand-in tells what became of each message, also where the real vendor is silent.
            abilities = replace(ABILITIES[name], receipts=True, cards=name in self.cards)
            self.channels[name] = StandInChannel(name, abilities, self.clock.now)
            self.channels[name].on_receipt = self.receipts.append
        self.calendar = StandInCalendar(self.clock.now)
        self.meetings = StandInMeetings(self.clock.now)
        self.links = StandInLinks()
        self.ids = Counted()
        self.keys = GivenKeys(str(Key.new()))

    def calendly_of(self, means: Means) -> Calendly:
        """The account of whoever the connection names, at a stand-in within this process."""
        there = self.calendly[means.need("calendly_page")]
        return Calendly(there.token, means.now, transport=httpx2.ASGITransport(calendly.web(there)))


class Stage:
    """The assistant at work in a world. Everything is done in order, in this one task."""

    def __init__(self, world: World, rules: Rules, firm: Firm) -> None:
        self.world = world
        self._rules = rules
        self._firm = firm
        self._wake()

    def _wake(self) -> None:
        world = self.world
        self.house = House(
            records=world.opens(world.database_url),
            clock=world.clock,
            channels=world.channels,
            calendar=world.calendar,
            meetings=world.meetings,
            links=world.links,
            link_desk=LinkDesk(world.keys, world.clock.now, {}, {"calendly": world.calendly_of}),
            phrasebook=Phrasebook.load(),
            rules=self._rules,
            firm=self._firm,
            ids=world.ids,
        )
        self.engine = InlineEngine(Assistant(self.house))

    async def open(self) -> None:
        await migrate(self.house.records)

    async def crash(self) -> None:
        """The process dies: what was only in memory is gone. A new one starts on the same database."""
        await self.house.records.close()
        self._wake()
        await self.settle()

    async def close(self) -> None:
        await self.house.records.close()

    async def hear(self, messages: Sequence[Inbound]) -> None:
        """What came in is kept, then thought about: a burst is kept whole before its turn begins."""
        for inbound in messages:
            await self.engine.begin(await keep(self.house, inbound))
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is left to do at this instant."""
        await self.engine.settle()
        while self.world.receipts:
            receipts, self.world.receipts[:] = list(self.world.receipts), []
            for receipt in receipts:
                await self.engine.begin(await keep(self.house, receipt))
            await self.engine.settle()

    async def advance_to(self, instant: datetime) -> None:
        """Lets everything happen that falls due on the way, in order, each at its own time."""
        while True:
            async with self.house.records.read() as session:
                dues = [await work.next_due(session), await messages.next_turn(session), await links.next_due(session)]
            due = min(filter(None, dues), default=None)
            if due is None or due > instant:
                break
            if due > self.world.clock.now():
                self.world.clock.advance_to(due)
            await self.settle()
        self.world.clock.advance_to(instant)
        await self.settle()  # what no row has a time for: calendars are compared now and then

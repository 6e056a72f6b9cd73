"""A firm whose people connect calendars: Rita, with an hour or two on offer, and Amy, who interviews too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import JumpingClock
from bot.connections.connecting import Desks, Given, connect
from bot.connections.keys import GivenKeys
from bot.connections.switchboard import Switchboard
from bot.engine import InlineEngine
from bot.records import people
from bot.records.base import Records
from bot.records.sealed import Key
from bot.watching.letting_go import LetGo, let_go_of
from bot.worker import Assistant
from integrations.calendars.base import Calendar
from integrations.calendars.none import NoCalendar
from integrations.catalog import CALENDARS
from integrations.means import Means
from integrations.standins.channel import Delivery, StandInChannel
from tests.bookings.firm import MONDAY, a_house, hour, keep, presses

PATIENCE = timedelta(minutes=2)  # what is slow here is this machine


class Firm:
    def __init__(
        self,
        records: Records,
        clock: JumpingClock | None = None,
        settings: Mapping[str, str] | None = None,
        vendors: Mapping[str, Callable[[Means], Calendar]] = CALENDARS,
    ) -> None:
        self.clock = clock or JumpingClock(MONDAY)
        self.desks = Desks(GivenKeys(str(Key.new())), self.clock.now, settings or {}, records, vendors)
        calendar = Switchboard(records, self.desks, NoCalendar(), self.clock.now, PATIENCE)
        self.house = replace(a_house(records, self.clock), calendar=calendar, desks=self.desks)

    async def connect(self, who: str, given: Given) -> str:
        async with self.house.records.write() as session:
            person = await people.get(session, who)
            row = await connect(session, self.house.ids, self.desks.keys, person, given, self.clock.now())
        return row.id

    async def disconnect(self, connection: str) -> LetGo:
        gone = await let_go_of(self.house, connection)
        await self.wait(timedelta())
        return gone

    async def take(self, start: datetime, message: str) -> None:
        await self._keep({**presses(0, start), "vendor_id": message})

    async def withdraw(self) -> None:
        await self._keep({**presses(0, hour(3, 10)), "vendor_id": "off", "pressed": "n0@cancel"})

    async def _keep(self, message: dict[str, object]) -> None:
        async with self.house.records.write() as session:
            await keep(session, {**message, "at": self.clock.now()})
        await self.wait(timedelta())

    async def wait(self, length: timedelta) -> None:
        self.clock.advance_to(self.clock.now() + length)
        await InlineEngine(Assistant(self.house)).settle()

    def sent(self, to: str, channel: str = "slack") -> list[Delivery]:
        outbox = self.house.channels[channel]
        assert isinstance(outbox, StandInChannel)
        return [each for each in outbox.delivered if each.to == to]

    def told(self, who: str) -> list[str]:
        return [each.text for each in self.sent(who)]

    async def close(self) -> None:
        await self.house.calendar.close()
        await self.house.records.close()

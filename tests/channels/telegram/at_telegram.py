"""A stand-in Telegram on loopback, a bot of ours there, and our door that it knocks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.carriers import ABILITIES
from integrations.channels.base import Button, Outbound
from integrations.channels.telegram.api import Account, Api
from integrations.channels.telegram.door import TelegramDoor
from integrations.channels.telegram.sending import TelegramChannel
from integrations.channels.telegram.set_up import open_door
from integrations.standins.telegram.chats import Chats, Shown
from integrations.standins.telegram.server import StandInTelegram, web
from tests.channels.hall import Hall
from tests.loopback import serving

ANA, BEN = 501, 502
SECRET = "a_secret-of-the-door"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
OFFER = Outbound(
    key="offer:17",
    to=str(ANA),
    text="Olá Ana – which one?",
    buttons=(
        Button("negotiation_AbCdEfGhIjKlMnOp@2026-03-03T10:00:00+00:00", "Tue 3 March, 10:00"),
        Button("negotiation_AbCdEfGhIjKlMnOp@2026-03-04T15:00:00+00:00", "Wed 4 March, 15:00"),
    ),
)


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass(frozen=True)
class Office:
    """What a test needs at hand."""

    telegram: StandInTelegram
    api: Api
    channel: TelegramChannel
    door: TelegramDoor
    hall: Hall
    clock: Clock
    url: str  # of the Bot API

    @property
    def chats(self) -> Chats:
        return self.telegram.chats

    def said(self, to: int = ANA) -> list[Shown]:
        return self.chats.said(to)


@dataclass
class Served:
    """One server for all tests of a module; each test brings a Telegram of its own, and a door of ours."""

    telegram: ASGIApp
    door: ASGIApp
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_our_door = scope.get("path", "").startswith("/hooks/")
        await (self.door if at_our_door else self.telegram)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    everyones = Served(Starlette(), Starlette())
    async with serving(everyones) as everyones.url:
        yield everyones


@pytest_asyncio.fixture(loop_scope="module")
async def office(served: Served) -> AsyncIterator[Office]:
    """Ana has started the bot; nothing has been said yet."""
    clock = Clock()
    telegram = StandInTelegram(clock)
    telegram.chats.meet(ANA, "Ana Silva").started = True
    door = TelegramDoor(SECRET, clock)
    hall = Hall(door, f"{served.url}/hooks/{door.name}")
    served.telegram, served.door = web(telegram), hall
    channel = TelegramChannel(Api(Account(telegram.token, served.url)), ABILITIES["telegram"], SECRET, clock)
    api = Api(Account(telegram.token, served.url))
    await open_door(api, hall.url, SECRET)
    yield Office(telegram, api, channel, door, hall, clock, served.url)
    await channel.close()
    await api.close()
    await telegram.close()

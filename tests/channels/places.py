"""The channels that the shared cases run over. A new one is one class here and one line in PLACES."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx2

from integrations.catalog import ABILITIES
from integrations.channels import gateway
from integrations.channels.base import Channel, Door, Knock, Read
from integrations.channels.gateway import SIGNATURE, Gateway, GatewayChannel, sign
from integrations.channels.telegram.api import Account, Api
from integrations.channels.telegram.door import SECRET, TelegramDoor
from integrations.channels.telegram.sending import TelegramChannel
from integrations.standins import gateway as standin_gateway
from integrations.standins.gateway import StandInGateway
from integrations.standins.telegram import server as standin_telegram
from integrations.standins.telegram.server import StandInTelegram
from tests.channels.cases import Arrived, Clock, Place, Served

OURS = "a_secret-that-both-sides-know"


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(verify=False)  # plain http on loopback: certificates take a while to read


class GatewayDoor(Door):
    """As bot/doors/web.py does it."""

    name = "gateway"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def verify(self, knock: Knock) -> None:
        gateway.verify(knock.headers, knock.body, OURS, self._clock())

    def read(self, knock: Knock) -> Read:
        return Read((gateway.read(knock.body),))


class AtGateway(Place):
    """WhatsApp over a firm's own gateway, which takes keys."""

    person = "+351912345678"
    secrets = (OURS,)
    closed_protocol = True

    def __init__(self, served: Served, clock: Clock) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._clock, self._url = clock, f"{served.url}/messages"
        self._told = 0
        self._vendor = StandInGateway(OURS, Path(self._folder.name) / "journal", clock, client=_client())
        served.app = standin_gateway.web(self._vendor)
        self.channel = self._with(OURS)
        self.door = GatewayDoor(clock)

    def _with(self, secret: str) -> Channel:
        line = Gateway(self._url, secret, self._clock, _client())
        return GatewayChannel("whatsapp", replace(ABILITIES["whatsapp"], takes_key=True), line)

    def arrived(self) -> Sequence[Arrived]:
        taken = self._vendor.messages
        return [Arrived(each["text"], tuple(button["label"] for button in each["buttons"])) for each in taken]

    def fail(self, status: int, wait: int | None = None) -> None:
        self._vendor.fail(status, retry_after=wait)

    def lose_answer(self) -> None:
        self._vendor.drop()

    def nobody(self) -> str:
        self._vendor.fail(422, error="bad_address")
        return "+351900000000"

    def opt_out(self) -> None:
        self._vendor.fail(422, error="opted_out")

    def with_wrong_key(self) -> Channel:
        return self._with("another secret")

    def written(self, text: str) -> Knock:
        self._told += 1
        told = {"type": "message", "id": f"wa-{self._told}", "channel": "whatsapp", "sender": self.person, "text": text}
        return self.signed(json.dumps(told).encode())

    def news(self) -> Knock:
        return self.signed(b'{"type": "hologram", "id": "wa-9"}')

    def signed(self, body: bytes) -> Knock:
        return Knock("https://firm.example/gateway", {SIGNATURE.lower(): sign(OURS, body, self._clock())}, body)

    def proof(self) -> str:
        return SIGNATURE.lower()

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()
        self._folder.cleanup()


class AtTelegram(Place):
    person = "501"
    signs_body = False

    def __init__(self, served: Served, clock: Clock) -> None:
        self._vendor = StandInTelegram(clock)
        self._vendor.chats.meet(501, "Ana Silva").started = True
        self._url = served.url
        served.app = standin_telegram.web(self._vendor)
        self.secrets = (OURS, self._vendor.token)
        self.channel = self._with(self._vendor.token)
        self.door = TelegramDoor(OURS, clock)

    def _with(self, token: str) -> Channel:
        return TelegramChannel(Api(Account(token, self._url)), ABILITIES["telegram"])

    def arrived(self) -> Sequence[Arrived]:
        said = self._vendor.chats.said(501)
        return [Arrived(each.text, tuple(row[0]["text"] for row in each.buttons)) for each in said]

    def fail(self, status: int, wait: int | None = None) -> None:
        more = {"parameters": {"retry_after": wait}} if wait else {}
        self._vendor.mishaps.refuse(status, {"ok": False, "error_code": status, "description": "No", **more})

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose()

    def nobody(self) -> str:
        return "999"

    def opt_out(self) -> None:
        self._vendor.chats.block(501)

    def with_wrong_key(self) -> Channel:
        return self._with("110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

    def written(self, text: str) -> Knock:
        self._vendor.chats.write(501, text)
        return self.signed(json.dumps(self._vendor.chats.waiting()[-1]).encode())

    def news(self) -> Knock:
        return self.signed(b'{"update_id": 9, "hologram": {"id": 1}}')

    def signed(self, body: bytes) -> Knock:
        return Knock("https://firm.example/hooks/telegram", {SECRET.lower(): OURS}, body)

    def proof(self) -> str:
        return SECRET.lower()

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()


PLACES: dict[str, Callable[[Served, Clock], Place]] = {
    "gateway": AtGateway,
    "telegram": AtTelegram,
}

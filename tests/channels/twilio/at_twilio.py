"""A stand-in Twilio on loopback, our channels there, and our door that it knocks at through a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.channels.base import (
    BadSignature,
    Button,
    Inbound,
    Knock,
    Outbound,
    Receipt,
    ReceiptStatus,
    Template,
    Told,
    later,
)
from integrations.channels.twilio.account import Account, Twilio, new_http
from integrations.channels.twilio.door import TwilioDoor
from integrations.channels.twilio.senders import Senders
from integrations.channels.twilio.sending import Desk
from integrations.channels.twilio.signing import Secrets
from integrations.channels.twilio.sms import SmsChannel
from integrations.channels.twilio.whatsapp import WhatsAppChannel
from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.web import web
from tests.loopback import serving

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = "the primary auth token"
KEY = ("SK" + "5" * 32, "the secret of the key")
PUBLIC = "https://assistant.example"
HOOK = f"{PUBLIC}/hooks/twilio"
ANA, BEN, WEI = "+351912345678", "+4915112345678", "US.1234"
US, GERMANY, OURS_ON_WHATSAPP = "+15550100100", "+4915199900000", "+15550100200"
SERVICE = "MG" + "a" * 32


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Hall:
    """What came through our door. A proxy stands before it: inside it has another address than to the world."""

    door: TwilioDoor
    told: list[Told] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = f"?{request.url.query}" if request.url.query else ""
        knock = Knock(f"{PUBLIC}{request.url.path}{query}", dict(request.headers), await request.body())
        try:
            await self.door.verify(knock)
        except BadSignature:
            answer = Response(status_code=401)
        else:
            read = self.door.read(knock)
            self.told += read.told
            answer = Response(read.answer.body, read.answer.status, media_type=read.answer.content_type)
        self.answers.append(answer)
        await answer(scope, receive, send)

    @property
    def heard(self) -> Inbound:
        """The last message."""
        return [told for told in self.told if isinstance(told, Inbound)][-1]

    def became(self, vendor_id: str) -> ReceiptStatus:
        """What all receipts for a message come to, in whatever order they came."""
        status = ReceiptStatus.UNKNOWN
        for told in self.told:
            if isinstance(told, Receipt) and told.vendor_id == vendor_id:
                status = later(status, told.status)
        return status

    def receipt(self, vendor_id: str) -> Receipt:
        """The last one for a message."""
        return [told for told in self.told if isinstance(told, Receipt) and told.vendor_id == vendor_id][-1]


@dataclass(frozen=True)
class Office:
    """What a test needs at hand."""

    standin: StandInTwilio
    twilio: Twilio
    sms: SmsChannel
    whatsapp: WhatsAppChannel
    hall: Hall
    clock: Clock
    client: httpx2.AsyncClient
    url: str


@dataclass
class Served:
    """One server for all tests of a module; each test brings a Twilio of its own, and a door of ours."""

    twilio: ASGIApp
    door: ASGIApp
    client: httpx2.AsyncClient
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_our_door = scope.get("path", "").startswith("/hooks/")
        await (self.door if at_our_door else self.twilio)(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    async with new_http() as client:
        everyones = Served(Starlette(), Starlette(), client)
        async with serving(everyones) as everyones.url:
            yield everyones


@pytest_asyncio.fixture(loop_scope="module")
async def office(served: Served) -> Office:
    """Ana has both; Ben has no WhatsApp, and Wei nothing else, nor does it tell her number."""
    clock, hall = Clock(), Hall(TwilioDoor(Secrets(TOKEN)))
    standin = StandInTwilio(
        clock,
        TOKEN,
        inbound=HOOK,
        numbers=(US, GERMANY, f"whatsapp:{OURS_ON_WHATSAPP}"),
        services={SERVICE: (US, f"whatsapp:{OURS_ON_WHATSAPP}")},
        reach={PUBLIC: served.url},
        client=served.client,
    )
    standin.credentials[KEY[0]] = KEY[1]
    standin.knows("ana", ANA)
    standin.knows("ben", BEN, whatsapp="")
    standin.knows("wei", "", whatsapp=WEI)
    served.twilio, served.door = web(standin), hall
    twilio = Twilio(account(served.url), clock, http=served.client)
    sms = SmsChannel(Desk(twilio, Senders(US, {"DE": GERMANY}), HOOK, clock))
    whatsapp = WhatsAppChannel(Desk(twilio, Senders(OURS_ON_WHATSAPP), HOOK, clock))
    return Office(standin, twilio, sms, whatsapp, hall, clock, served.client, served.url)


def account(url: str) -> Account:
    return Account(SID, KEY[1], KEY[0], url, url)


def outbound(
    text: str,
    to: str = ANA,
    *,
    buttons: tuple[str, ...] = (),
    heard_at: datetime | None = MONDAY,
    template: Template | None = None,
    answers: tuple[str, ...] = (),
) -> Outbound:
    labelled = tuple(Button(f"n17@{number}", label) for number, label in enumerate(buttons, 1))
    return Outbound("offer:17", to, text, buttons=labelled, heard_at=heard_at, template=template, answers=answers)

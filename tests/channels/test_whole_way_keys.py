"""Our key is not taken: nobody is written off, nothing is lost, /health shows it, and the log says it once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.inbox import keep
from bot.records import people
from bot.records.messages import MessageRow
from bot.worker import Assistant
from integrations.carriers import ABILITIES
from integrations.channels.base import Channel, Inbound
from integrations.channels.email.by_sendgrid import SendGridAccount, SendGridChannel
from integrations.channels.email.smtp import SmtpChannel
from integrations.standins.sendgrid.account import StandInSendGrid
from integrations.standins.sendgrid.web import web
from tests.channels.assistance import STORY, Assistance, rehearsed
from tests.channels.email.shapes import FIRM, NOON
from tests.channels.email.test_smtp import PostOffice, open_office
from tests.loopback import serving

ANA = "ana@mail.example"
BOTH, ONLY_MAIL = "[email, sms]", "[email]"
KEYS = ("key_refused", "key_taken_again")


@dataclass
class Locked(Assistance):
    """The vendor of our mails has another key than we, until it is mended."""

    mend: Callable[[], None]
    mails: Callable[[], int]
    web: httpx2.AsyncClient

    async def ana_chooses(self) -> None:
        told = Inbound("1@mail.example", "email", ANA, "the second one works")
        await self.begin(await keep(self.house, told, vendor="imap", raw=b""))
        await self.engine.settle()

    async def refused(self) -> dict[str, str]:
        told: dict[str, str] = (await self.web.get("/health")).json()["keys_refused"]
        return told

    async def written_to(self, person: str, template: str) -> Sequence[tuple[str, str]]:
        """On which channels, and how it went."""
        async with self.house.records.read() as session:
            what = MessageRow.direction == "out", MessageRow.person_id == person, MessageRow.template.contains(template)
            rows = await session.scalars(select(MessageRow).where(*what).order_by(MessageRow.at))
            return [(row.channel, row.status) for row in rows]

    async def is_written_off(self) -> bool:
        async with self.house.records.read() as session:
            return any(each.broken or each.opted_out_at for each in await people.contacts(session, "ana"))


@asynccontextmanager
async def by_smtp() -> AsyncIterator[tuple[Channel, Callable[[], None], Callable[[], int]]]:
    office = PostOffice()
    good, office.password = office.password, "changed by somebody"
    async with open_office(office) as server:
        channel = SmtpChannel(ABILITIES["email"], server, FIRM, lambda: NOON)
        yield channel, lambda: setattr(office, "password", good), lambda: len(office.taken)


@asynccontextmanager
async def by_sendgrid() -> AsyncIterator[tuple[Channel, Callable[[], None], Callable[[], int]]]:
    vendor = StandInSendGrid(lambda: NOON)
    good, vendor.key = vendor.key, "SG.another.key"
    async with serving(web(vendor)) as url:
        channel = SendGridChannel(ABILITIES["email"], SendGridAccount(good, url), FIRM, lambda: NOON)
        yield channel, lambda: setattr(vendor, "key", good), lambda: len(vendor.mails)


@asynccontextmanager
async def locked(folder: Path, by: str, channels: str) -> AsyncIterator[Locked]:
    story = STORY.replace("channels: [whatsapp, sms]", f"channels: {channels}")
    async with AsyncExitStack() as open_now:
        channel, mend, mails = await open_now.enter_async_context({"smtp": by_smtp, "sendgrid": by_sendgrid}[by]())
        rehearsal, rehearsing = await open_now.enter_async_context(rehearsed(folder, story=story))
        house = replace(rehearsing, channels={**rehearsing.channels, "email": channel})
        transport = httpx2.ASGITransport(make_app(house, rehearsal.stage.engine.begin, None, "1"))
        client = await open_now.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url="https://firm.example")
        )
        yield Locked(rehearsal, house, InlineEngine(Assistant(house)), mend, mails, client)


@pytest.mark.parametrize("by", ["smtp", "sendgrid"])
async def test_with_a_wrong_key_what_is_said_goes_on_the_next_channel_soon_and_nobody_is_written_off(
    tmp_path: Path, by: str
) -> None:
    async with locked(tmp_path, by, BOTH) as here:
        assert await here.refused() == {}
        with capture_logs() as logs:
            await here.ana_chooses()
            since = here.house.clock.now().isoformat()
            assert await here.written_to("ana", "confirmation") == [], "it is tried again first"
            await here.wait(timedelta(minutes=1))
            await here.wait(timedelta(minutes=2))
            await here.wait(timedelta(hours=2))
        assert await here.written_to("ana", "confirmation") == [("email", "failed"), ("sms", "sent")]
        assert not await here.is_written_off()
        assert await here.refused() == {"email": since}
        assert [each["event"] for each in logs if each["event"] in KEYS] == ["key_refused"]
        assert here.mails() == 0


@pytest.mark.parametrize("by", ["smtp", "sendgrid"])
async def test_who_has_no_other_channel_gets_it_once_the_key_is_mended_and_a_person_is_called_meanwhile(
    tmp_path: Path, by: str
) -> None:
    async with locked(tmp_path, by, ONLY_MAIL) as here:
        await here.ana_chooses()
        for _ in range(12):
            await here.wait(timedelta(minutes=15))
        assert await here.written_to("ana", "confirmation") == []
        assert await here.written_to("rita", "undelivered") == 2 * [("slack", "sent")], "once for Ana, once for Carl"
        assert not await here.is_written_off()
        here.mend()
        with capture_logs() as logs:
            await here.wait(timedelta(minutes=16))
        assert await here.written_to("ana", "confirmation") == [("email", "sent")]
        assert await here.refused() == {}
        assert [each["event"] for each in logs if each["event"] in KEYS] == ["key_taken_again"]

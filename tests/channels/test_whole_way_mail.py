"""The whole way by mail, each way out with each way in: answers are heard, what follows goes out, a click ends all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import httpx2
import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing import mailbox
from bot.hearing.mailbox import follow
from bot.jobs import Job
from bot.records import people
from bot.worker import Assistant
from integrations.carriers import ABILITIES
from integrations.channels.base import Channel
from integrations.channels.email.by_sendgrid import SendGridAccount, SendGridChannel
from integrations.channels.email.imap import ImapMailbox
from integrations.channels.email.parse_door import ParseDoor, Proof
from integrations.channels.email.signed import SigningKey
from integrations.channels.email.smtp import SmtpChannel
from integrations.standins.sendgrid.account import BOUNDARY, StandInSendGrid, form
from integrations.standins.sendgrid.web import web
from tests.channels.assistance import STORY, Assistance, rehearsed
from tests.channels.email.at_pymap import post_box
from tests.channels.email.shapes import FIRM, NOON, answer
from tests.channels.email.test_smtp import PostOffice, open_office
from tests.channels.email.test_vendors_mailboxes import SOON, _at_google, _at_microsoft
from tests.loopback import serving
from tests.moved_clock import Clock

PATIENCE = 30  # seconds, on a busy machine
ANA = "ana@mail.example"
BY_MAIL = STORY.replace("channels: [whatsapp, sms]", "channels: [email]")
PUBLIC = "https://firm.example"
Drop = Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True)
class Letter:
    """A mail as Ana's program shows it."""

    answers_to: str
    text: str
    headers: Mapping[str, str]
    kinds: Sequence[str]  # of its parts, in order


@dataclass
class ByMail(Assistance):
    drop: Drop
    sent: Callable[[], Sequence[Letter]]
    web: httpx2.AsyncClient

    async def writes(self, text: str, to: str, number: int) -> None:
        """Ana answers from her own program, to where the mail she answers wants it."""
        mail = answer(text, to=to, sender=f"Ana Silva <{ANA}>", Message_ID=f"<{number}@mail.example>", References=None)
        await self.drop(mail)

    async def until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await is_so():  # nobody calls us
                await self.engine.settle()
                await asyncio.sleep(0.02)

    async def is_silent(self) -> bool:
        async with self.house.records.read() as session:
            return (await people.get(session, "ana")).opted_out_at is not None


def from_wire(raw: bytes) -> Letter:
    mail = message_from_bytes(raw, policy=policy.default)
    text = mail.get_body(("plain",))
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    return Letter(mail["Reply-To"], text.get_content() if text else "", dict(mail.items()), kinds)


def from_sendgrid(mail: Mapping[str, object]) -> Letter:
    told = json.loads(json.dumps(mail))
    kinds = [each["type"].partition(";")[0] for each in told["content"]]
    return Letter(told["reply_to"]["email"], told["content"][0]["value"], told["headers"], kinds)


@asynccontextmanager
async def by_smtp() -> AsyncIterator[tuple[Channel, Callable[[], Sequence[Letter]]]]:
    office = PostOffice()
    async with open_office(office) as server:
        channel = SmtpChannel(ABILITIES["email"], server, FIRM, lambda: NOON)
        yield (
            channel,
            lambda: [
                from_wire(each.content)
                for each in office.taken
                if ANA in each.rcpt_tos and isinstance(each.content, bytes)
            ],
        )


@asynccontextmanager
async def by_sendgrid() -> AsyncIterator[tuple[Channel, Callable[[], Sequence[Letter]]]]:
    vendor = StandInSendGrid(lambda: NOON)
    async with serving(web(vendor)) as url:
        channel = SendGridChannel(ABILITIES["email"], SendGridAccount(vendor.key, url), FIRM, lambda: NOON)
        yield channel, lambda: [from_sendgrid(each.mail) for each in vendor.mails if each.to == ANA]


@asynccontextmanager
async def in_by(way: str) -> AsyncIterator[tuple[mailbox.Mailbox, Drop]]:
    if way == "imap":
        async with post_box() as box:
            yield ImapMailbox(box.account, FIRM, lambda: NOON), box.drop
        return
    async with {"microsoft": _at_microsoft, "google": _at_google}[way](Clock()) as office:

        async def drop(raw: bytes) -> None:
            office.drop(raw)

        yield office.mailbox, drop


@asynccontextmanager
async def office(folder: Path, out: str, way_in: str) -> AsyncIterator[ByMail]:
    async with AsyncExitStack() as open_now:
        channel, sent = await open_now.enter_async_context({"smtp": by_smtp, "sendgrid": by_sendgrid}[out]())
        rehearsal, rehearsing = await open_now.enter_async_context(rehearsed(folder, story=BY_MAIL))
        house = replace(
            rehearsing,
            channels={**rehearsing.channels, "email": channel},
            firm=replace(rehearsing.firm, public_url=PUBLIC),
        )
        vendor = StandInSendGrid(lambda: NOON)
        door = ParseDoor(Proof(SigningKey(vendor.verification_key)), FIRM, lambda: NOON)

        async def parsed(raw: bytes) -> None:
            body = form({"email": raw})
            headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **vendor.signed(body)}
            answered = await here.web.post("/hooks/sendgrid-parse", content=body, headers=headers)
            assert answered.status_code == 200

        here = ByMail(rehearsal, house, InlineEngine(Assistant(house)), parsed, sent, httpx2.AsyncClient())
        app = make_app(house, here.begin, None, "1", doors=[door])
        transport = httpx2.ASGITransport(app)
        here.web = await open_now.enter_async_context(httpx2.AsyncClient(transport=transport, base_url=PUBLIC))
        if way_in != "parse":
            followed, here.drop = await open_now.enter_async_context(in_by(way_in))
            following = asyncio.create_task(follow(house, followed, here.begin, SOON))
            open_now.push_async_callback(_ended, following)
        yield here


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("out", "way_in"), [("smtp", "imap"), ("sendgrid", "parse"), ("smtp", "microsoft"), ("smtp", "google")]
)
async def test_she_answers_by_mail_is_booked_and_one_click_later_left_alone(
    tmp_path: Path, out: str, way_in: str
) -> None:
    async with office(tmp_path, out, way_in) as here:

        async def invited() -> bool:
            return any("text/calendar" in each.kinds for each in here.sent())

        await here.writes("the second one works", FIRM.reply_to("negotiation_1", ANA), 1)
        await here.until(invited)
        assert await here.status() == "confirmed"
        told = next(each for each in here.sent() if "You are booked, Ana" in each.text)
        assert told.headers["Auto-Submitted"] == "auto-generated"
        assert told.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert [kind for kind in told.kinds if kind.startswith("text/")][:2] == ["text/plain", "text/html"]
        invite = next(each for each in here.sent() if "text/calendar" in each.kinds)
        assert [kind for kind in invite.kinds if kind.startswith("text/")][-1] == "text/calendar"

        # What a machine answers is not answered, although it comes to where only she was told to write.
        before = len(here.sent())
        await here.drop(
            answer(
                "I am out of the office until 16 March. The first one works.",
                to=told.answers_to,
                sender=f"Ana Silva <{ANA}>",
                Message_ID="<2@mail.example>",
                Auto_Submitted="auto-replied",
            )
        )
        one_click = told.headers["List-Unsubscribe"].strip("<>")
        assert (await here.web.get(one_click)).status_code == 200
        assert not await here.is_silent()
        await here.web.post(one_click, data={"List-Unsubscribe": "One-Click"})
        assert await here.is_silent()
        await here.engine.settle()
        assert len(here.sent()) == before


async def test_an_answer_by_mail_books_although_nothing_could_be_begun_at_first(tmp_path: Path) -> None:
    async with post_box() as box, rehearsed(tmp_path) as (rehearsal, house):
        here = Assistance(rehearsal, house, InlineEngine(Assistant(house)))
        failed, begun = asyncio.Event(), asyncio.Event()

        async def begin(jobs: Sequence[Job]) -> None:
            if not failed.is_set():
                failed.set()
                raise ConnectionResetError("the database is away")
            begun.set()

        to = FIRM.reply_to("negotiation_1", ANA)
        await box.drop(answer("the second one works", to=to, sender=f"Ana Silva <{ANA}>"))
        following = asyncio.create_task(
            follow(house, ImapMailbox(box.account, FIRM, lambda: NOON), begin, timedelta(milliseconds=10))
        )
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        await _ended(following)
        for job in await Assistant(house).waiting(older_than=timedelta()):
            await here.engine.begin([job])
        await here.engine.settle()
        assert await here.status() == "confirmed"

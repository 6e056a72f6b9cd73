"""A mailbox at a real IMAP server: every mail is kept before it is marked, whatever breaks, and none is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from integrations.channels.base import Inbound, Receipt, Told, Unknown
from integrations.channels.email.imap import KEPT, ImapMailbox
from tests.channels.email.at_pymap import PostBox, post_box
from tests.channels.email.shapes import FIRM, NOON, answer

PATIENCE = 30  # seconds, on a busy machine


@pytest.fixture
async def box() -> AsyncIterator[PostBox]:
    async with post_box() as opened:
        yield opened


def mail(number: int) -> bytes:
    return answer(f"Tuesday at {number}", Message_ID=f"<{number}@people.example>")


@dataclass
class Records:
    """Keeps what it is told, or fails to."""

    kept: list[Told] = field(default_factory=list)
    fails: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, told: Told, raw: bytes) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the database is away")
        self.kept.append(told)
        self.more.set()

    @property
    def ids(self) -> list[str]:
        assert not any(isinstance(each, Receipt | Unknown) for each in self.kept)
        return [each.vendor_id for each in self.kept]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(set(self.ids)) < count:
                self.more.clear()
                await self.more.wait()

    async def until_told(self, id: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while id not in self.ids:
                self.more.clear()
                await self.more.wait()


@asynccontextmanager
async def watching(box: PostBox, records: Records, mailbox: ImapMailbox | None = None) -> AsyncIterator[None]:
    task = asyncio.create_task((mailbox or follower(box)).watch(records.keep))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def follower(box: PostBox, renewed: float = 240) -> ImapMailbox:
    account = replace(box.account, renewed=timedelta(seconds=renewed))
    return ImapMailbox(account, FIRM, lambda: NOON)


async def test_what_was_waiting_and_what_comes_later_is_kept(box: PostBox) -> None:
    records = Records()
    await box.drop(mail(1), mail(2))
    async with watching(box, records):
        await records.until(2)
        await box.drop(mail(3))
        await records.until(3)
    assert records.ids == ["<1@people.example>", "<2@people.example>", "<3@people.example>"]
    first = records.kept[0]
    assert isinstance(first, Inbound)
    assert (first.text, first.thread) == ("Tuesday at 1", "neg-17")


async def test_a_mail_is_kept_before_it_is_marked(box: PostBox) -> None:
    records = Records(fails=1)
    await box.drop(mail(1))
    with pytest.raises(RuntimeError, match="away"):
        await asyncio.wait_for(follower(box).watch(records.keep), PATIENCE)
    assert b"\\Seen" not in (await box.flags())[0]
    async with watching(box, records):
        await records.until(1)
    assert records.ids == ["<1@people.example>"]


async def test_what_is_marked_is_read_by_no_process_again(box: PostBox) -> None:
    records, later = Records(), Records()
    await box.drop(mail(1))
    async with watching(box, records):
        await records.until(1)
        await box.drop(mail(2))
        await records.until(2)
    assert b"\\Seen" in (await box.flags())[0]
    await box.drop(mail(3))
    async with watching(box, later):
        await later.until_told("<3@people.example>")
    # The second was kept in the moment the first process ended: it may come again, and is the same mail.
    assert "<1@people.example>" not in later.ids


async def test_what_a_person_opened_first_is_read_all_the_same() -> None:
    records, later = Records(), Records()
    async with post_box(keywords=True) as box:
        await box.drop(mail(1))
        await box.read_by_somebody()
        async with watching(box, records):
            await records.until(1)
            await box.drop(mail(2))
            await records.until(2)
        assert KEPT in (await box.flags())[0], "marked for us, and not as read"
        assert b"\\Seen" not in (await box.flags())[1]
        await box.drop(mail(3))
        async with watching(box, later):
            await later.until_told("<3@people.example>")
    assert "<1@people.example>" not in later.ids


async def test_a_line_that_breaks_is_taken_up_again(box: PostBox) -> None:
    records = Records()
    async with watching(box, records):
        await box.drop(mail(1))
        await records.until(1)
        box.cut()
        await box.drop(mail(2))
        await records.until(2)
    # Cut before it could be marked, a mail comes again, and is the same.
    assert list(dict.fromkeys(records.ids)) == ["<1@people.example>", "<2@people.example>"]


async def test_a_server_that_does_not_call_is_asked_when_the_time_has_come(box: PostBox) -> None:
    records = Records()
    async with watching(box, records, follower(box, renewed=0.05)):
        for number in range(1, 4):
            await box.drop(mail(number))
            await records.until(number)
    assert len(records.ids) == 3


async def test_a_mailbox_made_anew_with_the_same_numbers_holds_other_mails() -> None:
    records = Records()
    async with post_box() as box:
        port, mailbox = box.account.port, follower(box)
        await box.drop(mail(1))
        async with watching(box, records, mailbox):
            await records.until(1)
    async with post_box(port) as anew:
        await anew.drop(mail(2))
        async with watching(anew, records, mailbox):
            await records.until(2)
    assert records.ids == ["<1@people.example>", "<2@people.example>"], "both are number 1 of their mailbox"


async def test_a_mail_whose_mark_does_not_hold_is_not_kept_over_and_over(box: PostBox) -> None:
    records = Records()
    await box.drop(mail(1))
    async with watching(box, records):
        await records.until(1)
        await box.unmark()
        await box.drop(mail(2))
        await records.until(2)
    assert records.ids == ["<1@people.example>", "<2@people.example>"]


async def test_old_mails_of_a_mailbox_with_a_past_are_left_alone(box: PostBox) -> None:
    records = Records()
    await box.drop(mail(1))
    late = ImapMailbox(box.account, FIRM, lambda: NOON + timedelta(days=30))
    task = asyncio.create_task(late.watch(records.keep))
    await asyncio.sleep(0.3)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert records.kept == []


async def test_it_stops_at_once_and_leaves_no_thread_behind(box: PostBox) -> None:
    records = Records()
    await box.drop(mail(1))
    async with watching(box, records):
        await records.until(1)
    for thread in threading.enumerate():
        if thread.name.startswith("mailbox"):
            await asyncio.to_thread(thread.join, PATIENCE)
            assert not thread.is_alive()


async def test_a_wrong_password_is_not_tried_over_and_over(box: PostBox) -> None:
    account = replace(box.account, password="another one", pause=timedelta(milliseconds=1))
    task = asyncio.create_task(ImapMailbox(account, FIRM, lambda: NOON).watch(Records().keep))
    await asyncio.wait_for(box.called.wait(), PATIENCE)
    await asyncio.sleep(0.3)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert len(box.lines) == 1
    assert "another one" not in repr(account)


async def test_a_strangers_certificate_gets_no_password(box: PostBox) -> None:
    records = Records()
    await box.drop(mail(1))
    account = replace(box.account, trust=None)
    task = asyncio.create_task(ImapMailbox(account, FIRM, lambda: NOON).watch(records.keep))
    await asyncio.sleep(0.3)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert records.kept == []

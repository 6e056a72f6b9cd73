"""The whole way by mail: an answer in a real mailbox is heard, also where it could not be kept at first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from bot.engine import InlineEngine
from bot.hearing.mailbox import follow
from bot.jobs import Job
from bot.worker import Assistant
from integrations.channels.email.imap import ImapMailbox
from tests.channels.assistance import Assistance, rehearsed
from tests.channels.email.at_pymap import post_box
from tests.channels.email.shapes import FIRM, NOON, answer

PATIENCE = 30  # seconds, on a busy machine


async def test_an_answer_by_mail_books_although_nothing_could_be_begun_at_first(tmp_path: Path) -> None:
    async with post_box() as box, rehearsed(tmp_path) as (rehearsal, house):
        here = Assistance(rehearsal, house, InlineEngine(Assistant(house)))
        failed, begun = asyncio.Event(), asyncio.Event()

        async def begin(jobs: Sequence[Job]) -> None:
            if not failed.is_set():
                failed.set()
                raise ConnectionResetError("the database is away")
            begun.set()

        await box.drop(answer("the second one works", From="Ana Silva <ana@mail.example>"))
        following = asyncio.create_task(
            follow(house, ImapMailbox(box.account, FIRM, lambda: NOON), begin, timedelta(milliseconds=10))
        )
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        for job in await Assistant(house).waiting(older_than=timedelta()):
            await here.engine.begin([job])
        await here.engine.settle()
        assert await here.status() == "confirmed"

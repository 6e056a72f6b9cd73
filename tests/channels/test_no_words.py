"""What comes in and is no word to act on: out-of-office notes, mails anybody could have sent, voice notes and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import InlineEngine
from bot.hearing.inbox import keep
from bot.records import people
from bot.records.people import ContactRow
from bot.worker import Assistant
from integrations.channels.base import Inbound
from integrations.standins.channel import StandInChannel
from tests.channels.assistance import Assistance, rehearsed

ANA = {"email": "ana@mail.example", "whatsapp": "+351912345678"}


class Office(Assistance):
    numbers = 0

    async def hears(self, text: str, on: str = "email", **how: object) -> None:
        """From Ana's address, by whatever way."""
        self.numbers += 1
        told = Inbound(f"<{self.numbers}@mail.example>", on, ANA[on], text, **how)  # type: ignore[arg-type]
        await self.begin(await keep(self.house, told))
        await self.engine.settle()

    def told(self, who: str) -> list[str]:
        """All that somebody was told, on every channel, in the order of channels."""
        addresses = {"ana": ANA.values(), "rita": ["T1:URITA"]}[who]
        channels = [each for each in self.house.channels.values() if isinstance(each, StandInChannel)]
        return [each.text for channel in channels for each in channel.delivered if each.to in addresses]


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    async with rehearsed(folder) as (rehearsal, house):
        async with house.records.write() as session:
            await people.open_contacts(session, "ana", ["email"])
        yield Office(rehearsal, house, InlineEngine(Assistant(house)))


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as made:
        yield made


NOTES = [
    "I am out of the office until 16 March and will answer then.",
    "Bin bis zum 16. März nicht im Büro.",
    "the second one works",  # a machine that quotes what it read
    "To unsubscribe from this list reply STOP",
    "",
]


async def test_a_machine_is_never_answered_and_decides_nothing(acme: Office) -> None:
    before = acme.told("ana")
    for text in NOTES:
        await acme.hears(text, automatic=True)
    assert acme.told("ana") == before
    assert await acme.status() == "offered"
    async with acme.house.records.read() as session:
        assert (await people.get(session, "ana")).opted_out_at is None


async def test_whoever_is_away_is_left_alone_until_they_are_back_and_the_recruiter_knows(acme: Office) -> None:
    before = len(acme.told("ana"))
    await acme.hears("I am out of the office until 16 March.", automatic=True)
    assert "Ana Silva is away and will be back Monday 16 March, an automatic reply says." in acme.told("rita")[-1]
    await acme.wait(timedelta(days=10))
    assert len(acme.told("ana")) == before


IN_HER_NAME = ["the second one works", "yes", "cancel the interview", "Thursday at 9 instead", "START"]


async def test_what_anybody_could_have_sent_in_her_name_decides_nothing(acme: Office) -> None:
    for text in IN_HER_NAME:
        await acme.hears(text, trusted=False)
    assert await acme.status() == "offered"
    assert "please answer this very message" in acme.told("ana")[-1]
    assert IN_HER_NAME[0] in acme.told("rita")[-1]


async def test_whoever_sends_in_her_name_all_day_has_one_question_put_to_her(acme: Office) -> None:
    before = len(acme.told("ana")), len(acme.told("rita"))
    for _ in range(4):
        await acme.hears("the second one works", trusted=False)
    assert (len(acme.told("ana")), len(acme.told("rita"))) == (before[0] + 1, before[1] + 1)
    await acme.wait(timedelta(days=1))
    before = len(acme.told("ana")), 0
    await acme.hears("the second one works", trusted=False)
    assert len(acme.told("ana")) == before[0] + 1


async def test_her_own_answer_counts_whatever_came_in_her_name_before(acme: Office) -> None:
    await acme.hears("the first one", trusted=False)
    await acme.hears("the second one works")
    assert await acme.status() == "confirmed"


async def test_whoever_asks_for_silence_gets_it_whether_or_not_it_was_her(acme: Office) -> None:
    await acme.hears("Please never write to me again.", trusted=False)
    async with acme.house.records.read() as session:
        assert (await people.get(session, "ana")).opted_out_at


async def test_nobody_comes_back_on_the_word_of_another(acme: Office) -> None:
    await acme.hears("STOP")
    await acme.hears("START", trusted=False)
    async with acme.house.records.read() as session:
        assert (await people.get(session, "ana")).opted_out_at


async def test_a_command_in_a_recruiters_name_is_not_obeyed(acme: Office) -> None:
    async with acme.house.records.write() as session:
        session.add(ContactRow(person_id="rita", channel="email", address="rita@firm.example", position=9))
    told = Inbound("<forged@firm.example>", "email", "rita@firm.example", "call off Ana Silva", trusted=False)
    await acme.begin(await keep(acme.house, told))
    await acme.engine.settle()
    assert await acme.status() == "offered"


# Files


async def test_voice_notes_and_pictures_get_one_polite_line_wherever_they_come_in(acme: Office) -> None:
    before = len(acme.told("ana"))
    for on in ("whatsapp", "email", "whatsapp"):
        await acme.hears("", on=on, files=1)
    new = acme.told("ana")
    assert len(new) == before + 1
    assert any("I cannot open pictures, voice notes or files" in text for text in new)
    assert await acme.status() == "offered"


async def test_words_with_a_file_are_read_as_ever(acme: Office) -> None:
    await acme.hears("the second one works, my CV is attached", files=1)
    assert await acme.status() == "confirmed"


async def test_while_a_person_holds_the_thread_they_are_told_of_the_file(acme: Office) -> None:
    before = len(acme.told("ana"))
    told = Inbound("take", "slack", "T1:URITA", "take over Ana Silva")
    await acme.begin(await keep(acme.house, told))
    await acme.hears("", files=2)
    assert "has sent a file or a voice note (email)" in acme.told("rita")[-1]
    assert len(acme.told("ana")) == before


async def test_whoever_wants_no_messages_gets_none_for_a_file_either(acme: Office) -> None:
    await acme.hears("STOP")
    before = acme.told("ana")
    await acme.hears("", files=1)
    assert acme.told("ana") == before

"""The first message to anybody says that an assistant writes, whatever it is, in every language, on every channel."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.effects import kinds
from bot.effects.rendering import ROLE_OF, introduced, render_alone
from bot.records import messages, people
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from bot.rehearsal.stage import CHANNELS
from bot.seeding import NewPerson, add_person
from bot.turn import SAY, Turn
from dialogs.approved import Templatebook
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.outreach.disclosure import LANGUAGES, disclosure, says_so, with_disclosure
from dialogs.wording import Phrasebook
from integrations.channels.base import Receipt, ReceiptStatus

MESSAGES = Path(__file__).parents[2] / "prompts/messages"
TONGUES = (*sorted(LANGUAGES), "pt-BR", "de-AT", "pl")
NOBODY = """\
name: Nobody was written to yet
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack], email: rita@firm.example}
  ana: {role: candidate, name: Ana Silva, timezone: Europe/Lisbon, channels: [email], email: ana@mail.example}
"""
# Texts that are about no interview, so that they can be said to anybody at any time.
ALONE = ("nothing_going_on", "opt_out_confirmation", "opt_in_confirmation")


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    (tmp_path / "nobody.yaml").write_text(NOBODY, "utf-8")
    made = Rehearsal(load(tmp_path / "nobody.yaml"), f"sqlite+aiosqlite:///{tmp_path / 'firm.db'}")
    await made.prepare()
    yield made
    await made.stage.close()


async def say_to(firm: Rehearsal, person: str, text: str, kind: Kind = Kind.ANSWER) -> str:
    """What reaches somebody when this is said to them."""
    house = firm.stage.house
    async with house.records.write() as session:
        turn = Turn(house, session)
        said = Say(Reader.CANDIDATE, kind, (Part(text, words={"said": "Please call me"}),))
        turn.begin(f"{person}-{text}-{house.clock.now():%H%M}", "say", SAY.dump_python(said), person, None)
    for effect in turn.begun:
        await kinds.carry_out(house, effect)
    async with house.records.read() as session:
        last = await messages.last_out(session, person)
    assert last
    await firm.stage.advance_to(house.clock.now() + timedelta(minutes=1))
    return last.text


@pytest.mark.parametrize("tongue", ["pt-BR", "pl"])
async def test_the_first_message_on_each_channel_says_it_and_the_second_does_not(firm: Rehearsal, tongue: str) -> None:
    for channel, role, text in zip(CHANNELS, ("candidate", "client") * 3, ALONE * 2, strict=True):
        somebody = NewPerson(f"{channel}-{role}", role, "Ana", "Europe/Rome", [channel], [channel], {channel: "there"})
        async with firm.stage.house.records.write() as session:
            await add_person(session, firm.world.ids, replace(somebody, locale=tongue))
        first, second = await say_to(firm, somebody.id, text), await say_to(firm, somebody.id, text)
        assert says_so(first), (channel, role, text, first)
        assert first.startswith(disclosure(tongue, "")[:14])
        assert not says_so(second), (channel, role, text, second)


IT_IS_US = "This is askARSAN."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi Ana, how was it?", "Hi Ana, this is askARSAN. How was it?"),
        ("Hi Ana,\n\nAcme asks.", "Hi Ana, this is askARSAN.\n\nAcme asks."),
        ("Hola Ana:\n\n¿qué tal?", "Hola Ana, this is askARSAN.\n\n¿Qué tal?"),
        ("Guten Tag Ana, der Termin", "Guten Tag Ana, this is askARSAN. Der Termin"),
        ("Thank you, Ana: noted", "This is askARSAN.\n\nThank you, Ana: noted"),
        ("Anabel, good morning", "This is askARSAN.\n\nAnabel, good morning"),
        ("Hi Ana,", "This is askARSAN.\n\nHi Ana,"),
        ("", "This is askARSAN.\n\n"),
    ],
)
def test_nothing_but_a_greeting_by_name_stands_before_it(text: str, said: str) -> None:
    assert with_disclosure(text, IT_IS_US, "Ana") == said


def test_of_somebody_without_a_name_nothing_is_a_greeting() -> None:
    assert with_disclosure("Hi , there", IT_IS_US, "") == "This is askARSAN.\n\nHi , there"


async def test_what_did_not_arrive_told_nobody_anything(firm: Rehearsal) -> None:
    assert says_so(await say_to(firm, "ana", "nothing_going_on"))
    last = firm.world.channels["email"].delivered[-1]
    firm.world.receipts.append(Receipt(last.vendor_id, ReceiptStatus.UNDELIVERED))
    await firm.stage.settle()
    assert says_so(await say_to(firm, "ana", "opt_in_confirmation"))


async def test_a_colleagues_words_are_no_assistants_and_the_assistant_still_says_so_after_them(firm: Rehearsal) -> None:
    assert await say_to(firm, "ana", "human_words", Kind.REPLY) == "Please call me"
    assert says_so(await say_to(firm, "ana", "nothing_going_on"))


def test_no_edited_message_takes_it_away(tmp_path: Path, firm: Rehearsal) -> None:
    """Every text of ours said first, with all mention of an assistant edited out."""
    books = tmp_path / "messages"
    books.mkdir()
    for path in MESSAGES.glob("*.yaml"):
        words = path.read_text("utf-8").replace("askARSAN", "Rita")
        (books / path.name).write_text(re.sub(r"(?i)automat\w*|automát\w*", "", words), "utf-8")
    house = replace(firm.stage.house, phrasebook=Phrasebook.load(books))
    for tongue, role in product(TONGUES, ("candidate", "client")):
        person = people.PersonRow(id="", role=role, name="Ana Silva", zone="Europe/Lisbon", locale=tongue)
        rendered = render_alone(house, person, (Part("nothing_going_on"),))
        assert not says_so(rendered.text)
        assert says_so(introduced(house, person, rendered).text), (tongue, ROLE_OF[role])


def test_the_approved_texts_that_may_come_first_say_it_in_every_language() -> None:
    book = Templatebook.load()
    for language in ("en", "de", "es", "fr", "it", "nl", "pt", "pt-BR"):
        first = [text for text in book.all(language) if text.name.split(".")[0] in ("offer", "availability_request")]
        assert first
        assert all(says_so(text.body) for text in first), language

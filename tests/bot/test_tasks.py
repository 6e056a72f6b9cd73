"""Tasks for a person: of many who note how it went at the same moment one counts, whatever the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adding import add_candidates
from bot.facts.tasks import assigned
from bot.hearing.inbox import keep
from bot.hearing.listening import hear
from bot.hearing.of_cards import command_of
from bot.hearing.reporting import WORDS
from bot.house import Counted
from bot.pressing import CardPress, Press, TaskPress
from bot.records import everything, negotiations, people, tasks
from bot.records.messages import MessageRow
from bot.records.people import ContactRow, PersonRow
from bot.records.schema import migrate_url
from bot.records.work import EffectRow
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from bot.rehearsal.steps import Says
from dialogs.negotiation.effects import TaskOutcome
from integrations import contact
from integrations.channels.base import Inbound
from integrations.trackers.sheet import read_candidates
from tests.conftest import Database
from tests.databases import reopened

STORY = Path(__file__).parent.parent / "stories/tasks/taken-on-the-phone.yaml"
RECRUITERS = 6


@asynccontextmanager
async def due(url: str) -> AsyncIterator[Rehearsal]:
    """Ana is to be called, and any of several recruiters may do it."""
    story = load(STORY)
    rehearsal = Rehearsal(story, url, reopened)
    await rehearsal.prepare()
    for step in story.steps[:-1]:
        await rehearsal.step(step)
    async with rehearsal.stage.house.records.write() as session:
        for number in range(RECRUITERS):
            session.add(PersonRow(id=f"r{number}", role="recruiter", name=f"Rex {number}", zone="Europe/Madrid"))
        await session.flush()
        for number in range(RECRUITERS):
            session.add(ContactRow(person_id=f"r{number}", channel="slack", address=f"U{number}", position=0))
    yield rehearsal
    await rehearsal.stage.close()


async def test_of_many_who_note_it_in_the_same_moment_the_first_counts_and_the_others_hear_whose_it_was(
    with_tables: str,
) -> None:
    async with due(with_tables) as rehearsal:
        house = rehearsal.stage.house
        async with house.records.read() as session:
            row = (await everything.negotiations(session))[0]
            task = await assigned(session, row.id, 1)
            assert task
            noted = [TaskPress(row.id, 1, TaskOutcome.TOOK, start) for start in task.slots]
            noted += [
                TaskPress(row.id, 1, TaskOutcome(each)) for each in ("no_answer", "not_interested", "wrong_number")
            ]
        for number, press in enumerate(noted):
            await keep(house, Inbound(f"p{number}", "slack", f"U{number}", "", pressed=str(press)))
        await asyncio.gather(*(hear(house, f"r{number}") for number in range(RECRUITERS)))

        async with house.records.read() as session:
            said = [each.payload for each in await session.scalars(select(EffectRow).where(EffectRow.kind == "say"))]
            (task_row,) = [await tasks.find(session, row.id, 1)]
            state = negotiations.state_of(await negotiations.get(session, row.id))
            events = [each.event for each in await everything.events(session) if each.event.startswith("task_")]
        done = [part for each in said for part in each["parts"] if part["text"] == "task_done"]
        first = [part for each in said for part in each["parts"] if part["text"] == "command_task"]
        if task_row and task_row.done_at:
            assert len(done) == RECRUITERS - 1 - events.count("task_no_answer")
            assert {part["words"]["by"] for part in done} == {(await _name(rehearsal, task_row.done_by or ""))}
        assert len(first) + len(done) == RECRUITERS
        assert len([each for each in events if each not in ("task_given", "task_no_answer")]) == 1
        assert state.tasks == ()


async def _name(rehearsal: Rehearsal, person: str) -> str:
    async with rehearsal.stage.house.records.read() as session:
        return (await people.get(session, person)).name


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("took 2", "took"),
        ("took Tuesday 10:00", "took"),
        ("no answer", "no_answer"),
        ("nobody picked up", "no_answer"),
        ("didn't answer", "no_answer"),
        ("left a message", "no_answer"),
        ("Voicemail.", "no_answer"),
        ("call back tomorrow at 3", "call_back"),
        ("ring her again, Thursday 10:00", "call_back"),
        ("wrong number", "wrong_number"),
        ("not interested", "not_interested"),
        ("wants no contact", "no_contact"),
        ("do not call her again", "no_contact"),
        ("told her", "told"),
        ("had a nice talk about the weather", ""),
        ("Thursday after 3", ""),
        ("she said no answer from the client yet", ""),
    ],
)
def test_what_is_told_of_a_call_is_read(words: str, outcome: str) -> None:
    assert "".join(each.value for each, form in WORDS if form.fullmatch(words)) == outcome


def test_a_press_on_a_task_is_nothing_else() -> None:
    press = TaskPress("negotiation_1", 3, TaskOutcome.NO_ANSWER)
    assert TaskPress.read(str(press)) == press
    assert CardPress.read(str(press)) is None
    assert Press.read(str(press)) is None
    assert TaskPress.read("negotiation_1!take") is None
    assert TaskPress.read("negotiation_1@2026-03-03T10:00+00:00") is None
    assert TaskPress.read("negotiation_1#1!wrote") is None, "that is for us to find out"
    command = command_of(MessageRow(pressed=str(press), form={"date": "2026-03-03", "time": "15:00"}))
    assert command
    assert (command.task, command.negotiation, command.words) == (press, "negotiation_1", "2026-03-03 15:00")


@pytest.mark.parametrize(
    "address",
    [
        "linkedin.com/in/ana-silva",
        "https://www.linkedin.com/in/ana-silva/",
        "http://pt.linkedin.com/in/ana-silva?trk=x",
        "LinkedIn.com/in/ana-silva#about",
    ],
)
def test_a_profile_is_written_one_way(address: str) -> None:
    assert contact.linkedin(address) == "https://www.linkedin.com/in/ana-silva"


@pytest.mark.parametrize("address", ["", "Ana", "https://linkedin.com.evil.example/in/ana", "javascript:alert(1)"])
def test_what_is_no_profile_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no profile on LinkedIn"):
        contact.linkedin(address)


async def test_a_sheet_may_say_that_somebody_is_to_be_called(with_tables: str, tmp_path: Path) -> None:
    sheet = tmp_path / "candidates.csv"
    sheet.write_text("name,phone,channels\nAna Silva,+351912345678,phone\n", "utf-8")
    records = reopened(with_tables)
    async with records.write() as session:
        await add_candidates(session, Counted(), read_candidates(sheet), "Europe/Lisbon", "en", None, list)
        ana = (await people.of_role(session, "candidate"))[0]
        usable = [each.channel for each in await people.contacts(session, ana.id) if each.may_be_used]
        assert usable == ["phone"]
        assert await people.number_of(session, ana.id) == "+351912345678"
    await records.close()


NOTES = (
    "she wants to stop by the office",
    "well, she will see",
    "told",  # there is nothing to tell her yet
    "we talked about her dog",
)


async def test_words_do_what_they_say_and_what_says_nothing_is_a_note(sqlite: Database) -> None:
    with sqlite(migrate_url) as url:
        async with due(url) as rehearsal:
            for note in NOTES:
                await rehearsal.step(Says("rita", (f"called Ana Silva: {note}",)))
            async with rehearsal.stage.house.records.read() as session:
                assert len(await tasks.open_ones(session)) == 1
            await rehearsal.step(Says("rita", ("called Ana Silva: Thursday after 3",)))
            async with rehearsal.stage.house.records.read() as session:
                assert await tasks.open_ones(session) == []
                assert (await everything.negotiations(session))[0].waiting_for == "host"


async def test_what_asks_for_more_than_a_time_in_the_form_for_times_is_heard(sqlite: Database) -> None:
    with sqlite(migrate_url) as url:
        async with due(url) as rehearsal:
            house = rehearsal.stage.house
            async with house.records.read() as session:
                row = (await everything.negotiations(session))[0]
            pressed, words = str(TaskPress(row.id, 1, TaskOutcome.TIMES)), {"words": "Never contact me again"}
            await rehearsal.stage.hear([Inbound("p", "slack", "rita", "", pressed=pressed, form=words)])
            async with house.records.read() as session:
                assert (await people.get(session, "ana")).opted_out_at
                assert not any(contact.may_be_used for contact in await people.contacts(session, "ana"))
                assert await tasks.open_ones(session) == []


async def test_a_time_that_means_two_on_two_clocks_is_asked_about_and_one_that_stands_on_the_list_is_taken(
    sqlite: Database,
) -> None:
    """The script says 14:00 and 15:00 in Lisbon, 15:00 and 16:00 for Rita."""
    with sqlite(migrate_url) as url:
        async with due(url) as rehearsal:
            asked = await _answer(rehearsal, "called Ana Silva: took Wednesday 15:00")
            assert "called Ana Silva: took 2 – Wed 4 Mar, 14:00 (Lisbon time), 15:00 (Madrid time)" in asked
            assert "called Ana Silva: took 3 – Wed 4 Mar, 15:00 (Lisbon time), 16:00 (Madrid time)" in asked
            assert "took 1" not in asked
            for nothing in ("took Friday 10:00", "took 9"):
                answer = await _answer(rehearsal, f"called Ana Silva: {nothing}")
                assert "none of the times for that call" in answer
                assert "took 1 – Tue 3 Mar, 09:00" in answer
            again = await _answer(rehearsal, "called Ana Silva: call back some day")
            assert "For example: call back tomorrow 10:00" in again
            noted = await _answer(rehearsal, "called Ana Silva: took Tuesday 9:00")
            assert "Ana Silva: Tue 3 Mar, 09:00 (Lisbon time), 10:00 (Madrid time)." in noted


async def _answer(rehearsal: Rehearsal, words: str) -> str:
    slack = rehearsal.world.channels["slack"].delivered
    before = len(slack)
    await rehearsal.step(Says("rita", (words,)))
    return "\n".join(each.text for each in slack[before:] if each.to == "rita")
